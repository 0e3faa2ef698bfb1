#include "aws/endpoint.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "aws/uri.h"
#include "base/status.h"

namespace er::aws {
namespace {

struct PartitionRule {
  Partition partition;
  absl::string_view prefixes;  // what comes before the last two words of its regions' names
};

constexpr std::array<PartitionRule, 8> kPartitions = {{
    {{"aws", "amazonaws.com", "api.aws"}, "us eu ap sa ca me af il mx"},
    {{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}, "cn"},
    {{"aws-us-gov", "amazonaws.com", "api.aws"}, "us-gov"},
    {{"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}, "eusc-de"},
    {{"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"}, "us-iso"},
    {{"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"}, "us-isob"},
    {{"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}, "eu-isoe"},
    {{"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"}, "us-isof"},
}};

// "us-gov" of "us-gov-west-1"; empty where the name is not of this form.
absl::string_view PrefixOf(absl::string_view region) {
  const std::size_t number = region.rfind('-');
  if (number == absl::string_view::npos || number + 1 == region.size() ||
      region.find_first_not_of("0123456789", number + 1) != absl::string_view::npos) {
    return "";
  }
  const std::size_t word = region.substr(0, number).rfind('-');
  return word == absl::string_view::npos || word + 1 == number ? "" : region.substr(0, word);
}

// Such as eu-west-1a.
bool IsAvailabilityZone(absl::string_view text) {
  return text.size() > 1 && absl::ascii_isalpha(static_cast<unsigned char>(text.back())) &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[text.size() - 2]));
}

}  // namespace

bool IsRegion(absl::string_view text) {
  return !text.empty() && !IsAvailabilityZone(text) && text.size() <= 63 && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
         });
}

const Partition& PartitionOf(absl::string_view region) {
  const absl::string_view prefix = PrefixOf(region);
  for (const PartitionRule& rule : kPartitions) {
    if (region == absl::StrCat(rule.partition.name, "-global")) return rule.partition;
    for (const absl::string_view known : absl::StrSplit(rule.prefixes, ' ')) {
      if (known == prefix) return rule.partition;
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
    const absl::StatusOr<Url> url = ParseUrl(request.custom_url);
    if (!url.ok()) return WithContext(url.status(), "the endpoint");
    if (!url->query.empty()) {
      return absl::InvalidArgumentError("the endpoint: it must not have a query");
    }
    return absl::StrCat(url->scheme, "://", url->Authority(),
                        std::string(absl::StripSuffix(url->path, "/")));
  }
  if (request.region.empty()) {
    return absl::InvalidArgumentError("Invalid Configuration: Missing Region");
  }
  if (!IsRegion(request.region)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Invalid Configuration: \"", request.region, "\" is not a Region"));
  }
  const Partition& partition = PartitionOf(request.region);
  // S3 spoke IPv6 before there were domains for it.
  const bool by_label = request.use_dualstack && request.prefix == "s3";
  const bool by_domain = request.use_dualstack && !by_label;
  // In GovCloud the usual endpoints of old services are FIPS ones, and there are no others.
  const bool is_fips_anyway =
      partition.name == "aws-us-gov" && !request.use_dualstack &&
      (request.prefix == "sts" || request.prefix == "portal.sso" || request.prefix == "oidc");
  return absl::StrCat("https://", request.prefix,
                      request.use_fips && !is_fips_anyway ? "-fips" : "",
                      by_label ? ".dualstack." : ".", request.region, ".",
                      by_domain ? partition.dual_stack_dns_suffix : partition.dns_suffix);
}

}  // namespace er::aws
