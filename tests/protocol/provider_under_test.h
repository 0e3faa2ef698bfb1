// The provider's program under test, spoken to as Terraform does, with our values instead of bytes.
// For tests/protocol/provider_*_test.cc.
//
//   ProviderUnderTest provider;
//   provider.Configure({{"region", "eu-west-1"}});
//   const Planned planned = provider.Plan(Value::Null(), RunConfig({{"workflow_name",
//   "customers"}})); EXPECT_EQ(planned.told, "");
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "protocol/plugin_process.h"
#include "schema/schema.h"
#include "value/value.h"

namespace er {

inline constexpr char kRunType[] = "entityresolution_id_mapping_job_run";
inline constexpr char kJobType[] = "entityresolution_id_mapping_job";
inline constexpr char kJobsType[] = "entityresolution_id_mapping_jobs";

// The resource's schema, the data sources' and the provider's (its name is "").
const schema::Schema& SchemaOf(const std::string& type_name);

// What a configuration block of this type is that says `parts` and nothing else.
Value Block(const std::string& type_name, Value::Map parts);
inline Value RunConfig(Value::Map parts) { return Block(kRunType, std::move(parts)); }

// Terraform's merge of a configuration with what is there: what the configuration leaves to the
// service is what it was.
Value Proposed(const schema::Schema& schema, const Value& prior, const Value& config);

tfplugin6::DynamicValue ToMessage(const Value& value, const std::string& type_name);
// Fails the test, and returns null, if it is no value of the type. A message without content is an
// unknown value here: no answer of the provider's is one.
Value FromMessage(const tfplugin6::DynamicValue& message, const std::string& type_name);

// "error at output_source_config[0].role_arn: Invalid role_arn: ..." in a line for each.
std::string ToText(const google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>& diagnostics);

struct Planned {
  Value state{};
  std::vector<std::string> replace{};
  std::string private_data{};
  std::string told{};
};

struct Applied {
  Value state{};
  std::string private_data{};
  std::string told{};
};

class ProviderUnderTest {
 public:
  explicit ProviderUnderTest(std::map<std::string, std::string> environment = {});

  PluginProcess& plugin() { return plugin_; }

  // One call. Fails the test if gRPC itself fails or takes longer than a minute.
  template <typename Request, typename Response>
  Response Call(grpc::Status (tfplugin6::Provider::Stub::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                const Request& request) {
    Response response;
    const grpc::Status status = Try(method, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  template <typename Request, typename Response>
  grpc::Status Try(grpc::Status (tfplugin6::Provider::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                   const Request& request, Response& response) {
    grpc::ClientContext call;
    call.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    return (plugin_.provider().*method)(&call, request, &response);
  }

  // What is told, empty if nothing is.
  std::string Configure(Value::Map arguments);
  std::string Validate(const std::string& type_name, const Value& config);

  // Of a run, each with what is there and what the configuration says.
  Planned Plan(const Value& prior, const Value& config, const std::string& private_data = "");
  Applied Apply(const Value& prior, const Planned& planned);
  Applied Read(const Value& state, const std::string& private_data = "");
  std::string Stop();

 private:
  PluginProcess plugin_;
};

// The arguments of the provider for the emulator at `url`.
Value::Map EmulatorArguments(const std::string& url);

}  // namespace er
