// Each documented limit of the operations that the emulator serves.
#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::HasSubstr;

const std::string kRole = "arn:aws:iam::123456789012:role/r";
const std::string kPath = "s3://bucket/out/";

std::string Output(const std::string& role, const std::string& path, const std::string& kms = "") {
  Json source = {{"roleArn", role}, {"outputS3Path", path}};
  if (!kms.empty()) source["KMSArn"] = kms;
  return Json{{"outputSourceConfig", {source}}}.dump();
}

struct Case {
  std::string name;
  std::string body;
  std::string error;  // empty: accepted
  std::string message_has = "";
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class StartLimits : public testing::TestWithParam<Case> {};

TEST_P(StartLimits, Hold) {
  Client client;
  const Seen seen = client.StartWith(GetParam().body);

  EXPECT_EQ(seen.error(), GetParam().error) << seen.answer.body;
  EXPECT_EQ(seen.code(), GetParam().error.empty() ? 200 : 400);
  EXPECT_THAT(seen.message(), HasSubstr(GetParam().message_has));
  EXPECT_EQ(client.JobsStarted(), GetParam().error.empty() ? 1 : 0);
}

constexpr const char* kInvalid = "ValidationException";
constexpr const char* kWrongType = "SerializationException";

INSTANTIATE_TEST_SUITE_P(
    , StartLimits,
    testing::Values(
        Case{"NoBody", "", ""}, Case{"EmptyBody", "{}", ""},
        Case{"UnknownMember", R"({"colour": "red"})", kInvalid, "'colour'"},
        Case{"NullMembers", R"({"jobType": null, "outputSourceConfig": null})", ""},
        Case{"NotJson", "{", kWrongType}, Case{"NotAnObject", "[]", kWrongType},

        Case{"Batch", R"({"jobType": "BATCH"})", ""},
        Case{"Incremental", R"({"jobType": "INCREMENTAL"})", ""},
        Case{"DeleteOnly", R"({"jobType": "DELETE_ONLY"})", ""},
        Case{"UnknownJobType", R"({"jobType": "batch"})", kInvalid, "'jobType'"},
        Case{"EmptyJobType", R"({"jobType": ""})", kInvalid, "enum value set"},
        Case{"NumberAsJobType", R"({"jobType": 1})", kWrongType, "'jobType'"},

        Case{"NoOutput", R"({"outputSourceConfig": []})", kInvalid, "greater than or equal to 1"},
        Case{"TwoOutputs",
             Json{{"outputSourceConfig",
                   {{{"roleArn", kRole}, {"outputS3Path", kPath}},
                    {{"roleArn", kRole}, {"outputS3Path", kPath}}}}}
                 .dump(),
             kInvalid, "less than or equal to 1"},
        Case{"OutputIsNoList", R"({"outputSourceConfig": {}})", kWrongType},
        Case{"OutputIsTextInList", R"({"outputSourceConfig": ["x"]})", kWrongType},
        Case{"NoRole", R"({"outputSourceConfig": [{"outputS3Path": "s3://bucket"}]})", kInvalid,
             "outputSourceConfig.1.member.roleArn"},
        Case{"NoPath", R"({"outputSourceConfig": [{"roleArn": ")" + kRole + R"("}]})", kInvalid,
             "outputSourceConfig.1.member.outputS3Path"},
        Case{"TwoErrorsAtOnce", R"({"jobType": "x", "outputSourceConfig": []})", kInvalid,
             "2 validation errors"},

        Case{"ShortestRole", Output(kRole, kPath), ""},
        Case{"RoleUnder32", Output(kRole.substr(0, 31), kPath), kInvalid, "roleArn"},
        Case{"LongestRole", Output(kRole + std::string(480, 'r'), kPath), ""},
        Case{"RoleOver512", Output(kRole + std::string(481, 'r'), kPath), kInvalid, "roleArn"},
        Case{"RoleOfAnotherPartition", Output("arn:aws-cn:iam::123456789012:role/role", kPath),
             kInvalid, "roleArn"},
        Case{"RoleWithSpace", Output(kRole + " role", kPath), kInvalid, "roleArn"},
        Case{"RoleInFolder", Output("arn:aws:iam::123456789012:role/a/b+=,.@-_", kPath), ""},

        Case{"BucketOnly", Output(kRole, "s3://buc"), ""},
        Case{"EmptyPath", Output(kRole, ""), kInvalid, "outputS3Path"},
        Case{"ShortBucket", Output(kRole, "s3://bu"), kInvalid, "outputS3Path"},
        Case{"LongestBucket", Output(kRole, "s3://" + std::string(63, 'b')), ""},
        Case{"BucketOver63", Output(kRole, "s3://" + std::string(64, 'b')), kInvalid,
             "outputS3Path"},
        Case{"BucketInUpperCase", Output(kRole, "s3://Bucket"), kInvalid, "outputS3Path"},
        Case{"PathOfHttp", Output(kRole, "https://bucket/x"), kInvalid, "outputS3Path"},
        Case{"LongestPath", Output(kRole, "s3://bucket/" + std::string(1012, 'p')), ""},
        Case{"PathOver1024", Output(kRole, "s3://bucket/" + std::string(1013, 'p')), kInvalid,
             "outputS3Path"},
        Case{"LengthInCharactersNotBytes",
             Output(kRole, "s3://bucket/" + std::string(1011, 'p') + "\u00e9"), ""},

        Case{"Kms", Output(kRole, kPath, "arn:aws:kms:eu-west-1:123456789012:key/k"), ""},
        Case{"KmsOfNoAccount", Output(kRole, kPath, "arn:aws:kms:eu-west-1::key/k"), kInvalid,
             "KMSArn"},
        Case{"KmsAlias", Output(kRole, kPath, "alias/k"), kInvalid, "KMSArn"}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(Limits, OfTheWorkflowsNameInJobOperations) {
  Client client;
  const std::string arn =
      "arn%3Aaws%3Aentityresolution%3Aeu-west-1%3A123456789012%3Aidmappingworkflow%2F";
  const std::pair<std::string, int> cases[] = {
      {"customers", 200},
      {arn + "customers", 200},
      {"nobody", 404},
      {"a%2Bb%3D%2F", 404},  // allowed, but there is none
      {arn + "nobody", 404},
      {arn + "customers%2Fx", 400},
      {"custom%20ers", 400},
      {"custom.ers", 400},
      {"c%C3%B6", 400},
      {"arn%3Aaws%3Aentityresolution%3Aeu-west-1%3A12345%3Aidmappingworkflow%2Fcustomers", 400},
      {"arn%3Aaws%3As3%3A%3A%3Abucket", 400},
      // Somebody else's, and another Region's.
      {"arn%3Aaws%3Aentityresolution%3Aeu-west-1%3A999999999999%3Aidmappingworkflow%2Fcustomers",
       403},
      {"arn%3Aaws%3Aentityresolution%3Aus-east-1%3A123456789012%3Aidmappingworkflow%2Fcustomers",
       404},
  };
  for (const auto& [name, code] : cases) {
    const Seen seen = client.List(name);
    EXPECT_EQ(seen.code(), code) << name << ": " << seen.answer.body;
  }
}

TEST(Limits, OfJobIds) {
  Client client;
  EXPECT_EQ(client.Get("customers", std::string(32, 'a')).error(), "ResourceNotFoundException");
  for (const std::string& id :
       {std::string(31, 'a'), std::string(33, 'a'), std::string(32, 'A'), std::string(32, 'g')}) {
    EXPECT_EQ(client.Get("customers", id).error(), "ValidationException") << id;
  }
}

TEST(Limits, OfPages) {
  Client client;
  const std::pair<std::string, std::string> cases[] = {
      {"maxResults=1", ""},
      {"maxResults=25", ""},
      {"maxResults=0", "ValidationException"},
      {"maxResults=26", "ValidationException"},
      {"maxResults=ten", "SerializationException"},
      {"nextToken=", "ValidationException"},
      {"nextToken=%21", "ValidationException"},
      {"nextToken=YWJj", "ValidationException"},  // well formed, yet none of ours
      {"nextToken=" + std::string(1025, 'a'), "ValidationException"},
      {"unknown=1", ""},
  };
  for (const auto& [query, error] : cases) {
    EXPECT_EQ(client.List("customers", query).error(), error) << query;
  }
}

TEST(Limits, OfWorkflows) {
  const Json good = {
      {"workflowName", "new"},
      {"inputSourceConfig",
       {{{"inputSourceARN", "arn:aws:glue:eu-west-1:123456789012:table/db/t"}}}},
      {"idMappingTechniques", {{"idMappingType", "RULE_BASED"}}},
  };
  const std::pair<const char*, const char*> changes[] = {
      {"/workflowName", "null"},
      {"/workflowName", "\"\""},
      {"/workflowName", "\"a b\""},
      {"/inputSourceConfig", "null"},
      {"/inputSourceConfig", "[]"},
      {"/inputSourceConfig/0/inputSourceARN", "\"arn:aws:s3:::bucket\""},
      {"/inputSourceConfig/0/type", "\"BOTH\""},
      {"/idMappingTechniques", "null"},
      {"/idMappingTechniques/idMappingType", "\"GUESS\""},
      {"/idMappingTechniques/providerProperties", "{}"},
      {"/incrementalRunConfig", R"({"incrementalRunType": "DAILY"})"},
      {"/outputSourceConfig", "[]"},
      {"/outputSourceConfig", R"([{"outputS3Path": "bucket"}])"},
      {"/roleArn", "\"role\""},
      {"/tags", R"({"": "x"})"},
  };
  for (const auto& [path, value] : changes) {
    Client client;
    Json body = good;
    body[Json::json_pointer(path)] = Json::parse(value);
    EXPECT_EQ(client.Call("POST", "/idmappingworkflows", body.dump()).error(),
              "ValidationException")
        << path << " = " << value;
  }
  Client client;
  Json body = good;
  body["description"] = std::string(256, 'd');
  EXPECT_EQ(client.Call("POST", "/idmappingworkflows", body.dump()).error(), "ValidationException");
  body["description"] = std::string(255, 'd');
  EXPECT_EQ(client.Call("POST", "/idmappingworkflows", body.dump()).code(), 200);
}

TEST(Limits, OfTheContentType) {
  Client client;
  Request request = Client::Unsigned("POST", "/idmappingworkflows/customers/jobs", "{}");
  request.headers = {{"content-type", "text/plain"}};
  Sign(request, client.signing, client.clock.Now());
  EXPECT_EQ(client.Send(request).code(), 415);
}

}  // namespace
}  // namespace er::emulator
