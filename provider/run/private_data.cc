#include "run/private_data.h"

#include <nlohmann/json.hpp>

#include "schema/translate.h"

namespace er::run {
namespace {

using nlohmann::json;

bool FlagMember(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

std::string ToText(const PrivateData& data) {
  json object = json::object();
  if (data.is_imported) object["imported"] = true;
  if (data.has_own_output) object["own_output"] = true;
  if (!data.unfinished_job.empty()) object["unfinished_job"] = data.unfinished_job;
  if (!data.replaced_job.empty()) object["replaced_job"] = data.replaced_job;
  if (data.planned.has_value()) object["planned"] = ToJson(*data.planned);
  if (data.is_destroy) object["destroy"] = true;
  return object.empty() ? std::string() : object.dump();
}

PrivateData ToPrivateData(absl::string_view text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return {};
  PrivateData data{.is_imported = FlagMember(object, "imported"),
                   .has_own_output = FlagMember(object, "own_output"),
                   .unfinished_job = schema::TextMember(object, "unfinished_job"),
                   .replaced_job = schema::TextMember(object, "replaced_job"),
                   .is_destroy = FlagMember(object, "destroy")};
  if (object.contains("planned")) data.planned = ToSettings(object["planned"]);
  return data;
}

}  // namespace er::run
