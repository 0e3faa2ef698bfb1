#include "aws/endpoint.h"

#include <algorithm>
#include <array>
#include <regex>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "aws/uri.h"
#include "base/status.h"

namespace er::aws {
namespace {

struct PartitionRule {
  Partition partition;
  const char* region_pattern;
};

constexpr std::array<PartitionRule, 8> kPartitions = {{
    {{"aws", "amazonaws.com", "api.aws"}, R"((us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+)"},
    {{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}, R"(cn-\w+-\d+)"},
    {{"aws-us-gov", "amazonaws.com", "api.aws"}, R"(us-gov-\w+-\d+)"},
    {{"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}, R"(eusc-(de)-\w+-\d+)"},
    {{"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"}, R"(us-iso-\w+-\d+)"},
    {{"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"}, R"(us-isob-\w+-\d+)"},
    {{"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}, R"(eu-isoe-\w+-\d+)"},
    {{"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"}, R"(us-isof-\w+-\d+)"},
}};

// A region becomes a part of a host name: "x.example.com/" must not lead requests elsewhere.
bool IsHostLabel(absl::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
         });
}

}  // namespace

const Partition& PartitionOf(absl::string_view region) {
  if (region.size() <= 63) {  // std::regex recurses by the length of its subject
    const std::string text(region);
    for (const PartitionRule& rule : kPartitions) {
      if (std::regex_match(text, std::regex(rule.region_pattern))) return rule.partition;
    }
  }
  return kPartitions[0].partition;
}

absl::StatusOr<std::string> ResolveEndpoint(const EndpointRequest& request) {
  if (!request.custom_url.empty()) {
    if (request.use_fips) {
      return absl::InvalidArgumentError(
          "Invalid Configuration: FIPS and custom endpoint are not supported");
    }
    if (request.use_dualstack) {
      return absl::InvalidArgumentError(
          "Invalid Configuration: Dualstack and custom endpoint are not supported");
    }
    ASSIGN_OR_RETURN(const Url url, ParseUrl(request.custom_url));
    if (!url.query.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the endpoint \"", request.custom_url, "\" must not have a query"));
    }
    return absl::StrCat(url.scheme, "://", url.Authority(),
                        std::string(absl::StripSuffix(url.path, "/")));
  }
  if (request.region.empty()) {
    return absl::InvalidArgumentError("Invalid Configuration: Missing Region");
  }
  if (!IsHostLabel(request.region)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Invalid Configuration: \"", request.region, "\" is not a Region"));
  }
  const Partition& partition = PartitionOf(request.region);
  return absl::StrCat(
      "https://", request.prefix, request.use_fips ? "-fips" : "", ".", request.region, ".",
      request.use_dualstack ? partition.dual_stack_dns_suffix : partition.dns_suffix);
}

}  // namespace er::aws
