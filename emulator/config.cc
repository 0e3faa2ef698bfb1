#include "emulator/config.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace er::emulator {
namespace {

constexpr std::array<std::pair<absl::string_view, RefusalMode>, 3> kRefusals = {{
    {"conflict", RefusalMode::kConflict},
    {"exceeds-limit", RefusalMode::kExceedsLimit},
    {"queued", RefusalMode::kQueued},
}};

constexpr std::array<std::pair<absl::string_view, Conditions>, 3> kConditions = {{
    {"kept", Conditions::kKept},
    {"refused", Conditions::kRefused},
    {"ignored", Conditions::kIgnored},
}};

template <typename T, std::size_t N>
absl::StatusOr<T> ReadWord(const std::array<std::pair<absl::string_view, T>, N>& words,
                           const Json& value) {
  std::string known;
  for (std::size_t i = 0; i < N; ++i) {
    if (value == std::string(words[i].first)) return words[i].second;
    absl::StrAppend(&known, i == 0 ? "" : i + 1 < N ? ", " : " or ", words[i].first);
  }
  return absl::InvalidArgumentError(absl::StrCat("must be ", known));
}

absl::StatusOr<RefusalMode> ReadRefusal(const Json& value) { return ReadWord(kRefusals, value); }
absl::StatusOr<Conditions> ReadConditions(const Json& value) {
  return ReadWord(kConditions, value);
}

template <typename T, std::size_t N>
std::string WordFor(const std::array<std::pair<absl::string_view, T>, N>& words, T meaning) {
  for (const auto& [word, other] : words) {
    if (other == meaning) return std::string(word);
  }
  return "";
}

absl::StatusOr<std::string> ReadText(const Json& value) {
  if (!value.is_string()) return absl::InvalidArgumentError("must be a string");
  return value.get<std::string>();
}

absl::StatusOr<std::string> ReadAccount(const Json& value) {
  ASSIGN_OR_RETURN(std::string account, ReadText(value));
  if (account.size() != 12 || !std::all_of(account.begin(), account.end(), absl::ascii_isdigit)) {
    return absl::InvalidArgumentError("must have 12 digits");
  }
  return account;
}

absl::StatusOr<std::int64_t> ReadCount(const Json& value) {
  if (!value.is_number_integer() || value < 1) {
    return absl::InvalidArgumentError("must be an integer from 1");
  }
  return value.get<std::int64_t>();
}

absl::StatusOr<bool> ReadFlag(const Json& value) {
  if (!value.is_boolean()) return absl::InvalidArgumentError("must be true or false");
  return value.get<bool>();
}

// Sets `field` from the member, if there is one.
template <typename T>
absl::Status Set(const Json& settings, const char* name, absl::StatusOr<T> (*read)(const Json&),
                 T& field) {
  const auto found = settings.find(name);
  if (found == settings.end()) return absl::OkStatus();
  absl::StatusOr<T> value = read(*found);
  RETURN_IF_ERROR(value.status()).With(name);
  field = *std::move(value);
  return absl::OkStatus();
}

absl::Status SetFate(const Json& settings, Fate& fate) {
  RETURN_IF_ERROR(Set(settings, "job_duration", ReadDuration, fate.duration));
  RETURN_IF_ERROR(Set(settings, "outcome", ReadOutcome, fate.outcome));
  return Set(settings, "message", ReadText, fate.message);
}

absl::Status SetJobs(const Json& settings, Config& config) {
  RETURN_IF_ERROR(Set(settings, "queue_delay", ReadDuration, config.queue_delay));
  RETURN_IF_ERROR(Set(settings, "quota", ReadCount, config.quota));
  RETURN_IF_ERROR(Set(settings, "refusal", ReadRefusal, config.refusal));
  return Set(settings, "list_lag", ReadDuration, config.list_lag);
}

absl::Status SetThings(const Json& settings, Config& config) {
  RETURN_IF_ERROR(Set(settings, "workflow_quota", ReadCount, config.workflow_quota));
  RETURN_IF_ERROR(Set(settings, "namespace_quota", ReadCount, config.namespace_quota));
  RETURN_IF_ERROR(Set(settings, "check_references", ReadFlag, config.check_references));
  RETURN_IF_ERROR(Set(settings, "fills_in", ReadFlag, config.fills_in));
  RETURN_IF_ERROR(Set(settings, "reorders", ReadFlag, config.reorders));
  RETURN_IF_ERROR(Set(settings, "empty_description", ReadFlag, config.empty_description));
  RETURN_IF_ERROR(Set(settings, "role_delay", ReadDuration, config.role_delay));
  RETURN_IF_ERROR(Set(settings, "read_lag", ReadDuration, config.read_lag));
  return Set(settings, "usage_lag", ReadDuration, config.usage_lag);
}

}  // namespace

std::string Name(JobStatus status) {
  switch (status) {
    case JobStatus::kQueued:
      return "QUEUED";
    case JobStatus::kRunning:
      return "RUNNING";
    case JobStatus::kSucceeded:
      return "SUCCEEDED";
    case JobStatus::kFailed:
      return "FAILED";
  }
  return "";
}

absl::StatusOr<absl::Duration> ReadDuration(const Json& value) {
  absl::Duration duration;
  if (!value.is_string() || !absl::ParseDuration(value.get_ref<const std::string&>(), &duration)) {
    return absl::InvalidArgumentError("must be a duration such as \"1m30s\" or \"inf\"");
  }
  return duration;
}

absl::StatusOr<JobStatus> ReadOutcome(const Json& value) {
  for (const JobStatus status : {JobStatus::kSucceeded, JobStatus::kFailed}) {
    if (value == Name(status)) return status;
  }
  return absl::InvalidArgumentError("must be SUCCEEDED or FAILED");
}

absl::Status OnlyMembers(const Json& settings, std::initializer_list<absl::string_view> known) {
  if (!settings.is_object()) return absl::InvalidArgumentError("must be a JSON object");
  for (const auto& [name, value] : settings.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return absl::InvalidArgumentError(absl::StrCat("unknown member: ", name));
    }
  }
  return absl::OkStatus();
}

absl::Status Change(Fate& fate, const Json& settings) {
  Fate changed = fate;
  RETURN_IF_ERROR(SetFate(settings, changed));
  fate = changed;
  return absl::OkStatus();
}

Json ToJson(const Fate& fate) {
  return {{"job_duration", absl::FormatDuration(fate.duration)},
          {"outcome", Name(fate.outcome)},
          {"message", fate.message}};
}

absl::Status Change(Config& config, const Json& settings) {
  RETURN_IF_ERROR(OnlyMembers(settings, {"job_duration",      "outcome",        "message",
                                         "queue_delay",       "quota",          "refusal",
                                         "list_lag",          "clock_skew",     "region",
                                         "account",           "put_conditions", "delete_conditions",
                                         "session_duration",  "workflow_quota", "namespace_quota",
                                         "check_references",  "fills_in",       "reorders",
                                         "empty_description", "role_delay",     "read_lag",
                                         "usage_lag"}));
  Config changed = config;
  RETURN_IF_ERROR(SetFate(settings, changed.fate));
  RETURN_IF_ERROR(SetJobs(settings, changed));
  RETURN_IF_ERROR(SetThings(settings, changed));
  RETURN_IF_ERROR(Set(settings, "clock_skew", ReadDuration, changed.clock_skew));
  RETURN_IF_ERROR(Set(settings, "region", ReadText, changed.region));
  RETURN_IF_ERROR(Set(settings, "account", ReadAccount, changed.account));
  RETURN_IF_ERROR(Set(settings, "put_conditions", ReadConditions, changed.put_conditions));
  RETURN_IF_ERROR(Set(settings, "delete_conditions", ReadConditions, changed.delete_conditions));
  RETURN_IF_ERROR(Set(settings, "session_duration", ReadDuration, changed.session_duration));
  config = changed;
  return absl::OkStatus();
}

Json ToJson(const Config& config) {
  Json json = ToJson(config.fate);
  json.update({{"queue_delay", absl::FormatDuration(config.queue_delay)},
               {"quota", config.quota},
               {"list_lag", absl::FormatDuration(config.list_lag)},
               {"clock_skew", absl::FormatDuration(config.clock_skew)},
               {"region", config.region},
               {"account", config.account},
               {"refusal", WordFor(kRefusals, config.refusal)},
               {"put_conditions", WordFor(kConditions, config.put_conditions)},
               {"delete_conditions", WordFor(kConditions, config.delete_conditions)},
               {"session_duration", absl::FormatDuration(config.session_duration)},
               {"workflow_quota", config.workflow_quota},
               {"namespace_quota", config.namespace_quota},
               {"check_references", config.check_references},
               {"fills_in", config.fills_in},
               {"reorders", config.reorders},
               {"empty_description", config.empty_description},
               {"role_delay", absl::FormatDuration(config.role_delay)},
               {"read_lag", absl::FormatDuration(config.read_lag)},
               {"usage_lag", absl::FormatDuration(config.usage_lag)}});
  return json;
}

}  // namespace er::emulator
