#include "terraform/convert.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/utf8.h"
#include "value/json.h"
#include "value/msgpack.h"

namespace er::terraform {
namespace {

using schema::Nesting;

tfplugin6::Schema::Object::NestingMode ObjectNesting(Nesting nesting) {
  switch (nesting) {
    case Nesting::kSingle:
      return tfplugin6::Schema::Object::SINGLE;
    case Nesting::kList:
      return tfplugin6::Schema::Object::LIST;
    case Nesting::kSet:
      return tfplugin6::Schema::Object::SET;
    case Nesting::kMap:
      return tfplugin6::Schema::Object::MAP;
    case Nesting::kNone:
      break;
  }
  return tfplugin6::Schema::Object::INVALID;
}

tfplugin6::Schema::NestedBlock::NestingMode BlockNesting(Nesting nesting) {
  switch (nesting) {
    case Nesting::kSingle:
      return tfplugin6::Schema::NestedBlock::SINGLE;
    case Nesting::kList:
      return tfplugin6::Schema::NestedBlock::LIST;
    case Nesting::kSet:
      return tfplugin6::Schema::NestedBlock::SET;
    case Nesting::kMap:
      return tfplugin6::Schema::NestedBlock::MAP;
    case Nesting::kNone:
      break;
  }
  return tfplugin6::Schema::NestedBlock::INVALID;
}

// `computed_around`: inside an attribute that the service decides, so are the parts.
void ToMessage(const schema::Attribute& attribute, bool computed_around,
               tfplugin6::Schema::Attribute& message) {
  message.set_name(attribute.name);
  message.set_description(attribute.description);
  message.set_description_kind(tfplugin6::MARKDOWN);
  message.set_required(attribute.required);
  message.set_optional(attribute.optional);
  message.set_computed(attribute.computed || computed_around);
  message.set_sensitive(attribute.sensitive);
  if (attribute.nesting == Nesting::kNone) {
    message.set_type(attribute.type.ToJson());
    return;
  }
  tfplugin6::Schema::Object& object = *message.mutable_nested_type();
  object.set_nesting(ObjectNesting(attribute.nesting));
  for (const schema::Attribute& inner : attribute.attributes) {
    ToMessage(inner, attribute.computed || computed_around, *object.add_attributes());
  }
}

void ToMessage(const std::vector<schema::Attribute>& attributes, tfplugin6::Schema::Block& message);

void ToMessage(const schema::Attribute& block, tfplugin6::Schema::NestedBlock& message) {
  message.set_type_name(block.name);
  message.set_nesting(BlockNesting(block.nesting));
  message.set_min_items(block.min_items);
  message.set_max_items(block.max_items);
  message.mutable_block()->set_description(block.description);
  message.mutable_block()->set_description_kind(tfplugin6::MARKDOWN);
  ToMessage(block.attributes, *message.mutable_block());
}

void ToMessage(const std::vector<schema::Attribute>& attributes,
               tfplugin6::Schema::Block& message) {
  for (const schema::Attribute& attribute : attributes) {
    if (attribute.is_block) {
      ToMessage(attribute, *message.add_block_types());
    } else {
      ToMessage(attribute, /*computed_around=*/false, *message.add_attributes());
    }
  }
}

// Whatever a service or a file had in it, no terminal obeys it.
std::string ToPrintableLines(absl::string_view text) {
  return absl::StrJoin(
      absl::StrSplit(text, '\n'), "\n",
      [](std::string* out, absl::string_view line) { absl::StrAppend(out, ToPrintable(line)); });
}

}  // namespace

absl::StatusOr<Value> FromMessage(const tfplugin6::DynamicValue& message, const Type& type) {
  if (message.msgpack().empty()) {
    if (message.json().empty()) return Value::Null();
    return DecodeJson(message.json(), type, ExtraAttributes::kRefuse);
  }
  ASSIGN_OR_RETURN(Value value, DecodeMsgpack(message.msgpack(), type));
  if (value.IsUnknown()) {
    return absl::InvalidArgumentError("the whole object is unknown, and not only parts of it");
  }
  return value;
}

absl::Status ToMessage(const Value& value, const Type& type, tfplugin6::DynamicValue& message) {
  ASSIGN_OR_RETURN(*message.mutable_msgpack(), EncodeMsgpack(value, type));
  message.clear_json();
  return absl::OkStatus();
}

void ToMessage(const Path& path, tfplugin6::AttributePath& message) {
  for (const Path::Step& step : path.steps()) {
    tfplugin6::AttributePath::Step& to = *message.add_steps();
    if (const auto* name = std::get_if<Path::AttributeName>(&step)) {
      to.set_attribute_name(name->name);
    } else if (const auto* key = std::get_if<Path::MapKey>(&step)) {
      to.set_element_key_string(ToValidUtf8(key->key));
    } else {
      to.set_element_key_int(std::get<Path::ListIndex>(step).index);
    }
  }
}

void ToMessages(const Diagnostics& diagnostics, DiagnosticMessages& messages) {
  for (const Diagnostic& diagnostic : diagnostics) {
    tfplugin6::Diagnostic& message = *messages.Add();
    message.set_severity(diagnostic.severity == Diagnostic::Severity::kError
                             ? tfplugin6::Diagnostic::ERROR
                             : tfplugin6::Diagnostic::WARNING);
    message.set_summary(ToPrintable(diagnostic.summary));
    message.set_detail(ToPrintableLines(diagnostic.detail));
    if (!diagnostic.path.empty()) ToMessage(diagnostic.path, *message.mutable_attribute());
  }
}

void AddFault(absl::string_view summary, const absl::Status& fault, DiagnosticMessages& messages) {
  ToMessages(
      {{.summary = std::string(summary),
        .detail = absl::StrCat(fault.message(),
                               "\n\nThis is a fault between Terraform and the provider, not in "
                               "the configuration; please report it.")}},
      messages);
}

void ToMessage(const schema::Schema& schema, tfplugin6::Schema& message) {
  message.set_version(schema.version);
  tfplugin6::Schema::Block& block = *message.mutable_block();
  block.set_version(schema.version);
  block.set_description(schema.description);
  block.set_description_kind(tfplugin6::MARKDOWN);
  ToMessage(schema.attributes, block);
}

}  // namespace er::terraform
