// What comes in and what goes out, free of sockets and of the HTTP library: everything below
// server.h speaks in these.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace er::emulator {

using Json = nlohmann::json;
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method{};
  std::string path{};   // as sent: percent-encoded, without the query
  std::string query{};  // as sent, without the question mark
  Headers headers{};    // in order, names in lower case
  std::string body{};
  bool is_too_large = false;    // its body, which is not here then
  std::string peer{};           // the client's address
  std::int64_t connection = 0;  // 1 for the first connection that the server accepted

  // The header's values joined by commas; empty where it is absent.
  std::string Header(absl::string_view lower_case_name) const;
  bool HasHeader(absl::string_view lower_case_name) const;
};

struct Answer {
  enum class Delivery { kWhole, kHalf, kNone, kReset };  // kNone: hang up; kReset: with an RST

  int code = 200;
  Headers headers{};
  std::string body{};
  std::string error{};  // the code of a refusal; it is in the answer already
  Delivery delivery = Delivery::kWhole;
};

// A refusal in the service's terms.
struct Error {
  int code = 400;
  std::string name{};
  std::string message{};
  Json extra = Json::object();  // members beside the message
};

using Result = std::variant<Json, Error>;

Error ValidationError(std::string message);
Error NotFound(std::string message);

// How a service speaks: Entity Resolution in JSON; STS by forms that are answered in XML; S3 in
// XML.
enum class Protocol { kJson, kQuery, kXml };

Answer JsonAnswer(int code, const Json& body);

// Errors that any service may give go by their names in Entity Resolution, and
// RequestTimeTooSkewed; STS and S3 have their own words for them.
Answer ErrorAnswer(const Error& error, Protocol protocol);

// `text` between tags, in XML 1.0 with the references to control characters that S3 adds to it.
std::string XmlText(absl::string_view text);

}  // namespace er::emulator
