// What a person is told about the provider itself, and what the texts about objects are made of
// (managed/ and run/ have a describe.h of their own). tests/golden/diagnostics holds them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/schema.h"
#include "value/diagnostic.h"

namespace er::resource {

Diagnostic InvalidConfiguration(const absl::Status& why);
Diagnostic NotConfigured();
Diagnostic NoRegion();
Diagnostic UnableToConnect(const std::string& region, const absl::Status& why);
Diagnostic InvalidImportIdentity(const schema::Schema& schema, const absl::Status& why);
Diagnostic ListInterrupted(const schema::Schema& schema);

// Parts of texts.
//
// "Schema Mapping", "ID Namespace": a title as it stands in a summary.
std::string TitleCase(absl::string_view title);
// "a schema mapping", "an ID namespace".
std::string WithArticle(absl::string_view title);
// "90m", as a person writes a duration; "90m0s" is how the clock does.
std::string Shown(absl::Duration duration);
Diagnostic Error(std::string summary, std::string detail);
Diagnostic Warning(std::string summary, std::string detail);
// The failure as a sentence of its own.
std::string Reason(const absl::Status& why);
// What usually helps, by what the service said of `operation`, as a sentence after a space; empty
// where nothing is known.
std::string Advice(const absl::Status& why, absl::string_view operation);

}  // namespace er::resource
