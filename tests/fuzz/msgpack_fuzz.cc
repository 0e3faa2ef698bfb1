// A line with a type's JSON, then a value in msgpack: what can be read can be written, and is the
// same afterwards.
#include "fuzz/fuzz.h"
#include "value/msgpack.h"

void er::Fuzz(absl::string_view input) {
  const auto [type_json, bytes] = FirstLine(input);
  const absl::StatusOr<Type> type = Type::FromJson(type_json);
  if (!type.ok()) return;
  const absl::StatusOr<Value> value = DecodeMsgpack(bytes, *type);
  if (!value.ok()) {
    Require(!value.status().message().empty());
    return;
  }
  const absl::StatusOr<std::string> written = EncodeMsgpack(*value, *type);
  Require(written.ok());
  const absl::StatusOr<Value> again = DecodeMsgpack(*written, *type);
  Require(again.ok() && *again == *value);
  Require(*EncodeMsgpack(*again, *type) == *written);
}
