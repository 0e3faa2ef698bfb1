#include "emulator/call_log.h"

#include <vector>

namespace er::emulator {
namespace {

constexpr std::size_t kBodyKept = 4096;

Json CallJson(const LoggedCall& call) {
  return {{"number", call.number},
          {"time", absl::FormatTime(absl::RFC3339_full, call.time, absl::UTCTimeZone())},
          {"operation", call.operation},
          {"workflow", call.workflow},
          {"bucket", call.bucket},
          {"key", call.key},
          {"region", call.region},
          {"access_key", call.access_key},
          {"method", call.method},
          {"path", call.path},
          {"query", call.query},
          {"body", call.body},
          {"attempt", call.attempt},
          {"invocation", call.invocation},
          {"user_agent", call.user_agent},
          {"connection", call.connection},
          {"answered", call.is_answered},
          {"code", call.code},
          {"error", call.error},
          {"fault", call.fault},
          {"job", call.job},
          {"request_id", call.request_id}};
}

}  // namespace

LoggedCall& CallLog::Add(const Request& request, absl::string_view operation, absl::Time now) {
  ++total_;
  ++counts_[std::string(operation)];
  connections_.insert(request.connection);
  if (calls_.size() == kKept) calls_.pop_front();
  return calls_.emplace_back(LoggedCall{.number = ++last_number_,
                                        .time = now,
                                        .operation = std::string(operation),
                                        .method = request.method,
                                        .path = request.path,
                                        .query = request.query,
                                        .body = request.body.substr(0, kBodyKept),
                                        .attempt = request.Header("amz-sdk-request"),
                                        .invocation = request.Header("amz-sdk-invocation-id"),
                                        .user_agent = request.Header("user-agent"),
                                        .connection = request.connection});
}

void CallLog::Clear() {
  total_ = 0;
  calls_.clear();
  counts_.clear();
  connections_.clear();
}

LoggedCall* CallLog::Find(std::int64_t number) {
  if (calls_.empty() || number < calls_.front().number) return nullptr;
  return &calls_[static_cast<std::size_t>(number - calls_.front().number)];
}

std::string CallLog::LastRegion() const {
  for (auto call = calls_.rbegin(); call != calls_.rend(); ++call) {
    if (!call->workflow.empty() && !call->region.empty()) return call->region;
  }
  return "";
}

Json CallLog::ToJson(absl::string_view operation, std::int64_t since, std::size_t limit) const {
  std::vector<const LoggedCall*> wanted;
  for (auto call = calls_.rbegin();
       call != calls_.rend() && call->number > since && wanted.size() < limit; ++call) {
    if (operation.empty() || call->operation == operation) wanted.push_back(&*call);
  }
  Json calls = Json::array();
  for (auto call = wanted.rbegin(); call != wanted.rend(); ++call)
    calls.push_back(CallJson(**call));
  return {{"total", total_},
          {"last", last_number_},
          {"connections", connections_.size()},
          {"counts", counts_},
          {"calls", std::move(calls)}};
}

}  // namespace er::emulator
