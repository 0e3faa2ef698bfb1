// Signs requests, one JSON object a line on stdin, and prints the value of Authorization of each:
// what compare_with_botocore.py runs.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "aws/signer.h"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const nlohmann::json input = nlohmann::json::parse(line);
    er::http::Request request{.method = input.at("method"),
                              .url = input.at("url"),
                              .headers = input.at("headers").get<er::http::Headers>(),
                              .body = input.at("body")};
    const er::aws::Credentials credentials{
        .access_key_id = input.at("access_key_id"),
        .secret_access_key = er::Secret(input.at("secret_access_key").get<std::string>()),
        .session_token = er::Secret(input.at("session_token").get<std::string>())};
    const absl::StatusOr<er::http::Request> answer =
        er::aws::Sign(std::move(request), credentials,
                      {.time = absl::FromUnixSeconds(input.at("time").get<std::int64_t>()),
                       .region = input.at("region"),
                       .service = input.at("service")});
    std::cout << (answer.ok() ? answer->headers.back().second : answer.status().ToString()) << '\n';
  }
}
