#include "aws/endpoint.h"

#include <gtest/gtest.h>

namespace er::aws {
namespace {

struct Case {
  EndpointRequest request;
  const char* url;
};

TEST(ResolveEndpointTest, FollowsTheRulesOfEachPartition) {
  const Case cases[] = {
      {{.region = "eu-west-1"}, "https://entityresolution.eu-west-1.amazonaws.com"},
      {{.region = "eu-west-1", .use_fips = true},
       "https://entityresolution-fips.eu-west-1.amazonaws.com"},
      {{.region = "eu-west-1", .use_dualstack = true},
       "https://entityresolution.eu-west-1.api.aws"},
      {{.region = "eu-west-1", .use_fips = true, .use_dualstack = true},
       "https://entityresolution-fips.eu-west-1.api.aws"},
      {{.region = "mx-central-1"}, "https://entityresolution.mx-central-1.amazonaws.com"},
      {{.region = "moon-base-1"}, "https://entityresolution.moon-base-1.amazonaws.com"},
      {{.region = "cn-north-1"}, "https://entityresolution.cn-north-1.amazonaws.com.cn"},
      {{.region = "cn-north-1", .use_dualstack = true},
       "https://entityresolution.cn-north-1.api.amazonwebservices.com.cn"},
      {{.region = "us-gov-west-1", .use_fips = true},
       "https://entityresolution-fips.us-gov-west-1.amazonaws.com"},
      {{.region = "us-gov-west-1", .use_dualstack = true},
       "https://entityresolution.us-gov-west-1.api.aws"},
      {{.region = "eusc-de-east-1"}, "https://entityresolution.eusc-de-east-1.amazonaws.eu"},
      {{.region = "eusc-de-east-1", .use_dualstack = true},
       "https://entityresolution.eusc-de-east-1.api.amazonwebservices.eu"},
      {{.region = "us-iso-east-1"}, "https://entityresolution.us-iso-east-1.c2s.ic.gov"},
      {{.region = "us-iso-east-1", .use_dualstack = true},
       "https://entityresolution.us-iso-east-1.api.aws.ic.gov"},
      {{.region = "us-isob-east-1"}, "https://entityresolution.us-isob-east-1.sc2s.sgov.gov"},
      {{.region = "us-isob-east-1", .use_dualstack = true},
       "https://entityresolution.us-isob-east-1.api.aws.scloud"},
      {{.region = "eu-isoe-west-1"}, "https://entityresolution.eu-isoe-west-1.cloud.adc-e.uk"},
      {{.region = "eu-isoe-west-1", .use_dualstack = true},
       "https://entityresolution.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
      {{.region = "us-isof-south-1"}, "https://entityresolution.us-isof-south-1.csp.hci.ic.gov"},
      {{.region = "us-isof-south-1", .use_dualstack = true},
       "https://entityresolution.us-isof-south-1.api.aws.hci.ic.gov"},
      {{.prefix = "sts", .region = "us-east-1"}, "https://sts.us-east-1.amazonaws.com"},
      {{.prefix = "sts", .region = "us-east-1", .use_fips = true},
       "https://sts-fips.us-east-1.amazonaws.com"},
      {{.prefix = "sts", .region = "us-gov-west-1", .use_fips = true},
       "https://sts.us-gov-west-1.amazonaws.com"},
      {{.prefix = "sts", .region = "us-gov-east-1", .use_fips = true},
       "https://sts.us-gov-east-1.amazonaws.com"},
      {{.prefix = "sts", .region = "us-gov-west-1", .use_fips = true, .use_dualstack = true},
       "https://sts-fips.us-gov-west-1.api.aws"},
      {{.prefix = "portal.sso", .region = "us-gov-west-1", .use_fips = true},
       "https://portal.sso.us-gov-west-1.amazonaws.com"},
      {{.prefix = "oidc", .region = "us-gov-east-1", .use_fips = true},
       "https://oidc.us-gov-east-1.amazonaws.com"},
      {{.prefix = "s3", .region = "eu-west-1"}, "https://s3.eu-west-1.amazonaws.com"},
      {{.prefix = "s3", .region = "cn-north-1", .use_dualstack = true},
       "https://s3.dualstack.cn-north-1.amazonaws.com.cn"},
      {{.prefix = "s3", .region = "us-gov-west-1", .use_fips = true, .use_dualstack = true},
       "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com"},
      {{.custom_url = "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"},
      {{.region = "eu-west-1", .custom_url = "https://Proxy.example.com/er/"},
       "https://proxy.example.com/er"},
  };
  for (const Case& one : cases) {
    const auto url = ResolveEndpoint(one.request);
    ASSERT_TRUE(url.ok()) << url.status();
    EXPECT_EQ(*url, one.url);
  }
}

TEST(ResolveEndpointTest, SaysWhatContradicts) {
  const Case cases[] = {
      {{}, "Invalid Configuration: Missing Region"},
      {{.region = "r", .use_fips = true, .custom_url = "http://h"},
       "Invalid Configuration: FIPS and custom endpoint are not supported"},
      {{.region = "r", .use_dualstack = true, .custom_url = "http://h"},
       "Invalid Configuration: Dualstack and custom endpoint are not supported"},
      {{.region = "eu-west-1.evil.example/"},
       "Invalid Configuration: \"eu-west-1.evil.example/\" is not a Region"},
      {{.custom_url = "h:80"},
       "the endpoint: it must be a URL of the form https://host[:port][/path]"},
      {{.custom_url = "http://h/?x"}, "the endpoint: it must not have a query"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(ResolveEndpoint(one.request).status(), absl::InvalidArgumentError(one.url));
  }
}

TEST(PartitionOfTest, ReadsTheWholeName) {
  const std::pair<const char*, const char*> cases[] = {{"eu-west-1", "aws"},
                                                       {"cn-north-1", "aws-cn"},
                                                       {"us-gov-east-1", "aws-us-gov"},
                                                       {"eusc-de-east-1", "aws-eusc"},
                                                       {"us-iso-west-1", "aws-iso"},
                                                       {"us-isob-east-1", "aws-iso-b"},
                                                       {"eu-isoe-west-1", "aws-iso-e"},
                                                       {"us-isof-east-1", "aws-iso-f"},
                                                       {"aws-global", "aws"},
                                                       {"aws-cn-global", "aws-cn"},
                                                       {"aws-iso-b-global", "aws-iso-b"},
                                                       {"cn-north", "aws"},
                                                       {"cn-north-x", "aws"},
                                                       {"cn-1", "aws"},
                                                       {"cn--1", "aws"},
                                                       {"xcn-north-1", "aws"},
                                                       {"", "aws"},
                                                       {"-", "aws"},
                                                       {"--1", "aws"}};
  for (const auto& [region, partition] : cases) {
    EXPECT_EQ(PartitionOf(region).name, partition) << region;
  }
}

}  // namespace
}  // namespace er::aws
