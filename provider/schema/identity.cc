#include "schema/identity.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "schema/translate.h"
#include "schema/validate.h"

namespace er::schema {
namespace {

constexpr char kAccount[] = "account_id";
constexpr char kRegion[] = "region";

// The attribute with the object's ARN; empty where it has none.
std::string ArnOf(const Schema& schema) {
  const auto* managed = std::get_if<Managed>(&schema.behaviour);
  return managed == nullptr ? std::string() : managed->arn;
}

bool IsNamedByArn(const Schema& schema) {
  return std::count(schema.identity.begin(), schema.identity.end(), ArnOf(schema)) > 0;
}

// Of an object without an ARN, its id may have that of what it belongs to.
Value AccountOf(const Schema& schema, const Value& object) {
  const std::string arn = ArnOf(schema);
  const Value& text = object[arn.empty() ? "id" : arn];
  if (!text.IsString()) return text;
  const std::optional<Arn> parsed = ParseArn(text.AsString());
  return parsed.has_value() ? Value(parsed->scope.account) : Value::Null();
}

}  // namespace

std::vector<Attribute> IdentityAttributes(const Schema& schema) {
  std::vector<Attribute> attributes;
  for (const std::string& name : schema.identity) {
    attributes.push_back(
        {.name = name, .description = schema.FindAttribute(name)->description, .required = true});
  }
  if (schema.identity.empty() || IsNamedByArn(schema)) return attributes;
  attributes.push_back(
      {.name = kAccount,
       .description = "The AWS account. Left out of an import, it is the caller's.",
       .optional = true});
  attributes.push_back(
      {.name = kRegion,
       .description = "The AWS Region. Left out of an import, it is the provider's.",
       .optional = true});
  return attributes;
}

Type IdentityTypeOf(const Schema& schema) { return ObjectTypeOf(IdentityAttributes(schema)); }

Value IdentityOf(const Schema& schema, const Value& object) {
  if (schema.identity.empty() || !object.IsMap()) return Value::Null();
  Value::Map identity;
  for (const std::string& name : schema.identity) {
    Value value = object[name];
    if (value.IsNull()) return Value::Null();
    if (value.IsString() && name != ArnOf(schema)) {
      if (const std::optional<Arn> arn = ParseArn(value.AsString())) value = arn->name;
    }
    identity[name] = std::move(value);
  }
  if (IsNamedByArn(schema)) return identity;
  identity[kAccount] = AccountOf(schema, object);
  identity[kRegion] = object[kRegion];
  return identity;
}

absl::Status FromIdentity(const Schema& schema, const Value& identity, const std::string& account,
                          Value::Map& object) {
  for (const std::string& name : schema.identity) {
    if (!identity[name].IsString()) {
      return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
    }
    object[name] = identity[name];
  }
  if (identity[kAccount].IsString() && !account.empty() &&
      identity[kAccount].AsString() != account) {
    return absl::InvalidArgumentError(absl::StrCat(
        "it is of account ", identity[kAccount].AsString(), ", and the caller's is ", account));
  }
  if (identity[kRegion].IsString()) object[kRegion] = identity[kRegion];
  if (IsNamedByArn(schema)) {
    const std::optional<Arn> arn = ParseArn(object[ArnOf(schema)].AsString());
    if (arn.has_value()) object[kRegion] = arn->scope.region;
  }
  return CheckNames(schema, object);
}

absl::Status CheckNames(const Schema& schema, const Value::Map& object) {
  Schema names{.attributes = {*schema.FindAttribute(kRegion)}};
  for (const std::string& name : schema.identity) {
    names.attributes.push_back(*schema.FindAttribute(name));
    // To name an object, one may say what the service has decided of it.
    names.attributes.back().computed = false;
    names.attributes.back().required = true;
  }
  const Diagnostics mistakes = Validate(names, object);
  if (mistakes.empty()) return absl::OkStatus();
  std::string why = mistakes.front().detail;
  if (!why.empty() && why.back() == '.') why.pop_back();
  return absl::InvalidArgumentError(why);
}

}  // namespace er::schema
