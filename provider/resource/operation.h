// Calls of operations that are declared in schemas/service.json. For the lives of objects, managed/
// and run/.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "aws/client.h"
#include "base/secret.h"
#include "schema/loader.h"

namespace er::resource {

// Failures are those of aws::Client::Call(), and `may_send` is that of aws::Operation. `secrets`
// are what `members` hold that no message may repeat.
absl::StatusOr<aws::Answer> Call(aws::Client& client, const schema::Operation& operation,
                                 const nlohmann::json& members, std::stop_token stop,
                                 std::function<bool()> may_send = nullptr,
                                 std::vector<Secret> secrets = {});

// Whether the service refused with one of these error codes.
bool HasCode(const absl::Status& failure, const std::vector<std::string>& codes);

// What a page of a paged operation tells: its items, and when. False: that is enough.
using TakePage = std::function<bool(nlohmann::json items, absl::Time date)>;

// A paged operation page by page, as they come, to its end or until `take` has enough.
absl::Status EachPage(aws::Client& client, const schema::Operation& operation,
                      const std::string& items, nlohmann::json members, std::stop_token stop,
                      const TakePage& take);

// Whether the items so far, and the date of the last answer, are enough.
using Enough = std::function<bool(const nlohmann::json& items, absl::Time date)>;

// A paged operation to its end, but `pages` at most (0: all), or until `enough` holds: all `items`
// in one list under that name, and the date of the last page.
absl::StatusOr<aws::Answer> ListAll(aws::Client& client, const schema::Operation& operation,
                                    const std::string& items, nlohmann::json members, int pages,
                                    std::stop_token stop, const Enough& enough = nullptr);

}  // namespace er::resource
