#include "emulator/policies.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "emulator/digest.h"

namespace er::emulator {
namespace {

Error Conflict(std::string message) {
  return {.code = 400, .name = "ConflictException", .message = std::move(message)};
}

// The form of a UUID.
std::string TokenOf(const std::string& arn, const Policy& policy) {
  const std::string hex = Sha256Hex(absl::StrCat("policy ", policy.version, " of ", arn));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20, 12));
}

Json Answer(const std::string& arn, const Policy& policy) {
  const Json document = {{"Version", "2012-10-17"}, {"Statement", policy.statements}};
  return {{"arn", arn}, {"token", TokenOf(arn, policy)}, {"policy", document.dump()}};
}

auto FindStatement(std::vector<Json>& statements, const std::string& sid) {
  return std::find_if(statements.begin(), statements.end(),
                      [&](const Json& statement) { return statement.value("Sid", "") == sid; });
}

// One alone as a text, as IAM writes them.
Json OneOrMany(const std::vector<std::string>& texts) {
  return texts.size() == 1 ? Json(texts.front()) : Json(texts);
}

// A statement as the document has it: accounts by the ARN of their root.
Json ToStatement(const Json& input, const std::string& arn) {
  std::vector<std::string> accounts, services;
  for (const Json& principal : input["principal"]) {
    const auto text = principal.get<std::string>();
    if (std::all_of(text.begin(), text.end(), absl::ascii_isdigit)) {
      accounts.push_back(absl::StrCat("arn:aws:iam::", text, ":root"));
    } else {
      services.push_back(text);
    }
  }
  Json principal = Json::object();
  if (!accounts.empty()) principal["AWS"] = OneOrMany(accounts);
  if (!services.empty()) principal["Service"] = OneOrMany(services);
  Json statement = {{"Sid", input["statementId"]},
                    {"Effect", input["effect"]},
                    {"Principal", std::move(principal)},
                    {"Action", OneOrMany(input["action"].get<std::vector<std::string>>())},
                    {"Resource", arn}};
  if (input.contains("condition")) {
    statement["Condition"] = Json::parse(input["condition"].get<std::string>(), nullptr, false);
  }
  return statement;
}

Result Add(const Json& input, const std::string& arn, Policies& policies) {
  if (input.contains("condition") &&
      !Json::accept(input["condition"].get_ref<const std::string&>())) {
    return ValidationError("The condition is not JSON");
  }
  Policy& policy = policies[arn];
  const auto sid = input["statementId"].get<std::string>();
  if (FindStatement(policy.statements, sid) != policy.statements.end()) {
    return Conflict(absl::StrCat("The statement ", sid, " exists already"));
  }
  policy.statements.push_back(ToStatement(input, arn));
  ++policy.version;
  return Answer(arn, policy);
}

Result Get(const Json& /*input*/, const std::string& arn, Policies& policies) {
  const auto found = policies.find(arn);
  if (found == policies.end()) return NotFound(absl::StrCat("There is no policy of ", arn));
  return Answer(arn, found->second);
}

Result Put(const Json& input, const std::string& arn, Policies& policies) {
  const Json document = Json::parse(input["policy"].get<std::string>(), nullptr, false);
  if (!document.is_object() || !document.value("Statement", Json()).is_array()) {
    return ValidationError("The policy is not a document with statements");
  }
  Policy& policy = policies[arn];
  const std::string token = input.value("token", "");
  if (policy.version > 0 && token != TokenOf(arn, policy)) {
    return Conflict("The policy has been changed since it was read");
  }
  policy.statements = document["Statement"].get<std::vector<Json>>();
  ++policy.version;
  return Answer(arn, policy);
}

Result Remove(const Json& input, const std::string& arn, Policies& policies) {
  Policy& policy = policies[arn];
  const auto sid = input["statementId"].get<std::string>();
  const auto found = FindStatement(policy.statements, sid);
  if (found == policy.statements.end()) {
    return NotFound(absl::StrCat("There is no statement ", sid, " of ", arn));
  }
  policy.statements.erase(found);
  ++policy.version;
  return Answer(arn, policy);
}

using Perform = Result (*)(const Json& input, const std::string& arn, Policies& policies);

const std::map<std::string, Perform>& Operations() {
  static const auto& operations =
      *new std::map<std::string, Perform>{{"AddPolicyStatement", Add},
                                          {"GetPolicy", Get},
                                          {"PutPolicy", Put},
                                          {"DeletePolicyStatement", Remove}};
  return operations;
}

}  // namespace

bool IsPolicyOperation(const Operation& operation) { return Operations().contains(operation.name); }

Result PerformOnPolicy(const Operation& operation, const Json& input, const Scope& scope,
                       Things& things, Policies& policies) {
  const auto arn = input["arn"].get<std::string>();
  if (things.FindByArn(scope, arn) == nullptr) {
    return NotFound(absl::StrCat("There is no ", arn));
  }
  return Operations().at(operation.name)(input, arn, policies);
}

}  // namespace er::emulator
