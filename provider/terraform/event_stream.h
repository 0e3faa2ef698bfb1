// The events of a call that answers with a stream, written by whoever does the work, on any thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

#include "base/mutex.h"

namespace er::terraform {

// Safe for concurrent use. Made by Make() only: it lives as long as gRPC or the work knows it.
template <typename Event>
class EventStream final : public grpc::ServerWriteReactor<Event> {
 public:
  // `stop`: Terraform, or the process, wants the call to come to an end.
  static std::shared_ptr<EventStream> Make(std::stop_token stop) {
    std::shared_ptr<EventStream> stream(new EventStream(std::move(stop)));
    stream->self_ = stream;
    return stream;
  }

  // Sends one event, and waits until it is on its way. False: nobody reads any more.
  bool Write(Event event) {
    const MutexLock one(writing_);
    {
      const MutexLock lock(mutex_);
      if (is_over_) return false;
      is_written_ = false;
    }
    event_ = std::move(event);
    this->StartWrite(&event_);
    MutexLock lock(mutex_);
    changed_.wait(lock, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return is_written_; });
    return !is_over_;
  }

  // There is nothing more to come.
  void End() {
    const MutexLock one(writing_);
    {
      const MutexLock lock(mutex_);
      is_over_ = true;
    }
    this->Finish(grpc::Status::OK);
  }

  // Requested when the call is to come to an end, or nobody reads any more.
  std::stop_token stop() const { return stop_.get_token(); }
  bool is_cancelled() const {
    const MutexLock lock(mutex_);
    return is_cancelled_;
  }

 private:
  explicit EventStream(std::stop_token stop)
      : stopped_(std::move(stop), [this] { stop_.request_stop(); }) {}

  void OnWriteDone(bool ok) override {
    const MutexLock lock(mutex_);
    is_written_ = true;
    is_over_ = is_over_ || !ok;
    changed_.notify_all();
  }

  void OnCancel() override {
    {
      const MutexLock lock(mutex_);
      is_cancelled_ = true;
    }
    stop_.request_stop();
  }

  // gRPC is done with it; the work may still hold it.
  void OnDone() override { const std::shared_ptr<EventStream> self = std::move(self_); }

  std::stop_source stop_;
  std::stop_callback<std::function<void()>> stopped_;
  std::shared_ptr<EventStream> self_;

  Mutex writing_;  // one event after the other
  mutable Mutex mutex_;
  std::condition_variable changed_;
  Event event_ ABSL_GUARDED_BY(writing_);
  bool is_written_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_over_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace er::terraform
