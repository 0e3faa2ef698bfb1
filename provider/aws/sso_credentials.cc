#include "aws/sso_credentials.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "aws/hash.h"
#include "aws/json_answer.h"
#include "aws/profile_file.h"
#include "aws/uri.h"
#include "base/log.h"
#include "base/status.h"

namespace er::aws {
namespace {

using nlohmann::json;

// A token that expires while it is used is no use.
constexpr absl::Duration kMargin = absl::Minutes(5);

constexpr int kLooks = 6;
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(200);

std::string Text(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

// Old versions of the AWS CLI write "2026-01-02T03:04:05UTC".
absl::Time ParseExpiry(std::string text) {
  if (absl::string_view bare = text; absl::ConsumeSuffix(&bare, "UTC")) {
    text = absl::StrCat(bare, "Z");
  }
  absl::Time time;
  return absl::ParseTime(absl::RFC3339_full, text, &time, nullptr) ? time : absl::InfinitePast();
}

absl::StatusOr<Credentials> ParseRoleCredentials(absl::string_view text) {
  const json object = ParseJsonAnswer(text);
  const auto role = object.is_object() ? object.find("roleCredentials") : object.end();
  if (role == object.end() || !role->is_object()) {
    return absl::UnavailableError("the answer holds no roleCredentials");
  }
  Credentials credentials{.access_key_id = Text(*role, "accessKeyId"),
                          .secret_access_key = Secret(Text(*role, "secretAccessKey")),
                          .session_token = Secret(Text(*role, "sessionToken"))};
  const auto expiration = role->find("expiration");
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty() ||
      expiration == role->end() || !expiration->is_number_integer()) {
    return absl::UnavailableError("the answer holds no complete credentials");
  }
  credentials.expiry = absl::FromUnixMillis(expiration->get<std::int64_t>());
  return credentials;
}

CallerConfig Unsigned(CallerConfig config, const std::string& region) {
  config.credentials = nullptr;
  config.limiter = nullptr;
  config.region = region;
  return config;
}

}  // namespace

absl::StatusOr<SsoToken> ParseSsoToken(absl::string_view text) {
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  if (!object.is_object()) return absl::DataLossError("it is no JSON object");
  SsoToken token{.access_token = Secret(Text(object, "accessToken")),
                 .expiry = ParseExpiry(Text(object, "expiresAt")),
                 .refresh_token = Secret(Text(object, "refreshToken")),
                 .client_id = Text(object, "clientId"),
                 .client_secret = Secret(Text(object, "clientSecret")),
                 .registration_expiry = ParseExpiry(Text(object, "registrationExpiresAt"))};
  if (token.access_token.empty()) return absl::DataLossError("it holds no accessToken");
  return token;
}

absl::Status ReplaceFile(const std::string& path, const std::string& text) {
  const std::string fresh = absl::StrCat(path, ".", getpid(), ".tmp");
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, fresh);
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int write_error = errno;
  close(file);
  if (written && std::rename(fresh.c_str(), path.c_str()) == 0) return absl::OkStatus();
  const absl::Status failure = absl::ErrnoToStatus(written ? errno : write_error, path);
  unlink(fresh.c_str());
  return failure;
}

SsoCredentials::SsoCredentials(Options options)
    : options_(std::move(options)),
      clock_(*options_.calls.clock),
      caller_(Unsigned(options_.calls, options_.role.region)) {}

absl::Status SsoCredentials::LogIn(absl::string_view why) const {
  return absl::UnauthenticatedError(
      absl::StrCat("the SSO session of profile \"", options_.role.profile, "\" ", why,
                   "; run: aws sso login --profile ", options_.role.profile));
}

absl::StatusOr<SsoToken> SsoCredentials::CreateToken(const SsoToken& old,
                                                     const std::stop_token& stop) {
  const json body = {{"grantType", "refresh_token"},
                     {"clientId", old.client_id},
                     {"clientSecret", old.client_secret.Reveal()},
                     {"refreshToken", old.refresh_token.Reveal()}};
  // Not repeatable: a refresh token may be good for one use only.
  ASSIGN_OR_RETURN(
      const http::Response response,
      caller_.Run({.operation = "CreateToken",
                   .request = {.method = "POST",
                               .url = absl::StrCat(options_.oidc_endpoint, "/token"),
                               .headers = {{"content-type", "application/json"}},
                               .body = body.dump(-1, ' ', false, json::error_handler_t::replace),
                               .timeout = absl::Seconds(30),
                               .confidential = true,
                               .secrets = {old.client_secret, old.refresh_token}}},
                  stop));
  const json answer = ParseJsonAnswer(response.body);
  const auto seconds = answer.is_object() ? answer.find("expiresIn") : answer.end();
  if (seconds == answer.end() || !seconds->is_number_integer() ||
      Text(answer, "accessToken").empty()) {
    return absl::UnavailableError("CreateToken gave no token");
  }
  SsoToken token = old;
  token.access_token = Secret(Text(answer, "accessToken"));
  token.expiry = clock_.Now() + absl::Seconds(seconds->get<std::int64_t>());
  if (const std::string refresh = Text(answer, "refreshToken"); !refresh.empty()) {
    token.refresh_token = Secret(refresh);
  }
  return token;
}

// Leaves the new tokens to the AWS tools of the same user, for whom the old ones are used up.
void SsoCredentials::Keep(const std::string& path, const std::string& old_text,
                          const SsoToken& token) const {
  json object = json::parse(old_text, nullptr, false);
  object["accessToken"] = token.access_token.Reveal();
  object["expiresAt"] = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", token.expiry, absl::UTCTimeZone());
  object["refreshToken"] = token.refresh_token.Reveal();
  const absl::Status written =
      options_.write_file(path, object.dump(-1, ' ', false, json::error_handler_t::replace));
  if (!written.ok()) {
    log::Warn("The renewed SSO token could not be kept", {{"reason", written.message()}});
  }
}

std::string SsoCredentials::CachePath() const {
  const std::string& name =
      options_.role.session.empty() ? options_.role.start_url : options_.role.session;
  return ExpandHome(*options_.environment,
                    absl::StrCat("~/.aws/sso/cache/", Sha1Hex(name), ".json"));
}

// Another process with the same session may have renewed it a moment before us, which uses up the
// refresh token: what it got is in the cache, or will be at once.
std::optional<Secret> SsoCredentials::RenewedByAnother(const std::stop_token& stop) const {
  for (int look = 0; look < kLooks; ++look) {
    if (look > 0 && !clock_.Sleep(kBetweenLooks, stop)) break;
    const absl::StatusOr<std::string> text = options_.environment->ReadFile(CachePath());
    if (!text.ok()) continue;
    const absl::StatusOr<SsoToken> token = ParseSsoToken(*text);
    if (token.ok() && token->expiry - clock_.Now() > kMargin) return token->access_token;
  }
  return std::nullopt;
}

absl::StatusOr<Secret> SsoCredentials::AccessToken(const std::stop_token& stop) {
  const std::string path = CachePath();
  const absl::StatusOr<std::string> text = options_.environment->ReadFile(path);
  if (!text.ok()) {
    return LogIn(absl::StrCat("is not there (", path, ": ", text.status().message(), ")"));
  }
  const absl::StatusOr<SsoToken> token = ParseSsoToken(*text);
  if (!token.ok()) {
    return LogIn(absl::StrCat("cannot be read from ", path, " (", token.status().message(), ")"));
  }
  const absl::Time now = clock_.Now();
  if (token->expiry - now > kMargin) return token->access_token;
  const bool can_renew = !options_.role.session.empty() && !token->refresh_token.empty() &&
                         !token->client_id.empty() && !token->client_secret.empty() &&
                         token->registration_expiry > now;
  if (can_renew) {
    const absl::StatusOr<SsoToken> fresh = CreateToken(*token, stop);
    if (fresh.ok()) {
      Keep(path, *text, *fresh);
      return fresh->access_token;
    }
    if (absl::IsCancelled(fresh.status())) return fresh.status();
    log::Debug("The SSO token could not be renewed", {{"reason", fresh.status().message()}});
    if (const std::optional<Secret> renewed = RenewedByAnother(stop)) return *renewed;
  }
  if (token->expiry > now) return token->access_token;
  return LogIn("has expired");
}

absl::StatusOr<Credentials> SsoCredentials::Get(std::stop_token stop) {
  ASSIGN_OR_RETURN(const Secret token, AccessToken(stop));
  const SsoRole& role = options_.role;
  const absl::StatusOr<http::Response> response = caller_.Run(
      {.operation = "GetRoleCredentials",
       .request = {.method = "GET",
                   .url = absl::StrCat(
                       options_.portal_endpoint,
                       "/federation/credentials?role_name=", PercentEncode(role.role_name),
                       "&account_id=", PercentEncode(role.account_id)),
                   .headers = {{"x-amz-sso_bearer_token", token.Reveal()}},
                   .timeout = absl::Seconds(30),
                   .confidential = true},
       .repeatable = true},
      std::move(stop));
  if (!response.ok()) {
    const std::optional<Error> error = ErrorOf(response.status());
    if (error && error->http_status == 401) return LogIn("is no longer accepted");
    return response.status();
  }
  ASSIGN_OR_RETURN(Credentials credentials, ParseRoleCredentials(response->body));
  credentials.source = absl::StrCat("SSO, profile \"", role.profile, "\"");
  return credentials;
}

}  // namespace er::aws
