// Reads the files of schemas/ into structs. The build's check and the program itself use the same
// loader.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schema/schema.h"

namespace er::schema {

// What the service's words mean to this program.
struct Vocabulary {
  std::vector<std::string> gone{};    // error codes: there is no such thing
  std::vector<std::string> busy{};    // error codes: not now, another job is running
  std::vector<std::string> exists{};  // error codes: there is one of that name
  std::vector<std::string> in_use{};  // error codes: something needs it
  std::vector<std::string> denied{};  // error codes: the caller, or a role, may not
  // What a denial says where it is the role that the service cannot assume, perhaps only not yet.
  std::shared_ptr<const Pattern> role_not_ready{};
  std::vector<std::string> running{};    // states in which a job has not ended
  std::vector<std::string> succeeded{};  // states in which a job has ended well
  std::vector<std::string> failed{};     // states in which it has ended badly

  // Whether a job of this state has ended. One that this version does not know is an end if there
  // is a time of it.
  bool IsEnd(absl::string_view state, bool has_end_time) const;
};

// Its types point into it, so it moves but is never copied.
struct Catalog {
  Catalog() = default;
  Catalog(Catalog&&) = default;
  Catalog& operator=(Catalog&&) = default;

  std::string service{};
  Vocabulary vocabulary{};
  std::map<std::string, Operation, std::less<>> operations{};
  std::optional<Tagging> tagging{};
  Schema provider{};
  std::vector<Schema> types{};  // resources and data sources, by name

  // Null if there is none.
  const Schema* Find(Kind kind, absl::string_view name) const;
};

struct SourceFile {
  absl::string_view name;  // relative to schemas/: resources/id_mapping_job_run.json
  absl::string_view text;
};

// How closely files are looked at. What the build has checked need not be checked again: patterns
// are compiled when they are first used.
enum class Check { kEverything, kAllButPatterns };

// kInvalidArgument with one line for each mistake, "file:line: path: reason", all of them at once.
absl::StatusOr<Catalog> Load(const std::vector<SourceFile>& files,
                             Check check = Check::kEverything);

// What schemas/ held when this program was built. Read at the first call; lives as long as the
// process.
const Catalog& BuiltInCatalog();

}  // namespace er::schema
