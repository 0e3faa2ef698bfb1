// Where services are found, one JSON object a line on stdin and one URL a line on stdout, or what
// is wrong: what compare_endpoints_with_botocore.py runs.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "aws/endpoint.h"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const nlohmann::json input = nlohmann::json::parse(line);
    const auto url = er::aws::ResolveEndpoint({.prefix = input.at("prefix"),
                                               .region = input.at("region"),
                                               .use_fips = input.at("use_fips"),
                                               .use_dualstack = input.at("use_dualstack")});
    std::cout << (url.ok() ? *url : url.status().ToString()) << '\n';
  }
}
