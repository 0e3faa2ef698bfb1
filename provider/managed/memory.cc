#include "managed/memory.h"

#include "aws/hash.h"
#include "schema/sameness.h"
#include "schema/translate.h"

namespace er::managed {
namespace {

using nlohmann::json;

constexpr char kSeen[] = "seen";
constexpr char kImported[] = "imported";
constexpr std::size_t kHashLength = 32;  // hexadecimal digits: 128 bits

std::string HashOf(const schema::Attribute& attribute, const json& answer) {
  const json* member = schema::FindMember(answer, attribute.member);
  json form = member == nullptr ? json() : schema::Canonical(attribute, *member);
  if (schema::IsNothing(form)) form = nullptr;
  return aws::Sha256Hex(form.dump(-1, ' ', false, json::error_handler_t::replace))
      .substr(0, kHashLength);
}

}  // namespace

Memory Memory::FromPrivateData(const std::string& private_data) {
  Memory memory;
  const json data = json::parse(private_data, nullptr, false);
  if (!data.is_object()) return memory;
  memory.is_imported_ = data.contains(kImported);
  if (!data.contains(kSeen) || !data[kSeen].is_object()) return memory;
  for (const auto& [name, hash] : data[kSeen].items()) {
    if (hash.is_string()) memory.seen_[name] = hash.get<std::string>();
  }
  return memory;
}

std::string Memory::ToPrivateData() const {
  json data{{kSeen, seen_}};
  if (is_imported_) data[kImported] = true;
  return data.dump();
}

void Memory::Remember(const schema::Attribute& attribute, const json& answer) {
  seen_[attribute.name] = HashOf(attribute, answer);
}

bool Memory::Agrees(const schema::Attribute& attribute, const json& answer) const {
  const auto seen = seen_.find(attribute.name);
  return seen != seen_.end() && seen->second == HashOf(attribute, answer);
}

}  // namespace er::managed
