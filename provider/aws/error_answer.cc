#include "aws/error_answer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "aws/json_answer.h"
#include "base/utf8.h"
#include "http/mask.h"

namespace er::aws {
namespace {

constexpr std::size_t kLongestExcerpt = 400;
constexpr std::size_t kLongestMessage = 4096;
constexpr std::size_t kLargestError = 1 << 20;

// The member `name` if it is a text.
std::string Text(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

// "com.amazonaws#Name:http://..." is Name.
std::string BareCode(const http::Response& response, absl::string_view code) {
  code = code.substr(0, code.find(':'));
  const std::size_t hash = code.rfind('#');
  if (hash != absl::string_view::npos) code.remove_prefix(hash + 1);
  return WordsOf(response, absl::StripAsciiWhitespace(code));
}

std::string Cut(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  return absl::StrCat(ToValidUtf8(absl::string_view(text).substr(0, longest)), "...");
}

}  // namespace

std::string RequestIdOf(const http::Response& response) {
  for (const char* name : {"x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"}) {
    if (const std::string id = response.Header(name); !id.empty()) return WordsOf(response, id);
  }
  return "";
}

Execution ExecutionOf(int http_status) {
  // 408 and 499 come from proxies too, which may have passed the request on before.
  const bool refused =
      http_status >= 400 && http_status < 500 && http_status != 408 && http_status != 499;
  return refused ? Execution::kRefused : Execution::kUnknown;
}

std::string WordsOf(const http::Response& response, absl::string_view text) {
  // A refused signature is explained with the canonical request, which nobody can use.
  text = text.substr(0, text.find("\n\nThe Canonical String"));
  return Cut(ToPrintable(http::Masked(text, response.secrets)), kLongestMessage);
}

std::string Excerpt(const http::Response& response) {
  std::string line = http::Masked(response.body, response.secrets);
  for (char& c : line) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) c = ' ';
  }
  absl::RemoveExtraAsciiWhitespace(&line);
  return Cut(ToPrintable(line), kLongestExcerpt);
}

Error DecodeError(const http::Response& response) {
  Error error{.request_id = RequestIdOf(response),
              .http_status = response.code,
              .execution = ExecutionOf(response.code)};
  error.code = BareCode(response, response.Header("x-amzn-errortype"));
  const nlohmann::json body =
      response.body.size() > kLargestError ? nlohmann::json() : ParseJsonAnswer(response.body);
  if (!body.is_object()) {
    error.message = response.body.empty() ? "the answer has no body" : Excerpt(response);
    return error;
  }
  for (const char* name : {"__type", "code", "Code"}) {
    if (error.code.empty()) error.code = BareCode(response, Text(body, name));
  }
  for (const char* name : {"message", "Message", "errorMessage"}) {
    if (error.message.empty()) error.message = WordsOf(response, Text(body, name));
  }
  // https://docs.aws.amazon.com/entityresolution/latest/apireference/API_ExceedsLimitException.html
  if (const std::string quota = Text(body, "quotaName"); !quota.empty()) {
    const auto value = body.find("quotaValue");
    absl::StrAppend(&error.message, error.message.empty() ? "" : " ", "(quota ",
                    WordsOf(response, quota),
                    value != body.end() && value->is_number() ? absl::StrCat(": ", value->dump())
                                                              : std::string(),
                    ")");
  }
  return error;
}

}  // namespace er::aws
