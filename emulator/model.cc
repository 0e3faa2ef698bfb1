#include "emulator/model.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "emulator/model_json.h"
#include "emulator/uri.h"

namespace er::emulator {
namespace {

using Place = Member::Place;
constexpr std::int64_t kNoLimit = -1;

struct Shape {
  enum class Kind { kString, kInteger, kBoolean, kDocument, kList, kMap, kStructure };

  Kind kind = Kind::kString;
  std::int64_t min = kNoLimit;  // of the length or the number
  std::int64_t max = kNoLimit;
  std::shared_ptr<const RE2> pattern{};
  std::vector<std::string> values{};  // of an enumeration
  std::vector<Member> members{};      // of a structure
  std::string key{};                  // of a map
  std::string element{};              // of a list or a map
};

// What model.json holds: made when the program was built, so that it is as it should be.
struct Model {
  std::vector<Operation> operations{};
  std::map<std::string, Shape> shapes{};
};

// A star after the name: required. A question mark before it: in the query; a caret: in a header.
// One that is a label of the path is there.
Member ToMember(absl::string_view name, const Json& shape, absl::string_view path) {
  Member member{.shape = shape.get<std::string>()};
  if (absl::ConsumePrefix(&name, "?")) member.place = Place::kQuery;
  if (absl::ConsumePrefix(&name, "^")) member.place = Place::kHeader;
  member.required = absl::ConsumeSuffix(&name, "*");
  member.name = std::string(name);
  if (absl::StrContains(path, absl::StrCat("{", name, "}"))) member.place = Place::kPath;
  return member;
}

std::vector<Member> ToMembers(const Json& members, absl::string_view path) {
  std::vector<Member> result;
  for (const auto& [name, shape] : members.items()) result.push_back(ToMember(name, shape, path));
  return result;
}

Shape ToShape(const Json& json) {
  static const auto& kinds = *new std::map<std::string, Shape::Kind>{
      {"string", Shape::Kind::kString},      {"integer", Shape::Kind::kInteger},
      {"boolean", Shape::Kind::kBoolean},    {"document", Shape::Kind::kDocument},
      {"list", Shape::Kind::kList},          {"map", Shape::Kind::kMap},
      {"structure", Shape::Kind::kStructure}};
  Shape shape{.kind = kinds.at(json.value("type", "string")),
              .min = json.value("min", kNoLimit),
              .max = json.value("max", kNoLimit),
              .values = json.value("enum", std::vector<std::string>()),
              .members = ToMembers(json.value("members", Json::object()), ""),
              .key = json.value("keys", ""),
              .element = json.value("of", "")};
  if (json.contains("pattern")) {
    shape.pattern = std::make_shared<const RE2>(json["pattern"].get<std::string>());
  }
  return shape;
}

const Model& TheModel() {
  static const Model* const model = [] {
    const Json json = Json::parse(kModel);
    auto* made = new Model();
    for (const auto& [name, operation] : json["operations"].items()) {
      const std::string path = operation["path"].get<std::string>();
      made->operations.push_back({.name = name,
                                  .method = operation["method"].get<std::string>(),
                                  .path = path,
                                  .input = ToMembers(operation["input"], path),
                                  .output = operation["output"].get<std::vector<std::string>>()});
    }
    for (const auto& [name, shape] : json["shapes"].items()) {
      made->shapes.emplace(name, ToShape(shape));
    }
    return made;
  }();
  return *model;
}

// Reads JSON by the shapes and collects what is wrong with it.
class Reader {
 public:
  Json ReadMembers(const std::vector<Member>& members, const Json& input, absl::string_view path) {
    Json read = Json::object();
    for (const Member& member : members) {
      const std::string place = absl::StrCat(path, path.empty() ? "" : ".", member.name);
      const auto found = input.find(member.name);
      if (found == input.end() || found->is_null()) {
        if (member.required) Violate(place, "Member must not be null");
      } else {
        read[member.name] = Read(member.shape, *found, place);
      }
    }
    return read;
  }

  // Complains of what is in `given` and not among the members.
  void RefuseOthers(const std::vector<Member>& members, const Json& given, absl::string_view path) {
    for (const auto& item : given.items()) {
      const std::string& name = item.key();
      const bool is_known = std::any_of(members.begin(), members.end(), [&](const Member& member) {
        return member.name == name && member.place == Place::kBody;
      });
      if (!is_known) {
        Violate(absl::StrCat(path, path.empty() ? "" : ".", name), "There is no such member");
      }
    }
  }

  Result Finish(Json read) const {
    if (!wrong_types_.empty()) {
      return Error{.code = 400,
                   .name = "SerializationException",
                   .message = absl::StrJoin(wrong_types_, "; ")};
    }
    if (!violations_.empty()) {
      return ValidationError(absl::StrCat(violations_.size(), " validation error",
                                          violations_.size() == 1 ? "" : "s",
                                          " detected: ", absl::StrJoin(violations_, "; ")));
    }
    return read;
  }

 private:
  Json Read(const std::string& shape_name, const Json& value, const std::string& path) {
    const Shape& shape = TheModel().shapes.at(shape_name);
    switch (shape.kind) {
      case Shape::Kind::kString:
        if (!value.is_string()) return WrongType(path, "a string");
        CheckString(shape, value.get_ref<const std::string&>(), path);
        return value;
      case Shape::Kind::kInteger:
        if (!value.is_number_integer()) return WrongType(path, "an integer");
        CheckRange(shape, value.get<std::int64_t>(), "value", path);
        return value;
      case Shape::Kind::kBoolean:
        return value.is_boolean() ? value : WrongType(path, "a boolean");
      case Shape::Kind::kDocument:
        return value;
      case Shape::Kind::kStructure:
        if (!value.is_object()) return WrongType(path, "an object");
        RefuseOthers(shape.members, value, path);
        return ReadMembers(shape.members, value, path);
      case Shape::Kind::kList: {
        if (!value.is_array()) return WrongType(path, "a list");
        CheckRange(shape, static_cast<std::int64_t>(value.size()), "length", path);
        Json read = Json::array();
        for (const Json& element : value) {
          read.push_back(
              Read(shape.element, element, absl::StrCat(path, ".", read.size() + 1, ".member")));
        }
        return read;
      }
      case Shape::Kind::kMap: {
        if (!value.is_object()) return WrongType(path, "a map");
        CheckRange(shape, static_cast<std::int64_t>(value.size()), "length", path);
        Json read = Json::object();
        for (const auto& [key, element] : value.items()) {
          Read(shape.key, key, path);
          read[key] = Read(shape.element, element, absl::StrCat(path, ".", key));
        }
        return read;
      }
    }
    return nullptr;
  }

  void CheckString(const Shape& shape, const std::string& text, const std::string& path) {
    const auto length = std::count_if(text.begin(), text.end(),
                                      [](char c) { return (c & 0xC0) != 0x80; });  // code points
    CheckRange(shape, length, "length", path);
    if (shape.pattern && !RE2::FullMatch(text, *shape.pattern)) {
      Violate(path, absl::StrCat("Member must satisfy regular expression pattern: ",
                                 shape.pattern->pattern()));
    }
    if (!shape.values.empty() &&
        std::find(shape.values.begin(), shape.values.end(), text) == shape.values.end()) {
      Violate(path, absl::StrCat("Member must satisfy enum value set: [",
                                 absl::StrJoin(shape.values, ", "), "]"));
    }
  }

  void CheckRange(const Shape& shape, std::int64_t number, absl::string_view what,
                  const std::string& path) {
    if (shape.min != kNoLimit && number < shape.min) {
      Violate(path,
              absl::StrCat("Member must have ", what, " greater than or equal to ", shape.min));
    }
    if (shape.max != kNoLimit && number > shape.max) {
      Violate(path, absl::StrCat("Member must have ", what, " less than or equal to ", shape.max));
    }
  }

  void Violate(absl::string_view path, absl::string_view constraint) {
    violations_.push_back(
        absl::StrCat("Value at '", path, "' failed to satisfy constraint: ", constraint));
  }

  Json WrongType(absl::string_view path, absl::string_view wanted) {
    wrong_types_.push_back(absl::StrCat("'", path, "' must be ", wanted));
    return nullptr;
  }

  std::vector<std::string> wrong_types_;
  std::vector<std::string> violations_;
};

std::vector<std::string> Segments(absl::string_view path) {
  absl::ConsumePrefix(&path, "/");
  absl::ConsumeSuffix(&path, "/");
  return absl::StrSplit(path, '/');
}

bool IsLabel(absl::string_view segment) { return absl::StartsWith(segment, "{"); }

bool Fits(const Operation& operation, absl::string_view method,
          const std::vector<std::string>& segments) {
  const std::vector<std::string> pattern = Segments(operation.path);
  return operation.method == method &&
         std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](const std::string& wanted, const std::string& given) {
                      return IsLabel(wanted) || wanted == given;
                    });
}

// Adds a parameter of the query, which is text, whatever its shape, and comes once for each element
// of a list.
void AddParameter(const Member& member, const std::string& text, Json& input) {
  const Shape& shape = TheModel().shapes.at(member.shape);
  std::int64_t number = 0;
  if (shape.kind == Shape::Kind::kList) {
    input[member.name].push_back(text);
  } else if (shape.kind == Shape::Kind::kInteger && absl::SimpleAtoi(text, &number)) {
    input[member.name] = number;
  } else {
    input[member.name] = text;
  }
}

// The elements of a header that is a list: texts between commas, in quotation marks where they hold
// one. https://smithy.io/2.0/spec/http-bindings.html#httpheader-trait
std::vector<std::string> HeaderElements(absl::string_view header) {
  std::vector<std::string> elements(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == '"') {
      is_quoted = !is_quoted;
    } else if (header[i] == ',' && !is_quoted) {
      elements.emplace_back();
    } else {
      if (is_quoted && header[i] == '\\' && i + 1 < header.size()) ++i;
      elements.back() += header[i];
    }
  }
  for (std::string& element : elements) absl::StripAsciiWhitespace(&element);
  return elements;
}

void AddHeader(const Member& member, const std::string& text, Json& input) {
  if (TheModel().shapes.at(member.shape).kind == Shape::Kind::kList) {
    input[member.name] = HeaderElements(text);
  } else {
    input[member.name] = text;
  }
}

const std::vector<Operation>& Operations() { return TheModel().operations; }

}  // namespace

const Operation* FindOperation(absl::string_view method, absl::string_view path) {
  const std::vector<std::string> segments = Segments(path);
  for (const Operation& operation : Operations()) {
    if (Fits(operation, method, segments)) return &operation;
  }
  return nullptr;
}

std::vector<std::string> OperationNames() {
  std::vector<std::string> names;
  for (const Operation& operation : Operations()) names.push_back(operation.name);
  return names;
}

Result ReadInput(const std::vector<Member>& members, const Json& input) {
  Reader reader;
  return reader.Finish(reader.ReadMembers(members, input, ""));
}

Result ReadInput(const Operation& operation, const Request& request) {
  Json body = Json::object();
  if (!request.body.empty()) {
    if (!absl::StartsWith(request.Header("content-type"), "application/json")) {
      return Error{.code = 415,
                   .name = "UnsupportedMediaTypeException",
                   .message = "The content type must be application/json"};
    }
    body = Json::parse(request.body, nullptr, false);
    if (!body.is_object()) {
      return Error{.code = 400,
                   .name = "SerializationException",
                   .message = "The body is not a JSON object"};
    }
  }

  Json input = Json::object();
  const std::vector<std::string> pattern = Segments(operation.path);
  const std::vector<std::string> segments = Segments(request.path);
  const auto parameters = ParseQuery(request.query);
  for (const Member& member : operation.input) {
    switch (member.place) {
      case Place::kBody:
        if (const auto found = body.find(member.name); found != body.end()) {
          input[member.name] = *found;
        }
        break;
      case Place::kPath: {
        const auto label = std::find(pattern.begin(), pattern.end(), "{" + member.name + "}");
        input[member.name] =
            PercentDecode(segments.at(static_cast<std::size_t>(label - pattern.begin())));
        break;
      }
      case Place::kHeader: {
        const std::string header = absl::AsciiStrToLower(member.name);
        if (request.HasHeader(header)) AddHeader(member, request.Header(header), input);
        break;
      }
      case Place::kQuery:
        for (const auto& [name, text] : parameters) {
          if (name == member.name) AddParameter(member, text, input);
        }
        break;
    }
  }
  Reader reader;
  reader.RefuseOthers(operation.input, body, "");
  return reader.Finish(reader.ReadMembers(operation.input, input, ""));
}

}  // namespace er::emulator
