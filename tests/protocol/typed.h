// A type of the catalog, and what is said of it on the wire, for tests about more than runs.
#pragma once

#include <string>

#include "gtest/gtest.h"
#include "protocol/provider_under_test.h"
#include "schema/identity.h"
#include "schema/loader.h"
#include "value/msgpack.h"

namespace er {

inline tfplugin6::DynamicValue Encoded(const Value& value, const Type& type) {
  const absl::StatusOr<std::string> bytes = EncodeMsgpack(value, type);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  tfplugin6::DynamicValue message;
  message.set_msgpack(bytes.value_or(""));
  return message;
}

// A message without content is a null.
inline Value Decoded(const tfplugin6::DynamicValue& message, const Type& type) {
  if (message.msgpack().empty()) return Value::Null();
  const absl::StatusOr<Value> value = DecodeMsgpack(message.msgpack(), type);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.value_or(Value::Null());
}

class Typed {
 public:
  Typed(schema::Kind kind, const std::string& name)
      : schema_(*schema::BuiltInCatalog().Find(kind, name)), type_(schema::TypeOf(schema_)) {}

  const schema::Schema& schema() const { return schema_; }
  const std::string& name() const { return schema_.name; }

  // An object that says `parts` and nothing else.
  Value Object(Value::Map parts) const {
    Value object = schema::EmptyObject(schema_);
    for (auto& [name, value] : parts) object.AsMap()[name] = std::move(value);
    return object;
  }

  tfplugin6::DynamicValue ToMessage(const Value& value) const { return Encoded(value, type_); }
  Value FromMessage(const tfplugin6::DynamicValue& message) const {
    return Decoded(message, type_);
  }

  // Null where the message has none.
  Value Identity(const tfplugin6::ResourceIdentityData& message) const {
    return Decoded(message.identity_data(), schema::IdentityTypeOf(schema_));
  }
  tfplugin6::ResourceIdentityData ToIdentity(const Value& identity) const {
    tfplugin6::ResourceIdentityData message;
    *message.mutable_identity_data() = Encoded(identity, schema::IdentityTypeOf(schema_));
    return message;
  }

 private:
  const schema::Schema& schema_;
  const Type type_;
};

}  // namespace er
