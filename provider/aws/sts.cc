#include "aws/sts.h"

#include <cstring>
#include <pugixml.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "aws/error_answer.h"
#include "aws/uri.h"
#include "base/status.h"
#include "base/utf8.h"

namespace er::aws {
namespace {

constexpr char kVersion[] = "2011-06-15";
constexpr std::size_t kLargestAnswer = 1 << 20;  // pugixml recurses into what is nested

bool Load(pugi::xml_document& document, absl::string_view xml) {
  return xml.size() <= kLargestAnswer &&
         document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
}

pugi::xml_node ResultOf(const pugi::xml_document& document, const char* node) {
  // <AssumeRoleResponse><AssumeRoleResult><Credentials>
  return document.first_child()
      .find_child([](pugi::xml_node child) {
        const absl::string_view name = child.name();
        return name.size() > 6 && name.substr(name.size() - 6) == "Result";
      })
      .child(node);
}

// As the AWS SDKs write a form: stand-ins that verify the signature of one that they have parsed
// and put together again count on that.
std::string FormEncode(absl::string_view text) {
  return absl::StrReplaceAll(PercentEncode(text), {{"%20", "+"}});
}

}  // namespace

absl::StatusOr<Credentials> ParseStsCredentials(absl::string_view xml) {
  pugi::xml_document document;
  if (!Load(document, xml)) return absl::UnavailableError("the answer is no XML");
  const pugi::xml_node node = ResultOf(document, "Credentials");
  Credentials credentials{
      .access_key_id = node.child_value("AccessKeyId"),
      .secret_access_key = Secret(node.child_value("SecretAccessKey")),
      .session_token = Secret(node.child_value("SessionToken")),
  };
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty() ||
      credentials.session_token.empty() ||
      !absl::ParseTime(absl::RFC3339_full, node.child_value("Expiration"), &credentials.expiry,
                       nullptr)) {
    return absl::UnavailableError("the answer holds no complete credentials");
  }
  return credentials;
}

absl::StatusOr<CallerIdentity> ParseCallerIdentity(absl::string_view xml) {
  pugi::xml_document document;
  if (!Load(document, xml)) return absl::UnavailableError("the answer is no XML");
  CallerIdentity identity{
      .account = ToPrintable(ResultOf(document, "Account").child_value()),
      .arn = ToPrintable(ResultOf(document, "Arn").child_value()),
  };
  if (identity.account.empty()) return absl::UnavailableError("the answer names no account");
  return identity;
}

Error DecodeStsError(const http::Response& response) {
  pugi::xml_document document;
  const pugi::xml_node node =
      Load(document, response.body) ? document.child("ErrorResponse") : pugi::xml_node();
  if (!node) return DecodeError(response);
  // <Errors> around it is how EC2 writes it, and some stand-ins of STS.
  const pugi::xml_node refusal =
      node.child("Error") ? node.child("Error") : node.child("Errors").child("Error");
  Error error{.code = WordsOf(response, refusal.child_value("Code")),
              .message = WordsOf(response, refusal.child_value("Message")),
              .request_id = WordsOf(response, node.child_value("RequestId")),
              .http_status = response.code,
              .execution = ExecutionOf(response.code)};
  if (error.request_id.empty()) error.request_id = RequestIdOf(response);
  return error;
}

Sts::Sts(std::string endpoint, CallerConfig config)
    : endpoint_(std::move(endpoint)), clock_(*config.clock), caller_([&] {
        config.service = "sts";
        config.limiter = nullptr;  // that one is for the service whose quota it keeps
        config.decode_error = &DecodeStsError;
        return std::move(config);
      }()) {}

absl::StatusOr<http::Response> Sts::Call(const std::string& action, const Form& form,
                                         std::vector<Secret> secrets, std::stop_token stop) {
  std::string body = absl::StrCat("Action=", action, "&Version=", kVersion);
  for (const auto& [name, value] : form) {
    absl::StrAppend(&body, "&", name, "=", FormEncode(value));
  }
  return caller_.Run({.operation = action,
                      .request = {.method = "POST",
                                  .url = absl::StrCat(endpoint_, "/"),
                                  .headers = {{"content-type",
                                               "application/x-www-form-urlencoded; charset=utf-8"}},
                                  .body = std::move(body),
                                  .timeout = absl::Seconds(30),
                                  .confidential = true,
                                  .secrets = std::move(secrets)},
                      .repeatable = true},
                     std::move(stop));
}

// Names who answered: what cannot be read was rather not STS.
template <typename T>
absl::StatusOr<T> Sts::OfAnswer(const char* action, absl::StatusOr<T> answer) const {
  if (answer.ok()) return answer;
  return WithContext(answer.status(), absl::StrCat(action, " at ", endpoint_));
}

Sts::Form Sts::RoleForm(const RoleRequest& role) const {
  Form form = {{"RoleArn", role.role_arn}};
  form.emplace_back("RoleSessionName", role.session_name.empty()
                                           ? absl::StrCat("terraform-entityresolution-",
                                                          absl::ToUnixSeconds(clock_.Now()))
                                           : role.session_name);
  if (role.duration > absl::ZeroDuration()) {
    form.emplace_back("DurationSeconds", absl::StrCat(absl::ToInt64Seconds(role.duration)));
  }
  if (!role.policy.empty()) form.emplace_back("Policy", role.policy);
  for (std::size_t i = 0; i < role.policy_arns.size(); ++i) {
    form.emplace_back(absl::StrCat("PolicyArns.member.", i + 1, ".arn"), role.policy_arns[i]);
  }
  return form;
}

absl::StatusOr<Credentials> Sts::AssumeRole(const RoleRequest& role, std::stop_token stop) {
  Form form = RoleForm(role);
  if (!role.external_id.empty()) form.emplace_back("ExternalId", role.external_id);
  if (!role.source_identity.empty()) form.emplace_back("SourceIdentity", role.source_identity);
  int number = 0;
  for (const auto& [key, value] : role.tags) {
    ++number;
    form.emplace_back(absl::StrCat("Tags.member.", number, ".Key"), key);
    form.emplace_back(absl::StrCat("Tags.member.", number, ".Value"), value);
  }
  for (std::size_t i = 0; i < role.transitive_tag_keys.size(); ++i) {
    form.emplace_back(absl::StrCat("TransitiveTagKeys.member.", i + 1),
                      role.transitive_tag_keys[i]);
  }
  ASSIGN_OR_RETURN(const http::Response response, Call("AssumeRole", form, {}, std::move(stop)));
  return OfAnswer("AssumeRole", ParseStsCredentials(response.body));
}

absl::StatusOr<Credentials> Sts::AssumeRoleWithWebIdentity(const RoleRequest& role,
                                                           const Secret& token,
                                                           std::stop_token stop) {
  Form form = RoleForm(role);
  form.emplace_back("WebIdentityToken", token.Reveal());
  ASSIGN_OR_RETURN(const http::Response response,
                   Call("AssumeRoleWithWebIdentity", form, {token}, std::move(stop)));
  return OfAnswer("AssumeRoleWithWebIdentity", ParseStsCredentials(response.body));
}

absl::StatusOr<CallerIdentity> Sts::GetCallerIdentity(std::stop_token stop) {
  ASSIGN_OR_RETURN(const http::Response response,
                   Call("GetCallerIdentity", {}, {}, std::move(stop)));
  return OfAnswer("GetCallerIdentity", ParseCallerIdentity(response.body));
}

}  // namespace er::aws
