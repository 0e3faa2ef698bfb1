#include "acceptance/state_server.h"

#include <httplib.h>

#include "absl/strings/str_cat.h"

namespace er::acceptance {
namespace {

constexpr char kPaths[] = "/.+";

std::string PathOf(const std::string& name) { return absl::StrCat("/", name); }

}  // namespace

StateServer::StateServer() : server_(std::make_unique<httplib::Server>()) {
  server_->Get(kPaths, [this](const httplib::Request& request, httplib::Response& response) {
    std::lock_guard lock(mutex_);
    const auto state = states_.find(request.path);
    response.status = state == states_.end() ? 404 : 200;
    if (state != states_.end()) response.set_content(state->second, "application/json");
  });
  server_->Post(kPaths, [this](const httplib::Request& request, httplib::Response& response) {
    std::lock_guard lock(mutex_);
    response.status = refuses_ ? 403 : 200;
    if (!refuses_) states_[request.path] = request.body;
  });
  server_->Delete(kPaths, [this](const httplib::Request& request, httplib::Response& response) {
    std::lock_guard lock(mutex_);
    response.status = 200;
    states_.erase(request.path);
  });
  port_ = server_->bind_to_any_port("127.0.0.1");
  serving_ = std::thread([this] { server_->listen_after_bind(); });
  while (!server_->is_running()) std::this_thread::yield();  // stop() before that does nothing
}

StateServer::~StateServer() {
  server_->stop();
  serving_.join();
}

std::string StateServer::url(const std::string& name) const {
  return absl::StrCat("http://127.0.0.1:", port_, PathOf(name));
}

void StateServer::RefuseUploads(bool refuses) {
  std::lock_guard lock(mutex_);
  refuses_ = refuses;
}

void StateServer::Lose(const std::string& name) {
  std::lock_guard lock(mutex_);
  states_.erase(PathOf(name));
}

bool StateServer::Has(const std::string& name) {
  std::lock_guard lock(mutex_);
  return states_.count(PathOf(name)) > 0;
}

}  // namespace er::acceptance
