#include "emulator/things.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace er::emulator {
namespace {

// What `definition` says of its inputs: the names of schema mappings, and ARNs.
struct Inputs {
  std::vector<std::string> schemas{};
  std::vector<std::string> arns{};
};

Inputs InputsOf(const Json& definition) {
  Inputs inputs;
  for (const Json& source : definition.value("inputSourceConfig", Json::array())) {
    if (const std::string schema = source.value("schemaName", ""); !schema.empty()) {
      inputs.schemas.push_back(schema);
    }
    inputs.arns.push_back(source.value("inputSourceARN", ""));
  }
  return inputs;
}

bool Contains(const std::vector<std::string>& texts, absl::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool Uses(const Thing& user, const Thing& used, const Scope& scope) {
  const Inputs inputs = InputsOf(user.definition);
  return used.kind == &SchemaMappings()
             ? Contains(inputs.schemas, used.name)
             : Contains(inputs.arns, ArnOf(*used.kind, scope, used.name));
}

}  // namespace

const std::array<Kind, 4> kKinds = {{
    {.title = "schema mapping",
     .noun = "SchemaMapping",
     .name = "schemaName",
     .arn = "schemaArn",
     .list = "schemaList",
     .arn_type = "schemamapping",
     .also_listed = "hasWorkflows",
     .defaults = R"({"mappedInputFields": [{"hashed": false}]})",
     .is_fixed_in_use = true,
     .tells_use = true},
    {.title = "ID namespace",
     .noun = "IdNamespace",
     .name = "idNamespaceName",
     .arn = "idNamespaceArn",
     .list = "idNamespaceSummaries",
     .arn_type = "idnamespace",
     .also_listed = "type",
     .defaults = R"({"idMappingWorkflowProperties": [{"ruleBasedProperties":
                     {"attributeMatchingModel": "ONE_TO_ONE"}}]})",
     .tells_tags = true,
     .quota = &Config::namespace_quota},
    {.title = "ID mapping workflow",
     .noun = "IdMappingWorkflow",
     .name = "workflowName",
     .arn = "workflowArn",
     .list = "workflowSummaries",
     .arn_type = "idmappingworkflow",
     .job = "IdMappingJob",
     .defaults = R"({"inputSourceConfig": [{"type": "SOURCE"}],
                     "outputSourceConfig": [{"KMSArn": "arn:aws:kms:eu-west-1:123456789012:key/own"}]})",
     .tells_tags = true,
     .quota = &Config::workflow_quota},
    {.title = "matching workflow",
     .noun = "MatchingWorkflow",
     .name = "workflowName",
     .arn = "workflowArn",
     .list = "workflowSummaries",
     .arn_type = "matchingworkflow",
     .job = "MatchingJob",
     .also_listed = "resolutionType",
     .defaults = R"({"inputSourceConfig": [{"applyNormalization": true}],
                     "outputSourceConfig": [{"applyNormalization": false,
                       "KMSArn": "arn:aws:kms:eu-west-1:123456789012:key/own",
                       "output": [{"hashed": false}]}],
                     "resolutionTechniques": {"ruleBasedProperties":
                       {"matchPurpose": "IDENTIFIER_GENERATION"}}})",
     .quota = &Config::workflow_quota},
}};

const Kind& SchemaMappings() { return kKinds[0]; }
const Kind& IdMappingWorkflows() { return kKinds[2]; }

const Kind* FindKind(absl::string_view arn_type) {
  const auto* const found = std::find_if(
      kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.arn_type == arn_type; });
  return found == kKinds.end() ? nullptr : found;
}

std::string PartitionOf(absl::string_view region) {
  if (absl::StartsWith(region, "cn-")) return "aws-cn";
  if (absl::StartsWith(region, "us-gov-")) return "aws-us-gov";
  return "aws";
}

std::string ArnOf(const Kind& kind, const Scope& scope, absl::string_view name) {
  return absl::StrCat("arn:", PartitionOf(scope.region), ":entityresolution:", scope.region, ":",
                      scope.account, ":", kind.arn_type, "/", name);
}

Thing& Things::Put(Thing thing) {
  const auto same = std::find_if(things_.begin(), things_.end(), [&](const Thing& other) {
    return other.kind == thing.kind && other.name == thing.name && other.scope == thing.scope;
  });
  if (same == things_.end()) return things_.emplace_back(std::move(thing));
  return *same = std::move(thing);
}

Thing* Things::Find(const Kind& kind, const Scope& scope, absl::string_view name) {
  const auto found = std::find_if(things_.begin(), things_.end(), [&](const Thing& thing) {
    return thing.kind == &kind && thing.name == name && thing.IsVisible(scope);
  });
  return found == things_.end() ? nullptr : &*found;
}

Thing* Things::FindByArn(const Scope& scope, absl::string_view arn) {
  const auto found = std::find_if(things_.begin(), things_.end(), [&](const Thing& thing) {
    return thing.IsVisible(scope) && ArnOf(*thing.kind, scope, thing.name) == arn;
  });
  return found == things_.end() ? nullptr : &*found;
}

std::vector<const Thing*> Things::List(const Kind& kind, const Scope& scope) const {
  std::vector<const Thing*> listed;
  for (const Thing& thing : things_) {
    if (thing.kind == &kind && thing.IsVisible(scope)) listed.push_back(&thing);
  }
  std::sort(listed.begin(), listed.end(),
            [](const Thing* a, const Thing* b) { return a->name < b->name; });
  return listed;
}

bool Things::Delete(const Kind& kind, const std::optional<Scope>& scope, absl::string_view name,
                    absl::Time now) {
  const std::size_t count = things_.size();
  const auto is_it = [&](const Thing& thing) {
    return thing.kind == &kind && thing.name == name &&
           (!scope.has_value() || thing.IsVisible(*scope));
  };
  for (const Thing& thing : things_) {
    if (is_it(thing)) gone_.push_back({.thing = thing, .since = now});
  }
  std::erase_if(things_, is_it);
  return things_.size() < count;
}

std::vector<std::string> Things::UsersOf(const Thing& thing, const Scope& scope,
                                         absl::Time now) const {
  std::vector<std::string> users;
  const auto add = [&](const Thing& user) {
    if (user.IsVisible(scope) && Uses(user, thing, scope)) {
      users.push_back(absl::StrCat(user.kind->title, " ", user.name));
    }
  };
  for (const Thing& user : things_) add(user);
  for (const Gone& gone : gone_) {
    if (now < gone.since + config_.usage_lag) add(gone.thing);
  }
  return users;
}

std::string Things::Missing(const Json& definition, const Scope& scope) {
  if (!config_.check_references) return "";
  const Inputs inputs = InputsOf(definition);
  for (const std::string& schema : inputs.schemas) {
    if (Find(SchemaMappings(), scope, schema) == nullptr) {
      return absl::StrCat("There is no schema mapping ", schema);
    }
  }
  for (const std::string& arn : inputs.arns) {
    if (absl::StrContains(arn, ":entityresolution:") && FindByArn(scope, arn) == nullptr) {
      return absl::StrCat("There is no ", arn);
    }
  }
  return "";
}

bool Things::CanAssume(const std::string& role_arn, absl::Time now) {
  const absl::Time made = roles_.try_emplace(role_arn, now).first->second;
  return now >= made + config_.role_delay;
}

}  // namespace er::emulator
