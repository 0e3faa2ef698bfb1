// Statements of policies, which live in one document with those of others.
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;

constexpr char kType[] = "entityresolution_policy_statement";
constexpr char kArn[] =
    "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers";

class PolicyStatementTest : public AcceptanceTest {
 protected:
  static json Statement(const std::string& sid, const json& more = json::object()) {
    json attributes = {{"arn", kArn},
                       {"statement_id", sid},
                       {"effect", "Allow"},
                       {"action", {"entityresolution:GetIdMappingWorkflow"}},
                       {"principal", {"210987654321"}}};
    attributes.update(more);
    return attributes;
  }
  void Write(const json& statements) {
    WriteFile(workspace.folder() + "/main.tf.json",
              json{{"resource", {{kType, statements}}}}.dump());
  }
  void ExpectApplied() {
    EXPECT_THAT(workspace.Apply(), Succeeds());
    EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  }
  json Attributes(const std::string& name) {
    return workspace.Attributes(absl::StrCat(kType, ".", name));
  }
};

TEST_F(PolicyStatementTest, IsMadeChangedInPlaceAndDeletedBesideOthers) {
  Write({{"a", Statement("a")}, {"b", Statement("b")}});
  ExpectApplied();
  EXPECT_EQ(Attributes("a")["id"], absl::StrCat(kArn, "|a"));
  EXPECT_EQ(Attributes("a")["region"], "eu-west-1");

  const json changed = {
      {"effect", "Deny"},
      {"action", {"entityresolution:StartIdMappingJob", "entityresolution:GetIdMappingJob"}},
      {"principal", {"210987654321", "entityresolution.amazonaws.com"}},
      {"condition", R"({ "Bool": { "aws:SecureTransport": "true" } })"}};
  Write({{"a", Statement("a", changed)}, {"b", Statement("b")}});
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));
  ExpectApplied();
  EXPECT_EQ(emulator.Calls("PutPolicy"), 1);
  EXPECT_EQ(emulator.Calls("DeletePolicyStatement"), 0);

  Write({{"b", Statement("b")}});
  ExpectApplied();
  EXPECT_EQ(emulator.Calls("DeletePolicyStatement"), 1);
  EXPECT_THAT(workspace.Destroy(), Succeeds());
}

TEST_F(PolicyStatementTest, AnotherOneOfThatNameIsLeftAlone) {
  Write({{"a", Statement("a")}});
  ExpectApplied();
  EXPECT_THAT(workspace.Run({"state", "rm", absl::StrCat(kType, ".a")}), Succeeds());
  EXPECT_THAT(workspace.Apply(), FailsWith("terraform import"));
  EXPECT_EQ(emulator.Calls("PutPolicy"), 0);

  const std::string id = absl::StrCat(kArn, "|a");
  EXPECT_THAT(workspace.Run({"import", "-no-color", absl::StrCat(kType, ".a"), id}), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(PolicyStatementTest, ManyOfOnePolicyChangeAtOnce) {
  const auto write = [&](const json& more) {
    json statements;
    for (int i = 0; i < 10; ++i) {
      const std::string name = absl::StrCat("s", i);
      statements[name] = Statement(name, more);
    }
    Write(statements);
  };
  write(json::object());
  ExpectApplied();
  emulator.Fault({{"kind", "conflict"}, {"operation", "PutPolicy"}, {"times", 2}});
  write({{"effect", "Deny"}});
  ExpectApplied();
  EXPECT_EQ(emulator.Calls("PutPolicy"), 12);
}

TEST_F(PolicyStatementTest, ALostAnswerIsSettled) {
  for (const char* fault : {"cut-after", "cut-before"}) {
    emulator.Fault({{"kind", fault}, {"operation", "AddPolicyStatement"}});
    Write({{"a", Statement("a", {{"condition", R"({"Bool":{"aws:SecureTransport":"true"}})"}})}});
    ExpectApplied();
    EXPECT_THAT(workspace.Destroy(), Succeeds());
  }
}

TEST_F(PolicyStatementTest, IsMadeAnewWhereItOrItsOwnerHasGone) {
  Write({{"a", Statement("a")}});
  ExpectApplied();
  emulator.DeleteWorkflow("customers");
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 0 to destroy"));
  emulator.PutWorkflow("customers");
  ExpectApplied();
}

TEST_F(PolicyStatementTest, AMistakeIsToldBeforeAnythingIsAsked) {
  const auto check = [&](const json& mistake, const std::string& text) {
    Write({{"a", Statement("a", mistake)}});
    EXPECT_THAT(workspace.Plan(), FailsWith(text)) << mistake;
  };
  check({{"arn", "arn:aws:glue:eu-west-1:123456789012:table/a/b"}}, "arn");
  check({{"statement_id", "a b"}}, "statement_id");
  check({{"effect", "allow"}}, "effect");
  check({{"action", {"s3:GetObject"}}}, "action");
  check({{"action", json::array()}}, "action");
  check({{"principal", {"Nobody"}}}, "principal");
  check({{"condition", "{"}}, "condition");
  EXPECT_EQ(emulator.Calls(), 0);
}

}  // namespace
}  // namespace er::acceptance
