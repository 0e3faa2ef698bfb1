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
                      .header = operation.header,
                      .repeatable = operation.repeatable,
                      .answers = !operation.output.empty(),
                      .confidential = operation.confidential,
                      .secrets = std::move(secrets),
                      .may_send = std::move(may_send)},
                     members, stop);
}

bool HasCode(const absl::Status& failure, const std::vector<std::string>& codes) {
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  return error.has_value() && std::find(codes.begin(), codes.end(), error->code) != codes.end();
}

absl::Status EachPage(aws::Client& client, const schema::Operation& operation,
                      const std::string& items, json members, std::stop_token stop,
                      const TakePage& take) {
  for (int page = 1; page <= kMostPages; ++page) {
    ASSIGN_OR_RETURN(aws::Answer answer, Call(client, operation, members, stop));
    json found = json::array();
    if (const auto told = answer.body.find(items); told != answer.body.end()) {
      if (!told->is_array()) {
        return absl::InternalError(absl::StrCat(operation.name, ": the answer's ", items, " is ",
                                                told->type_name(), ", not a list"));
      }
      found = std::move(*told);
    }
    const std::string token = schema::TextMember(answer.body, "nextToken");
    if (!take(std::move(found), answer.date) || token.empty()) return absl::OkStatus();
    members["nextToken"] = token;
  }
  return absl::InternalError(absl::StrCat(operation.name, ": over ", kMostPages, " pages"));
}

absl::StatusOr<aws::Answer> ListAll(aws::Client& client, const schema::Operation& operation,
                                    const std::string& items, json members, int pages,
                                    std::stop_token stop, const Enough& enough) {
  json all = json::array();
  aws::Answer answer;
  int page = 0;
  RETURN_IF_ERROR(EachPage(client, operation, items, std::move(members), std::move(stop),
                           [&](json found, absl::Time date) {
                             for (json& item : found) all.push_back(std::move(item));
                             answer.date = date;
                             return ++page != pages && !(enough && enough(all, date));
                           }));
  answer.body = json{{items, std::move(all)}};
  return answer;
}

}  // namespace er::resource
