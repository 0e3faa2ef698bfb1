#include "protocol/provider_under_test.h"

#include "absl/strings/str_cat.h"
#include "schema/loader.h"
#include "value/msgpack.h"
#include "value/path.h"

namespace er {
namespace {

const Type& TypeFor(const std::string& type_name) {
  static auto* const types = new std::map<std::string, Type>;
  const auto found = types->find(type_name);
  if (found != types->end()) return found->second;
  return types->emplace(type_name, schema::TypeOf(SchemaOf(type_name))).first->second;
}

std::string ToText(const tfplugin6::AttributePath& message) {
  Path path;
  for (const tfplugin6::AttributePath::Step& step : message.steps()) {
    switch (step.selector_case()) {
      case tfplugin6::AttributePath::Step::kAttributeName:
        path = path.Attribute(step.attribute_name());
        break;
      case tfplugin6::AttributePath::Step::kElementKeyString:
        path = path.Key(step.element_key_string());
        break;
      case tfplugin6::AttributePath::Step::kElementKeyInt:
        path = path.Index(step.element_key_int());
        break;
      case tfplugin6::AttributePath::Step::SELECTOR_NOT_SET:
        ADD_FAILURE() << "a step without content";
    }
  }
  return path.ToString();
}

// Where tests run, there may be an instance role.
std::map<std::string, std::string> WithoutCloud(std::map<std::string, std::string> environment) {
  environment.try_emplace("AWS_EC2_METADATA_DISABLED", "true");
  return environment;
}

}  // namespace

const schema::Schema& SchemaOf(const std::string& type_name) {
  const schema::Catalog& catalog = schema::BuiltInCatalog();
  if (type_name.empty()) return catalog.provider;
  return *catalog.Find(type_name == kRunType ? schema::Kind::kResource : schema::Kind::kDataSource,
                       type_name);
}

Value Block(const std::string& type_name, Value::Map parts) {
  Value block = schema::EmptyObject(SchemaOf(type_name));
  for (auto& [name, value] : parts) block.AsMap()[name] = std::move(value);
  return block;
}

Value Proposed(const schema::Schema& schema, const Value& prior, const Value& config) {
  Value proposed = config;
  if (config.IsNull()) return proposed;
  for (const schema::Attribute& attribute : schema.attributes) {
    if (attribute.computed && config[attribute.name].IsNull()) {
      proposed.AsMap()[attribute.name] = prior[attribute.name];
    }
  }
  return proposed;
}

tfplugin6::DynamicValue ToMessage(const Value& value, const std::string& type_name) {
  const absl::StatusOr<std::string> bytes = EncodeMsgpack(value, TypeFor(type_name));
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  tfplugin6::DynamicValue message;
  message.set_msgpack(bytes.value_or(""));
  return message;
}

Value FromMessage(const tfplugin6::DynamicValue& message, const std::string& type_name) {
  EXPECT_TRUE(message.json().empty());
  if (message.msgpack().empty()) return Value::Unknown();
  const absl::StatusOr<Value> value = DecodeMsgpack(message.msgpack(), TypeFor(type_name));
  EXPECT_TRUE(value.ok()) << value.status();
  return value.value_or(Value::Null());
}

std::string ToText(const google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>& diagnostics) {
  std::string text;
  for (const tfplugin6::Diagnostic& diagnostic : diagnostics) {
    EXPECT_NE(diagnostic.severity(), tfplugin6::Diagnostic::INVALID);
    const bool is_error = diagnostic.severity() == tfplugin6::Diagnostic::ERROR;
    absl::StrAppend(&text, is_error ? "error" : "warning");
    if (diagnostic.has_attribute()) {
      absl::StrAppend(&text, " at ", ToText(diagnostic.attribute()));
    }
    absl::StrAppend(&text, ": ", diagnostic.summary(), ": ", diagnostic.detail(), "\n");
  }
  return text;
}

ProviderUnderTest::ProviderUnderTest(std::map<std::string, std::string> environment)
    : plugin_({.binary = ER_BINARY_DIR "/terraform-provider-entityresolution",
               .environment = WithoutCloud(std::move(environment))}) {
  const absl::Status connected = plugin_.Connect();
  EXPECT_TRUE(connected.ok()) << connected;
}

std::string ProviderUnderTest::Configure(Value::Map arguments) {
  arguments.try_emplace("journal", (plugin_.folder() / "journal").string());
  tfplugin6::ConfigureProvider::Request request;
  request.set_terraform_version("1.11.4");
  *request.mutable_config() = ToMessage(Block("", std::move(arguments)), "");
  return ToText(Call(&tfplugin6::Provider::Stub::ConfigureProvider, request).diagnostics());
}

std::string ProviderUnderTest::Validate(const std::string& type_name, const Value& config) {
  if (type_name.empty()) {
    tfplugin6::ValidateProviderConfig::Request request;
    *request.mutable_config() = ToMessage(config, type_name);
    return ToText(Call(&tfplugin6::Provider::Stub::ValidateProviderConfig, request).diagnostics());
  }
  if (type_name != kRunType) {
    tfplugin6::ValidateDataResourceConfig::Request request;
    request.set_type_name(type_name);
    *request.mutable_config() = ToMessage(config, type_name);
    return ToText(
        Call(&tfplugin6::Provider::Stub::ValidateDataResourceConfig, request).diagnostics());
  }
  tfplugin6::ValidateResourceConfig::Request request;
  request.set_type_name(type_name);
  *request.mutable_config() = ToMessage(config, type_name);
  return ToText(Call(&tfplugin6::Provider::Stub::ValidateResourceConfig, request).diagnostics());
}

Planned ProviderUnderTest::Plan(const Value& prior, const Value& config,
                                const std::string& private_data) {
  tfplugin6::PlanResourceChange::Request request;
  request.set_type_name(kRunType);
  *request.mutable_prior_state() = ToMessage(prior, kRunType);
  *request.mutable_proposed_new_state() =
      ToMessage(Proposed(SchemaOf(kRunType), prior, config), kRunType);
  *request.mutable_config() = ToMessage(config, kRunType);
  request.set_prior_private(private_data);
  const auto response = Call(&tfplugin6::Provider::Stub::PlanResourceChange, request);
  EXPECT_FALSE(response.legacy_type_system());
  Planned planned{.state = FromMessage(response.planned_state(), kRunType),
                  .private_data = response.planned_private(),
                  .told = ToText(response.diagnostics())};
  for (const tfplugin6::AttributePath& path : response.requires_replace()) {
    planned.replace.push_back(ToText(path));
  }
  return planned;
}

Applied ProviderUnderTest::Apply(const Value& prior, const Planned& planned) {
  tfplugin6::ApplyResourceChange::Request request;
  request.set_type_name(kRunType);
  *request.mutable_prior_state() = ToMessage(prior, kRunType);
  *request.mutable_planned_state() = ToMessage(planned.state, kRunType);
  request.set_planned_private(planned.private_data);
  const auto response = Call(&tfplugin6::Provider::Stub::ApplyResourceChange, request);
  EXPECT_FALSE(response.legacy_type_system());
  return {.state = FromMessage(response.new_state(), kRunType),
          .private_data = response.private_(),
          .told = ToText(response.diagnostics())};
}

Applied ProviderUnderTest::Read(const Value& state, const std::string& private_data) {
  tfplugin6::ReadResource::Request request;
  request.set_type_name(kRunType);
  *request.mutable_current_state() = ToMessage(state, kRunType);
  request.set_private_(private_data);
  const auto response = Call(&tfplugin6::Provider::Stub::ReadResource, request);
  return {.state = FromMessage(response.new_state(), kRunType),
          .private_data = response.private_(),
          .told = ToText(response.diagnostics())};
}

std::string ProviderUnderTest::Stop() {
  return Call(&tfplugin6::Provider::Stub::StopProvider, tfplugin6::StopProvider::Request()).error();
}

Value::Map EmulatorArguments(const std::string& url) {
  return {{"region", "eu-west-1"},
          {"access_key", "AKIAEMULATOR00000000"},
          {"secret_key", "emulator-secret-key"},
          {"endpoints", Value::List{Value::Map{{"entityresolution", url}}}}};
}

}  // namespace er
