// Small catalogs as they are written, loaded or refused: for the tests of loader.h.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "schema/loader.h"

namespace er::schema {

using Texts = std::map<std::string, std::string>;  // by file name

// A behaviour, so that there is an operation whose members attributes can stand for.
inline constexpr char kJob[] = R"("job": {
    "name": "making", "title": "making", "workflow_title": "plan", "start": "GetThing",
    "get": "GetThing", "list": {"operation": "GetThing", "items": "parts"},
    "workflows": {"operation": "GetThing", "items": "parts"}},
  "timeouts": {"create": "1h", "update": "1h", "delete": "1h"})";

// A thing with these attributes, the first of them in line 12.
inline std::string Thing(absl::string_view attributes) {
  return absl::StrCat(R"({
  "kind": "resource",
  "name": "entityresolution_thing",
  "title": "thing",
  "description": "A thing.",
  )",
                      kJob, R"(,
  "attributes": {
    )",
                      attributes, "}}");
}

// The smallest catalog there is, with one of everything.
inline Texts SmallCatalog() {
  return {
      {"service.json", R"({
  "service": "things",
  "errors": {"gone": ["NotFound"], "busy": ["Busy"]},
  "job_states": {"succeeded": ["DONE"], "failed": ["BROKEN"]},
  "operations": {
    "GetThing": {
      "method": "GET", "path": "/things/{name}", "query": ["page"], "repeatable": true,
      "input": ["name", "page"], "output": ["color", "parts", "details"]
    }
  }
})"},
      {"limits.json", R"({
  "limits": {
    "Color": {
      "pattern": "[a-z]+", "meaning": "a color such as red", "min_length": 3, "max_length": 9,
      "documentation": "https://example.com/colors"
    }
  }
})"},
      {"provider.json", R"({
  "kind": "provider", "name": "things", "title": "things", "description": "Things.",
  "attributes": {
    "region": {"type": "string", "optional": true, "local": true, "description": "Where.",
               "environment": ["REGION"]}
  }
})"},
      {"resources/thing.json",
       Thing(R"("name": {"type": "string", "required": true, "description": "Its name."})")},
  };
}

inline absl::StatusOr<Catalog> LoadTexts(const Texts& texts) {
  std::vector<SourceFile> files;
  for (const auto& [name, text] : texts) files.push_back({.name = name, .text = text});
  return Load(files);
}

inline absl::StatusOr<Catalog> LoadThing(absl::string_view attributes) {
  Texts texts = SmallCatalog();
  texts["resources/thing.json"] = Thing(attributes);
  return LoadTexts(texts);
}

// What is said against `texts`, line by line.
inline std::vector<std::string> Mistakes(const Texts& texts) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(texts);
  if (catalog.ok()) return {};
  EXPECT_EQ(catalog.status().code(), absl::StatusCode::kInvalidArgument);
  return absl::StrSplit(catalog.status().message(), '\n');
}

template <typename Row>
std::string NameOf(const testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

// A whole service of things, and a thing that is declared and no more.
inline Texts ManagedCatalog(absl::string_view more = "") {
  Texts texts = SmallCatalog();
  texts["service.json"] = R"({
  "service": "things",
  "tagging": {"list": "ListTags", "add": "AddTags", "remove": "RemoveTags"},
  "operations": {
    "MakeThing": {"method": "POST", "path": "/things", "input": ["name", "parts", "tags"]},
    "GetThing": {"method": "GET", "path": "/things/{name}", "repeatable": true,
                 "input": ["name"], "output": ["name", "arn", "parts", "isUsed"]},
    "ChangeThing": {"method": "PUT", "path": "/things/{name}", "input": ["name", "parts"]},
    "DropThing": {"method": "DELETE", "path": "/things/{name}", "input": ["name"]},
    "ListThings": {"method": "GET", "path": "/things", "output": ["thingList"]},
    "ListTags": {"method": "GET", "path": "/tags/{arn}", "input": ["arn"]},
    "AddTags": {"method": "POST", "path": "/tags/{arn}", "input": ["arn"]},
    "RemoveTags": {"method": "DELETE", "path": "/tags/{arn}", "input": ["arn"]}
  }
})";
  texts["resources/thing.json"] = absl::StrCat(R"({
  "kind": "resource", "name": "entityresolution_thing", "title": "thing", "description": "A thing.",
  "managed": {
    "create": "MakeThing", "read": "GetThing", "update": "ChangeThing", "delete": "DropThing",
    "list": {"operation": "ListThings", "items": "thingList"},
    "id": ["name"], "arn": "arn", "arn_type": "thing", "fixed_while": "is_used",
    "in_use_patience": "2m"
  },
  "data_source": {"description": "One thing."},
  "data_sources": {
    "description": "All things.", "takes": ["name", "arn"],
    "attributes": {"color": {"type": "string", "description": "Its color."}}
  },
  "timeouts": {"create": "5m", "update": "5m", "delete": "5m"},
  "attributes": {
    "name": {"type": "string", "required": true, "replaces": true, "limits": {"max_length": 9},
             "description": "Its name."},
    "parts": {"type": "list", "required": true, "min_items": 1, "description": "Its parts.",
      "attributes": {
        "key": {"type": "string", "optional": true, "sensitive": true, "description": "Its key."}}},
    "arn": {"type": "string", "computed": true, "description": "Its ARN."},
    "is_used": {"type": "bool", "computed": true, "volatile": true, "description": "."},
    "region": {"type": "string", "optional": true, "computed": true, "replaces": true,
               "local": true, "description": "Where."},
    "id": {"type": "string", "computed": true, "local": true, "description": "Its id."},
    "tags": {"type": ["map", "string"], "optional": true, "description": "Tags."},
    "tags_all": {"type": ["map", "string"], "computed": true, "local": true, "description": "."}
  })",
                                               more, "}");
  return texts;
}

}  // namespace er::schema
