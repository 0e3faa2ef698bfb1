// A transport that answers from a queue and remembers what it was asked.
//
//   FakeTransport transport;
//   transport.Answer(200, R"({"jobId": "1"})");
//   transport.Fail(absl::UnavailableError("reset"), http::Delivery::kUnknown);
//   ...
//   EXPECT_EQ(transport.requests()[0].url, "https://...");
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "http/mask.h"
#include "http/transport.h"

namespace er {

class FakeTransport final : public http::Transport {
 public:
  using Handler = std::function<absl::StatusOr<http::Response>(const http::Request&)>;

  void Answer(int code, std::string body, http::Headers headers = {}) {
    std::lock_guard lock(mutex_);
    answers_.push_back(
        http::Response{.code = code, .headers = std::move(headers), .body = std::move(body)});
  }

  void Fail(absl::Status status, http::Delivery delivery) {
    std::lock_guard lock(mutex_);
    answers_.push_back(http::WithDelivery(std::move(status), delivery));
  }

  // Answers what the queue has no answer for.
  void Otherwise(Handler handler) {
    std::lock_guard lock(mutex_);
    handler_ = std::move(handler);
  }

  std::vector<http::Request> requests() {
    std::lock_guard lock(mutex_);
    return requests_;
  }

  absl::StatusOr<http::Response> Send(const http::Request& request, std::stop_token stop) override {
    absl::StatusOr<http::Response> answer = AnswerTo(request, stop);
    if (answer.ok()) answer->secrets = http::SecretsOf(request);
    return answer;
  }

 private:
  absl::StatusOr<http::Response> AnswerTo(const http::Request& request,
                                          const std::stop_token& stop) {
    Handler handler;
    {
      std::lock_guard lock(mutex_);
      if (stop.stop_requested()) {
        return http::WithDelivery(absl::CancelledError("stopped"), http::Delivery::kUnsent);
      }
      requests_.push_back(request);
      if (!answers_.empty()) {
        absl::StatusOr<http::Response> answer = std::move(answers_.front());
        answers_.pop_front();
        return answer;
      }
      handler = handler_;
    }
    if (handler) return handler(request);
    return http::WithDelivery(absl::UnavailableError(absl::StrCat("nobody answers ", request.url)),
                              http::Delivery::kUnsent);
  }

  std::mutex mutex_;
  std::deque<absl::StatusOr<http::Response>> answers_;
  Handler handler_;
  std::vector<http::Request> requests_;
};

}  // namespace er
