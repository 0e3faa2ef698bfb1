#include "plugin/handshake.h"

#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace er::plugin {
namespace {

// The cookie tells a host from a person; it is no secret.
constexpr char kCookieName[] = "TF_PLUGIN_MAGIC_COOKIE";
constexpr char kCookie[] = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

constexpr int kCoreVersion = 1;

std::string JsonString(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&quoted, "\\u%04x", c);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// "idmapping/entityresolution" of "registry.terraform.io/idmapping/entityresolution".
absl::string_view ShortAddress(absl::string_view source_address) {
  const absl::string_view default_registry = "registry.terraform.io/";
  if (source_address.substr(0, default_registry.size()) == default_registry) {
    source_address.remove_prefix(default_registry.size());
  }
  return source_address;
}

}  // namespace

absl::Status CheckCookie(const Environment& environment, absl::string_view source_address) {
  if (environment.Variable(kCookieName) == kCookie) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "This program is a plugin that Terraform and OpenTofu start by themselves: put source = \"",
      ShortAddress(source_address),
      "\" into the required_providers block of a configuration and run \"terraform init\" to "
      "install it."));
}

absl::Status CheckProtocolVersion(const Environment& environment) {
  const std::optional<std::string> offered = environment.Variable("PLUGIN_PROTOCOL_VERSIONS");
  if (!offered) return absl::OkStatus();
  for (const absl::string_view word : absl::StrSplit(*offered, ',')) {
    int version = 0;
    if (absl::SimpleAtoi(word, &version) && version == kProtocolVersion) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("This provider speaks version ", kProtocolVersion,
                   " of the plugin protocol, and the program that started it only ", *offered,
                   ". Terraform 1.0 and OpenTofu 1.6 are the first that can use it."));
}

bool OffersMultiplexing(const Environment& environment) {
  return environment.Variable("PLUGIN_MULTIPLEX_GRPC").has_value();
}

std::string HandshakeLine(const HandshakeFields& fields) {
  return absl::StrCat(kCoreVersion, "|", kProtocolVersion, "|unix|", fields.socket_path, "|grpc|",
                      fields.certificate, fields.answers_multiplex_offer ? "|false" : "", "\n");
}

std::string ReattachLine(absl::string_view source_address, int pid, absl::string_view socket_path) {
  // With "Test" false, Terraform takes the protocol to be version 5 and panics.
  const std::string json = absl::StrCat(
      "{", JsonString(source_address), R"(:{"Protocol":"grpc","ProtocolVersion":)",
      kProtocolVersion, R"(,"Pid":)", pid, R"(,"Test":true,"Addr":{"Network":"unix","String":)",
      JsonString(socket_path), "}}}");
  return absl::StrCat("TF_REATTACH_PROVIDERS='", absl::StrReplaceAll(json, {{"'", R"('\'')"}}),
                      "'\n");
}

}  // namespace er::plugin
