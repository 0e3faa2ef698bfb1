// The build's check of schemas/: schema-check SCHEMAS_DIR OUTPUT.cc FILE...
//
// Reports every mistake as file:line: path: reason and fails, or writes OUTPUT.cc, which holds the
// files and defines schema::BuiltInCatalog().
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "schema/loader.h"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: schema-check SCHEMAS_DIR OUTPUT.cc FILE...\n";
    return EXIT_FAILURE;
  }
  const std::string folder = argv[1];
  std::vector<std::string> texts;
  for (int i = 3; i < argc; ++i) {
    std::ifstream file(folder + "/" + argv[i], std::ios::binary);
    if (!file) {
      std::cerr << folder << "/" << argv[i] << ": cannot be read\n";
      return EXIT_FAILURE;
    }
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::vector<er::schema::SourceFile> files;
  for (int i = 3; i < argc; ++i) {
    files.push_back({.name = argv[i], .text = texts[static_cast<std::size_t>(i - 3)]});
  }
  if (const auto catalog = er::schema::Load(files); !catalog.ok()) {
    std::cerr << catalog.status().message() << "\n";
    return EXIT_FAILURE;
  }
  std::ofstream out(argv[2], std::ios::binary);
  out << "// Made by schema-check from schemas/.\n"
         "#include <cstdlib>\n"
         "#include <iostream>\n\n"
         "#include \"schema/loader.h\"\n\n"
         "namespace er::schema {\n\n"
         "const Catalog& BuiltInCatalog() {\n"
         "  static const Catalog* const catalog = [] {\n"
         "    auto loaded = Load({\n";
  for (const er::schema::SourceFile& file : files) {
    out << "        {.name = \"" << file.name << "\", .text = R\"~~~(" << file.text << ")~~~\"},\n";
  }
  out << "    }, Check::kAllButPatterns);\n"
         "    if (!loaded.ok()) {  // the build's check has read the same bytes\n"
         "      std::cerr << loaded.status().message() << std::endl;\n"
         "      std::abort();\n"
         "    }\n"
         "    return new Catalog(*std::move(loaded));\n"
         "  }();\n"
         "  return *catalog;\n"
         "}\n\n"
         "}  // namespace er::schema\n";
  return out.good() ? EXIT_SUCCESS : EXIT_FAILURE;
}
