#include "run/settings.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "aws/hash.h"
#include "schema/translate.h"

namespace er::run {
namespace {

using nlohmann::json;

constexpr const char* kOutputMembers[] = {"roleArn", "outputS3Path", "KMSArn"};
constexpr const char* kOutputAttributes[] = {"role_arn", "output_s3_path", "kms_arn"};

constexpr std::pair<const char*, std::string Settings::*> kSettings[] = {
    {"kind", &Settings::kind},         {"region", &Settings::region},
    {"account", &Settings::account},   {"workflow", &Settings::workflow},
    {"job_type", &Settings::job_type}, {"output", &Settings::output},
    {"triggers", &Settings::triggers}};
constexpr std::pair<const char*, std::string Told::*> kTold[] = {{"job_type", &Told::job_type},
                                                                 {"output", &Told::output}};

// s3://bucket/out/ and s3://bucket/out are one place.
std::string WithoutSlash(std::string text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

// The normal form of an output: its members, in order, without those that are empty.
std::string NormalForm(const std::vector<std::map<std::string, std::string>>& outputs) {
  json list = json::array();
  for (const auto& output : outputs) {
    json object = json::object();
    for (const auto& [member, text] : output) {
      const std::string normal = member == "outputS3Path" ? WithoutSlash(text) : text;
      if (!normal.empty()) object[member] = normal;
    }
    if (!object.empty()) list.push_back(std::move(object));
  }
  return list.empty() ? std::string() : list.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string OutputOf(const Value& blocks) {
  std::vector<std::map<std::string, std::string>> outputs;
  if (!blocks.IsList()) return "";
  for (const Value& block : blocks.AsList()) {
    if (!block.IsMap()) continue;
    auto& output = outputs.emplace_back();
    for (std::size_t i = 0; i < std::size(kOutputMembers); ++i) {
      output[kOutputMembers[i]] = TextOf(block, kOutputAttributes[i]);
    }
  }
  return NormalForm(outputs);
}

std::string TriggersOf(const Value& triggers) {
  if (!triggers.IsMap() || triggers.AsMap().empty()) return "";
  json object = json::object();
  for (const auto& [key, value] : triggers.AsMap()) {
    object[key] = value.IsString() ? json(value.AsString()) : json();
  }
  // A trigger may be a secret's; nobody needs to read it in a journal.
  return aws::Sha256Hex(object.dump(-1, ' ', false, json::error_handler_t::replace));
}

// Two texts that may be left open, which is like any.
bool AreAlike(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() || a == b;
}

}  // namespace

json ToJson(const Settings& settings) {
  json object = json::object();
  for (const auto& [name, member] : kSettings) {
    if (!(settings.*member).empty()) object[name] = settings.*member;
  }
  return object;
}

Settings ToSettings(const json& object) {
  Settings settings;
  for (const auto& [name, member] : kSettings) settings.*member = schema::TextMember(object, name);
  return settings;
}

json ToJson(const Told& told) {
  json object = json::object();
  for (const auto& [name, member] : kTold) {
    if (!(told.*member).empty()) object[name] = told.*member;
  }
  return object;
}

Told ToTold(const json& object) {
  Told told;
  for (const auto& [name, member] : kTold) told.*member = schema::TextMember(object, name);
  return told;
}

WorkflowName ToWorkflowName(absl::string_view text) {
  // arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/wf
  if (!absl::StartsWith(text, "arn:")) return {.name = std::string(text)};
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 5));
  if (parts.size() < 6) return {.name = std::string(text)};
  const std::string& last = parts[5];
  return {.region = parts[3], .account = parts[4], .name = last.substr(last.find('/') + 1)};
}

Settings SettingsOf(const Value& run, const Surroundings& around) {
  WorkflowName workflow = ToWorkflowName(TextOf(run, "workflow_name"));
  const std::string region = TextOf(run, "region");
  return {.kind = around.kind,
          .region = region.empty() ? around.region : region,
          .account = workflow.account.empty() ? around.account : workflow.account,
          .workflow = std::move(workflow.name),
          .job_type = TextOf(run, "job_type"),
          .output = OutputOf(run["output_source_config"]),
          .triggers = TriggersOf(run["triggers"])};
}

Told ToldOf(const Value& run) {
  return {.job_type = TextOf(run, "job_type"), .output = OutputOf(run["outputs"])};
}

Told ToldOf(const json& job) {
  std::vector<std::map<std::string, std::string>> outputs;
  if (const auto told = job.find("outputSourceConfig"); told != job.end() && told->is_array()) {
    for (const json& output : *told) {
      auto& members = outputs.emplace_back();
      for (const char* member : kOutputMembers)
        members[member] = schema::TextMember(output, member);
    }
  }
  return {.job_type = schema::TextMember(job, "jobType"), .output = NormalForm(outputs)};
}

bool AreKnown(const Value& run) {
  for (const char* name : {"workflow_name", "region", "output_source_config", "triggers"}) {
    if (!run[name].IsWhollyKnown()) return false;
  }
  return true;
}

std::vector<std::string> Differences(const Settings& asked, const Settings& had, const Told& told) {
  std::vector<std::string> names;
  if (asked.kind != had.kind || asked.workflow != had.workflow ||
      !AreAlike(asked.account, had.account)) {
    names.emplace_back("workflow_name");
  }
  if (asked.region != had.region) names.emplace_back("region");
  if (!asked.job_type.empty() && asked.job_type != had.job_type &&
      asked.job_type != told.job_type) {
    names.emplace_back("job_type");
  }
  const bool repeats_own = had.output.empty() && asked.output == told.output;
  if (asked.output != had.output && !repeats_own) names.emplace_back("output_source_config");
  if (asked.triggers != had.triggers) names.emplace_back("triggers");
  return names;
}

bool MayBeSame(const Settings& asked, const Settings& had) {
  // What was left open is what the service made of it.
  return IsSame(asked, had,
                {.job_type = had.job_type.empty() ? asked.job_type : "",
                 .output = had.output.empty() ? asked.output : ""});
}

bool IsAsAsked(const Settings& asked, const json& job) {
  if (const auto told = job.find("jobType"); told != job.end() && told->is_string()) {
    if (!AreAlike(asked.job_type, told->get<std::string>())) return false;
  }
  if (asked.output.empty()) return true;
  const auto told = job.find("outputSourceConfig");
  if (told == job.end() || !told->is_array()) return true;
  // A note that somebody has damaged asks for what no job is.
  const json wanted = json::parse(asked.output, nullptr, /*allow_exceptions=*/false);
  if (!wanted.is_array() || told->size() < wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (const char* member : kOutputMembers) {
      const std::string text = schema::TextMember(wanted[i], member);
      const std::string is = WithoutSlash(schema::TextMember((*told)[i], member));
      if (!text.empty() && !is.empty() && is != text) return false;
    }
  }
  return true;
}

}  // namespace er::run
