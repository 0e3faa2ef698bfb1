// Actions: what an invocation starts, what it tells on the way, and what is left of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acceptance/emulator_process.h"
#include "protocol/provider_under_test.h"
#include "protocol/typed.h"
#include "support/value_printing.h"

namespace er {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Event = tfplugin6::InvokeAction::Event;
using Stub = tfplugin6::Provider::Stub;

constexpr char kStart[] = "entityresolution_start_id_mapping_job";

class ProviderAction : public testing::Test {
 protected:
  ProviderAction() {
    emulator_.PutWorkflow("customers");
    EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), "");
  }
  ~ProviderAction() override { std::filesystem::remove_all(folder_); }

  // What came of an invocation: its lines, and what it was completed with.
  struct Invoked {
    std::vector<std::string> lines{};
    std::string told{};
    int completed = 0;
  };

  Value Config(Value::Map parts = {}) const {
    parts.try_emplace("workflow_name", "customers");
    return action_.Object(std::move(parts));
  }

  Invoked Invoke(const Value& config, const std::function<void()>& after_first_line = nullptr) {
    return Invoke(action_, config, after_first_line);
  }

  // `after_first_line` is done once, when the first line has come.
  Invoked Invoke(const Typed& action, const Value& config,
                 const std::function<void()>& after_first_line = nullptr) {
    grpc::ClientContext call;
    call.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    tfplugin6::InvokeAction::Request request;
    request.set_action_type(action.name());
    *request.mutable_config() = action.ToMessage(config);
    const auto reader = provider_.plugin().provider().InvokeAction(&call, request);
    Invoked invoked;
    for (Event event; reader->Read(&event);) {
      // An event with nothing in it ends Terraform with a crash.
      EXPECT_TRUE(event.has_progress() || event.has_completed());
      EXPECT_EQ(invoked.completed, 0) << "nothing comes after it";
      if (event.has_completed()) {
        ++invoked.completed;
        invoked.told = ToText(event.completed().diagnostics());
        continue;
      }
      invoked.lines.push_back(event.progress().message());
      if (invoked.lines.size() == 1 && after_first_line) after_first_line();
    }
    EXPECT_TRUE(reader->Finish().ok());
    EXPECT_EQ(invoked.completed, 1);
    return invoked;
  }

  static std::string NewFolder() {
    std::string folder = "/tmp/er-action-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    return folder;
  }

  std::string folder_ = NewFolder();
  acceptance::EmulatorProcess emulator_{folder_};
  ProviderUnderTest provider_{{{"TF_ENTITYRESOLUTION_TEST_CLOCK_SPEED", "100"}}};
  const Typed action_{schema::Kind::kAction, kStart};
};

TEST_F(ProviderAction, StartsOneJobAndTellsHowItGoes) {
  const Invoked invoked = Invoke(Config());
  EXPECT_EQ(invoked.told, "");
  ASSERT_THAT(emulator_.JobIds(), SizeIs(1));
  const std::string job = emulator_.JobIds()[0];
  ASSERT_GE(invoked.lines.size(), 2U);
  EXPECT_EQ(invoked.lines.front(), absl::StrCat("Started job ", job));
  EXPECT_THAT(invoked.lines.back(),
              AllOf(StartsWith(absl::StrCat("Job ", job, " ended: SUCCEEDED")),
                    HasSubstr("input records ")));
}

// An action has no state: each invocation is a job of its own.
TEST_F(ProviderAction, StartsAnotherJobWhenItIsInvokedAgain) {
  Invoke(Config());
  Invoke(Config());
  EXPECT_THAT(emulator_.JobIds(), SizeIs(2));
}

TEST_F(ProviderAction, NeedNotWait) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  const Invoked invoked = Invoke(Config({{"wait_for_completion", false}}));
  EXPECT_EQ(invoked.told, "");
  EXPECT_THAT(invoked.lines, ElementsAre(StartsWith("Started job ")));
}

TEST_F(ProviderAction, FailsWithItsJob) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  const Invoked invoked = Invoke(Config(), [&] {
    emulator_.Finish(emulator_.JobIds()[0], "FAILED", "Access denied to s3://bucket/in/");
  });
  EXPECT_THAT(invoked.told, AllOf(StartsWith("error: ID Mapping Job Failed: "),
                                  HasSubstr("Access denied to s3://bucket/in/"),
                                  HasSubstr("The next invocation starts a new job.")));
}

TEST_F(ProviderAction, FindsTheJobWhoseAnswerWasLost) {
  emulator_.Fault({{"kind", "cut-after"}, {"operation", "StartIdMappingJob"}});
  const Invoked invoked = Invoke(Config());
  EXPECT_EQ(invoked.told, "");
  EXPECT_THAT(emulator_.JobIds(), SizeIs(1));
  ASSERT_GE(invoked.lines.size(), 3U);
  EXPECT_EQ(invoked.lines[0], "The answer to the start was lost; looking for its job for a minute");
  EXPECT_EQ(invoked.lines[1], "Found the job that was started: " + emulator_.JobIds()[0]);
}

TEST_F(ProviderAction, TellsWhatItWaitsForBeforeItStarts) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  const std::string other = emulator_.StartAsSomebodyElse("customers");
  emulator_.SetConfig({{"job_duration", "1s"}});
  const Invoked invoked = Invoke(Config(), [&] { emulator_.Finish(other); });
  EXPECT_EQ(invoked.told, "");
  EXPECT_EQ(invoked.lines.front(),
            "Waiting for job " + other + " of ID mapping workflow \"customers\" to end");
  EXPECT_THAT(invoked.lines, Contains(StartsWith("Started job ")));
  EXPECT_THAT(emulator_.JobIds(), SizeIs(2));
}

// Ctrl-C: the job goes on, and the next invocation waits for it.
TEST_F(ProviderAction, CutShortIsTakenUpByTheNextInvocation) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  const Invoked first = Invoke(Config(), [&] { provider_.Stop(); });
  EXPECT_THAT(first.told, AllOf(StartsWith("error: Interrupted While Waiting"),
                                HasSubstr("Invoke the action again")));
  const std::string job = emulator_.JobIds()[0];
  EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), "");
  const Invoked second = Invoke(Config(), [&] { emulator_.Finish(job); });
  EXPECT_EQ(second.told, "");
  EXPECT_EQ(second.lines.front(), absl::StrCat("Took up job ", job,
                                               " of an earlier invocation that did not see its "
                                               "end"));
  EXPECT_THAT(emulator_.JobIds(), SizeIs(1));
  Invoke(Config(), [&] { emulator_.Finish(emulator_.JobIds().back()); });
  EXPECT_THAT(emulator_.JobIds(), SizeIs(2)) << "what has been seen to end is over";
}

// Nobody reads any more: the call ends at once, and the provider works on.
TEST_F(ProviderAction, EndsWhenItsCallIsCancelled) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  {
    grpc::ClientContext call;
    tfplugin6::InvokeAction::Request request;
    request.set_action_type(kStart);
    *request.mutable_config() = action_.ToMessage(Config());
    const auto reader = provider_.plugin().provider().InvokeAction(&call, request);
    Event event;
    ASSERT_TRUE(reader->Read(&event));
    call.TryCancel();
    while (reader->Read(&event)) {
    }
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  emulator_.Finish(emulator_.JobIds()[0]);
  emulator_.SetConfig({{"job_duration", "1s"}});
  emulator_.PutWorkflow("others");
  EXPECT_EQ(Invoke(Config({{"workflow_name", "others"}})).told, "");
}

// A service that does not show a job has not said that it has ended.
TEST_F(ProviderAction, CutShortIsLookedForWhereTheServiceDoesNotShowItsJob) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  Invoke(Config(), [&] { provider_.Stop(); });
  EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), "");
  emulator_.Fault({{"kind", "not-found"}, {"operation", "GetIdMappingJob"}, {"times", 4}});
  const Invoked second = Invoke(Config(), [&] { emulator_.Finish(emulator_.JobIds()[0]); });
  EXPECT_EQ(second.told, "");
  EXPECT_THAT(emulator_.JobIds(), SizeIs(1));
}

TEST_F(ProviderAction, CutShortIsNoReasonToStartAnotherWhereItsJobIsNeverFound) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  Invoke(Config(), [&] { provider_.Stop(); });
  EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), "");
  emulator_.Fault({{"kind", "not-found"}, {"operation", "GetIdMappingJob"}, {"times", 0}});
  const Invoked second = Invoke(Config());
  EXPECT_THAT(second.told, AllOf(StartsWith("error: ID Mapping Job Not Found: "),
                                 HasSubstr(emulator_.JobIds()[0]), HasSubstr("note-")));
  EXPECT_THAT(emulator_.JobIds(), SizeIs(1));
}

TEST_F(ProviderAction, IsTakenUpOnlyWhileItRuns) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  Invoke(Config(), [&] { provider_.Stop(); });
  emulator_.Finish(emulator_.JobIds()[0]);
  EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), "");
  emulator_.SetConfig({{"job_duration", "1s"}});
  const Invoked second = Invoke(Config());
  EXPECT_EQ(second.told, "");
  EXPECT_THAT(emulator_.JobIds(), SizeIs(2));
}

// A run's job is its state's, and an action's is nobody's.
TEST_F(ProviderAction, LeavesTheJobsOfRunsAlone) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  Invoke(Config(), [&] { provider_.Stop(); });
  const std::string job = emulator_.JobIds()[0];
  emulator_.Finish(job);
  emulator_.SetConfig({{"job_duration", "1s"}});
  EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), "");
  const Planned planned =
      provider_.Plan(Value::Null(), RunConfig({{"workflow_name", "customers"}}));
  EXPECT_EQ(planned.told, "");
  const Applied created = provider_.Apply(Value::Null(), planned);
  EXPECT_NE(created.state["job_id"], Value(job));
}

TEST_F(ProviderAction, StartsMatchingJobsToo) {
  emulator_.PutWorkflow("customers", {{"kind", "matchingworkflow"}});
  const Typed matching(schema::Kind::kAction, "entityresolution_start_matching_job");
  tfplugin6::InvokeAction::Request request;
  request.set_action_type(matching.name());
  *request.mutable_config() = matching.ToMessage(matching.Object({{"workflow_name", "customers"}}));
  grpc::ClientContext call;
  const auto reader = provider_.plugin().provider().InvokeAction(&call, request);
  std::vector<std::string> lines;
  std::string told = "not completed";
  for (Event event; reader->Read(&event);) {
    if (event.has_completed()) told = ToText(event.completed().diagnostics());
    if (event.has_progress()) lines.push_back(event.progress().message());
  }
  EXPECT_EQ(told, "");
  ASSERT_THAT(emulator_.CallsOf("StartMatchingJob"), SizeIs(1));
  EXPECT_THAT(lines.back(), HasSubstr("ended: SUCCEEDED"));
}

class ProviderDeletion : public ProviderAction {
 protected:
  ProviderDeletion() { emulator_.PutWorkflow("people", {{"kind", "matchingworkflow"}}); }

  static Value::Map Erasing(Value::List ids) {
    return {{"workflow_name", "people"}, {"unique_ids", std::move(ids)}};
  }

  Invoked Delete(Value::Map config, const std::function<void()>& after_first_line = nullptr) {
    return Invoke(erasure_, erasure_.Object(std::move(config)), after_first_line);
  }

  void AnswerWith(nlohmann::json members) {
    emulator_.Fault({{"kind", "altered"},
                     {"operation", "BatchDeleteUniqueId"},
                     {"members", std::move(members)}});
  }

  // Several requests of these. Each is longer than the next.
  static Value::List ManyIds() {
    Value::List ids;
    for (int i = 0; i < 300; ++i) ids.emplace_back(absl::StrCat("person-", 1000000000 + i));
    return ids;
  }

  const Typed erasure_{schema::Kind::kAction, "entityresolution_batch_delete_unique_id"};
};

TEST_F(ProviderDeletion, DeletesEachIdOnceAndTellsIt) {
  const Invoked invoked = Delete(Erasing({"4711", "a,b", "4711", "c"}));
  EXPECT_EQ(invoked.told, "");
  EXPECT_THAT(invoked.lines,
              ElementsAre("Deleting 3 unique ids of matching workflow \"people\" in eu-west-1 (1 "
                          "repeated)",
                          "Of 3 unique ids: 3 deleted"));
  EXPECT_EQ(emulator_.Calls("BatchDeleteUniqueId"), 1);
}

TEST_F(ProviderDeletion, SendsManyInSeveralRequestsAndTellsHowFarItIs) {
  const Invoked invoked = Delete(Erasing(ManyIds()));
  EXPECT_EQ(invoked.told, "");
  const int requests = emulator_.Calls("BatchDeleteUniqueId");
  EXPECT_GT(requests, 1);
  ASSERT_THAT(invoked.lines, SizeIs(1 + requests));
  EXPECT_THAT(invoked.lines[1], MatchesRegex("[0-9]+ of 300 sent: [0-9]+ deleted"));
  EXPECT_EQ(invoked.lines.back(), "Of 300 unique ids: 300 deleted");
}

TEST_F(ProviderDeletion, AsksAgainForAnAnswerThatWasLost) {
  emulator_.Fault({{"kind", "cut-after"}, {"operation", "BatchDeleteUniqueId"}});
  EXPECT_EQ(Delete(Erasing({"4711"})).told, "");
  EXPECT_EQ(emulator_.Calls("BatchDeleteUniqueId"), 2);
}

TEST_F(ProviderDeletion, NamesTheIdsThatWereRefusedByTheirPlaces) {
  AnswerWith({{"deleted", {{{"uniqueId", "4711"}}}},
              {"errors",
               {{{"uniqueId", "4712"}, {"errorType", "VALIDATION_ERROR"}},
                {{"uniqueId", "somebody-4713"}, {"errorType", "SERVICE_ERROR"}}}},
              {"disconnectedUniqueIds", {"4720", "4721"}}});
  const Invoked invoked = Delete(Erasing({"4711", "4712", "4711", "somebody-4713"}));
  EXPECT_EQ(invoked.lines.back(), "Of 3 unique ids: 1 deleted, 2 disconnected, 2 not deleted");
  EXPECT_THAT(invoked.told,
              AllOf(StartsWith("error at unique_ids[1]: Unique IDs Not Deleted: 2 of 3 unique ids"),
                    HasSubstr("SERVICE_ERROR for unique_ids[3] (...4713), and VALIDATION_ERROR for "
                              "unique_ids[1]."),
                    Not(HasSubstr("somebody"))));
}

TEST_F(ProviderDeletion, TellsWhatIsOnlyAccepted) {
  AnswerWith({{"status", "ACCEPTED"}, {"deleted", nlohmann::json::array()}});
  const Invoked invoked = Delete(Erasing({"4711", "4712"}));
  EXPECT_EQ(invoked.told, "");
  EXPECT_EQ(invoked.lines.back(), "Of 2 unique ids: 2 accepted, to be deleted later");
}

TEST_F(ProviderDeletion, WarnsOfIdsThatTheServiceSaysNothingOf) {
  for (const nlohmann::json& deleted : {nlohmann::json::array(), nlohmann::json("none"),
                                        nlohmann::json({1, nullptr}), nlohmann::json(nullptr)}) {
    AnswerWith({{"deleted", deleted}});
    const Invoked invoked = Delete(Erasing({"4711"}));
    EXPECT_THAT(invoked.told, StartsWith("warning: Unique IDs Without an Answer: "));
    EXPECT_EQ(invoked.lines.back(), "Of 1 unique id: 1 without an answer");
  }
}

TEST_F(ProviderDeletion, SaysHowFarItCameWhereARequestFails) {
  emulator_.Fault({{"kind", "access-denied"},
                   {"operation", "BatchDeleteUniqueId"},
                   {"after", 1},
                   {"times", 0}});
  const Invoked invoked = Delete(Erasing(ManyIds()));
  EXPECT_THAT(invoked.told,
              AllOf(StartsWith("error: Unable to Delete Unique IDs: Deleting 300 unique ids of "
                               "matching workflow \"people\" in eu-west-1 failed: "),
                    HasSubstr("Grant entityresolution:BatchDeleteUniqueId"),
                    HasSubstr(" deleted. Those after them were not deleted. ")));
  EXPECT_THAT(Delete({{"workflow_name", "nobody"}, {"unique_ids", Value::List{"1"}}}).told,
              HasSubstr("AccessDenied"));
}

TEST_F(ProviderDeletion, IsInterrupted) {
  emulator_.Fault({{"kind", "slow"}, {"operation", "BatchDeleteUniqueId"}, {"delay", "1m"}});
  const Invoked invoked = Delete(Erasing({"4711"}), [&] { provider_.Stop(); });
  EXPECT_THAT(invoked.told, StartsWith("error: Interrupted While Deleting Unique IDs: "));
  EXPECT_THAT(invoked.lines, SizeIs(1));
}

TEST_F(ProviderDeletion, ChecksEachIdAndShowsNone) {
  EXPECT_THAT(Delete(Erasing({"4711", "Jane Doe"})).told,
              AllOf(StartsWith("error at unique_ids[1]: Invalid unique_ids: Element number 2: "),
                    Not(HasSubstr("Jane"))));
  EXPECT_THAT(Delete(Erasing({})).told, StartsWith("error at unique_ids: Too Few Elements"));
  EXPECT_THAT(Delete(Erasing({"4711", Value::Null()})).told,
              StartsWith("error at unique_ids[1]: Null Element"));
  Value::Map config = Erasing({"4711"});
  config["input_source"] = "arn:aws:s3:::bucket";
  EXPECT_THAT(Delete(std::move(config)).told, StartsWith("error at input_source: "));
  EXPECT_EQ(emulator_.Calls("BatchDeleteUniqueId"), 0);
}

TEST_F(ProviderAction, TellsNothingAfterAnInterrupt) {
  emulator_.SetConfig({{"job_duration", "inf"}});
  const Invoked invoked = Invoke(Config(), [&] { provider_.Stop(); });
  EXPECT_THAT(invoked.lines, Not(Contains(HasSubstr("ended"))));
  EXPECT_EQ(invoked.completed, 1);
}

TEST_F(ProviderAction, ChecksItsConfigurationAtEachStep) {
  const Value bad = Config({{"on_conflict", "perhaps"}});
  tfplugin6::ValidateActionConfig::Request validate;
  validate.set_type_name(kStart);
  *validate.mutable_config() = action_.ToMessage(bad);
  EXPECT_THAT(ToText(provider_.Call(&Stub::ValidateActionConfig, validate).diagnostics()),
              StartsWith("error at on_conflict: "));
  *validate.mutable_config() = action_.ToMessage(Config({{"workflow_name", Value::Unknown()}}));
  EXPECT_EQ(ToText(provider_.Call(&Stub::ValidateActionConfig, validate).diagnostics()), "");
  tfplugin6::PlanAction::Request plan;
  plan.set_action_type(kStart);
  *plan.mutable_config() = action_.ToMessage(bad);
  const auto planned = provider_.Call(&Stub::PlanAction, plan);
  EXPECT_THAT(ToText(planned.diagnostics()), StartsWith("error at on_conflict: "));
  EXPECT_FALSE(planned.has_deferred());
  EXPECT_THAT(Invoke(bad).told, StartsWith("error at on_conflict: "));
  EXPECT_THAT(Invoke(Config({{"timeout", "soon"}})).told, StartsWith("error at timeout: "));
  EXPECT_THAT(emulator_.JobIds(), IsEmpty());
}

TEST_F(ProviderAction, SaysThatNothingWasStarted) {
  const Invoked invoked = Invoke(Config({{"workflow_name", "nobody"}}));
  EXPECT_THAT(invoked.lines, IsEmpty());
  EXPECT_THAT(invoked.told, AllOf(StartsWith("error: Unable to Start ID Mapping Job: "),
                                  HasSubstr("No job was started, and nothing is billed.")));
}

}  // namespace
}  // namespace er
