// What a Terraform type is, as plain structs: its attributes and blocks, and how they stand to the
// API.
//
// The loader (schema/loader.h) makes them from the files in schemas/; tests write them down with
// designated initialisers. Everything else here reads them: schema/validate.h, schema/plan.h, and
// what translates them to the protocol, to the API and to the registry's pages.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "value/type.h"
#include "value/value.h"

namespace re2 {
class RE2;
}

namespace er::schema {

// What is known about a text, about each text of a list or set, or about a number. Only a help at
// plan time; the service has the last word.
struct Limits {
  // RE2; the whole text must match. Null if there is none.
  std::shared_ptr<const re2::RE2> pattern{};
  std::string
      pattern_meaning{};  // what the pattern asks for, in words: "an S3 URI such as s3://b/p/"
  std::optional<std::int64_t> min_length{};  // in characters
  std::optional<std::int64_t> max_length{};
  std::vector<std::string> one_of{};  // the texts it can be; empty if any
  std::optional<double> min{};        // of a number; of a duration, in seconds
  std::optional<double> max{};
  bool whole = false;           // of a number: without a fraction
  std::string documentation{};  // URL of the page that says so
};

// What the text of a string attribute is.
enum class Format {
  kText,
  kDuration,   // as Go writes it: 90m, 1h30m
  kTimestamp,  // RFC 3339 here, seconds since 1970 in the API
};

enum class Nesting { kNone, kSingle, kList, kSet, kMap };

struct Attribute {
  std::string name{};
  std::string description{};  // Markdown, one or more sentences
  // Of an attribute without nested attributes.
  Type type = Type::String();
  // The attributes of each of its objects, for an attribute of objects; `nesting` is kNone
  // otherwise.
  Nesting nesting = Nesting::kNone;
  std::vector<Attribute> attributes{};

  bool required = false;
  bool optional = false;
  bool computed = false;
  bool sensitive = false;
  bool replaces = false;     // another value means another object
  bool is_volatile = false;  // a computed value that an update may change
  std::optional<Value> default_value{};
  Format format = Format::kText;
  Limits limits{};

  // The member of the API; a dot leads into a structure: errorDetails.errorMessage. Empty: the
  // service knows nothing of this attribute.
  std::string member{};
  std::vector<std::string>
      environment{};  // where a provider argument that is left out is looked up
};

struct Block {
  std::string name{};
  std::string description{};
  Nesting nesting = Nesting::kList;
  std::int64_t min_items = 0;
  std::int64_t max_items = 0;  // 0: any number
  std::vector<Attribute> attributes{};
  bool replaces = false;
  std::string member{};
};

enum class Kind { kProvider, kResource, kDataSource };

// An operation of the service's API.
struct Operation {
  std::string name{};
  std::string method{};
  std::string path{};
  std::vector<std::string> query{};
  bool repeatable = false;  // may be sent again after any failure
  std::vector<std::string> input{};
  std::vector<std::string> output{};
};

// A paged operation, and the member of its answers that holds the items. The loader has seen to it
// that both are there; so it is for every operation below.
struct Listing {
  const Operation* operation = nullptr;
  std::string items{};
};

// A kind of job, a resource of which starts one: the life of that is run/.
struct JobKind {
  std::string name{};            // id_mapping: tells the notes and turns of the kinds apart
  std::string title{};           // "ID mapping job"
  std::string workflow_title{};  // "ID mapping workflow"
  // What stands before the name in a workflow's ARN, where the operations take that as well:
  // idmappingworkflow. Empty where they take the name only.
  std::string workflow_arn{};
  const Operation* start = nullptr;
  const Operation* get = nullptr;
  Listing list{};       // of the jobs of a workflow
  Listing workflows{};  // of the workflows that can have such jobs
};

// How a data source gets its answer: one operation, or (with `items`) a paged one.
struct Reading {
  const Operation* operation = nullptr;
  std::string items{};  // of a paged operation: the attribute that stands for the items
  std::vector<std::string>
      filters{};                  // attributes that choose among the items, by their name there
  std::vector<std::string> id{};  // the attributes that, joined by slashes, make the attribute id
};

// What becomes of a type; nothing of the provider itself.
using Behaviour = std::variant<std::monostate, JobKind, Reading>;

struct Schema {
  Kind kind = Kind::kResource;
  std::string name{};   // entityresolution_id_mapping_job_run
  std::string title{};  // "ID mapping job run", for messages
  std::int64_t version = 0;
  std::string description{};
  std::vector<Attribute> attributes{};
  std::vector<Block> blocks{};
  // What the timeouts block offers, each with its default: {"create", 4 h}. Empty: there is no such
  // block.
  std::map<std::string, std::string> timeouts{};
  Behaviour behaviour{};

  // The attribute or block of this name; null if there is none.
  const Attribute* FindAttribute(absl::string_view attribute) const;
  const Block* FindBlock(absl::string_view block) const;
};

// The type of what such an attribute holds.
Type TypeOf(const Attribute& attribute);

// The type of one object of such a block, and of all of them.
Type ObjectTypeOf(const Block& block);
Type TypeOf(const Block& block);

// The type of the whole: an object of all attributes and blocks.
Type TypeOf(const Schema& schema);

// An object of `schema` with nothing in it: attributes null, blocks absent as the protocol wants it
// (an empty list, but null for a single block).
Value EmptyObject(const Schema& schema);

// jobId for job_id.
std::string LowerCamelCase(absl::string_view snake_case);

}  // namespace er::schema
