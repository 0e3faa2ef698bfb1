// A line with a type's JSON, then a value in JSON: what can be read can be written, and is the same
// afterwards.
#include "fuzz/fuzz.h"
#include "value/json.h"

void er::Fuzz(absl::string_view input) {
  const auto [type_json, json] = FirstLine(input);
  const absl::StatusOr<Type> type = Type::FromJson(type_json);
  if (!type.ok()) return;
  const absl::StatusOr<Value> value = DecodeJson(json, *type, ExtraAttributes::kIgnore);
  const absl::StatusOr<Value> strict = DecodeJson(json, *type, ExtraAttributes::kRefuse);
  Require(strict.ok() ? value.ok() && *value == *strict : true);
  if (!value.ok()) return;
  const absl::StatusOr<std::string> written = EncodeJson(*value, *type);
  Require(written.ok());
  const absl::StatusOr<Value> again = DecodeJson(*written, *type, ExtraAttributes::kRefuse);
  Require(again.ok() && *again == *value);
  Require(*EncodeJson(*again, *type) == *written);
}
