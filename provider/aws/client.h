// One operation of an AWS service with a REST-JSON protocol: endpoint, encode, sign, send, decode,
// and repeat where that is safe. Knows no word of Terraform; which operations there are is data
// (schemas/service.json).
//
//   absl::StatusOr<aws::Answer> answer = client.Call(
//       {.operation = operation, .members = {{"workflowName", "wf"}}}, stop);
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/secret.h"

namespace er::aws {

struct Operation {
  std::string name{};    // StartIdMappingJob
  std::string method{};  // POST
  std::string path{};    // /idmappingworkflows/{workflowName}/jobs; {x} is filled from the member x
  std::vector<std::string> query{};   // the members that travel in the query
  std::vector<std::string> header{};  // the members that travel in headers of their name
  bool repeatable = false;            // may be sent again after any failure
  bool answers = true;                // there is something to answer; else an empty body will do
  bool confidential = false;          // members hold secrets: they are kept out of the log
  std::vector<Secret> secrets{};      // what the body holds and a message must not repeat
  // Asked right before each attempt goes out; none: it always may. Where it says no, nothing more
  // is sent, and the call fails with kAborted and Execution::kNotSent: what was tried before was
  // not executed, or it would not be tried again.
  std::function<bool()> may_send{};
};

struct Answer {
  nlohmann::json body = nlohmann::json::object();  // always an object
  std::string request_id{};
  absl::Time date{};  // the service's clock when it answered; now where it did not say
};

// Safe for concurrent use.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // Calls `operation` with `members`, an object of the API's member names; members that are not in
  // the path, the query or a header form the body.
  //
  // A repeatable operation is repeated in standard retry mode. One that is not is repeated only if
  // no byte of it was sent, or if the service refused it before executing it (throttling, expired
  // token, clock skew). On failure ErrorOf(status) says what is known; kCancelled after `stop`.
  virtual absl::StatusOr<Answer> Call(const Operation& operation, const nlohmann::json& members,
                                      std::stop_token stop) = 0;
};

}  // namespace er::aws
