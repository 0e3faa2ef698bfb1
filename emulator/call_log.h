// What clients asked, for tests that count calls and look at what was sent.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/message.h"

namespace er::emulator {

struct LoggedCall {
  std::int64_t number = 0;  // 1 for the first
  absl::Time time{};
  std::string operation{};
  std::string workflow{};
  std::string bucket{};  // of S3
  std::string key{};     // of S3; of a list, its prefix
  std::string region{};
  std::string access_key{};
  std::string method{};
  std::string path{};
  std::string query{};
  std::string body{};
  std::string attempt{};     // amz-sdk-request
  std::string invocation{};  // amz-sdk-invocation-id
  std::string user_agent{};
  std::int64_t connection = 0;

  int code = 0;              // of the answer; 0 while there is none, or if there was none
  std::string error{};       // its code, if it is a refusal
  std::string fault{};       // the kind that was injected
  std::string job{};         // the job that it started
  std::string asked_job{};   // the job that it asked about
  bool is_answered = false;  // or cut
  Answer::Delivery delivery = Answer::Delivery::kWhole;
  std::string request_id{};
};

// Not safe for concurrent use.
class CallLog {
 public:
  // The call stays where it is until Clear() or until kKept others have come after it.
  LoggedCall& Add(const Request& request, absl::string_view operation, absl::Time now);

  // Finished calls that the log still has keep their numbers.
  void Clear();

  LoggedCall* Find(std::int64_t number);

  // Of the last call about a workflow; empty where there was none.
  std::string LastRegion() const;

  // {"total", "last" (number), "connections", "counts": {operation: n}, "calls": [...]}, which
  // holds the last `limit` calls of `operation` (empty: any) that are numbered over `since`.
  Json ToJson(absl::string_view operation, std::int64_t since, std::size_t limit) const;

 private:
  static constexpr std::size_t kKept = 20000;

  std::int64_t last_number_ = 0;
  std::int64_t total_ = 0;
  std::deque<LoggedCall> calls_;
  std::map<std::string, std::int64_t> counts_;
  std::set<std::int64_t> connections_;
};

}  // namespace er::emulator
