// Values, types and paths as GoogleTest prints them where an expectation fails.
//
//   {"a": 1, "b": [unknown, null], "c": dynamic string "x"}
#pragma once

#include <ostream>
#include <string>

#include "value/number.h"
#include "value/path.h"
#include "value/type.h"
#include "value/value.h"

namespace er {

inline void PrintTo(const Number& number, std::ostream* out) { *out << number.text(); }
inline void PrintTo(const Path& path, std::ostream* out) { *out << path.ToString(); }
inline void PrintTo(const Type& type, std::ostream* out) { *out << type.ToJson(); }

inline void PrintTo(const Value& value, std::ostream* out) {
  if (value.IsNull()) {
    *out << "null";
  } else if (value.IsUnknown()) {
    *out << "unknown";
  } else if (value.IsBool()) {
    *out << (value.AsBool() ? "true" : "false");
  } else if (value.IsNumber()) {
    PrintTo(value.AsNumber(), out);
  } else if (value.IsString()) {
    *out << '"' << value.AsString() << '"';
  } else if (value.IsDynamic()) {
    *out << "dynamic " << value.DynamicType().ToJson() << ' ';
    PrintTo(value.DynamicValue(), out);
  } else if (value.IsList()) {
    *out << '[';
    const char* comma = "";
    for (const Value& element : value.AsList()) {
      *out << comma;
      PrintTo(element, out);
      comma = ", ";
    }
    *out << ']';
  } else {
    *out << '{';
    const char* comma = "";
    for (const auto& [key, element] : value.AsMap()) {
      *out << comma << '"' << key << "\": ";
      PrintTo(element, out);
      comma = ", ";
    }
    *out << '}';
  }
}

}  // namespace er
