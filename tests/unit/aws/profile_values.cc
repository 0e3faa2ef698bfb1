// What is in shared files, one JSON object a line on stdin (config, credentials, profiles, keys)
// and one a line on stdout, profile by profile: what compare_profiles_with_botocore.py runs.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "aws/profile_file.h"
#include "support/fake_environment.h"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const nlohmann::json input = nlohmann::json::parse(line);
    er::FakeEnvironment environment;
    environment.files = {{"/config", input.at("config")},
                         {"/credentials", input.at("credentials")}};
    const auto profiles = er::aws::Profiles::Load(environment, {"/config"}, {"/credentials"});
    nlohmann::json values = nlohmann::json::object();
    for (const std::string profile : input.at("profiles")) {
      if (!profiles.Has(profile)) continue;
      values[profile] = nlohmann::json::object();
      for (const std::string key : input.at("keys")) {
        if (const auto value = profiles.Value(profile, key)) values[profile][key] = *value;
      }
    }
    std::cout << values.dump() << '\n';
  }
}
