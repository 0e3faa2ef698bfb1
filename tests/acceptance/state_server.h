// Where states are kept that no machine keeps: what Terraform's backend "http" talks to.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace httplib {
class Server;
}

namespace er::acceptance {

// Safe for concurrent use.
class StateServer {
 public:
  StateServer();
  ~StateServer();

  // The address of the state of this name.
  std::string url(const std::string& name) const;

  // Whether an upload is refused from here on, as by credentials that have expired.
  void RefuseUploads(bool refuses);
  void Lose(const std::string& name);
  bool Has(const std::string& name);

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> states_;  // by path
  bool refuses_ = false;
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread serving_;
};

}  // namespace er::acceptance
