// What has a name in the service: schema mappings, ID namespaces and both kinds of workflow. What
// they differ in is data, a Kind; there is no class for any of them. No HTTP, no clock: each call
// is told what time it is.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/config.h"
#include "emulator/message.h"

namespace er::emulator {

// An account in a Region: what a quota and a name hold for.
struct Scope {
  std::string account{};
  std::string region{};
  friend auto operator<=>(const Scope&, const Scope&) = default;
};

struct Kind {
  absl::string_view title{};        // "schema mapping"
  absl::string_view noun{};         // in the names of operations: CreateSchemaMapping
  absl::string_view name{};         // its members: schemaName,
  absl::string_view arn{};          // schemaArn,
  absl::string_view list{};         // and, of a list, schemaList
  absl::string_view arn_type{};     // schemamapping
  absl::string_view job{};          // in the names of operations on its jobs; empty if it has none
  absl::string_view also_listed{};  // a member that a list tells besides names and times
  absl::string_view defaults{};  // JSON: what the service may fill in, an array's for each element
  bool is_fixed_in_use = false;  // cannot be updated while something uses it
  bool tells_tags = false;       // with the rest, when it is read
  bool tells_use = false;        // likewise, whether workflows use it
  std::int64_t Config::*quota = nullptr;  // of an account and Region; null: none
};

extern const std::array<Kind, 4> kKinds;
const Kind& SchemaMappings();
const Kind& IdMappingWorkflows();
// The one with this arn_type; nullptr where there is none.
const Kind* FindKind(absl::string_view arn_type);

struct Thing {
  const Kind* kind = nullptr;
  std::string name{};
  std::optional<Scope> scope{};      // none: it is there for every account and in every Region
  Json definition = Json::object();  // the members of its creation, less name and tags
  absl::Time created{};
  absl::Time updated{};
  std::map<std::string, std::string> tags{};
  Json fate = Json::object();  // of its jobs: settings that change the configured one

  // As it was before it was created or updated last: nothing if it was not there.
  std::optional<Json> before{};
  absl::Time before_updated{};

  bool IsIncremental() const { return definition.contains("incrementalRunConfig"); }
  bool IsVisible(const Scope& to) const { return !scope.has_value() || *scope == to; }
};

// aws, aws-cn or aws-us-gov.
std::string PartitionOf(absl::string_view region);

std::string ArnOf(const Kind& kind, const Scope& scope, absl::string_view name);

// Not safe for concurrent use. `config` must outlive it.
class Things {
 public:
  explicit Things(const Config& config) : config_(config) {}

  // Adds, or replaces the one of the same kind, name and scope.
  Thing& Put(Thing thing);

  // nullptr where there is none.
  Thing* Find(const Kind& kind, const Scope& scope, absl::string_view name);
  Thing* FindByArn(const Scope& scope, absl::string_view arn);
  std::vector<const Thing*> List(const Kind& kind, const Scope& scope) const;  // by name
  const std::vector<Thing>& All() const { return things_; }

  // Of one scope, or (none given) wherever it is there. False where there is none.
  bool Delete(const Kind& kind, const std::optional<Scope>& scope, absl::string_view name,
              absl::Time now);

  // What uses this, as "ID mapping workflow customers"; those that are gone, for a while.
  std::vector<std::string> UsersOf(const Thing& thing, const Scope& scope, absl::Time now) const;

  // What a definition names that does not exist, as a sentence; empty if all does.
  std::string Missing(const Json& definition, const Scope& scope);

  // Whether the service can assume a role by now; the first question is when it is made.
  bool CanAssume(const std::string& role_arn, absl::Time now);

 private:
  struct Gone {
    Thing thing{};
    absl::Time since{};
  };

  const Config& config_;
  std::vector<Thing> things_;
  std::vector<Gone> gone_;
  std::map<std::string, absl::Time> roles_;
};

}  // namespace er::emulator
