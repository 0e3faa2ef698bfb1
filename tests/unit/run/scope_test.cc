#include "run/scope.h"

#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "support/fake_environment.h"

namespace er::run {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// What `terraform init` writes down of a backend.
std::string Initialised(const std::string& type, const json& config) {
  return json{{"version", 3},
              {"terraform_version", "1.9.8"},
              {"backend", {{"type", type}, {"config", config}, {"hash", 3141592653}}}}
      .dump(1);
}

FakeEnvironment& With(FakeEnvironment& environment, const std::string& type, const json& config) {
  environment.files[".terraform/terraform.tfstate"] = Initialised(type, config);
  return environment;
}

// ------------------------------------------------------------------------------ states elsewhere

// A state, by what names it; and the same settings with everything else changed.
struct Backend {
  const char* type;
  json naming;
  json others;
  std::map<std::string, std::string> variables{};  // that fill in what is null

  friend void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.type; }
};

class ScopeOfBackend : public testing::TestWithParam<Backend> {
 protected:
  static Scope Of(const json& config, const std::map<std::string, std::string>& variables = {},
                  const std::string& folder = "/home/me/project") {
    FakeEnvironment environment;
    With(environment, GetParam().type, config);
    environment.variables = variables;
    environment.working_folder = folder;
    return ScopeOf(environment, /*is_elsewhere=*/true);
  }
};

TEST_P(ScopeOfBackend, IsTheSameOnEveryMachine) {
  const Scope scope = Of(GetParam().naming);
  EXPECT_TRUE(scope.names_the_state);
  EXPECT_FALSE(scope.in_local_file);
  EXPECT_EQ(Of(GetParam().naming, {}, "/tmp/runner/1").name, scope.name);
}

TEST_P(ScopeOfBackend, IsTheSameHoweverOneGetsThere) {
  json config = GetParam().naming;
  config.update(GetParam().others);
  EXPECT_EQ(Of(config).name, Of(GetParam().naming).name);
}

TEST_P(ScopeOfBackend, IsAnotherWithEachMemberThatNamesTheState) {
  std::set<std::string> names = {Of(GetParam().naming).name};
  for (const auto& [member, value] : GetParam().naming.items()) {
    json config = GetParam().naming;
    config[member] = absl::StrCat(value.get<std::string>(), "-2");
    EXPECT_TRUE(names.insert(Of(config).name).second) << member;
  }
}

TEST_P(ScopeOfBackend, IsAnotherInEachWorkspace) {
  const Scope scope = Of(GetParam().naming);
  EXPECT_NE(Of(GetParam().naming, {{"TF_WORKSPACE", "test"}}).name, scope.name);
  EXPECT_EQ(Of(GetParam().naming, {{"TF_WORKSPACE", "default"}}).name, scope.name);
}

TEST_P(ScopeOfBackend, IsTheSameWhereTheEnvironmentSaysWhatTheFileDoesNot) {
  for (const auto& [variable, member] : GetParam().variables) {
    json config = GetParam().naming;
    const std::string value = config[member];
    config[member] = nullptr;
    EXPECT_EQ(Of(config, {{variable, value}}).name, Of(GetParam().naming).name) << variable;
    EXPECT_NE(Of(config, {{variable, "other"}}).name, Of(GetParam().naming).name) << variable;
    // What the file says counts.
    EXPECT_EQ(Of(GetParam().naming, {{variable, "other"}}).name, Of(GetParam().naming).name);
  }
}

TEST_P(ScopeOfBackend, WhereNothingNamesTheStateTheFolderDoes) {
  json config = GetParam().others;
  for (const auto& [member, value] : GetParam().naming.items()) config[member] = nullptr;
  const Scope scope = Of(config);
  EXPECT_FALSE(scope.names_the_state);
  EXPECT_FALSE(scope.in_local_file);
  EXPECT_THAT(scope.name, HasSubstr("/home/me/project"));
  EXPECT_NE(Of(config, {}, "/home/me/other").name, scope.name);
}

TEST_P(ScopeOfBackend, HoldsNothingThatIsSecret) {
  json config = GetParam().naming;
  config.update(GetParam().others);
  EXPECT_THAT(Of(config).name, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    Each, ScopeOfBackend,
    testing::Values(
        Backend{"s3",
                {{"bucket", "b"}, {"key", "prod/terraform.tfstate"}, {"workspace_key_prefix", "e"}},
                {{"region", "eu-west-1"},
                 {"profile", "me"},
                 {"access_key", "hunter2"},
                 {"secret_key", "hunter2"},
                 {"token", "hunter2"},
                 {"assume_role", {{"role_arn", "arn"}}},
                 {"endpoints", {{"s3", "http://localhost"}}},
                 {"encrypt", true},
                 {"kms_key_id", "k"},
                 {"use_lockfile", true},
                 {"dynamodb_table", "locks"}}},
        Backend{"gcs",
                {{"bucket", "b"}, {"prefix", "p"}},
                {{"credentials", "hunter2"}, {"access_token", "hunter2"}, {"encryption_key", "k"}}},
        Backend{"azurerm",
                {{"storage_account_name", "a"}, {"container_name", "c"}, {"key", "k"}},
                {{"resource_group_name", "g"},
                 {"sas_token", "hunter2"},
                 {"access_key", "hunter2"},
                 {"client_secret", "hunter2"},
                 {"use_oidc", true}}},
        Backend{"consul",
                {{"address", "consul.example.com:8500"}, {"path", "p"}},
                {{"access_token", "hunter2"}, {"scheme", "https"}, {"lock", false}},
                {{"CONSUL_HTTP_ADDR", "address"}}},
        Backend{"cos",
                {{"bucket", "b"}, {"prefix", "p"}, {"key", "k"}},
                {{"secret_id", "hunter2"}, {"secret_key", "hunter2"}, {"region", "r"}}},
        Backend{"http",
                {{"address", "https://gitlab.example.com/api/v4/projects/1/terraform/state/x"}},
                {{"username", "me"},
                 {"password", "hunter2"},
                 {"lock_address", "https://gitlab.example.com/lock"},
                 {"skip_cert_verification", true}},
                {{"TF_HTTP_ADDRESS", "address"}}},
        Backend{"kubernetes",
                {{"namespace", "n"}, {"secret_suffix", "s"}},
                {{"host", "https://k8s"}, {"token", "hunter2"}, {"config_path", "~/.kube/config"}},
                {{"KUBE_NAMESPACE", "namespace"}}},
        Backend{"oci",
                {{"namespace", "n"}, {"bucket", "b"}, {"key", "k"}, {"workspace_key_prefix", "w"}},
                {{"private_key", "hunter2"}, {"fingerprint", "f"}}},
        Backend{"oss",
                {{"bucket", "b"}, {"prefix", "p"}, {"key", "k"}},
                {{"access_key", "hunter2"}, {"secret_key", "hunter2"}, {"tablestore_table", "t"}}},
        Backend{"pg",
                {{"conn_str", "postgres://db.example.com/terraform"}, {"schema_name", "s"}},
                {{"skip_schema_creation", true}, {"skip_table_creation", true}},
                {{"PG_CONN_STR", "conn_str"}, {"PG_SCHEMA_NAME", "schema_name"}}}),
    [](const auto& row) { return std::string(row.param.type); });

std::string NameOf(const std::string& type, const json& config,
                   const std::map<std::string, std::string>& variables = {}) {
  FakeEnvironment environment;
  environment.variables = variables;
  return ScopeOf(With(environment, type, config), true).name;
}

TEST(ScopeTest, TwoTypesOfBackendAreTwoStates) {
  const json config{{"bucket", "b"}, {"prefix", "p"}, {"key", "k"}};
  EXPECT_NE(NameOf("cos", config), NameOf("oss", config));
}

// A member is no other's, however they are put together.
TEST(ScopeTest, MembersAreToldApart) {
  EXPECT_NE(NameOf("gcs", {{"bucket", "a"}, {"prefix", nullptr}}),
            NameOf("gcs", {{"bucket", nullptr}, {"prefix", "a"}}));
  FakeEnvironment environment;
  environment.variables["TF_WORKSPACE"] = "a";
  EXPECT_NE(NameOf("gcs", {{"bucket", "b"}, {"prefix", "a"}}),
            NameOf("gcs", {{"bucket", "b"}}, {{"TF_WORKSPACE", "a"}}));
}

TEST(ScopeTest, ABackendThatNobodyKnowsNamesNoState) {
  FakeEnvironment environment;
  const Scope scope =
      ScopeOf(With(environment, "swift", {{"container", "c"}, {"password", "hunter2"}}), true);
  EXPECT_FALSE(scope.names_the_state);
  EXPECT_FALSE(scope.in_local_file);
  EXPECT_THAT(scope.name, HasSubstr("/home/me/project"));
  EXPECT_THAT(scope.name, Not(HasSubstr("hunter2")));
}

// ----------------------------------------------------------------------------------- pg's string

struct Connection {
  const char* name;
  const char* with_secrets;
  const char* without;

  friend void PrintTo(const Connection& connection, std::ostream* out) { *out << connection.name; }
};

class ScopeOfConnection : public testing::TestWithParam<Connection> {};

TEST_P(ScopeOfConnection, IsThatOfTheDatabase) {
  const std::string name = NameOf("pg", {{"conn_str", GetParam().with_secrets}});
  EXPECT_THAT(name, Not(HasSubstr("hunter2")));
  EXPECT_THAT(name, Not(HasSubstr("hunter3")));
  EXPECT_EQ(name, NameOf("pg", {{"conn_str", GetParam().without}}));
  EXPECT_NE(name, NameOf("pg", {{"conn_str", "postgres://other/other"}}));
  EXPECT_NE(name, NameOf("pg", {{"conn_str", "host=other dbname=other"}}));
  EXPECT_EQ(name, NameOf("pg", json::object(), {{"PG_CONN_STR", GetParam().with_secrets}}));
}

INSTANTIATE_TEST_SUITE_P(
    Each, ScopeOfConnection,
    testing::Values(
        Connection{"Url", "postgres://me:hunter2@db:5432/tf", "postgres://db:5432/tf"},
        Connection{"UrlWithUser", "postgres://me@db/tf", "postgres://db/tf"},
        Connection{"UrlWithAnAtInThePassword", "postgres://me:hunter2@hunter3@db/tf",
                   "postgres://db/tf"},
        Connection{"UrlWithSettings",
                   "postgres://me:hunter2@db/tf?sslmode=disable&password=hunter3",
                   "postgres://db/tf"},
        Connection{"UrlWithAnAtInTheSettings", "postgres://db/tf?application_name=me@here",
                   "postgres://db/tf"},
        Connection{"UrlWithAnAtInTheDatabase", "postgres://db/t@f", "postgres://me@db/t@f"},
        Connection{"Words", "host=db user=me password=hunter2 dbname=tf", "host=db dbname=tf"},
        Connection{"WordsInAnotherOrder", "dbname=tf password=hunter2 host=db",
                   "host=db dbname=tf"},
        Connection{"WordsInQuotes", "host=db password='hunter2 hunter3' dbname=tf",
                   "host=db dbname=tf"},
        Connection{"WordsWithAnEscapedQuote", R"(host=db password='a\' hunter2' dbname=tf)",
                   "host=db dbname=tf"},
        Connection{"WordsWithSpacesAround", "host = db password = hunter2 dbname = tf",
                   "host=db dbname=tf"},
        Connection{"WordsOfOtherKeys", "host=db dbname=tf sslpassword=hunter2 sslkey=/hunter3",
                   "host=db dbname=tf"}),
    [](const auto& row) { return row.param.name; });

TEST(ScopeTest, WhoeverIsNamedInAnAddressIsNotInTheScope) {
  EXPECT_EQ(NameOf("http", {{"address", "https://me:hunter2@example.com/state"}}),
            NameOf("http", {{"address", "https://example.com/state"}}));
  EXPECT_EQ(NameOf("consul", {{"address", "http://me:hunter2@consul:8500"}, {"path", "p"}}),
            NameOf("consul", {{"address", "http://consul:8500"}, {"path", "p"}}));
}

// ------------------------------------------------------------------------------- HCP Terraform

constexpr char kHcp[] = "hcp\norg/prod";

TEST(ScopeTest, OfHcpIsOneNameWhereverItRuns) {
  const json cloud{{"organization", "org"},
                   {"hostname", "app.terraform.io"},
                   {"token", "hunter2"},
                   {"workspaces", {{"name", "prod"}, {"project", "p"}}}};
  EXPECT_EQ(NameOf("cloud", cloud), kHcp);
  FakeEnvironment remote;
  remote.variables["TFC_WORKSPACE_SLUG"] = "org/prod";
  for (const bool is_elsewhere : {false, true}) {
    const Scope scope = ScopeOf(remote, is_elsewhere);
    EXPECT_EQ(scope.name, kHcp);
    EXPECT_FALSE(scope.in_local_file);
    EXPECT_TRUE(scope.names_the_state);
  }
}

TEST(ScopeTest, OfHcpFollowsFromWhatTheFileSays) {
  EXPECT_EQ(NameOf("cloud", {{"organization", nullptr}, {"workspaces", {{"name", "prod"}}}},
                   {{"TF_CLOUD_ORGANIZATION", "org"}}),
            kHcp);
  // Workspaces that are chosen by their tags.
  EXPECT_EQ(NameOf("cloud",
                   {{"organization", "org"}, {"workspaces", {{"name", nullptr}, {"tags", {"a"}}}}},
                   {{"TF_WORKSPACE", "prod"}}),
            kHcp);
  EXPECT_EQ(NameOf("remote", {{"organization", "org"}, {"workspaces", {{{"name", "prod"}}}}}),
            kHcp);
  EXPECT_EQ(
      NameOf("remote",
             {{"organization", "org"}, {"workspaces", {{{"name", nullptr}, {"prefix", "pr"}}}}},
             {{"TF_WORKSPACE", "od"}}),
      kHcp);
  EXPECT_EQ(NameOf("remote", json::object(), {{"ATLAS_WORKSPACE_SLUG", "org/prod"}}), kHcp);
}

// ----------------------------------------------------------------------------- states in files

TEST(ScopeTest, OfAStateInAFileIsTheFolder) {
  FakeEnvironment none;
  FakeEnvironment local;
  With(local, "local", {{"path", nullptr}, {"workspace_dir", nullptr}});
  FakeEnvironment relative;
  With(relative, "local", {{"path", "../state/x.tfstate"}});
  for (const FakeEnvironment* environment : {&none, &local, &relative}) {
    const Scope scope = ScopeOf(*environment, false);
    EXPECT_EQ(scope.name, "folder\n/home/me/project\ndefault");
    EXPECT_TRUE(scope.in_local_file);
    EXPECT_TRUE(scope.names_the_state);
  }
}

TEST(ScopeTest, OfAStateInAFileIsAnotherInEachFolderAndWorkspace) {
  FakeEnvironment environment;
  std::set<std::string> names = {ScopeOf(environment, false).name};
  environment.working_folder = "/home/me/other";
  names.insert(ScopeOf(environment, false).name);
  environment.variables["TF_WORKSPACE"] = "test";
  names.insert(ScopeOf(environment, false).name);
  EXPECT_EQ(names.size(), 3u);
}

// Each working folder is another one on another machine: the journal names the state.
TEST(ScopeTest, OfAStateInAFileIsTheJournalWhereThatIsElsewhere) {
  FakeEnvironment environment;
  const Scope here = ScopeOf(environment, true);
  environment.working_folder = "/home/you/project";
  const Scope there = ScopeOf(environment, true);
  EXPECT_EQ(here.name, there.name);
  EXPECT_TRUE(here.in_local_file);
  EXPECT_TRUE(here.names_the_state);
  environment.variables["TF_WORKSPACE"] = "test";
  EXPECT_NE(ScopeOf(environment, true).name, here.name);
}

// --------------------------------------------------------------------- where Terraform writes it

TEST(ScopeTest, TheWorkspaceIsWhatTerraformSays) {
  const auto workspace = [](const Environment& environment) {
    const std::string name = ScopeOf(environment, false).name;
    return name.substr(name.rfind('\n') + 1);
  };
  FakeEnvironment environment;
  EXPECT_EQ(workspace(environment), "default");
  for (const char* blank : {"", "\n", " \n"}) {
    environment.files[".terraform/environment"] = blank;
    EXPECT_EQ(workspace(environment), "default");
  }
  environment.files[".terraform/environment"] = "test\n";
  EXPECT_EQ(workspace(environment), "test");
  environment.variables["TF_WORKSPACE"] = "prod";
  EXPECT_EQ(workspace(environment), "prod");
}

TEST(ScopeTest, ReadsTheFolderThatTerraformIsToldToUse) {
  FakeEnvironment environment;
  environment.variables["TF_DATA_DIR"] = "/var/tf";
  environment.files["/var/tf/environment"] = "test";
  environment.files["/var/tf/terraform.tfstate"] = Initialised("s3", {{"bucket", "b"}});
  environment.files[".terraform/terraform.tfstate"] = Initialised("gcs", {{"bucket", "b"}});
  EXPECT_EQ(ScopeOf(environment, true).name, "s3\nb\n\n\ntest");
  EXPECT_EQ(DataFolder(environment), "/var/tf");
  EXPECT_EQ(DataFolder(FakeEnvironment()), ".terraform");
}

TEST(ScopeTest, WhatCannotBeReadNamesNoBackend) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("7"),
        std::string(R"({"backend": 7})"), std::string(R"({"backend": null})"),
        std::string(R"({"backend": {"type": 7, "config": 7}})"),
        std::string(R"({"backend": {"config": {"bucket": "b"}}})")}) {
    FakeEnvironment environment;
    environment.files[".terraform/terraform.tfstate"] = text;
    EXPECT_TRUE(ScopeOf(environment, false).in_local_file) << text;
  }
  for (const char* config : {"7", "[]", "null", R"({"bucket": 7, "workspaces": [[]]})"}) {
    for (const char* type : {"s3", "pg", "cloud", "remote"}) {
      FakeEnvironment environment;
      environment.files[".terraform/terraform.tfstate"] =
          absl::StrCat(R"({"backend": {"type": ")", type, R"(", "config": )", config, "}}");
      EXPECT_FALSE(ScopeOf(environment, false).in_local_file) << type << " " << config;
    }
  }
}

}  // namespace
}  // namespace er::run
