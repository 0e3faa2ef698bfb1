// The part of the service's API model that the emulator serves: operations, their members and the
// documented limits of each, as data (model.json); and the reading of a request by it.
//
// https://docs.aws.amazon.com/entityresolution/latest/apireference/
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "emulator/message.h"

namespace er::emulator {

struct Member {
  std::string name{};
  std::string shape{};
  enum class Place { kBody, kPath, kQuery, kHeader } place = Place::kBody;
  bool required = false;
};

struct Operation {
  std::string name{};
  std::string method{};
  std::string path{};  // with {labels}, each one segment
  std::vector<Member> input{};
  std::vector<std::string> output{};
};

// The operation that a request is for; nullptr where there is none.
const Operation* FindOperation(absl::string_view method, absl::string_view path);

std::vector<std::string> OperationNames();

// The request's input as one object: members of path, query, headers and body, nulls left out. A
// body that is not JSON and members of a wrong type are a SerializationException, broken limits a
// ValidationException that lists all of them. So is a member of the body that the model does not
// have: the service drops it in silence, which helps nobody who tries something out.
Result ReadInput(const Operation& operation, const Request& request);

// The same for a JSON object that did not come by HTTP.
Result ReadInput(const std::vector<Member>& members, const Json& input);

}  // namespace er::emulator
