#include "value/msgpack.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/utf8.h"
#include "value/msgpack_token.h"
#include "value/place.h"

namespace er {
namespace {

using msgpack::Token;

constexpr std::int8_t kPlainUnknown = 0;
constexpr std::int8_t kRefinedUnknown = 12;
constexpr std::size_t kLongestRefinements = 1024;

// The refinements that a host knows; others are to be skipped.
enum Refinement : std::int64_t {
  kNullness = 1,
  kPrefix = 2,
  kLowerBound = 3,
  kUpperBound = 4,
  kShortest = 5,
  kLongest = 6,
};

bool IsNumber(const Token& token) {
  return token.kind == Token::Kind::kInt || token.kind == Token::Kind::kUint ||
         token.kind == Token::Kind::kFloat || token.kind == Token::Kind::kText;
}

absl::Status Skip(msgpack::Reader& reader, int depth) {
  if (depth > Place::kDeepest) return absl::InvalidArgumentError("nested too deeply");
  ASSIGN_OR_RETURN(const Token token, reader.Next());
  std::size_t inside = 0;
  if (token.kind == Token::Kind::kArray) inside = token.count;
  if (token.kind == Token::Kind::kMap) inside = 2 * token.count;
  for (; inside > 0; --inside) RETURN_IF_ERROR(Skip(reader, depth + 1));
  return absl::OkStatus();
}

absl::Status CheckRefinement(msgpack::Reader& reader, std::int64_t key) {
  const absl::Status misfit =
      absl::InvalidArgumentError(absl::StrCat("refinement ", key, " does not fit"));
  switch (key) {
    case kNullness: {
      ASSIGN_OR_RETURN(const Token token, reader.Next());
      return token.kind == Token::Kind::kBool ? absl::OkStatus() : misfit;
    }
    case kPrefix: {
      ASSIGN_OR_RETURN(const Token token, reader.Next());
      return token.kind == Token::Kind::kText ? absl::OkStatus() : misfit;
    }
    case kLowerBound:
    case kUpperBound: {
      ASSIGN_OR_RETURN(const Token pair, reader.Next());
      if (pair.kind != Token::Kind::kArray || pair.count != 2) return misfit;
      ASSIGN_OR_RETURN(const Token bound, reader.Next());
      ASSIGN_OR_RETURN(const Token inclusive, reader.Next());
      return IsNumber(bound) && inclusive.kind == Token::Kind::kBool ? absl::OkStatus() : misfit;
    }
    case kShortest:
    case kLongest: {
      ASSIGN_OR_RETURN(const Token token, reader.Next());
      return token.ToInt64() ? absl::OkStatus() : misfit;
    }
    default:
      return Skip(reader, 0);
  }
}

// Whether `refinements` is the map that belongs into an unknown value.
absl::Status CheckRefinements(absl::string_view refinements) {
  if (refinements.size() > kLongestRefinements) {
    return absl::InvalidArgumentError("refinements of over 1,024 bytes");
  }
  msgpack::Reader reader(refinements);
  ASSIGN_OR_RETURN(const Token map, reader.Next());
  if (map.kind != Token::Kind::kMap) {
    return absl::InvalidArgumentError("refinements that are not a map");
  }
  for (std::size_t i = 0; i < map.count; ++i) {
    ASSIGN_OR_RETURN(const Token key, reader.Next());
    const std::optional<std::int64_t> number = key.ToInt64();
    if (!number) return absl::InvalidArgumentError("a refinement without a number");
    RETURN_IF_ERROR(CheckRefinement(reader, *number));
  }
  if (!reader.AtEnd()) return absl::InvalidArgumentError("superfluous bytes in refinements");
  return absl::OkStatus();
}

class Decoder {
 public:
  explicit Decoder(absl::string_view bytes) : reader_(bytes) {}

  absl::StatusOr<Value> Whole(const Type& type) {
    ASSIGN_OR_RETURN(Value value, Decode(type, Place()));
    if (!reader_.AtEnd()) return absl::InvalidArgumentError("superfluous bytes after the value");
    return value;
  }

 private:
  absl::StatusOr<Value> Decode(const Type& type, const Place& place) {
    if (place.TooDeep()) return place.Invalid("nested too deeply");
    ASSIGN_OR_RETURN(const Token token, Next(place));
    if (token.kind == Token::Kind::kNil) return Value::Null();
    if (token.kind == Token::Kind::kExtension) return Unknown(token, place);
    switch (type.kind()) {
      case Type::Kind::kString:
        if (token.kind == Token::Kind::kText) return Text(token, place);
        break;
      case Type::Kind::kNumber:
        if (IsNumber(token)) return ReadNumber(token, place);
        break;
      case Type::Kind::kBool:
        if (token.kind == Token::Kind::kBool) return Value(token.boolean);
        break;
      case Type::Kind::kDynamic:
        if (token.kind == Token::Kind::kArray && token.count == 2) return Dynamic(place);
        return place.Invalid("not an array of a type and a value");
      case Type::Kind::kList:
      case Type::Kind::kSet:
      case Type::Kind::kTuple:
        if (token.kind == Token::Kind::kArray) return List(token.count, type, place);
        break;
      case Type::Kind::kMap:
        if (token.kind == Token::Kind::kMap) return Map(token.count, type, place);
        break;
      case Type::Kind::kObject:
        if (token.kind == Token::Kind::kMap) return Object(token.count, type, place);
        break;
    }
    return place.Invalid(absl::StrCat("not of type ", type.FriendlyName()));
  }

  absl::StatusOr<Token> Next(const Place& place) {
    absl::StatusOr<Token> token = reader_.Next();
    if (!token.ok()) return place.Invalid(token.status().message());
    return token;
  }

  static absl::StatusOr<Value> Unknown(const Token& token, const Place& place) {
    // One byte is a filler: not every encoder can write an extension of none.
    if (token.payload.size() <= 1) return Value::Unknown();
    if (token.extension != kRefinedUnknown) {
      return place.Invalid(absl::StrCat("extension ", token.extension, " is not defined"));
    }
    const absl::Status status = CheckRefinements(token.payload);
    if (!status.ok()) return place.Invalid(status.message());
    return Value::Unknown(std::string(token.payload));
  }

  static absl::StatusOr<Value> Text(const Token& token, const Place& place) {
    if (!IsValidUtf8(token.payload)) return place.Invalid("not valid UTF-8");
    return Value(token.payload);
  }

  static absl::StatusOr<Value> ReadNumber(const Token& token, const Place& place) {
    if (token.kind == Token::Kind::kInt) return Value(Number(token.signed_integer));
    if (token.kind == Token::Kind::kUint) return Value(Number(token.unsigned_integer));
    if (token.kind == Token::Kind::kFloat) {
      if (std::isnan(token.floating)) return place.Invalid("not a number (NaN)");
      return Value(Number::Exactly(token.floating));
    }
    absl::StatusOr<Number> number = Number::Parse(token.payload);
    if (!number.ok()) return place.Invalid(number.status().message());
    return Value(*std::move(number));
  }

  absl::StatusOr<Value> Dynamic(const Place& place) {
    ASSIGN_OR_RETURN(const Token token, Next(place));
    if (token.kind != Token::Kind::kText) return place.Invalid("the type is not text");
    absl::StatusOr<Type> type = Type::FromJson(token.payload);
    if (!type.ok()) return place.Invalid(type.status().message());
    ASSIGN_OR_RETURN(Value value, Decode(*type, place.Wrapped()));
    if (type->kind() == Type::Kind::kDynamic) return value;  // has its type with it
    return Value::Dynamic(*std::move(type), std::move(value));
  }

  absl::StatusOr<Value> List(std::size_t count, const Type& type, const Place& place) {
    const bool is_tuple = type.kind() == Type::Kind::kTuple;
    if (is_tuple && count != type.elements().size()) {
      return place.Invalid(
          absl::StrCat("a tuple of ", type.elements().size(), " is required, not of ", count));
    }
    Value::List list;
    list.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Type& element = is_tuple ? type.elements()[i] : type.element();
      ASSIGN_OR_RETURN(Value value, Decode(element, place.Index(i)));
      list.push_back(std::move(value));
    }
    return Value(std::move(list));
  }

  absl::StatusOr<Value> Map(std::size_t count, const Type& type, const Place& place) {
    Value::Map map;
    for (; count > 0; --count) {
      ASSIGN_OR_RETURN(const absl::string_view key, Key(place));
      const Place inside = place.Key(key);
      ASSIGN_OR_RETURN(Value value, Decode(type.element(), inside));
      if (!map.emplace(key, std::move(value)).second) return inside.Invalid("comes twice");
    }
    return Value(std::move(map));
  }

  absl::StatusOr<Value> Object(std::size_t count, const Type& type, const Place& place) {
    const Type::Attributes& attributes = type.attributes();
    if (count != attributes.size()) {
      return place.Invalid(absl::StrCat("an object of ", attributes.size(),
                                        " attributes is required, not of ", count));
    }
    Value::Map map;
    for (; count > 0; --count) {
      ASSIGN_OR_RETURN(const absl::string_view name, Key(place));
      const Place inside = place.Attribute(name);
      const auto attribute = attributes.find(name);
      if (attribute == attributes.end()) return inside.Invalid("there is no such attribute");
      ASSIGN_OR_RETURN(Value value, Decode(attribute->second, inside));
      // None twice and as many as there are: so none is missing.
      if (!map.emplace(name, std::move(value)).second) return inside.Invalid("comes twice");
    }
    return Value(std::move(map));
  }

  absl::StatusOr<absl::string_view> Key(const Place& place) {
    ASSIGN_OR_RETURN(const Token token, Next(place));
    if (token.kind != Token::Kind::kText) return place.Invalid("a key that is not text");
    if (!IsValidUtf8(token.payload)) return place.Invalid("a key that is not valid UTF-8");
    return token.payload;
  }

  msgpack::Reader reader_;
};

class Encoder {
 public:
  absl::Status Encode(const Value& value, const Type& type, const Place& place) {
    if (place.TooDeep()) return place.Mistake("nested too deeply");
    if (value.IsUnknown()) return Unknown(value.Refinements(), place);
    if (value.IsNull()) {
      writer_.Nil();
      return absl::OkStatus();
    }
    switch (type.kind()) {
      case Type::Kind::kString:
        if (value.IsString()) return Text(value.AsString(), place);
        break;
      case Type::Kind::kNumber:
        if (value.IsNumber()) return WriteNumber(value.AsNumber(), place);
        break;
      case Type::Kind::kBool:
        if (!value.IsBool()) break;
        writer_.Bool(value.AsBool());
        return absl::OkStatus();
      case Type::Kind::kDynamic:
        if (!value.IsDynamic()) break;
        writer_.Array(2);
        writer_.Binary(value.DynamicType().ToJson());
        return Encode(value.DynamicValue(), value.DynamicType(), place.Wrapped());
      case Type::Kind::kList:
      case Type::Kind::kSet:
      case Type::Kind::kTuple:
        if (value.IsList()) return List(value.AsList(), type, place);
        break;
      case Type::Kind::kMap:
        if (value.IsMap()) return Map(value.AsMap(), type, place);
        break;
      case Type::Kind::kObject:
        if (value.IsMap()) return Object(value, type, place);
        break;
    }
    return place.Mistake(absl::StrCat("not of type ", type.FriendlyName()));
  }

  std::string TakeBytes() && { return std::move(writer_).TakeBytes(); }

 private:
  absl::Status Unknown(const std::string& refinements, const Place& place) {
    if (refinements.empty()) {
      writer_.Extension(kPlainUnknown, absl::string_view("\0", 1));
      return absl::OkStatus();
    }
    const absl::Status status = CheckRefinements(refinements);
    if (!status.ok()) return place.Mistake(status.message());
    writer_.Extension(kRefinedUnknown, refinements);
    return absl::OkStatus();
  }

  absl::Status Text(const std::string& text, const Place& place) {
    if (!IsValidUtf8(text)) return place.Mistake("not valid UTF-8");
    writer_.Text(text);
    return absl::OkStatus();
  }

  // As Terraform does it, so that what came from there goes back in the same bytes.
  absl::Status WriteNumber(const Number& number, const Place& place) {
    if (const std::optional<std::int64_t> integer = number.ToInt64()) {
      writer_.Integer(*integer);
      return absl::OkStatus();
    }
    const bool is_whole = number.text().find('.') == std::string::npos;
    const std::optional<double> floating = number.ToExactDouble();
    if (floating && !(is_whole && number.IsFinite())) {
      writer_.Float(*floating);
      return absl::OkStatus();
    }
    if (!number.IsFinite()) return place.Mistake("not a number (NaN)");
    writer_.Text(number.text());
    return absl::OkStatus();
  }

  absl::Status List(const Value::List& list, const Type& type, const Place& place) {
    const bool is_tuple = type.kind() == Type::Kind::kTuple;
    if (is_tuple && list.size() != type.elements().size()) {
      return place.Mistake("a tuple of another length");
    }
    writer_.Array(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Type& element = is_tuple ? type.elements()[i] : type.element();
      RETURN_IF_ERROR(Encode(list[i], element, place.Index(i)));
    }
    return absl::OkStatus();
  }

  absl::Status Map(const Value::Map& map, const Type& type, const Place& place) {
    writer_.Map(map.size());
    for (const auto& [key, value] : map) {
      const Place inside = place.Key(key);
      RETURN_IF_ERROR(Text(key, inside));
      RETURN_IF_ERROR(Encode(value, type.element(), inside));
    }
    return absl::OkStatus();
  }

  absl::Status Object(const Value& value, const Type& type, const Place& place) {
    for (const auto& [name, attribute] : value.AsMap()) {
      if (!type.attributes().contains(name)) {
        return place.Attribute(name).Mistake("there is no such attribute");
      }
    }
    writer_.Map(type.attributes().size());
    for (const auto& [name, attribute] : type.attributes()) {
      const Place inside = place.Attribute(name);
      RETURN_IF_ERROR(Text(name, inside));
      RETURN_IF_ERROR(Encode(value[name], attribute, inside));
    }
    return absl::OkStatus();
  }

  msgpack::Writer writer_;
};

}  // namespace

absl::StatusOr<Value> DecodeMsgpack(absl::string_view bytes, const Type& type) {
  return Decoder(bytes).Whole(type);
}

absl::StatusOr<std::string> EncodeMsgpack(const Value& value, const Type& type) {
  Encoder encoder;
  RETURN_IF_ERROR(encoder.Encode(value, type, Place()));
  return std::move(encoder).TakeBytes();
}

}  // namespace er
