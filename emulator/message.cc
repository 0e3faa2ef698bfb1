#include "emulator/message.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

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

Answer ErrorAnswer(const Error& error, Protocol protocol) {
  if (protocol == Protocol::kJson) {
    Json body = error.extra;
    body["message"] = error.message;
    Answer answer = JsonAnswer(error.code, body);
    answer.headers.emplace_back("x-amzn-ErrorType", error.name);
    return answer;
  }
  // STS calls the same errors without their suffix.
  const std::string code = absl::StrReplaceAll(
      error.name, {{"MissingAuthenticationTokenException", "MissingAuthenticationToken"},
                   {"UnrecognizedClientException", "InvalidClientTokenId"},
                   {"InvalidSignatureException", "SignatureDoesNotMatch"},
                   {"IncompleteSignatureException", "IncompleteSignature"},
                   {"ExpiredTokenException", "ExpiredToken"},
                   {"AccessDeniedException", "AccessDenied"},
                   {"ThrottlingException", "Throttling"},
                   {"InternalServerException", "InternalFailure"}});
  const std::string message =
      absl::StrReplaceAll(error.message, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
  return {.code = error.code,
          .headers = {{"Content-Type", "text/xml"}},
          .body = absl::StrCat(
              "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>",
              error.code < 500 ? "Sender" : "Receiver", "</Type><Code>", code, "</Code><Message>",
              message, "</Message></Error></ErrorResponse>")};
}

}  // namespace er::emulator
