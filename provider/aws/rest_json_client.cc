#include "aws/rest_json_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "aws/error_answer.h"
#include "aws/json_answer.h"
#include "aws/uri.h"
#include "base/status.h"

namespace er::aws {
namespace {

using nlohmann::json;

// A member of the path, the query or a header as text; empty where it has none.
std::string TextOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  return "";
}

// The path template with each {member} filled in and erased from `rest`.
absl::StatusOr<std::string> FillPath(const Operation& operation, json& rest) {
  std::string filled;
  absl::string_view path = operation.path;
  while (true) {
    const std::size_t open = path.find('{');
    absl::StrAppend(&filled, path.substr(0, open));
    if (open == absl::string_view::npos) return filled;
    const std::size_t close = path.find('}', open);
    if (close == absl::string_view::npos) {
      return absl::InternalError(absl::StrCat("the path ", operation.path, " has an open brace"));
    }
    const std::string member(path.substr(open + 1, close - open - 1));
    path.remove_prefix(close + 1);
    const auto found = rest.find(member);
    const std::string text = found == rest.end() ? "" : TextOf(*found);
    // An empty, "." or ".." segment would be another path.
    if (text.empty() || text == "." || text == "..") {
      return absl::InvalidArgumentError(
          absl::StrCat(operation.name, ": \"", text, "\" cannot be the ", member, " of a path"));
    }
    absl::StrAppend(&filled, PercentEncode(text));
    rest.erase(found);
  }
}

// "?a=1&b=2", or nothing. Lists become repeated keys, and what is null is left out.
std::string TakeQuery(const Operation& operation, json& rest) {
  std::string query;
  const auto add = [&](const std::string& name, const json& value) {
    if (value.is_null()) return;
    absl::StrAppend(&query, query.empty() ? "?" : "&", PercentEncode(name), "=",
                    PercentEncode(TextOf(value)));
  };
  for (const std::string& member : operation.query) {
    const auto found = rest.find(member);
    if (found == rest.end()) continue;
    if (found->is_array()) {
      for (const json& element : *found) add(member, element);
    } else {
      add(member, *found);
    }
    rest.erase(found);
  }
  return query;
}

// An element of a list that is one header: in quotation marks where it would end there.
// https://smithy.io/2.0/spec/http-bindings.html#httpheader-trait
std::string ListedInHeader(const json& value) {
  std::string text = TextOf(value);
  if (text.find_first_of("\",") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

// Lists become one header with commas in between, and what says nothing is left out.
http::Headers TakeHeaders(const Operation& operation, json& rest) {
  http::Headers headers;
  for (const std::string& member : operation.header) {
    const auto found = rest.find(member);
    if (found == rest.end()) continue;
    std::vector<std::string> texts;
    if (found->is_array()) {
      for (const json& element : *found) texts.push_back(ListedInHeader(element));
    } else {
      texts.push_back(TextOf(*found));
    }
    std::string value = absl::StrJoin(texts, ",");
    if (!value.empty()) headers.emplace_back(member, std::move(value));
    rest.erase(found);
  }
  return headers;
}

absl::Status CheckAnswer(const http::Response& response) {
  if (response.code == 204 || ParseJsonAnswer(response.body).is_object()) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat("the answer is not a JSON object: \"", Excerpt(response), "\""));
}

// Of an operation whose answer has no members: some servers send {}, some nothing.
absl::Status CheckEmptyAnswer(const http::Response& response) {
  return response.body.empty() ? absl::OkStatus() : CheckAnswer(response);
}

class RestJsonClient final : public Client {
 public:
  RestJsonClient(std::string endpoint, CallerConfig config)
      : endpoint_(std::move(endpoint)), region_(config.region), caller_(std::move(config)) {}

  absl::StatusOr<Answer> Call(const Operation& operation, const json& members,
                              std::stop_token stop) override {
    absl::StatusOr<http::Request> request = EncodeRestJson(endpoint_, operation, members);
    if (!request.ok()) {
      return ToStatus({.operation = operation.name,
                       .message = std::string(request.status().message()),
                       .region = region_,
                       .execution = Execution::kNotSent},
                      request.status().code());
    }
    ASSIGN_OR_RETURN(const http::Response response,
                     caller_.Run({.operation = operation.name,
                                  .request = *std::move(request),
                                  .repeatable = operation.repeatable,
                                  .may_send = operation.may_send,
                                  .check = operation.answers ? &CheckAnswer : &CheckEmptyAnswer},
                                 std::move(stop)));
    Answer answer{.request_id = RequestIdOf(response), .date = caller_.DateOf(response)};
    if (response.code != 204 && !response.body.empty()) {
      answer.body = ParseJsonAnswer(response.body);
    }
    return answer;
  }

 private:
  const std::string endpoint_;
  const std::string region_;
  Caller caller_;
};

}  // namespace

absl::StatusOr<http::Request> EncodeRestJson(absl::string_view endpoint, const Operation& operation,
                                             const json& members) {
  json rest = members.is_object() ? members : json::object();
  ASSIGN_OR_RETURN(const std::string path, FillPath(operation, rest));
  const std::string query = TakeQuery(operation, rest);
  http::Request request{.method = operation.method,
                        .url = absl::StrCat(endpoint, path, query),
                        .headers = TakeHeaders(operation, rest),
                        .confidential = operation.confidential,
                        .secrets = operation.secrets};
  if (operation.confidential) {
    for (const auto& [name, value] : request.headers) request.secrets.emplace_back(value);
  }
  // A body is made of what is left; where the method has one, {} says that nothing is.
  const bool has_body = operation.method != "GET" && operation.method != "DELETE";
  if (has_body || !rest.empty()) {
    request.headers.emplace_back("content-type", "application/json");
    request.body = rest.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return request;
}

std::unique_ptr<Client> NewRestJsonClient(std::string endpoint, CallerConfig config) {
  return std::make_unique<RestJsonClient>(std::move(endpoint), std::move(config));
}

}  // namespace er::aws
