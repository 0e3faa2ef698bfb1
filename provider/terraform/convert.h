// Between the protocol's messages and our values. Protobuf types go no further than this folder.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "proto/tfplugin6.pb.h"
#include "schema/schema.h"
#include "value/diagnostic.h"
#include "value/path.h"
#include "value/type.h"
#include "value/value.h"

namespace er::terraform {

using DiagnosticMessages = google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>;

// Of a whole object, which is never unknown. A message without content is a null.
absl::StatusOr<Value> FromMessage(const tfplugin6::DynamicValue& message, const Type& type);

absl::Status ToMessage(const Value& value, const Type& type, tfplugin6::DynamicValue& message);

void ToMessage(const Path& path, tfplugin6::AttributePath& message);
void ToMessages(const Diagnostics& diagnostics, DiagnosticMessages& messages);

// A mistake in what was sent or in this program, not in the configuration.
void AddFault(absl::string_view summary, const absl::Status& fault, DiagnosticMessages& messages);

void ToMessage(const schema::Schema& schema, tfplugin6::Schema& message);

}  // namespace er::terraform
