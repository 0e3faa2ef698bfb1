#include "resource/operation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/status.h"
#include "schema/translate.h"

namespace er::resource {
namespace {

using nlohmann::json;

// A service that never stops paging must not keep a plan forever.
constexpr int kMostPages = 10'000;

}  // namespace

absl::StatusOr<aws::Answer> Call(aws::Client& client, const schema::Operation& operation,
                                 const json& members, std::stop_token stop,
                                 std::function<bool()> may_send, std::vector<Secret> secrets) {
  return client.Call({.name = operation.name,
                      .method = operation.method,
                      .path = operation.path,
                      .query = operation.query,
                      .repeatable = operation.repeatable,
                      .confidential = operation.confidential,
                      .secrets = std::move(secrets),
                      .may_send = std::move(may_send)},
                     members, stop);
}

bool HasCode(const absl::Status& failure, const std::vector<std::string>& codes) {
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  return error.has_value() && std::find(codes.begin(), codes.end(), error->code) != codes.end();
}

absl::StatusOr<aws::Answer> ListAll(aws::Client& client, const schema::Operation& operation,
                                    const std::string& items, json members, int pages,
                                    std::stop_token stop, const Enough& enough) {
  json all = json::array();
  for (int page = 1; page <= kMostPages; ++page) {
    ASSIGN_OR_RETURN(aws::Answer answer, Call(client, operation, members, stop));
    if (const auto found = answer.body.find(items); found != answer.body.end()) {
      if (!found->is_array()) {
        return absl::InternalError(absl::StrCat(operation.name, ": the answer's ", items, " is ",
                                                found->type_name(), ", not a list"));
      }
      for (json& item : *found) all.push_back(std::move(item));
    }
    const std::string token = schema::TextMember(answer.body, "nextToken");
    if (token.empty() || page == pages || (enough && enough(all, answer.date))) {
      answer.body = json{{items, std::move(all)}};
      return answer;
    }
    members["nextToken"] = token;
  }
  return absl::InternalError(absl::StrCat(operation.name, ": over ", kMostPages, " pages"));
}

}  // namespace er::resource
