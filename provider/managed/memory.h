// What the service answered when Terraform and it last agreed on an object, attribute by attribute.
// It travels in the private data of the state.
//
// A service fills in, reorders and rewords what it was sent. As long as its answer for an attribute
// is the one that came right after our own create or update, nobody has changed it, and the state
// stays as it is; another answer is a change that somebody else made. This takes no knowledge of
// single attributes, and sees changes of attributes that the configuration does not set, too.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "schema/schema.h"

namespace er::managed {

class Memory {
 public:
  // Of an object that was imported.
  static Memory OfImport() {
    Memory memory;
    memory.is_imported_ = true;
    return memory;
  }
  // As `private_data` has it; empty where that is of another form.
  static Memory FromPrivateData(const std::string& private_data);
  std::string ToPrivateData() const;

  // From now on, what `answer` says of the attribute is what was agreed on.
  void Remember(const schema::Attribute& attribute, const nlohmann::json& answer);
  void Forget(const schema::Attribute& attribute) { seen_.erase(attribute.name); }
  bool Remembers(const schema::Attribute& attribute) const {
    return seen_.find(attribute.name) != seen_.end();
  }

  // Whether the object was imported, and has not been written since.
  bool is_imported() const { return is_imported_; }
  void EndImport() { is_imported_ = false; }

  // Whether that is what `answer` says. False where nothing is remembered.
  bool Agrees(const schema::Attribute& attribute, const nlohmann::json& answer) const;

 private:
  std::map<std::string, std::string> seen_;  // hashes, by attribute
  bool is_imported_ = false;
};

}  // namespace er::managed
