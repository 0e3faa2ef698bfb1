// The S3 client against an S3 that loses answers, fails after the work, and throttles, on real
// sockets: what each write says became of it is held against what the bucket has seen.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "aws/s3.h"
#include "emulator/control.h"
#include "emulator/server.h"
#include "http/curl_transport.h"
#include "support/fake_clock.h"

namespace er::aws {
namespace {

using emulator::Json;

constexpr char kFaults[] = R"({"random": {"rate": 0.35, "kinds": [
    "cut-before", "cut-after", "half", "garbage", "500-before", "500-after", "502-after",
    "503-before", "503-after", "504-after", "throttle", "conflict", "expired"]}})";

class S3TruthTest : public ::testing::TestWithParam<int> {
 protected:
  S3TruthTest() {
    emulator::State& state = emulator_.state();
    state.credentials["AK"] = {
        .access_key = "AK", .secret_key = "SK", .account = state.config.account};
    EXPECT_TRUE(PutBucket(state, "b-1", {{"region", "eu-west-1"}}).ok());
    EXPECT_TRUE(state.faults.Add(Json::parse(kFaults)).ok());
    server_ = *emulator::Server::Start(emulator_, {});
    bucket_ = *S3Bucket::Create(
        {.bucket = "b-1",
         .endpoint = {.prefix = "s3", .region = "us-east-1", .custom_url = server_->url()}},
        {.transport = transport_.get(), .clock = &clock_, .credentials = &keys_});
  }

  // Every content that the key has ever had, in order; an empty one for "there is none".
  std::vector<std::string> History(const std::string& key) {
    const Json objects = Json::parse(emulator_
                                         .Handle({.method = "GET",
                                                  .path = "/_emulator/buckets/b-1/objects",
                                                  .query = absl::StrCat("prefix=", key),
                                                  .peer = "127.0.0.1"},
                                                 {})
                                         .body)
                             .at("objects");
    std::vector<std::string> contents = {""};
    for (const Json& object : objects) {
      for (const Json& version : object.at("versions")) {
        contents.push_back(version.value("content", ""));
      }
    }
    return contents;
  }

  FakeClock clock_;
  emulator::Emulator emulator_{clock_, static_cast<std::uint64_t>(GetParam())};
  std::unique_ptr<emulator::Server> server_;
  std::unique_ptr<http::Transport> transport_ = *http::NewCurlTransport({});
  StaticCredentials keys_{{.access_key_id = "AK", .secret_access_key = Secret("SK")}};
  std::unique_ptr<S3Bucket> bucket_;
};

TEST_P(S3TruthTest, EachWriteTellsWhatBecameOfIt) {
  std::mt19937 chance(static_cast<unsigned>(GetParam()));
  const auto any = [&](int below) {
    return static_cast<int>(chance() % static_cast<unsigned>(below));
  };
  std::map<absl::StatusCode, int> told;
  for (int number = 0; number < 300; ++number) {
    const std::string key = absl::StrCat("k/", any(3));
    const std::string mine = absl::StrCat("content ", number);  // unlike any other
    const std::vector<std::string> before = History(key);
    const absl::StatusOr<S3Content> seen = bucket_->Get(key, {});
    if (seen.ok()) {
      ASSERT_EQ(seen->text, before.back());
    } else if (absl::IsNotFound(seen.status())) {
      ASSERT_EQ(before.back(), "") << seen.status();
    }
    const bool knows_etag = seen.ok() && any(5) > 0;
    const std::string match = knows_etag ? seen->etag : std::string(32, '0');
    const int what = any(3);
    const absl::Status status = what == 0   ? bucket_->PutIfAbsent(key, mine, {}).status()
                                : what == 1 ? bucket_->PutIfMatch(key, match, mine, {}).status()
                                            : bucket_->DeleteIfMatch(key, match, {});
    ++told[status.code()];

    const std::vector<std::string> after = History(key);
    const std::string wanted = what == 2 ? "" : mine;
    const bool may_be_done =
        what == 0 ? before.back().empty() : knows_etag && !before.back().empty();
    SCOPED_TRACE(absl::StrCat("write ", number, " of kind ", what, ": ", status.ToString()));
    // Never twice, and never against its condition.
    ASSERT_LE(after.size(), before.size() + (may_be_done ? 1 : 0));
    const bool done = after.size() > before.size();
    ASSERT_TRUE(!done || after.back() == wanted);
    switch (status.code()) {
      case absl::StatusCode::kOk:
        // Where an answer was lost, who deleted what is gone cannot be seen.
        ASSERT_TRUE(done || (what == 2 && before.back().empty()));
        break;
      case absl::StatusCode::kAlreadyExists:
      case absl::StatusCode::kAborted:
      case absl::StatusCode::kNotFound:
        ASSERT_FALSE(done);
        break;
      default:
        // It may be done: then the error says that this is not known.
        ASSERT_TRUE(!done || ErrorOf(status)->execution == Execution::kUnknown);
    }
  }
  EXPECT_GT(told[absl::StatusCode::kOk], 50);
  EXPECT_GT(told[absl::StatusCode::kAlreadyExists], 20);
  EXPECT_GT(told[absl::StatusCode::kAborted], 20);
}

INSTANTIATE_TEST_SUITE_P(Seeds, S3TruthTest, ::testing::Range(1, 7));

}  // namespace
}  // namespace er::aws
