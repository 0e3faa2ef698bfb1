// A process of entityresolution-emulator, told what to do by its control API (emulator/README.md).
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "acceptance/process.h"

namespace er::acceptance {

class EmulatorProcess {
 public:
  // Jobs end by themselves, after milliseconds; SetConfig() and Fault() change what happens.
  explicit EmulatorProcess(const std::string& folder);

  const std::string& url() const { return url_; }

  // One call of the control API. Fails the test, and returns null, if it is refused.
  nlohmann::json Ask(const std::string& method, const std::string& path,
                     const nlohmann::json& body = nullptr);

  void SetConfig(const nlohmann::json& config) { Ask("POST", "config", config); }
  void PutWorkflow(const std::string& name,
                   const nlohmann::json& settings = nlohmann::json::object()) {
    Ask("PUT", "workflows/" + name, settings);
  }
  void DeleteWorkflow(const std::string& name) { Ask("DELETE", "workflows/" + name); }
  // The next call of `operation` meets this; see the table of kinds.
  void Fault(nlohmann::json fault) { Ask("POST", "faults", {{"faults", {std::move(fault)}}}); }
  void Purge() { Ask("POST", "purge", nlohmann::json::object()); }

  // Buckets of S3. What is in one: the texts of the objects below a prefix, by what comes after it.
  void PutBucket(const std::string& name,
                 const nlohmann::json& settings = nlohmann::json::object()) {
    Ask("PUT", "buckets/" + name, settings);
  }
  void DeleteBucket(const std::string& name) { Ask("DELETE", "buckets/" + name); }
  std::map<std::string, std::string> Objects(const std::string& bucket, const std::string& prefix);
  // The notes of a journal there, as JSON.
  std::vector<nlohmann::json> Notes(const std::string& bucket, const std::string& prefix);

  // A job that somebody else starts; its id.
  std::string StartAsSomebodyElse(const std::string& workflow);
  void Finish(const std::string& job_id, const std::string& status = "SUCCEEDED",
              const std::string& message = "");

  // Every job ever started, in order.
  std::vector<nlohmann::json> Jobs();
  std::vector<std::string> JobIds();
  // How many calls of `operation` came (of any if empty), and the number of the last call so far.
  int Calls(const std::string& operation = "");
  nlohmann::json CallsOf(const std::string& operation);
  void ForgetCalls() { Ask("DELETE", "calls"); }

  // Waits until so many jobs were started. Fails the test if that takes over a minute.
  void AwaitJobs(std::size_t count);
  void AwaitCalls(const std::string& operation, int count);

 private:
  Process process_;
  std::string url_;
};

}  // namespace er::acceptance
