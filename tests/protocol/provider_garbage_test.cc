// What Terraform never sends: the provider answers it all the same, with a diagnostic where it can,
// and is there for the next call.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acceptance/emulator_process.h"
#include "protocol/provider_under_test.h"

namespace er {
namespace {

using ::testing::HasSubstr;
using Stub = tfplugin6::Provider::Stub;

tfplugin6::DynamicValue Bytes(std::string msgpack) {
  tfplugin6::DynamicValue message;
  message.set_msgpack(std::move(msgpack));
  return message;
}

// A run with something in every place, and a state of it.
Value Config() {
  return RunConfig(
      {{"workflow_name", "customers"},
       {"job_type", "BATCH"},
       {"triggers", Value::Map{{"input", "v1"}, {"ümläut", "☃"}}},
       {"wait_for_completion", true},
       {"region", "eu-west-1"},
       {"output_source_config",
        Value::List{Value::Map{{"role_arn", "arn:aws:iam::123456789012:role/writer"},
                               {"output_s3_path", Value::Unknown("\x82\x01\xc2\x02\xa5s3://")},
                               {"kms_arn", Value::Null()}}}},
       {"timeouts",
        Value::Map{{"create", "1h"}, {"update", Value::Null()}, {"delete", Value::Unknown()}}}});
}

Value State() {
  Value::Map metrics;
  for (const schema::Attribute& metric : SchemaOf(kRunType).FindAttribute("metrics")->attributes) {
    metrics[metric.name] = Number(std::int64_t{1000});
  }
  return RunConfig({{"workflow_name", "customers"},
                    {"job_type", "BATCH"},
                    {"wait_for_completion", true},
                    {"on_conflict", "wait"},
                    {"on_destroy", "forget"},
                    {"region", "eu-west-1"},
                    {"id", "customers/0123456789abcdef0123456789abcdef"},
                    {"job_id", "0123456789abcdef0123456789abcdef"},
                    {"unfinished", false},
                    {"status", "SUCCEEDED"},
                    {"metrics", std::move(metrics)},
                    {"outputs", Value::List{}}});
}

class ProviderGarbage : public testing::Test {
 protected:
  ProviderGarbage() { EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), ""); }
  ~ProviderGarbage() override {
    const auto metadata =
        provider_.Call(&Stub::GetMetadata, tfplugin6::ProviderMetadata::Request());
    EXPECT_GT(metadata.resources_size(), 0) << "it is there for the next call";
    std::filesystem::remove_all(folder_);
  }

  std::string Validate(const tfplugin6::DynamicValue& config) {
    tfplugin6::ValidateResourceConfig::Request request;
    request.set_type_name(kRunType);
    *request.mutable_config() = config;
    return ToText(provider_.Call(&Stub::ValidateResourceConfig, request).diagnostics());
  }

  tfplugin6::PlanResourceChange::Response Plan(const tfplugin6::DynamicValue& prior,
                                               const tfplugin6::DynamicValue& config) {
    tfplugin6::PlanResourceChange::Request request;
    request.set_type_name(kRunType);
    *request.mutable_prior_state() = prior;
    *request.mutable_proposed_new_state() = config;
    *request.mutable_config() = config;
    return provider_.Call(&Stub::PlanResourceChange, request);
  }

  tfplugin6::ApplyResourceChange::Response Apply(const tfplugin6::DynamicValue& prior,
                                                 const tfplugin6::DynamicValue& planned) {
    tfplugin6::ApplyResourceChange::Request request;
    request.set_type_name(kRunType);
    *request.mutable_prior_state() = prior;
    *request.mutable_planned_state() = planned;
    request.set_planned_private("p");
    return provider_.Call(&Stub::ApplyResourceChange, request);
  }

  tfplugin6::ReadResource::Response Read(const tfplugin6::DynamicValue& state) {
    tfplugin6::ReadResource::Request request;
    request.set_type_name(kRunType);
    *request.mutable_current_state() = state;
    request.set_private_("p");
    return provider_.Call(&Stub::ReadResource, request);
  }

  // In every call that takes a value. None may look like an object that is gone.
  void ExpectRefused(const std::string& msgpack) {
    const tfplugin6::DynamicValue garbage = Bytes(msgpack);
    const tfplugin6::DynamicValue state = ToMessage(State(), kRunType);
    EXPECT_THAT(Validate(garbage), HasSubstr("error: ValidateResourceConfig Failed: "));

    const auto planned = Plan(state, garbage);
    EXPECT_FALSE(planned.has_planned_state());
    EXPECT_THAT(ToText(planned.diagnostics()), HasSubstr("error: PlanResourceChange Failed: "));

    const auto applied = Apply(state, garbage);
    EXPECT_EQ(applied.new_state().msgpack(), state.msgpack());
    EXPECT_EQ(applied.private_(), "p");
    EXPECT_THAT(ToText(applied.diagnostics()), HasSubstr("error: ApplyResourceChange Failed: "));

    const auto read = Read(garbage);
    EXPECT_EQ(read.new_state().msgpack(), msgpack);
    EXPECT_EQ(read.private_(), "p");
    EXPECT_THAT(ToText(read.diagnostics()), HasSubstr("error: ReadResource Failed: "));
  }

  static std::string NewFolder() {
    std::string folder = "/tmp/er-garbage-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    return folder;
  }

  std::string folder_ = NewFolder();
  acceptance::EmulatorProcess emulator_{folder_};
  ProviderUnderTest provider_{{{"TF_ENTITYRESOLUTION_TEST_CLOCK_SPEED", "1000"}}};
};

TEST_F(ProviderGarbage, TruncatedAtEveryByte) {
  const std::string whole = ToMessage(Config(), kRunType).msgpack();
  EXPECT_EQ(Validate(Bytes(whole)), "");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    ExpectRefused(whole.substr(0, size));
  }
  ExpectRefused(whole + '\xc0');
}

TEST_F(ProviderGarbage, ThatIsNoObject) {
  for (const char* msgpack : {"\xc2", "\x01", "\xa1x", "\x90", "\x80", "\xc1", "\xd4\x01\x01",
                              "\x81\xa1x\xc0", "\xcb\x7f\xf8"}) {
    SCOPED_TRACE(msgpack);
    ExpectRefused(msgpack);
  }
  ExpectRefused(std::string("\xd4\x00\x00", 3));          // unknown as a whole
  ExpectRefused(std::string("\xdf\xff\xff\xff\xff", 5));  // a map of four billion
  ExpectRefused(std::string("\xc6\xff\xff\xff\xff", 5));  // four gigabytes
}

// Each attribute in turn holds what it cannot.
TEST_F(ProviderGarbage, OfAWrongType) {
  const std::vector<std::string> wrong = {"\xa1x", "\xc2", "\x05", "\x91\xc0", "\x81\xa1x\xc0"};
  const Value empty = RunConfig({});  // nulls and empty lists, a byte each
  const std::string bytes = ToMessage(empty, kRunType).msgpack();
  for (const auto& [name, nothing] : empty.AsMap()) {
    const std::string key =
        absl::StrCat(std::string(1, static_cast<char>(0xa0 + name.size())), name);
    const std::size_t at = bytes.find(key) + key.size();
    for (const std::string& value : wrong) {
      std::string garbage = bytes;
      garbage.replace(at, 1, value);
      Validate(Bytes(garbage));
      Plan(ToMessage(Value::Null(), kRunType), Bytes(garbage));
      Read(Bytes(garbage));
    }
  }
}

TEST_F(ProviderGarbage, NestedAbsurdly) {
  ExpectRefused(std::string(1'000'000, '\x91'));
  ExpectRefused(std::string(1'000'000, '\x81'));
  tfplugin6::UpgradeResourceState::Request request;
  request.set_type_name(kRunType);
  for (const char* open : {"[", "{\"metrics\":", "{\"unheard_of\":"}) {
    std::string json;
    for (int i = 0; i < 1'000'000; ++i) json += open;
    request.mutable_raw_state()->set_json(json);
    const auto response = provider_.Call(&Stub::UpgradeResourceState, request);
    EXPECT_FALSE(response.has_upgraded_state());
    EXPECT_THAT(ToText(response.diagnostics()), HasSubstr("error: "));
  }
}

TEST_F(ProviderGarbage, ThatIsNotUtf8) {
  const std::string bytes = ToMessage(Config(), kRunType).msgpack();
  for (const char* text : {"customers", "input", "v1", "job_type"}) {
    std::string garbage = bytes;
    garbage[garbage.find(text)] = '\xff';
    SCOPED_TRACE(text);
    ExpectRefused(garbage);
  }
}

TEST_F(ProviderGarbage, ThatIsFiveMegabytesLong) {
  const std::string text(5'000'000, 'x');
  Value config = RunConfig({{"workflow_name", text},
                            {"job_type", text},
                            {"triggers", Value::Map{{text, text}}},
                            {"region", text}});
  const tfplugin6::DynamicValue message = ToMessage(config, kRunType);
  const std::string told = Validate(message);
  EXPECT_THAT(told, HasSubstr("error at job_type: "));
  EXPECT_LT(told.size(), 4000U);
  EXPECT_FALSE(Plan(Bytes("\xc0"), message).planned_state().msgpack().empty());
  EXPECT_THAT(ToText(Apply(Bytes("\xc0"), message).diagnostics()), HasSubstr("error: "));

  tfplugin6::ImportResourceState::Request import;
  import.set_type_name(kRunType);
  import.set_id(text);
  EXPECT_THAT(ToText(provider_.Call(&Stub::ImportResourceState, import).diagnostics()),
              HasSubstr("error: Invalid Import ID: "));
}

TEST_F(ProviderGarbage, WithoutContent) {
  EXPECT_THAT(Validate({}), HasSubstr("error at workflow_name: Missing workflow_name: "));
  EXPECT_EQ(ToText(Read({}).diagnostics()), "");
  EXPECT_THAT(ToText(Apply({}, {}).diagnostics()), HasSubstr("error: ApplyResourceChange Failed"));
  EXPECT_THAT(
      ToText(provider_.Call(&Stub::UpgradeResourceState, tfplugin6::UpgradeResourceState::Request())
                 .diagnostics()),
      HasSubstr("no resource type \"\""));
}

TEST_F(ProviderGarbage, OfTypesThatAreNot) {
  for (const char* name : {"", "x", kJobType, "entityresolution_nothing"}) {
    SCOPED_TRACE(name);
    tfplugin6::ApplyResourceChange::Request apply;
    apply.set_type_name(name);
    *apply.mutable_prior_state() = Bytes("\x80");
    const auto applied = provider_.Call(&Stub::ApplyResourceChange, apply);
    EXPECT_EQ(applied.new_state().msgpack(), "\x80");
    EXPECT_THAT(ToText(applied.diagnostics()), HasSubstr("no resource type"));

    tfplugin6::ReadResource::Request read;
    read.set_type_name(name);
    *read.mutable_current_state() = Bytes("\x80");
    EXPECT_EQ(provider_.Call(&Stub::ReadResource, read).new_state().msgpack(), "\x80");
  }
  tfplugin6::ReadDataSource::Request source;
  source.set_type_name(kRunType);
  EXPECT_THAT(ToText(provider_.Call(&Stub::ReadDataSource, source).diagnostics()),
              HasSubstr("no data source"));
}

// Changes `bytes` in one to four places.
std::string Mutated(std::string bytes, std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    switch (below(5)) {
      case 0:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 2:
        bytes.erase(at, 1 + below(4));
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(16)));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

TEST_F(ProviderGarbage, MutatedValues) {
  std::mt19937 random(20260102);
  const std::string config = ToMessage(Config(), kRunType).msgpack();
  const std::string state = ToMessage(State(), kRunType).msgpack();
  for (int i = 0; i < 1000; ++i) {
    Validate(Bytes(Mutated(config, random)));
    Plan(Bytes(Mutated(state, random)), Bytes(Mutated(config, random)));
    const std::string seen = Mutated(state, random);
    EXPECT_TRUE(Read(Bytes(seen)).new_state().msgpack().empty() == seen.empty()) << i;
  }
  // An apply takes a job's time.
  const Planned planned = provider_.Plan(
      Value::Null(), RunConfig({{"workflow_name", "customers"}, {"wait_for_completion", false}}));
  const std::string valid = ToMessage(planned.state, kRunType).msgpack();
  for (int i = 0; i < 200; ++i) {
    const auto applied = Apply(Bytes("\xc0"), Bytes(Mutated(valid, random)));
    const bool has_state = applied.new_state().msgpack().size() > 1;
    EXPECT_TRUE(has_state || applied.diagnostics_size() > 0) << i;
  }
}

// What is no protobuf message any more is refused by gRPC; all others are answered.
TEST_F(ProviderGarbage, MutatedMessages) {
  tfplugin6::PlanResourceChange::Request request;
  request.set_type_name(kRunType);
  *request.mutable_prior_state() = ToMessage(State(), kRunType);
  *request.mutable_proposed_new_state() = ToMessage(Config(), kRunType);
  *request.mutable_config() = ToMessage(Config(), kRunType);
  request.set_prior_private("p");
  const std::string valid = request.SerializeAsString();

  grpc::GenericStub stub(provider_.plugin().channel());
  std::mt19937 random(20260103);
  int answered = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string garbage = Mutated(valid, random);
    const grpc::Slice slice(garbage);
    const grpc::ByteBuffer bytes(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext call;
    call.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    grpc::CompletionQueue queue;
    const auto reader =
        stub.PrepareUnaryCall(&call, "/tfplugin6.Provider/PlanResourceChange", bytes, &queue);
    reader->StartCall();
    grpc::Status status;
    reader->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    ASSERT_NE(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
    ASSERT_NE(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
    if (status.ok()) ++answered;
  }
  EXPECT_GT(answered, 100) << "or nothing was tried but gRPC";
}

}  // namespace
}  // namespace er
