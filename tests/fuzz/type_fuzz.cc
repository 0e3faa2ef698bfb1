// The JSON of a type: what can be read can be written, and is the same afterwards.
#include "fuzz/fuzz.h"
#include "value/type.h"

void er::Fuzz(absl::string_view input) {
  const absl::StatusOr<Type> type = Type::FromJson(input);
  if (!type.ok()) return;
  const std::string written = type->ToJson();
  const absl::StatusOr<Type> again = Type::FromJson(written);
  Require(again.ok() && *again == *type);
  Require(again->ToJson() == written);
  Require(!type->FriendlyName().empty());
}
