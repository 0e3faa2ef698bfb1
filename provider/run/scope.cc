#include "run/scope.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace er::run {
namespace {

using nlohmann::json;

// A member of a backend's settings that names the state, and the variable that fills it in where
// the file says null.
struct Naming {
  const char* member;
  const char* variable = nullptr;
  std::string (*normal)(std::string text) = nullptr;  // takes away what does not belong there
};

// "scheme://user:password@host/path" without the first two of them. In the authority alone, since
// an at sign elsewhere is one. https://www.rfc-editor.org/rfc/rfc3986#section-3.2
std::string WithoutUser(std::string url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t begin = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.rfind('@', end);
  if (at != std::string::npos && at >= begin) url.erase(begin, at + 1 - begin);
  return url;
}

// The values of "host=db password='a \'b\'' dbname=tf", by their keys.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
std::map<std::string, std::string> ToKeywords(const std::string& connection) {
  static const re2::RE2 pattern(
      R"re(\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\']|\\.)*)))re");
  std::map<std::string, std::string> values;
  re2::StringPiece rest(connection);
  std::string key;
  std::string quoted;
  std::string plain;
  while (re2::RE2::Consume(&rest, pattern, &key, &quoted, &plain)) values[key] = quoted + plain;
  return values;
}

// The database that PostgreSQL is asked for, without who asks and how.
std::string DatabaseOf(std::string connection) {
  if (absl::StrContains(connection, "://")) {
    const std::string url = WithoutUser(std::move(connection));
    return url.substr(0, url.find('?'));
  }
  std::map<std::string, std::string> values = ToKeywords(connection);
  return absl::StrCat(values["host"], values["hostaddr"], ":", values["port"], "/",
                      values["dbname"]);
}

// For each type of backend the members that name the state. Everything else is how to get there,
// differs from machine to machine, or is secret.
const std::map<std::string, std::vector<Naming>>& Namings() {
  static const std::map<std::string, std::vector<Naming>> namings = {
      {"azurerm", {{"storage_account_name"}, {"container_name"}, {"key"}}},
      {"consul", {{"address", "CONSUL_HTTP_ADDR", WithoutUser}, {"path"}}},
      {"cos", {{"bucket"}, {"prefix"}, {"key"}}},
      {"gcs", {{"bucket"}, {"prefix"}}},
      {"http", {{"address", "TF_HTTP_ADDRESS", WithoutUser}}},
      {"kubernetes", {{"namespace", "KUBE_NAMESPACE"}, {"secret_suffix"}}},
      {"oci", {{"namespace"}, {"bucket"}, {"key"}, {"workspace_key_prefix"}}},
      {"oss", {{"bucket"}, {"prefix"}, {"key"}}},
      {"pg", {{"conn_str", "PG_CONN_STR", DatabaseOf}, {"schema_name", "PG_SCHEMA_NAME"}}},
      {"s3", {{"bucket"}, {"key"}, {"workspace_key_prefix"}}},
  };
  return namings;
}

std::string TextMember(const json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string Workspace(const Environment& environment) {
  if (auto name = environment.Variable("TF_WORKSPACE")) return *std::move(name);
  const auto file = environment.ReadFile(absl::StrCat(DataFolder(environment), "/environment"));
  const std::string name(absl::StripAsciiWhitespace(file.value_or("")));
  return name.empty() ? "default" : name;
}

// The backend's block in what `terraform init` has written down; null where the state is in a local
// file because nothing else was said.
json Backend(const Environment& environment) {
  const auto file =
      environment.ReadFile(absl::StrCat(DataFolder(environment), "/terraform.tfstate"));
  if (!file.ok()) return nullptr;
  const json written = json::parse(*file, nullptr, /*allow_exceptions=*/false);
  if (!written.is_object()) return nullptr;
  return written.value("backend", json());
}

// HCP Terraform's workspaces have one name wherever the run takes place: organization/workspace.
std::optional<std::string> HcpWorkspace(const Environment& environment, const json& backend) {
  for (const char* variable : {"TFC_WORKSPACE_SLUG", "ATLAS_WORKSPACE_SLUG"}) {
    if (auto slug = environment.Variable(variable)) return slug;
  }
  const std::string type = TextMember(backend, "type");
  if (type != "cloud" && type != "remote") return std::nullopt;
  const json config = backend.value("config", json());
  std::string organization = TextMember(config, "organization");
  if (organization.empty()) {
    organization = environment.Variable("TF_CLOUD_ORGANIZATION").value_or("");
  }
  json workspaces = config.is_object() ? config.value("workspaces", json()) : json();
  if (workspaces.is_array() && !workspaces.empty()) workspaces = workspaces[0];
  const std::string name = TextMember(workspaces, "name");
  return absl::StrCat(
      organization, "/",
      name.empty() ? absl::StrCat(TextMember(workspaces, "prefix"), Workspace(environment)) : name);
}

}  // namespace

std::string DataFolder(const Environment& environment) {
  return environment.Variable("TF_DATA_DIR").value_or(".terraform");
}

Scope ScopeOf(const Environment& environment, bool is_elsewhere) {
  const json backend = Backend(environment);
  if (const auto workspace = HcpWorkspace(environment, backend)) {
    return {.name = absl::StrCat("hcp\n", *workspace), .in_local_file = false};
  }
  const std::string type = TextMember(backend, "type");
  const std::string workspace = Workspace(environment);
  const std::string here = absl::StrCat("folder\n", environment.WorkingFolder(), "\n", workspace);
  if (type.empty() || type == "local") {
    return {.name = is_elsewhere ? absl::StrCat("journal\n", workspace) : here};
  }

  Scope scope{.name = type, .in_local_file = false};
  const auto naming = Namings().find(type);
  scope.names_the_state = naming != Namings().end();
  if (scope.names_the_state) {
    const json config = backend.value("config", json());
    bool any = false;
    for (const Naming& name : naming->second) {
      std::string text = TextMember(config, name.member);
      if (text.empty() && name.variable != nullptr) {
        text = environment.Variable(name.variable).value_or("");
      }
      any = any || !text.empty();
      if (name.normal != nullptr && !text.empty()) text = name.normal(text);
      absl::StrAppend(&scope.name, "\n", text);
    }
    scope.names_the_state = any;
  }
  absl::StrAppend(&scope.name, "\n", workspace);
  if (!scope.names_the_state) absl::StrAppend(&scope.name, "\n", here);
  return scope;
}

}  // namespace er::run
