// The Client for a service that speaks REST-JSON, such as Entity Resolution.
#pragma once

#include <memory>
#include <string>

#include "aws/call.h"
#include "aws/client.h"

namespace er::aws {

// `endpoint` is what endpoint.h resolved: a URL without a slash at its end. What `config` points to
// must outlive the client.
std::unique_ptr<Client> NewRestJsonClient(std::string endpoint, CallerConfig config);

// The request that `operation` makes of `members`; public for tests. kInvalidArgument where a
// member of the path is missing or cannot be in one.
absl::StatusOr<http::Request> EncodeRestJson(absl::string_view endpoint, const Operation& operation,
                                             const nlohmann::json& members);

}  // namespace er::aws
