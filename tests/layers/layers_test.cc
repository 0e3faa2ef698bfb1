// The picture in DESIGN.md, held: who may include whom, which library stays behind which fence, and
// that each header can be included alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace er {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

const fs::path kSource = ER_SOURCE_DIR;

// A folder of provider/, and the folders below it on its line of descent. proto is the generated
// code.
const std::map<std::string, std::set<std::string>> kBelow = {
    {"base", {}},
    {"value", {"base"}},
    {"http", {"base"}},
    {"aws", {"http", "base"}},
    {"schema", {"value", "base"}},
    {"resource", {"schema", "aws", "http", "value", "base"}},
    {"run", {"resource", "schema", "aws", "http", "value", "base"}},
    {"managed", {"resource", "schema", "aws", "http", "value", "base"}},
    {"assembly", {"managed", "run", "resource", "schema", "aws", "http", "value", "base"}},
    {"terraform", {"assembly", "resource", "schema", "value", "base", "proto"}},
    {"plugin", {"base", "proto"}},
};

// A third-party library, by what its headers are called, and where it may be included: a folder of
// provider/, or a file without its ending.
struct Fence {
  std::string headers;
  std::vector<std::string> places;
};
const std::vector<Fence> kFences = {
    {"grpc", {"terraform/", "plugin/"}},
    {"google/protobuf", {"terraform/", "plugin/"}},
    {"proto/", {"terraform/", "plugin/"}},
    {"curl/", {"http/"}},
    {"ares", {"http/"}},  // c-ares, which resolves names for libcurl
    {"openssl/", {"aws/hash", "plugin/certificate"}},
    {"pugixml", {"aws/s3", "aws/sts"}},
    {"nlohmann/", {"schema/", "aws/", "resource/", "run/", "managed/", "value/json_tree"}},
    {"re2/", {"schema/", "run/", "aws/process_credentials"}},
};

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.rfind(prefix, 0) == 0;
}

std::vector<fs::path> SourcesOf(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
    const std::string ending = entry.path().extension();
    if (ending == ".h" || ending == ".cc") files.push_back(entry.path());
  }
  EXPECT_THAT(files, Not(IsEmpty())) << folder;
  return files;
}

// What `include` of the file at `path` means, however it is written: "http/mask.h" of the provider
// also where it says "mask.h", "../http/mask.h" or "provider/http/mask.h"; "emulator/uri.h". A
// library's header, and what is generated, as it is written.
std::string Meaning(const fs::path& path, const std::string& include) {
  for (const fs::path& base : {path.parent_path(), kSource / "provider", kSource}) {
    const fs::path file = base / include;
    if (!fs::exists(file)) continue;
    std::string found = fs::relative(fs::canonical(file), kSource).string();
    if (StartsWith(found, "provider/")) found.erase(0, std::string("provider/").size());
    return found;
  }
  return include;
}

// What the file includes, in order, by its meaning.
std::vector<std::string> IncludesOf(const fs::path& path) {
  static const re2::RE2 pattern(R"re(\s*#\s*include\s*[<"]([^>"]+)[>"].*)re");
  std::vector<std::string> includes;
  std::ifstream file(path);
  std::string include;
  for (std::string line; std::getline(file, line);) {
    if (re2::RE2::FullMatch(line, pattern, &include)) includes.push_back(Meaning(path, include));
  }
  return includes;
}

std::string FolderOf(const std::string& include) { return include.substr(0, include.find('/')); }

TEST(LayersTest, AnIncludeIsSeenHoweverItIsWritten) {
  const fs::path file = kSource / "provider/http/transport.cc";
  for (const char* include : {"aws/call.h", "../aws/call.h", "./../aws/call.h",
                              "provider/aws/call.h", "../../provider/aws/call.h"}) {
    EXPECT_EQ(Meaning(file, include), "aws/call.h") << include;
  }
  EXPECT_EQ(Meaning(file, "mask.h"), "http/mask.h");
  EXPECT_EQ(Meaning(file, "../../emulator/uri.h"), "emulator/uri.h");
  EXPECT_EQ(Meaning(file, "ares.h"), "ares.h");
  EXPECT_EQ(Meaning(file, "proto/tfplugin6.pb.h"), "proto/tfplugin6.pb.h");
}

TEST(LayersTest, EveryFolderOfTheProviderIsInThePicture) {
  for (const auto& entry : fs::directory_iterator(kSource / "provider")) {
    const bool is_known = !entry.is_directory() || kBelow.contains(entry.path().filename());
    EXPECT_TRUE(is_known) << entry.path();
  }
}

TEST(LayersTest, AFolderIncludesOnlyFoldersBelowIt) {
  for (const auto& [folder, below] : kBelow) {
    for (const fs::path& file : SourcesOf("provider/" + folder)) {
      for (const std::string& include : IncludesOf(file)) {
        const std::string included = FolderOf(include);
        EXPECT_NE(included, "emulator") << file << " includes " << include;
        EXPECT_NE(included, "tests") << file << " includes " << include;
        if (included == folder || (!kBelow.contains(included) && included != "proto")) continue;
        EXPECT_THAT(below, Contains(included)) << file << " includes " << include;
      }
    }
  }
}

TEST(LayersTest, LibrariesStayBehindTheirFences) {
  for (const fs::path& file : SourcesOf("provider")) {
    std::string place = fs::relative(file, kSource / "provider").string();
    if (place == "main.cc") continue;  // it builds everything
    for (const std::string& include : IncludesOf(file)) {
      for (const Fence& fence : kFences) {
        // By the path of the system's folder, too.
        const bool is_of_library = StartsWith(include, fence.headers) ||
                                   include.find("/include/" + fence.headers) != std::string::npos;
        if (!is_of_library) continue;
        const bool allowed = std::any_of(
            fence.places.begin(), fence.places.end(), [&](const std::string& allowed_place) {
              return StartsWith(place,
                                allowed_place.ends_with('/') ? allowed_place : allowed_place + ".");
            });
        EXPECT_TRUE(allowed) << place << " includes " << include;
      }
    }
  }
}

TEST(LayersTest, TheEmulatorSharesNothingWithTheProviderButTheBase) {
  for (const fs::path& file : SourcesOf("emulator")) {
    for (const std::string& include : IncludesOf(file)) {
      const std::string folder = FolderOf(include);
      EXPECT_TRUE(folder == "base" || (!kBelow.contains(folder) && folder != "proto"))
          << file << " includes " << include;
    }
  }
}

// A .cc file that includes its own header first proves that the header can be included alone;
// those without a .cc file are compiled by this folder's CMakeLists.txt.
TEST(LayersTest, ASourceFileIncludesItsOwnHeaderFirst) {
  for (const char* root : {"provider", "emulator"}) {
    for (const fs::path& file : SourcesOf(root)) {
      if (file.extension() != ".cc") continue;
      fs::path header = file;
      if (!fs::exists(header.replace_extension(".h"))) continue;
      const fs::path base = root == std::string("provider") ? kSource / root : kSource;
      const std::vector<std::string> includes = IncludesOf(file);
      ASSERT_THAT(includes, Not(IsEmpty())) << file;
      EXPECT_EQ(includes[0], fs::relative(header, base).string()) << file;
    }
  }
}

TEST(LayersTest, EveryHeaderSaysWhatItIsForAndIsIncludedOnce) {
  for (const char* root : {"provider", "emulator"}) {
    for (const fs::path& path : SourcesOf(root)) {
      if (path.extension() != ".h") continue;
      std::ifstream file(path);
      std::string line;
      std::getline(file, line);
      EXPECT_TRUE(StartsWith(line, "// ")) << path;
      while (StartsWith(line, "//")) std::getline(file, line);
      EXPECT_EQ(line, "#pragma once") << path;
    }
  }
}

}  // namespace
}  // namespace er
