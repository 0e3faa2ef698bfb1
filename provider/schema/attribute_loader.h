// Reads the attributes and blocks of a type from its file. For the loader only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "schema/cursor.h"
#include "schema/schema.h"

namespace er::schema {

// Limits, as they stand in limits.json or in the place of a name of one there.
Limits ReadLimit(const Cursor& at);

// Complains of what the attributes of one object say of each other: the same name or member, or a
// name of `choice` or of "needs" that none of them has.
void CheckObject(const Cursor& at, const std::vector<Attribute>& attributes,
                 const std::vector<std::string>& choice);

class AttributeLoader {
 public:
  // `limits` are those of limits.json. It must outlive this.
  explicit AttributeLoader(const std::map<std::string, Limits>& limits) : limits_(limits) {}

  // What an attribute is that is said to be neither required nor optional nor computed: of a file's
  // own, a mistake; in a shape, or inside of what the service decides, computed.
  enum class Unless { kMistake, kComputed };

  // The attributes and the blocks of a type, a block or (without blocks) an object. `members` are
  // those that the operations of the type take and give; null where that is not known, because they
  // are inside of one.
  std::vector<Attribute> Read(const Cursor& at, const std::set<std::string>* members,
                              Unless unless) const;

 private:
  std::vector<Attribute> ReadAttributes(const Cursor& at, const std::set<std::string>* members,
                                        Unless unless) const;
  Attribute ReadAttribute(const std::string& name, const Cursor& at,
                          const std::set<std::string>* members, Unless unless) const;
  Attribute ReadBlock(const std::string& name, const Cursor& at,
                      const std::set<std::string>* members) const;
  void ReadType(const Cursor& at, Attribute& attribute) const;
  void ReadCollection(const Cursor& at, Attribute& attribute) const;
  void ReadLimits(const Cursor& at, Attribute& attribute) const;
  Limits LimitsOf(const Cursor& at, absl::string_view key) const;

  const std::map<std::string, Limits>& limits_;
};

}  // namespace er::schema
