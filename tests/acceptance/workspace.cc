#include "acceptance/workspace.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace er::acceptance {
namespace {

using nlohmann::json;

constexpr char kRequirement[] = R"(terraform {
  required_providers {
    entityresolution = {
      source = "registry.terraform.io/idmapping/entityresolution"
    }
  }
}
)";

// OpenTofu looks for what names no registry in its own.
constexpr const char* kRegistries[] = {"registry.terraform.io", "registry.opentofu.org"};
constexpr char kSource[] = "idmapping/entityresolution";
constexpr char kProgram[] = "terraform-provider-entityresolution";
#ifdef __aarch64__
constexpr char kMachine[] = "arm64";
#else
constexpr char kMachine[] = "amd64";
#endif

constexpr char kType[] = "entityresolution_id_mapping_job_run";

std::string Inherited(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string InOneLine(const std::string& output) {
  const std::string bare = absl::StrReplaceAll(output, {{"│", " "}, {"╷", " "}, {"╵", " "}});
  return absl::StrJoin(absl::StrSplit(bare, absl::ByAnyChar(" \n\t"), absl::SkipEmpty()), " ");
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << "exit code " << outcome.code << "\n" << outcome.output;
}

// The program to test with: what ER_TERRAFORM says, else what is on the PATH.
const std::string& Workspace::Terraform() {
  static const std::string found = [] {
    if (std::string given = Inherited("ER_TERRAFORM"); !given.empty()) return given;
    for (const char* program : {"terraform", "tofu"}) {
      for (absl::string_view folder : absl::StrSplit(Inherited("PATH"), ':')) {
        std::string path = absl::StrCat(folder, "/", program);
        if (access(path.c_str(), X_OK) == 0) return path;
      }
    }
    return std::string("terraform: not found; put terraform or tofu on the PATH");
  }();
  return found;
}

namespace {

struct Release {
  bool is_tofu = false;
  std::string version{};  // 1.14.0-rc2
  std::pair<int, int> minor{};
};

// What the program says it is.
const Release& ReleaseOf() {
  static const Release release = [] {
    const std::string& program = Workspace::Terraform();
    std::string folder = "/tmp/er-release-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    Process process({.command = {program, "version", "-json"},
                     .environment = {{"PATH", Inherited("PATH")},
                                     {"HOME", folder},
                                     {"CHECKPOINT_DISABLE", "1"}},
                     .folder = folder,
                     .output = folder + "/version.log"});
    process.AwaitExit();
    const json told = json::parse(process.Output(), nullptr, false);
    std::filesystem::remove_all(folder);
    Release found;
    if (!told.is_object()) return found;
    found.version = told.value("terraform_version", "");
    found.is_tofu = std::filesystem::path(program).filename().string().find("tofu") == 0;
    const std::vector<std::string> parts = absl::StrSplit(found.version, '.');
    if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &found.minor.first) ||
        !absl::SimpleAtoi(parts[1], &found.minor.second)) {
      ADD_FAILURE() << program << " does not say which version it is: " << process.Output();
    }
    return found;
  }();
  return release;
}

constexpr std::pair<int, int> kNever = {0, 0};

// The first release of Terraform and of OpenTofu that has it.
struct Since {
  std::pair<int, int> terraform;
  std::pair<int, int> tofu;
};

Since SinceOf(Feature feature) {
  switch (feature) {
    case Feature::kTerraformData:
      return {{1, 4}, {1, 6}};
    case Feature::kExamples:
      return {{1, 11}, {1, 10}};
    case Feature::kMovesAcrossTypes:
      return {{1, 8}, {1, 10}};
    case Feature::kIdentity:
      return {{1, 12}, {1, 12}};
    case Feature::kStateAtOnce:
      return {{1, 0}, kNever};
    case Feature::kTests:
      return {{1, 11}, kNever};
    case Feature::kActions:
    case Feature::kQueries:
      break;
  }
  return {{1, 14}, kNever};
}

}  // namespace

std::string Workspace::Lacks(Feature feature) {
  const Release& release = ReleaseOf();
  const Since since = SinceOf(feature);
  const std::pair<int, int> needed = release.is_tofu ? since.tofu : since.terraform;
  if (needed != kNever && release.minor >= needed) return "";
  return absl::StrCat("needs Terraform ", since.terraform.first, ".", since.terraform.second,
                      since.tofu == kNever
                          ? std::string()
                          : absl::StrCat(" or OpenTofu ", since.tofu.first, ".", since.tofu.second),
                      "; this is ", release.is_tofu ? "OpenTofu " : "Terraform ", release.version);
}

Workspace::Workspace(const std::string& folder, const std::string& endpoint) : folder_(folder) {
  WriteFile(folder_ + "/provider.tf", kRequirement);
  WriteCliConfiguration(ER_BINARY_DIR);
  std::filesystem::create_directory(folder_ + "/tmp");
  environment_ = {
      {"PATH", Inherited("PATH")},
      {"HOME", folder_},
      {"TMPDIR", folder_ + "/tmp"},
      {"TF_CLI_CONFIG_FILE", folder_ + "/cli.tfrc"},
      {"TF_IN_AUTOMATION", "1"},
      {"CHECKPOINT_DISABLE", "1"},
      {"TF_ENTITYRESOLUTION_TEST_CLOCK_SPEED", "100"},
      {"AWS_ENDPOINT_URL_ENTITYRESOLUTION", endpoint},
      {"AWS_ACCESS_KEY_ID", "AKIAEMULATOR00000000"},
      {"AWS_SECRET_ACCESS_KEY", "emulator-secret-key"},
      {"AWS_REGION", "eu-west-1"},
      {"AWS_EC2_METADATA_DISABLED", "true"},
      {"ASAN_OPTIONS", Inherited("ASAN_OPTIONS")},
      {"UBSAN_OPTIONS", Inherited("UBSAN_OPTIONS")},
  };
}

// Terraform takes the provider from `programs`. For `init` it is in a mirror, too.
void Workspace::WriteCliConfiguration(const std::string& programs) {
  const std::string mirror = folder_ + "/mirror";
  std::string overrides;
  for (const char* registry : kRegistries) {
    const std::string source = absl::StrCat(registry, "/", kSource);
    const std::string package = absl::StrCat(mirror, "/", source, "/0.0.1/linux_", kMachine);
    std::filesystem::create_directories(package);
    std::error_code exists;
    std::filesystem::create_symlink(absl::StrCat(ER_BINARY_DIR, "/", kProgram),
                                    absl::StrCat(package, "/", kProgram, "_v0.0.1"), exists);
    absl::StrAppend(&overrides, "    \"", source, "\" = \"", programs, "\"\n");
  }
  WriteFile(folder_ + "/cli.tfrc",
            absl::StrCat("provider_installation {\n  dev_overrides {\n", overrides,
                         "  }\n  filesystem_mirror {\n    path = \"", mirror, "\"\n  }\n}\n"));
}

void Workspace::RunProviderBy(const std::string& script) {
  const std::string programs = folder_ + "/programs";
  const std::string program = absl::StrCat(programs, "/", kProgram);
  WriteFile(program, absl::StrCat("#!/bin/bash\nPROVIDER=", ER_BINARY_DIR, "/", kProgram, "\n",
                                  script, "\n"));
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  WriteCliConfiguration(programs);
}

void Workspace::InstallAnotherProvider(const std::string& source) {
  const std::string programs = folder_ + "/others";
  std::filesystem::create_directory(programs);
  const std::string name = source.substr(source.rfind('/') + 1);
  std::filesystem::create_symlink(absl::StrCat(ER_BINARY_DIR, "/", kProgram),
                                  absl::StrCat(programs, "/terraform-provider-", name));
  std::string configuration = ReadFile(folder_ + "/cli.tfrc");
  const std::string overrides = "dev_overrides {\n";
  for (const char* registry : kRegistries) {
    configuration.insert(
        configuration.find(overrides) + overrides.size(),
        absl::StrCat("    \"", registry, "/", source, "\" = \"", programs, "\"\n"));
  }
  WriteFile(folder_ + "/cli.tfrc", configuration);
}

void Workspace::UseBackend(const std::string& block) {
  WriteFile(folder_ + "/backend.tf", absl::StrCat("terraform {\n  backend ", block, "\n}\n"));
  EXPECT_EQ(Run({"init", "-input=false", "-no-color", "-reconfigure"}).code, 0);
}

void Workspace::Write(const std::string& configuration) {
  WriteFile(folder_ + "/main.tf", configuration);
}

void Workspace::WriteCredentials(const std::string& text) {
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}) {
    environment_.erase(name);
  }
  std::filesystem::create_directory(folder_ + "/.aws");
  WriteFile(folder_ + "/.aws/credentials", text);
}

Process Workspace::Start(const Arguments& arguments) {
  Arguments command = {Terraform()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Process({.command = command,
                  .environment = environment_,
                  .folder = folder_,
                  .output = absl::StrCat(folder_, "/", ++started_, "-", arguments[0], ".log")});
}

Outcome Workspace::Await(Process& process) {
  Outcome outcome{.code = process.AwaitExit(), .output = process.Output()};
  outcome.text = InOneLine(outcome.output);
  return outcome;
}

Outcome Workspace::Run(const Arguments& arguments) {
  Process process = Start(arguments);
  return Await(process);
}

Process Workspace::StartApply(const Arguments& arguments) {
  Arguments command = {"apply", "-auto-approve", "-input=false", "-no-color"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Start(command);
}

Outcome Workspace::Apply(const Arguments& arguments) {
  Process process = StartApply(arguments);
  return Await(process);
}

Outcome Workspace::Plan(const Arguments& arguments) {
  Arguments command = {"plan", "-detailed-exitcode", "-input=false", "-no-color"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Run(command);
}

Outcome Workspace::Destroy(const Arguments& arguments) {
  Arguments command = {"destroy", "-auto-approve", "-input=false", "-no-color"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Run(command);
}

Outcome Workspace::Import(const std::string& address, const std::string& id) {
  return Run({"import", "-input=false", "-no-color", absl::StrCat(kType, ".", address), id});
}

json Workspace::Instance(const std::string& name) {
  std::vector<std::string> parts = absl::StrSplit(name, '.');
  const bool is_data = parts.front() == "data";
  if (is_data) parts.erase(parts.begin());
  if (parts.size() == 1) parts.insert(parts.begin(), kType);
  const json state = State();
  if (!state.is_object()) return nullptr;
  for (const json& resource : state.value("resources", json::array())) {
    if (resource.value("mode", "") != (is_data ? "data" : "managed") ||
        resource.value("type", "") != parts[0] || resource.value("name", "") != parts[1]) {
      continue;
    }
    for (const json& instance : resource.value("instances", json::array())) {
      if (!instance.contains("deposed")) return instance;
    }
  }
  return nullptr;
}

json Workspace::State() {
  const bool is_here = !std::filesystem::exists(folder_ + "/backend.tf") &&
                       !std::filesystem::exists(folder_ + "/terraform.tfstate.d");
  if (is_here) return json::parse(ReadFile(folder_ + "/terraform.tfstate"), nullptr, false);
  return json::parse(Run({"state", "pull"}).output, nullptr, false);
}

std::vector<std::string> Workspace::JobIds() {
  std::vector<std::string> ids;
  const json state = State();
  if (!state.is_object()) return ids;
  for (const json& resource : state.value("resources", json::array())) {
    if (resource.value("mode", "") != "managed" || resource.value("type", "") != kType) continue;
    for (const json& instance : resource.value("instances", json::array())) {
      ids.push_back(instance.at("attributes").at("job_id"));
    }
  }
  return ids;
}

json Workspace::Attributes(const std::string& name) {
  const json instance = Instance(name);
  return instance.is_object() ? instance.at("attributes") : json();
}

bool Workspace::IsTainted(const std::string& name) {
  const json instance = Instance(name);
  return instance.is_object() && instance.value("status", "") == "tainted";
}

std::vector<json> Workspace::Notes() const {
  return NotesIn(folder_ + "/.terraform/entityresolution-journal");
}

std::vector<json> NotesIn(const std::string& journal) {
  std::vector<json> notes;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(journal, none)) {
    if (!absl::StartsWith(entry.path().filename().string(), "note-")) continue;
    for (const auto& file : std::filesystem::directory_iterator(entry.path(), none)) {
      // An empty file is the version; its text is beside it. A text without one means nothing.
      const std::string text = file.path().string() + ".json";
      if (std::filesystem::exists(text)) notes.push_back(json::parse(ReadFile(text)));
    }
  }
  return notes;
}

std::vector<json> Open(std::vector<json> notes) {
  std::erase_if(notes, [](const json& note) { return note.value("state", "") == "SERVED"; });
  return notes;
}

std::string JobRun(const std::string& name, const std::string& body) {
  return absl::StrCat("\nresource \"", kType, "\" \"", name, "\" {\n", body, "\n}\n");
}

}  // namespace er::acceptance
