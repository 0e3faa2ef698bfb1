// What goes wrong on purpose: rules that hit the next calls of an operation, and a random plan that
// a seed replays.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/message.h"

namespace er::emulator {

struct Fault {
  enum class Effect {
    kCut,           // hang up without a byte of an answer
    kHalf,          // hang up in the middle of the body
    kGarbage,       // 200 with a body that is not JSON
    kServerError,   // `code`
    kThrottle,      // 429; of S3 503 SlowDown
    kConflict,      // ConflictException; of S3 409 ConditionalRequestConflict
    kExpired,       // 403 ExpiredTokenException
    kAccessDenied,  // 403 AccessDeniedException
    kSlow,          // the right answer, late
    kListLag,       // the job that this call starts shows up in List late
    kNotFound,      // 404 ResourceNotFoundException; of S3 NoSuchKey
    kAltered,       // the right answer, with `members`
  };

  std::string kind{};  // its name in plans, such as "cut-after"
  Effect effect = Effect::kCut;
  bool works = false;  // the operation is performed nevertheless, before the fault
  int code = 0;        // of kServerError

  absl::Duration delay = absl::Seconds(1);       // of kSlow and kListLag
  bool delay_first = false;                      // kSlow: wait, then work
  std::optional<std::int64_t> retry_after_ms{};  // of kThrottle
  bool reset = false;                            // of kCut: with an RST
  Json members = Json::object();                 // of kAltered; null: left out
};

// What a call is about, as far as faults look at it.
struct Subject {
  std::string operation{};
  std::string workflow{};  // of Entity Resolution
  std::string key{};       // of S3; of a list, its prefix
};

// Not safe for concurrent use.
class Faults {
 public:
  // `seed` is that of a random plan that names none.
  explicit Faults(std::uint64_t seed) : default_seed_(seed) {}

  // A plan (emulator/README.md). On error nothing changed.
  absl::Status Add(const Json& plan);

  // Ends all rules and the random plan; what was injected stays on record.
  void Clear();

  // The fault of this call, which is put on record as call number `call`.
  std::optional<Fault> Decide(const Subject& subject, std::int64_t call, absl::Time now);

  // {"faults", "random", "kinds", "operations"}, the last two for whoever makes a plan; and
  // "injected", a list that only grows, if it is `with_injected`.
  Json ToJson(bool with_injected = true) const;

 private:
  struct Rule {
    Fault fault{};
    std::string operation{};  // empty: any
    std::string workflow{};   // empty: any
    std::string key{};        // keys that contain it; empty: any
    std::int64_t after = 0;   // lets so many calls through
    std::int64_t times = 1;   // then hits so many; 0: all
    double probability = 1;   // of each that it could hit
    std::uint64_t seed = 0;
    std::int64_t seen = 0;
    std::int64_t hit = 0;
    Json text{};  // as it was given
  };
  struct Random {
    std::uint64_t seed = 0;
    double rate = 0;
    std::vector<std::string> operations{};  // empty: any
    std::vector<Fault> faults{};
    std::map<std::string, std::int64_t> seen{};  // calls per operation
    Json text{};
  };

  absl::StatusOr<Rule> ReadRule(const Json& json) const;
  absl::StatusOr<Random> ReadRandom(const Json& json) const;
  std::optional<Fault> DecideByRules(const Subject& subject);
  std::optional<Fault> DecideByChance(absl::string_view operation);

  const std::uint64_t default_seed_;
  std::vector<Rule> rules_;
  std::optional<Random> random_;
  Json injected_ = Json::array();
};

}  // namespace er::emulator
