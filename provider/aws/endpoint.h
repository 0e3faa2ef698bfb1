// Where a service is found: the endpoint rules of AWS, for the services used here.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace er::aws {

struct Partition {
  absl::string_view name{};  // aws, aws-cn, ...
  absl::string_view dns_suffix{};
  absl::string_view dual_stack_dns_suffix{};
};

// The partition that `region` belongs to by its name; "aws" for an unknown one.
const Partition& PartitionOf(absl::string_view region);

// Whether `text` can be a Region, and no availability zone. It becomes a part of a host name:
// "x.example.com/" must not lead requests elsewhere.
bool IsRegion(absl::string_view text);

struct EndpointRequest {
  std::string prefix = "entityresolution";  // sts, portal.sso, oidc, s3
  std::string region{};
  bool use_fips = false;
  bool use_dualstack = false;
  std::string custom_url{};  // wins; excludes the two above
};

// A URL without a slash at its end. kInvalidArgument where the request contradicts itself, has no
// region, or where a part of it cannot be in a URL.
absl::StatusOr<std::string> ResolveEndpoint(const EndpointRequest& request);

}  // namespace er::aws
