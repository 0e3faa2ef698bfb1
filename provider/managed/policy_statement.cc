#include "managed/policy_statement.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "aws/error.h"
#include "base/mutex.h"
#include "base/status.h"
#include "resource/operation.h"
#include "schema/translate.h"

namespace er::managed {
namespace {

using nlohmann::json;
using schema::TextMember;

// Each means that somebody else changed the document while we had it for a moment.
constexpr int kMostExchanges = 20;

// Statements of one policy take turns, so that those of one apply do not get in each other's way.
Mutex& TurnOf(const std::string& arn) {
  static auto& turns = *new std::array<Mutex, 16>();
  return turns[std::hash<std::string>()(arn) % turns.size()];
}

// A text or a list of texts.
std::vector<std::string> Texts(const json& one_or_many) {
  std::vector<std::string> texts;
  if (one_or_many.is_string()) texts.push_back(one_or_many.get<std::string>());
  if (one_or_many.is_array()) {
    for (const json& text : one_or_many) {
      if (text.is_string()) texts.push_back(text.get<std::string>());
    }
  }
  return texts;
}

bool IsAccount(const std::string& text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// arn:aws:iam::123456789012:root is 123456789012.
std::string ToPrincipal(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  const bool is_root = parts.size() == 6 && parts[0] == "arn" && parts[2] == "iam" &&
                       parts[5] == "root" && IsAccount(parts[4]);
  return is_root ? parts[4] : text;
}

absl::StatusOr<json> ReadDocument(const aws::Answer& answer) {
  json document = json::parse(TextMember(answer.body, "policy"), nullptr, false);
  if (document.is_object() && document["Statement"].is_object()) {
    document["Statement"] = json::array({std::move(document["Statement"])});
  }
  if (!document.is_object() || !document["Statement"].is_array()) {
    return absl::InternalError("GetPolicy: the answer's policy is no document with statements");
  }
  return document;
}

// Null if there is none.
json* FindStatement(json& document, const std::string& sid) {
  for (json& statement : document["Statement"]) {
    if (statement.is_object() && TextMember(statement, "Sid") == sid) return &statement;
  }
  return nullptr;
}

}  // namespace

json FromStatement(const json& statement) {
  const auto member = [&](const char* name) { return statement.value(name, json()); };
  json members = {{"statementId", TextMember(statement, "Sid")},
                  {"effect", TextMember(statement, "Effect")},
                  {"action", Texts(member("Action"))}};
  std::vector<std::string> principals;
  const json kinds = member("Principal");
  if (kinds.is_string()) principals.push_back(kinds.get<std::string>());
  if (kinds.is_object()) {
    for (const auto& kind : kinds.items()) {
      for (const std::string& text : Texts(kind.value())) principals.push_back(ToPrincipal(text));
    }
  }
  members["principal"] = std::move(principals);
  const json condition = member("Condition");
  if (condition.is_object() && !condition.empty()) members["condition"] = condition.dump();
  return members;
}

void IntoStatement(const json& members, json& statement) {
  statement["Sid"] = members.at("statementId");
  statement["Effect"] = members.at("effect");
  statement["Action"] = members.at("action");
  json principal = json::object();
  for (const std::string& text : Texts(members.at("principal"))) {
    principal[IsAccount(text) ? "AWS" : "Service"].push_back(text);
  }
  statement["Principal"] = std::move(principal);
  statement.erase("Condition");
  const json condition = json::parse(TextMember(members, "condition"), nullptr, false);
  if (condition.is_object()) statement["Condition"] = condition;
}

absl::StatusOr<aws::Answer> PolicyStatement::Read(const Value& object, std::stop_token stop) {
  ASSIGN_OR_RETURN(aws::Answer answer, Remote::Read(object, std::move(stop)));
  ASSIGN_OR_RETURN(json document, ReadDocument(answer));
  const std::string arn = object["arn"].AsString();
  const std::string sid = object["statement_id"].AsString();
  const json* statement = FindStatement(document, sid);
  if (statement == nullptr) {
    return aws::ToStatus({.operation = managed_.read->name,
                          .code = catalog_.vocabulary.gone.front(),
                          .message = absl::StrCat("the policy has no statement ", sid),
                          .request_id = answer.request_id,
                          .http_status = 200,
                          .execution = aws::Execution::kRefused});
  }
  answer.body = FromStatement(*statement);
  answer.body["arn"] = arn;
  return answer;
}

absl::StatusOr<aws::Answer> PolicyStatement::Update(const Value& planned, std::stop_token stop) {
  const json members = CreateMembers(planned);
  const std::string arn = planned["arn"].AsString();
  const MutexLock turn(TurnOf(arn));
  for (int exchange = 1;; ++exchange) {
    ASSIGN_OR_RETURN(const aws::Answer answer, Remote::Read(planned, stop));
    ASSIGN_OR_RETURN(json document, ReadDocument(answer));
    json* statement = FindStatement(document, planned["statement_id"].AsString());
    // Somebody took it out since the plan.
    if (statement == nullptr) {
      document["Statement"].push_back({{"Resource", arn}});
      statement = &document["Statement"].back();
    }
    IntoStatement(members, *statement);
    absl::StatusOr<aws::Answer> put = Call(
        *managed_.update,
        {{"arn", arn}, {"token", TextMember(answer.body, "token")}, {"policy", document.dump()}},
        stop);
    if (put.ok()) put->body = {{"arn", arn}};
    const bool is_stale = resource::HasCode(put.status(), catalog_.vocabulary.exists);
    if (!is_stale || exchange == kMostExchanges) return put;
  }
}

absl::Status PolicyStatement::EachPage(const Value& within, std::stop_token stop,
                                       const resource::TakePage& take) {
  ASSIGN_OR_RETURN(const aws::Answer answer, Remote::Read(within, std::move(stop)));
  ASSIGN_OR_RETURN(json document, ReadDocument(answer));
  json page = json::array();
  for (const json& statement : document["Statement"]) {
    if (!statement.is_object() || TextMember(statement, "Sid").empty()) continue;
    page.push_back(FromStatement(statement));
    page.back()["arn"] = within["arn"].AsString();
  }
  take(std::move(page), answer.date);
  return absl::OkStatus();
}

}  // namespace er::managed
