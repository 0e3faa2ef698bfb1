#include "emulator/faults.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "emulator/config.h"
#include "emulator/digest.h"
#include "emulator/model.h"
#include "emulator/s3/operations.h"
#include "emulator/sts.h"

namespace er::emulator {
namespace {

using Effect = Fault::Effect;

const std::vector<Fault>& Kinds() {
  static const auto& kinds = *new std::vector<Fault>{
      {.kind = "cut-before", .effect = Effect::kCut},
      {.kind = "cut-after", .effect = Effect::kCut, .works = true},
      {.kind = "half", .effect = Effect::kHalf, .works = true},
      {.kind = "garbage", .effect = Effect::kGarbage, .works = true},
      {.kind = "500-before", .effect = Effect::kServerError, .code = 500},
      {.kind = "500-after", .effect = Effect::kServerError, .works = true, .code = 500},
      {.kind = "502-before", .effect = Effect::kServerError, .code = 502},
      {.kind = "502-after", .effect = Effect::kServerError, .works = true, .code = 502},
      {.kind = "503-before", .effect = Effect::kServerError, .code = 503},
      {.kind = "503-after", .effect = Effect::kServerError, .works = true, .code = 503},
      {.kind = "504-before", .effect = Effect::kServerError, .code = 504},
      {.kind = "504-after", .effect = Effect::kServerError, .works = true, .code = 504},
      {.kind = "throttle", .effect = Effect::kThrottle},
      {.kind = "slow", .effect = Effect::kSlow, .works = true},
      {.kind = "slow-before", .effect = Effect::kSlow, .works = true, .delay_first = true},
      {.kind = "list-lag", .effect = Effect::kListLag, .works = true},
      {.kind = "expired", .effect = Effect::kExpired},
      {.kind = "access-denied", .effect = Effect::kAccessDenied},
      {.kind = "conflict", .effect = Effect::kConflict},
      {.kind = "not-found", .effect = Effect::kNotFound},
      {.kind = "altered", .effect = Effect::kAltered, .works = true},
  };
  return kinds;
}

// Those that a client cannot be asked to get over: a denial is final, and the others are claims.
bool IsForPlansOnly(Effect effect) {
  return effect == Effect::kAccessDenied || effect == Effect::kConflict ||
         effect == Effect::kNotFound || effect == Effect::kAltered;
}

absl::StatusOr<Fault> FindKind(const Json& name) {
  for (const Fault& fault : Kinds()) {
    if (name == fault.kind) return fault;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "kind must be one of ",
      absl::StrJoin(Kinds(), ", ", [](std::string* out, const Fault& f) { out->append(f.kind); })));
}

absl::Status SetDetails(const Json& json, Fault& fault) {
  if (const auto delay = json.find("delay"); delay != json.end()) {
    ASSIGN_OR_RETURN(fault.delay, ReadDuration(*delay));
  }
  if (const auto milliseconds = json.find("retry_after_ms"); milliseconds != json.end()) {
    if (!milliseconds->is_number_integer()) {
      return absl::InvalidArgumentError("retry_after_ms must be an integer");
    }
    fault.retry_after_ms = milliseconds->get<std::int64_t>();
  }
  if (const auto reset = json.find("reset"); reset != json.end()) {
    if (!reset->is_boolean()) return absl::InvalidArgumentError("reset must be true or false");
    fault.reset = reset->get<bool>();
  }
  if (const auto members = json.find("members"); members != json.end()) {
    if (!members->is_object()) return absl::InvalidArgumentError("members must be an object");
    fault.members = *members;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || *found == "*") return std::string();
  if (!found->is_string()) return absl::InvalidArgumentError(absl::StrCat(name, " must be a text"));
  return found->get<std::string>();
}

// Of all services.
std::vector<std::string> KnownOperations() {
  std::vector<std::string> known = OperationNames();
  for (const auto& more : {StsActions(), S3OperationNames()}) {
    known.insert(known.end(), more.begin(), more.end());
  }
  return known;
}

absl::StatusOr<std::string> CheckOperation(std::string operation) {
  const std::vector<std::string> known = KnownOperations();
  if (operation.empty() || std::find(known.begin(), known.end(), operation) != known.end()) {
    return operation;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "there is no operation \"", operation, "\" here; there are ", absl::StrJoin(known, ", ")));
}

absl::StatusOr<std::int64_t> ReadNumber(const Json& json, const char* name, std::int64_t other) {
  const auto found = json.find(name);
  if (found == json.end()) return other;
  if (!found->is_number_integer() || *found < 0) {
    return absl::InvalidArgumentError(absl::StrCat(name, " must be an integer from 0"));
  }
  return found->get<std::int64_t>();
}

absl::StatusOr<double> ReadProbability(const Json& json, const char* name, double other) {
  const auto found = json.find(name);
  if (found == json.end()) return other;
  if (!found->is_number() || *found < 0 || *found > 1) {
    return absl::InvalidArgumentError(absl::StrCat(name, " must be a number from 0 to 1"));
  }
  return found->get<double>();
}

// From 0 to less than 1; the same for the same seed, name and count.
double Chance(std::uint64_t seed, absl::string_view name, std::int64_t count) {
  constexpr double kTwoTo53 = 9007199254740992.0;
  const std::uint64_t number = NumberFrom(absl::StrCat("fault ", seed, " ", name, " ", count));
  return static_cast<double>(number >> 11) / kTwoTo53;
}

}  // namespace

absl::StatusOr<Faults::Rule> Faults::ReadRule(const Json& json) const {
  RETURN_IF_ERROR(
      OnlyMembers(json, {"kind", "operation", "workflow", "key", "after", "times", "probability",
                         "seed", "delay", "retry_after_ms", "reset", "members"}));
  Rule rule{.text = json};
  ASSIGN_OR_RETURN(rule.fault, FindKind(json.value("kind", Json())));
  RETURN_IF_ERROR(SetDetails(json, rule.fault));
  ASSIGN_OR_RETURN(rule.operation, ReadText(json, "operation"));
  ASSIGN_OR_RETURN(rule.operation, CheckOperation(rule.operation));
  ASSIGN_OR_RETURN(rule.workflow, ReadText(json, "workflow"));
  ASSIGN_OR_RETURN(rule.key, ReadText(json, "key"));
  ASSIGN_OR_RETURN(rule.after, ReadNumber(json, "after", 0));
  ASSIGN_OR_RETURN(rule.times, ReadNumber(json, "times", 1));
  ASSIGN_OR_RETURN(rule.probability, ReadProbability(json, "probability", 1));
  ASSIGN_OR_RETURN(const std::int64_t seed,
                   ReadNumber(json, "seed", static_cast<std::int64_t>(default_seed_)));
  rule.seed = static_cast<std::uint64_t>(seed);
  return rule;
}

absl::StatusOr<Faults::Random> Faults::ReadRandom(const Json& json) const {
  RETURN_IF_ERROR(OnlyMembers(
      json, {"seed", "rate", "operations", "kinds", "delay", "retry_after_ms", "reset"}));
  Random random{.text = json};
  ASSIGN_OR_RETURN(const std::int64_t seed,
                   ReadNumber(json, "seed", static_cast<std::int64_t>(default_seed_)));
  random.seed = static_cast<std::uint64_t>(seed);
  random.text["seed"] = seed;
  ASSIGN_OR_RETURN(random.rate, ReadProbability(json, "rate", 0.1));
  for (const Json& operation : json.value("operations", Json::array())) {
    if (!operation.is_string()) return absl::InvalidArgumentError("operations must be texts");
    ASSIGN_OR_RETURN(std::string checked, CheckOperation(operation.get<std::string>()));
    random.operations.push_back(std::move(checked));
  }
  for (const Json& kind : json.value("kinds", Json::array())) {
    ASSIGN_OR_RETURN(Fault fault, FindKind(kind));
    random.faults.push_back(std::move(fault));
  }
  if (random.faults.empty()) {
    for (const Fault& fault : Kinds()) {
      if (!IsForPlansOnly(fault.effect)) random.faults.push_back(fault);
    }
  }
  for (Fault& fault : random.faults) RETURN_IF_ERROR(SetDetails(json, fault));
  return random;
}

absl::Status Faults::Add(const Json& plan) {
  RETURN_IF_ERROR(OnlyMembers(plan, {"faults", "random"}));
  const Json listed = plan.value("faults", Json::array());
  if (!listed.is_array()) return absl::InvalidArgumentError("faults must be a list");
  std::vector<Rule> rules;
  for (const Json& json : listed) {
    absl::StatusOr<Rule> rule = ReadRule(json);
    RETURN_IF_ERROR(rule.status()).With(absl::StrCat("fault ", rules.size() + 1));
    rules.push_back(*std::move(rule));
  }
  if (const auto json = plan.find("random"); json != plan.end()) {
    absl::StatusOr<Random> random = ReadRandom(*json);
    RETURN_IF_ERROR(random.status()).With("random");
    random_ = *std::move(random);
  }
  std::move(rules.begin(), rules.end(), std::back_inserter(rules_));
  return absl::OkStatus();
}

void Faults::Clear() {
  rules_.clear();
  random_.reset();
}

std::optional<Fault> Faults::Decide(const Subject& subject, std::int64_t call, absl::Time now) {
  std::optional<Fault> by_chance = DecideByChance(subject.operation);  // counts every call
  std::optional<Fault> fault = DecideByRules(subject);
  if (!fault.has_value()) fault = std::move(by_chance);
  if (fault.has_value()) {
    injected_.push_back({{"call", call},
                         {"operation", subject.operation},
                         {"workflow", subject.workflow},
                         {"key", subject.key},
                         {"kind", fault->kind},
                         {"time", absl::FormatTime(absl::RFC3339_full, now, absl::UTCTimeZone())}});
  }
  return fault;
}

// Every rule counts every call that it speaks of; the first that hits decides.
std::optional<Fault> Faults::DecideByRules(const Subject& subject) {
  std::optional<Fault> decided;
  for (Rule& rule : rules_) {
    if (!rule.operation.empty() && rule.operation != subject.operation) continue;
    if (!rule.workflow.empty() && rule.workflow != subject.workflow) continue;
    if (!absl::StrContains(subject.key, rule.key)) continue;
    ++rule.seen;
    const bool hits = !decided.has_value() && rule.seen > rule.after &&
                      (rule.times == 0 || rule.hit < rule.times) &&
                      Chance(rule.seed, subject.operation, rule.seen) < rule.probability;
    if (!hits) continue;
    ++rule.hit;
    decided = rule.fault;
  }
  return decided;
}

std::optional<Fault> Faults::DecideByChance(absl::string_view operation) {
  if (!random_.has_value()) return std::nullopt;
  const std::vector<std::string>& operations = random_->operations;
  if (!operations.empty() &&
      std::find(operations.begin(), operations.end(), operation) == operations.end()) {
    return std::nullopt;
  }
  const std::int64_t count = ++random_->seen[std::string(operation)];
  if (Chance(random_->seed, operation, count) >= random_->rate) return std::nullopt;
  const double which = Chance(random_->seed, absl::StrCat("kind of ", operation), count);
  const auto size = static_cast<double>(random_->faults.size());
  return random_->faults[static_cast<std::size_t>(which * size)];
}

Json Faults::ToJson(bool with_injected) const {
  Json rules = Json::array();
  for (const Rule& rule : rules_) {
    Json json = rule.text;
    json["seen"] = rule.seen;
    json["hit"] = rule.hit;
    rules.push_back(std::move(json));
  }
  Json kinds = Json::array();
  for (const Fault& fault : Kinds()) kinds.push_back(fault.kind);
  Json json = {{"faults", std::move(rules)},
               {"random", random_.has_value() ? random_->text : Json()},
               {"kinds", std::move(kinds)},
               {"operations", KnownOperations()}};
  if (with_injected) json["injected"] = injected_;
  return json;
}

}  // namespace er::emulator
