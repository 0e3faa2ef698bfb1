// Where a bucket's object is asked for, one JSON object a line on stdin and one URL a line on
// stdout, or what is wrong: what compare_buckets_with_botocore.py runs.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "aws/s3.h"
#include "support/fake_clock.h"
#include "support/fake_transport.h"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const nlohmann::json input = nlohmann::json::parse(line);
    er::FakeTransport transport;
    er::FakeClock clock;
    const auto bucket =
        er::aws::S3Bucket::Create({.bucket = input.at("bucket"),
                                   .endpoint = {.prefix = "s3",
                                                .region = input.at("region"),
                                                .use_fips = input.at("use_fips"),
                                                .use_dualstack = input.at("use_dualstack"),
                                                .custom_url = input.at("custom_url")}},
                                  {.transport = &transport, .clock = &clock});
    if (bucket.ok()) (*bucket)->Get(input.at("key"), {}).IgnoreError();
    std::cout << (bucket.ok() ? transport.requests().at(0).url : bucket.status().ToString())
              << '\n';
  }
}
