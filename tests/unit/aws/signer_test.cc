#include "aws/signer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace er::aws {
namespace {

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::filesystem::path Corpus() { return ER_SOURCE_DIR "/tests/corpus/sigv4"; }

std::vector<std::string> CorpusNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(Corpus())) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  return names;
}

class SignerCorpusTest : public ::testing::TestWithParam<std::string> {};

TEST_P(SignerCorpusTest, EachStepGivesWhatItMust) {
  const std::filesystem::path folder = Corpus() / GetParam();
  const nlohmann::json input = nlohmann::json::parse(Read(folder / "request.json"));
  const Credentials credentials{
      .access_key_id = input.at("access_key_id"),
      .secret_access_key = Secret(input.at("secret_access_key").get<std::string>()),
      .session_token = Secret(input.at("session_token").get<std::string>())};
  const SigningScope scope{.time = absl::FromUnixSeconds(input.at("time").get<std::int64_t>()),
                           .region = input.at("region"),
                           .service = input.at("service")};
  const auto request = Sign({.method = input.at("method"),
                             .url = input.at("url"),
                             .headers = input.at("headers").get<http::Headers>(),
                             .body = input.at("body")},
                            credentials, scope);
  ASSERT_TRUE(request.ok()) << request.status();

  http::Request unsigned_request = *request;
  unsigned_request.headers.pop_back();
  const std::string canonical = CanonicalRequest(unsigned_request, *ParseUrl(request->url), scope);
  EXPECT_EQ(canonical, Read(folder / "canonical-request.txt"));
  EXPECT_EQ(StringToSign(canonical, scope), Read(folder / "string-to-sign.txt"));
  EXPECT_EQ(request->headers.back().first, "authorization");
  EXPECT_EQ(request->headers.back().second, Read(folder / "authorization.txt"));
}

INSTANTIATE_TEST_SUITE_P(All, SignerCorpusTest, ::testing::ValuesIn(CorpusNames()),
                         [](const auto& test) {
                           std::string name;
                           for (const char c : test.param) {
                             if (c != '-') name += c;
                           }
                           return name;
                         });

TEST(SignerTest, RefusesWhatIsNoUrl) {
  EXPECT_EQ(Sign({.method = "GET", .url = "example.com"}, {}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(SignerTest, AddsTheHeadersThatItSigns) {
  const auto request = Sign({.method = "GET", .url = "https://Host.Example.com:443/"},
                            {.access_key_id = "AK", .session_token = Secret("token")},
                            {.time = absl::FromUnixSeconds(0), .region = "r", .service = "s"});
  ASSERT_TRUE(request.ok());
  ASSERT_EQ(request->headers.size(), 4u);
  EXPECT_EQ(request->headers[0].second, "host.example.com");
  EXPECT_EQ(request->headers[1].second, "19700101T000000Z");
  EXPECT_EQ(request->headers[2].second, "token");
}

}  // namespace
}  // namespace er::aws
