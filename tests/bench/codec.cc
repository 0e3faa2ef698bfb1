// Reads and writes the state of a job run ROUNDS times. scripts/bench counts the instructions.
//
//   codec ROUNDS
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "schema/loader.h"
#include "schema/schema.h"
#include "value/msgpack.h"
#include "value/type.h"
#include "value/value.h"

namespace {

// A value of `type` with something everywhere.
er::Value Full(const er::Type& type) {
  using Kind = er::Type::Kind;
  switch (type.kind()) {
    case Kind::kNumber:
      return er::Number(std::int64_t{1234567});
    case Kind::kBool:
      return true;
    case Kind::kList:
    case Kind::kSet:
      return er::Value::List{Full(type.element()), Full(type.element())};
    case Kind::kMap:
      return er::Value::Map{{"input", Full(type.element())}};
    case Kind::kObject: {
      er::Value::Map attributes;
      for (const auto& [name, attribute] : type.attributes()) attributes[name] = Full(attribute);
      return attributes;
    }
    default:
      return "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers";
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc == 2 ? std::atoi(argv[1]) : 0;
  const er::schema::Schema* run = nullptr;
  for (const er::schema::Schema& schema : er::schema::BuiltInCatalog().types) {
    if (schema.kind == er::schema::Kind::kResource) run = &schema;
  }
  if (run == nullptr) return EXIT_FAILURE;
  const er::Type type = er::schema::TypeOf(*run);
  const auto bytes = er::EncodeMsgpack(Full(type), type);
  if (!bytes.ok()) {
    std::cerr << bytes.status() << "\n";
    return EXIT_FAILURE;
  }
  for (int round = 0; round < rounds; ++round) {
    const auto value = er::DecodeMsgpack(*bytes, type);
    if (!value.ok() || er::EncodeMsgpack(*value, type).value_or("") != *bytes) return EXIT_FAILURE;
  }
  std::cout << bytes->size() << " bytes\n";
}
