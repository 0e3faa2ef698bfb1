#include "emulator/log_line.h"

#include <vector>

#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class LogLines : public testing::Test {
 protected:
  LogLines() {
    client.emulator.set_observer(
        [this](const LoggedCall& call) { lines.push_back(LogLine(call, false)); });
  }

  Client client;
  std::vector<std::string> lines;
};

TEST_F(LogLines, SayWhatWasAskedAndWhatCameOfIt) {
  const std::string job = client.Start();
  client.Get("customers", job);
  client.Control("POST", "faults", {{"faults", {{{"kind", "cut-after"}}, {{"kind", "throttle"}}}}});
  client.List("customers");
  client.List("customers");
  client.Control("PUT", "buckets/b-1", {{"region", "eu-west-1"}});
  client.S3("GET", "/b-1/a%20b");
  client.Sts("Action=GetCallerIdentity");
  client.Call("GET", "/x%0A%1B");
  EXPECT_THAT(
      lines,
      ElementsAre("03:04:05.000Z 200 StartIdMappingJob    eu-west-1 customers job " + job,
                  "03:04:05.000Z 200 GetIdMappingJob      eu-west-1 customers job " + job,
                  "03:04:05.000Z --- ListIdMappingJobs    eu-west-1 customers fault "
                  "cut-after (cut)",
                  "03:04:05.000Z 429 ListIdMappingJobs    eu-west-1 customers fault throttle "
                  "ThrottlingException",
                  "03:04:05.000Z 404 GetObject            eu-west-1 s3://b-1/a b NoSuchKey",
                  "03:04:05.000Z 200 GetCallerIdentity    eu-west-1",
                  "03:04:05.000Z 404 GET /x%0A%1B         eu-west-1 "
                  "UnknownOperationException"));
}

TEST_F(LogLines, LetNobodyWriteOnTheTerminal) {
  client.Control("PUT", "buckets/b-1", {{"region", "eu-west-1"}});
  client.S3("GET", "/b-1/x%0A%1B[2J");
  EXPECT_THAT(lines.at(0), HasSubstr("s3://b-1/x??[2J"));
}

TEST_F(LogLines, AreColouredForTerminals) {
  LoggedCall call{.operation = "PutObject", .bucket = "b", .key = "k", .code = 200};
  EXPECT_EQ(LogLine(call, true),
            "\x1b[2m00:00:00.000Z\x1b[0m \x1b[32m200\x1b[0m \x1b[1mPutObject           \x1b[0m "
            "s3://b/k");
  call.code = 500;
  call.fault = "500-after";
  EXPECT_THAT(LogLine(call, true), EndsWith("\x1b[35mfault 500-after\x1b[0m"));
}

}  // namespace
}  // namespace er::emulator
