#include "emulator/sts.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "emulator/digest.h"
#include "emulator/service.h"
#include "emulator/uri.h"

namespace er::emulator {
namespace {

constexpr std::int64_t kShortest = 900;
constexpr std::int64_t kLongest = 43200;
constexpr std::int64_t kLongestOfChain = 3600;  // of a role that a role assumes

struct Call {
  const std::map<std::string, std::string>& form;
  const Caller& caller;
  const Config& config;
  const std::uint64_t seed;
  Credentials& credentials;
  const absl::Time now;

  std::string Field(const std::string& name) const {
    const auto found = form.find(name);
    return found == form.end() ? "" : found->second;
  }
};

Answer Refuse(absl::string_view name, std::string message) {
  return ErrorAnswer({.code = 400, .name = std::string(name), .message = std::move(message)},
                     Protocol::kQuery);
}

Answer Result(absl::string_view action, absl::string_view content) {
  return {.headers = {{"Content-Type", "text/xml"}},
          .body = absl::StrCat(
              "<", action, "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><", action,
              "Result>", content, "</", action, "Result></", action, "Response>")};
}

Answer GetCallerIdentity(Call& call) {
  const Caller& caller = call.caller;
  const std::string user =
      absl::StrCat("arn:", PartitionOf(caller.region), ":iam::", caller.account, ":user/emulator");
  return Result(
      "GetCallerIdentity",
      absl::StrCat("<Arn>", XmlText(caller.arn.empty() ? user : caller.arn), "</Arn><UserId>",
                   XmlText(caller.user_id.empty() ? "AIDAEMULATOR" : caller.user_id),
                   "</UserId><Account>", caller.account, "</Account>"));
}

// The claims of a JSON Web Token; nothing for any other text.
Json ClaimsOf(absl::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  std::string claims;
  if (parts.size() != 3 || !absl::WebSafeBase64Unescape(parts[1], &claims)) return Json::object();
  Json json = Json::parse(claims, nullptr, false);
  return json.is_object() ? json : Json::object();
}

// Makes the keys of a session of `RoleArn`, and tells of them.
Answer Assume(Call& call, absl::string_view action, std::int64_t longest,
              absl::string_view also_told) {
  static const RE2& arn = *new RE2("arn:(aws[a-z-]*):iam::(\\d{12}):role/(?:.*/)?([\\w+=,.@-]+)");
  static const RE2& session_name = *new RE2("[\\w+=,.@-]{2,64}");
  std::string partition;
  std::string account;
  std::string role;
  if (!RE2::FullMatch(call.Field("RoleArn"), arn, &partition, &account, &role)) {
    return Refuse("ValidationError", absl::StrCat(call.Field("RoleArn"), " is invalid"));
  }
  const std::string name = call.Field("RoleSessionName");
  if (!RE2::FullMatch(name, session_name)) {
    return Refuse("ValidationError",
                  "roleSessionName must have 2 to 64 letters, digits and any of +=,.@-_");
  }
  std::int64_t seconds = 3600;
  const std::string asked = call.Field("DurationSeconds");
  if (!asked.empty() &&
      (!absl::SimpleAtoi(asked, &seconds) || seconds < kShortest || seconds > longest)) {
    return Refuse("ValidationError", absl::StrCat("DurationSeconds must be from ", kShortest,
                                                  " to ", longest, " for this session"));
  }
  const absl::Duration limit = call.config.session_duration;
  const absl::Duration duration = limit > absl::ZeroDuration() ? limit : absl::Seconds(seconds);

  const std::string digest =
      Sha256Hex(absl::StrCat("session ", call.credentials.size(), " of ", call.seed, " for ", role,
                             " at ", absl::ToUnixNanos(call.now)));
  const std::string role_id =
      absl::StrCat("AROA", absl::AsciiStrToUpper(Sha256Hex(call.Field("RoleArn")).substr(0, 16)));
  const Credential credential{
      .access_key = absl::StrCat("ASIA", absl::AsciiStrToUpper(digest.substr(0, 16))),
      .secret_key = digest.substr(16, 40),
      .session_token = absl::Base64Escape(absl::StrCat("session of ", role, " ", digest)),
      .account = account,
      .arn = absl::StrCat("arn:", partition, ":sts::", account, ":assumed-role/", role, "/", name),
      .user_id = absl::StrCat(role_id, ":", name),
      .expires = call.now + duration};
  call.credentials[credential.access_key] = credential;
  return Result(
      action,
      absl::StrCat(
          "<Credentials><AccessKeyId>", credential.access_key, "</AccessKeyId><SecretAccessKey>",
          credential.secret_key, "</SecretAccessKey><SessionToken>", credential.session_token,
          "</SessionToken><Expiration>",
          absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", credential.expires, absl::UTCTimeZone()),
          "</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>", credential.user_id,
          "</AssumedRoleId><Arn>", credential.arn, "</Arn></AssumedRoleUser>", also_told));
}

Answer AssumeRole(Call& call) {
  const auto own = call.credentials.find(call.caller.access_key);
  const bool is_chain = own != call.credentials.end() && !own->second.session_token.empty();
  return Assume(call, "AssumeRole", is_chain ? kLongestOfChain : kLongest, "");
}

// Any token will do, but not one that says itself that it has expired.
Answer AssumeRoleWithWebIdentity(Call& call) {
  const std::string token = call.Field("WebIdentityToken");
  if (token.empty()) {
    return Refuse("InvalidIdentityToken", "No token was given, or it could not be read");
  }
  const Json claims = ClaimsOf(token);
  const Json expiry = claims.value("exp", Json());
  if (expiry.is_number() &&
      expiry.get<double>() <= absl::ToDoubleSeconds(call.now - absl::UnixEpoch())) {
    return Refuse("ExpiredTokenException", "Token expired");
  }
  const Json subject = claims.value("sub", Json("emulator"));
  return Assume(call, "AssumeRoleWithWebIdentity", kLongest,
                absl::StrCat("<SubjectFromWebIdentityToken>",
                             XmlText(subject.is_string() ? subject.get<std::string>() : "emulator"),
                             "</SubjectFromWebIdentityToken>"));
}

const std::map<std::string, Answer (*)(Call&)>& Actions() {
  static const auto& actions = *new std::map<std::string, Answer (*)(Call&)>{
      {"AssumeRole", AssumeRole},
      {"AssumeRoleWithWebIdentity", AssumeRoleWithWebIdentity},
      {"GetCallerIdentity", GetCallerIdentity}};
  return actions;
}

std::map<std::string, std::string> FormOf(const Request& request) {
  std::map<std::string, std::string> form;
  // In a form a plus is a space.
  std::string text = request.body.empty() ? request.query : request.body;
  std::replace(text.begin(), text.end(), '+', ' ');
  for (auto& [name, value] : ParseQuery(text)) form[name] = std::move(value);
  return form;
}

}  // namespace

std::string StsAction(const Request& request) {
  const std::map<std::string, std::string> form = FormOf(request);
  const auto found = form.find("Action");
  return found == form.end() ? "" : found->second;
}

bool IsUnsigned(absl::string_view action) { return action == "AssumeRoleWithWebIdentity"; }

Answer PerformSts(const Request& request, const Caller& caller, const Config& config,
                  std::uint64_t seed, Credentials& credentials, absl::Time now) {
  const std::map<std::string, std::string> form = FormOf(request);
  const std::string action = StsAction(request);
  const auto found = Actions().find(action);
  if (found == Actions().end()) {
    return Refuse("InvalidAction", absl::StrCat("The emulator does not do ", action));
  }
  Call call{.form = form,
            .caller = caller,
            .config = config,
            .seed = seed,
            .credentials = credentials,
            .now = now};
  return found->second(call);
}

std::vector<std::string> StsActions() {
  std::vector<std::string> names;
  for (const auto& [name, perform] : Actions()) names.push_back(name);
  return names;
}

}  // namespace er::emulator
