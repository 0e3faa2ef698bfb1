#include "emulator/message.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace er::emulator {

std::string Request::Header(absl::string_view lower_case_name) const {
  std::string joined;
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) absl::StrAppend(&joined, joined.empty() ? "" : ",", value);
  }
  return joined;
}

bool Request::HasHeader(absl::string_view lower_case_name) const {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return header.first == lower_case_name; });
}

Error ValidationError(std::string message) {
  return {.code = 400, .name = "ValidationException", .message = std::move(message)};
}

Error NotFound(std::string message) {
  return {.code = 404, .name = "ResourceNotFoundException", .message = std::move(message)};
}

Answer JsonAnswer(int code, const Json& body) {
  // Requests may hold invalid UTF-8, which an error's message may quote.
  return {.code = code,
          .headers = {{"Content-Type", "application/json"}},
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

namespace {

// An error that any service may give, in the words of each. An S3 code of 0: the same as elsewhere.
struct Words {
  absl::string_view name;
  absl::string_view json;
  absl::string_view query;
  absl::string_view xml;
  int xml_code = 0;
};
constexpr Words kWords[] = {
    {"MissingAuthenticationTokenException", "MissingAuthenticationTokenException",
     "MissingAuthenticationToken", "AccessDenied"},
    {"UnrecognizedClientException", "UnrecognizedClientException", "InvalidClientTokenId",
     "InvalidAccessKeyId"},
    {"InvalidSignatureException", "InvalidSignatureException", "SignatureDoesNotMatch",
     "SignatureDoesNotMatch"},
    {"RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch",
     "RequestTimeTooSkewed"},
    {"IncompleteSignatureException", "IncompleteSignatureException", "IncompleteSignature",
     "AuthorizationHeaderMalformed", 400},
    {"ExpiredTokenException", "ExpiredTokenException", "ExpiredToken", "ExpiredToken", 400},
    {"AccessDeniedException", "AccessDeniedException", "AccessDenied", "AccessDenied"},
    {"ThrottlingException", "ThrottlingException", "Throttling", "SlowDown", 503},
    {"InternalServerException", "InternalServerException", "InternalFailure", "InternalError"},
    {"ServiceUnavailableException", "ServiceUnavailableException", "ServiceUnavailable",
     "SlowDown"},
    {"RequestEntityTooLargeException", "RequestEntityTooLargeException", "RequestEntityTooLarge",
     "EntityTooLarge"},
};

Words WordsFor(absl::string_view name) {
  for (const Words& words : kWords) {
    if (words.name == name) return words;
  }
  return {.name = name, .json = name, .query = name, .xml = name};
}

}  // namespace

Answer ErrorAnswer(const Error& error, Protocol protocol) {
  const Words words = WordsFor(error.name);
  if (protocol == Protocol::kJson) {
    Json body = error.extra;
    body["message"] = error.message;
    Answer answer = JsonAnswer(error.code, body);
    answer.headers.emplace_back("x-amzn-ErrorType", std::string(words.json));
    answer.error = std::string(words.json);
    return answer;
  }
  const bool is_xml = protocol == Protocol::kXml;
  const absl::string_view name = is_xml ? words.xml : words.query;
  const std::string code_and_message =
      absl::StrCat("<Code>", name, "</Code><Message>", XmlText(error.message), "</Message>");
  Answer answer{.code = is_xml && words.xml_code != 0 ? words.xml_code : error.code,
                .error = std::string(name)};
  if (is_xml) {
    answer.headers = {{"Content-Type", "application/xml"}};
    answer.body = absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>",
                               code_and_message, "</Error>");
    return answer;
  }
  answer.headers = {{"Content-Type", "text/xml"}};
  answer.body = absl::StrCat(
      "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>",
      error.code < 500 ? "Sender" : "Receiver", "</Type>", code_and_message,
      "</Error></ErrorResponse>");
  return answer;
}

std::string XmlText(absl::string_view text) {
  std::string xml;
  for (const char c : text) {
    if (c == '&') {
      xml += "&amp;";
    } else if (c == '<') {
      xml += "&lt;";
    } else if (c == '>') {
      xml += "&gt;";
    } else if (c == '"') {
      xml += "&quot;";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppend(&xml, "&#x", absl::Hex(static_cast<unsigned char>(c)), ";");
    } else {
      xml += c;
    }
  }
  return xml;
}

}  // namespace er::emulator
