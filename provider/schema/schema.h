// What a Terraform type is, as plain structs: its attributes and blocks, how they stand to the API,
// and what becomes of an object of the type.
//
// The loader (schema/loader.h) makes them from the files in schemas/; tests write them down with
// designated initialisers. Everything else here reads them: schema/validate.h, schema/plan.h,
// schema/translate.h, and what makes the protocol's schema and the registry's pages of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/pattern.h"
#include "value/type.h"
#include "value/value.h"

namespace er::schema {

// What is known about a text, about each text of a list, set or map, or about a number. Only a help
// at plan time; the service has the last word.
struct Limits {
  std::shared_ptr<const Pattern> pattern{};  // null if there is none
  std::string
      pattern_meaning{};  // what the pattern asks for, in words: "an S3 URI such as s3://b/p/"
  std::optional<std::int64_t> min_length{};  // in characters
  std::optional<std::int64_t> max_length{};
  std::vector<std::string> one_of{};  // the texts it can be; empty if any
  std::string reserved_prefix{};      // what no text begins with; empty if it may with anything
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
  kJson,       // JSON as text here, a document in the API; compared by meaning
  kJsonText,   // JSON as text on both sides; compared by meaning
};

// A text that is an ARN on one side and a bare name on the other.
struct ArnForm {
  std::string type{};  // what stands before the name in the ARN: schemamapping; empty: no such text
  std::string below{};  // the attribute whose text stands between the two, if any
  bool in_api = false;  // the API has the ARN, and here is the name or the ARN; else the other way
};

enum class Nesting { kNone, kSingle, kList, kSet, kMap };

// An attribute, or a block: that is an optional attribute of objects that is written in another
// way.
struct Attribute {
  std::string name{};
  std::string description{};  // Markdown, one or more sentences
  // Of an attribute without nested attributes.
  Type type = Type::String();
  // The attributes of each of its objects, for an attribute of objects; `nesting` is kNone
  // otherwise. Those of a block may be blocks.
  Nesting nesting = Nesting::kNone;
  std::vector<Attribute> attributes{};
  bool is_block = false;

  // Of a list, set or map: how many elements; 0 of max_items: any number.
  std::int64_t min_items = 0;
  std::int64_t max_items = 0;
  bool ordered = false;  // of a list: another order means another thing to the service
  std::shared_ptr<const Limits> key_limits{};  // of a map; null if there are none

  bool required = false;
  bool optional = false;
  bool computed = false;
  bool sensitive = false;
  bool replaces = false;     // another value means another object
  bool is_volatile = false;  // a computed value that an update may change
  std::optional<Value> default_value{};
  Format format = Format::kText;
  Limits limits{};
  ArnForm arn{};
  // Of a text: for some of its values, the attributes beside it of which there must be one.
  std::map<std::string, std::vector<std::string>> needs{};
  // Of the objects of this attribute: attributes of which each object has one, or one at most.
  std::vector<std::string> exactly_one_of{};
  std::vector<std::string> at_most_one_of{};

  // The member of the API; a dot leads into a structure: errorDetails.errorMessage. Empty: the
  // service knows nothing of this attribute.
  std::string member{};
  std::vector<std::string>
      environment{};  // where a provider argument that is left out is looked up
};

// A list resource is what a query (terraform query) lists the resources of a type by.
enum class Kind { kProvider, kResource, kDataSource, kListResource, kAction };

// An operation of the service's API.
struct Operation {
  std::string name{};
  std::string method{};
  std::string path{};
  std::vector<std::string> query{};   // the members that travel in the query,
  std::vector<std::string> header{};  // and in headers of their name
  bool repeatable = false;            // may be sent again after any failure
  std::vector<std::string> input{};
  std::vector<std::string> output{};
  bool confidential = false;  // it takes or gives what a type has as a sensitive attribute
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

// How the service has the tags of a thing, which it knows by its ARN.
struct Tagging {
  const Operation* list = nullptr;
  const Operation* add = nullptr;
  const Operation* remove = nullptr;
};

// The attributes that name an object, and the id that is made of their texts.
struct Identity {
  std::vector<std::string> attributes{};
  std::string separator = "/";
};

// An object that is declared and no more: the life of that is managed/.
struct Managed {
  const Operation* create = nullptr;
  const Operation* read = nullptr;
  const Operation* update = nullptr;
  const Operation* remove = nullptr;
  Listing list{};  // of all objects of the type; no operation where the service lists none
  Identity id{};
  std::string arn{};       // the attribute that holds the object's ARN
  std::string arn_type{};  // what stands before the name there: schemamapping
  // A computed flag: while it is true, the service lets nothing be changed but tags.
  std::string fixed_while{};
  // How long the deletion of what is in use is repeated; none: as long as it may take at all.
  std::optional<absl::Duration> in_use_patience{};
  Listing jobs{};  // that keep the object in use; no operation where there are none
  // The object is a part of a document: read gives the document, update takes it, and what is known
  // of the part is what create takes.
  bool in_document = false;
  std::optional<Tagging> tagging{};  // of a type with the attributes tags and tags_all

  // The operation that takes all that an update may change, and the members that a read tells.
  const Operation& change() const { return in_document ? *create : *update; }
  const std::vector<std::string>& told() const {
    return in_document ? create->input : read->output;
  }
};

// How a data source gets its answer: one operation, or (with `items`) a paged one.
struct Reading {
  const Operation* operation = nullptr;
  std::string items{};  // of a paged operation: the attribute that stands for the items
  std::vector<std::string>
      filters{};  // attributes that choose among the items, by their name there
  std::string
      ids{};      // the attribute of each item that the attribute ids holds; empty: there is none
  Identity id{};  // of the attribute id; no attributes where there is none
  std::string arn{};  // the attribute whose tags the attribute tags holds
  std::optional<Tagging> tagging{};
};

// What a list resource finds of the objects of its resource, which has the same name.
struct Query {
  std::vector<std::string> filters{};  // attributes that choose among the objects
};

// An action that starts a job, as an object of the resource `run` does.
struct Starting {
  std::string run{};
};

// An action that has `operation` done to each thing that the list `items`, an attribute, names: as
// many at a time as fit into a request.
struct Batch {
  const Operation* operation = nullptr;
  std::string items{};
};

// What becomes of a type; nothing of the provider itself.
using Behaviour = std::variant<std::monostate, Managed, JobKind, Reading, Query, Starting, Batch>;

// What was done to the attributes of a type after a version of it: a state that was written with
// that version is read by it.
struct Upgrade {
  std::map<std::string, std::string> renamed{};  // from the name in that version to the next one's
};

struct Schema {
  Kind kind = Kind::kResource;
  std::string name{};         // entityresolution_id_mapping_job_run
  std::string title{};        // "ID mapping job run", for messages
  std::string subcategory{};  // under which the registry lists its page; none of the provider
  std::int64_t version = 0;
  std::vector<Upgrade> upgrades{};  // from version 0, from version 1, ...: as many as the version
  std::string description{};
  std::vector<Attribute> attributes{};  // and blocks
  // Of a resource: the attributes that name an object (schema/identity.h), and the types of other
  // providers that are the same (schema/move.h).
  std::vector<std::string> identity{};
  std::vector<std::string> moved_from{};
  // What the timeouts block offers, each with its default: {"create", 4 h}. Empty: there is no such
  // block.
  std::map<std::string, std::string> timeouts{};
  Behaviour behaviour{};

  // The attribute or block of this name; null if there is none.
  const Attribute* FindAttribute(absl::string_view attribute) const;
};

// The one of this name; null if there is none.
const Attribute* FindAttribute(const std::vector<Attribute>& attributes, absl::string_view name);

// The one that says in another way what `attribute` says, a name where that is an ARN; null if
// there is none.
const Attribute* OtherWay(const std::vector<Attribute>& attributes, const Attribute& attribute);

// The type of what such an attribute holds, and of one of its objects.
Type TypeOf(const Attribute& attribute);
Type ObjectTypeOf(const std::vector<Attribute>& attributes);

// The type of the whole: an object of all attributes and blocks.
Type TypeOf(const Schema& schema);

// What there is where the configuration says nothing: a null, but for blocks as the protocol wants
// them (an empty list, and a null only for a single block).
Value Nothing(const Attribute& attribute);

// An object of `schema` with nothing in it.
Value EmptyObject(const Schema& schema);

// jobId for job_id, and the other way round.
std::string LowerCamelCase(absl::string_view snake_case);
std::string SnakeCase(absl::string_view lower_camel_case);

}  // namespace er::schema
