#include "managed/describe.h"

#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "aws/error.h"
#include "resource/describe.h"
#include "resource/operation.h"

namespace er::managed {
namespace {

// Of unique ids: how many a text shows, what of each, and of which nothing.
constexpr std::size_t kMostShown = 5;
constexpr std::size_t kTail = 4;
constexpr std::size_t kShortestCut = 3 * kTail;

constexpr char kDoItAgain[] =
    "Invoke the action again with the same arguments: to delete an id twice is the same as once.";

using resource::Error;
using resource::Reason;
using resource::Shown;
using resource::TitleCase;
using resource::Warning;

std::string Title(const ObjectName& object) { return TitleCase(object.schema->title); }

// schema mapping "customers" in eu-west-1
std::string Named(const ObjectName& object) {
  return absl::StrCat(object.schema->title, " \"", object.id, "\" in ", object.region);
}

std::string The(const ObjectName& object) { return absl::StrCat("The ", Named(object)); }

const schema::Managed& ManagedOf(const ObjectName& object) {
  return std::get<schema::Managed>(object.schema->behaviour);
}

std::string CodeOf(const absl::Status& why) {
  const std::optional<aws::Error> error = aws::ErrorOf(why);
  return error.has_value() ? error->code : std::string();
}

// What usually helps, as a sentence after a space; empty where nothing is known.
std::string Advice(const schema::Catalog& catalog, const schema::Schema& schema,
                   const absl::Status& why, const std::string& operation) {
  const std::optional<aws::Error> error = aws::ErrorOf(why);
  if (error.has_value() && resource::HasCode(why, catalog.vocabulary.denied)) {
    if (catalog.vocabulary.role_not_ready->Matches(error->message)) {
      return " The trust policy of role_arn must let entityresolution.amazonaws.com assume the "
             "role.";
    }
    const auto* managed = std::get_if<schema::Managed>(&schema.behaviour);
    const bool passes_role =
        managed != nullptr && schema.FindAttribute("role_arn") != nullptr &&
        (operation == managed->create->name || operation == managed->update->name);
    return absl::StrCat(" Grant entityresolution:", operation, " to the caller",
                        passes_role ? ", and iam:PassRole on role_arn." : ".");
  }
  if (error.has_value() && resource::HasCode(why, catalog.vocabulary.gone)) {
    return " Check what is named, the Region and the account of the credentials.";
  }
  return resource::Advice(why, operation);
}

std::string Advice(const ObjectName& object, const absl::Status& why,
                   const schema::Operation* operation) {
  return Advice(*object.catalog, *object.schema, why, operation->name);
}

// "3 unique ids".
std::string Counted(std::size_t ids) {
  return absl::StrCat(ids, ids == 1 ? " unique id" : " unique ids");
}

std::string WorkflowOf(const DeletedIds& ids) {
  return absl::StrCat("matching workflow \"", ids.workflow, "\" in ", ids.region);
}

// "unique_ids[3] (...4711), unique_ids[7] and 12 more".
std::string Places(const DeletedIds& ids, const std::vector<ListedId>& some) {
  std::vector<std::string> places;
  for (const ListedId& id : some) {
    if (places.size() == kMostShown) break;
    places.push_back(absl::StrCat(
        ids.items, "[", id.index, "]",
        id.id.size() < kShortestCut
            ? ""
            : absl::StrCat(" (...", absl::string_view(id.id).substr(id.id.size() - kTail), ")")));
  }
  const std::size_t rest = some.size() - places.size();
  return absl::StrCat(absl::StrJoin(places, ", "),
                      rest > 0 ? absl::StrCat(" and ", rest, " more") : "");
}

// "198 deleted, 3 disconnected, 2 not deleted".
std::string Outcomes(const DeletedIds& ids) {
  std::vector<std::string> counts;
  for (const auto& [count, what] :
       {std::pair(ids.deleted, "deleted"), std::pair(ids.accepted, "accepted, to be deleted later"),
        std::pair(ids.disconnected, "disconnected"), std::pair(ids.refused.size(), "not deleted"),
        std::pair(ids.unmentioned.size(), "without an answer")}) {
    if (count > 0) counts.push_back(absl::StrCat(count, " ", what));
  }
  return counts.empty() ? "none deleted" : absl::StrJoin(counts, ", ");
}

}  // namespace

Diagnostic NotCreated(const ObjectName& object, const absl::Status& why) {
  return Error(absl::StrCat("Unable to Create ", Title(object)),
               absl::StrCat(The(object), " was not created: ", Reason(why),
                            Advice(object, why, ManagedOf(object).create)));
}

Diagnostic AlreadyExists(const ObjectName& object, const absl::Status& why) {
  const std::vector<std::string>& names = ManagedOf(object).id.attributes;
  return Error(absl::StrCat(Title(object), " Already Exists"),
               absl::StrCat(The(object), " exists already, and is not in the state: ", Reason(why),
                            " Nothing was changed. Import it with `terraform import ADDRESS ",
                            object.id, "`, or choose another ", absl::StrJoin(names, " or "), "."));
}

Diagnostic UnknownWhetherCreated(const ObjectName& object, const absl::Status& why) {
  return Error(absl::StrCat("Unknown Whether the ", Title(object), " Was Created"),
               absl::StrCat("The creation of ", Named(object),
                            " was sent, but its answer was lost, and no such ",
                            object.schema->title, " was found since: ", Reason(why),
                            " Apply again. If it says that it exists already, import it with "
                            "`terraform import ADDRESS ",
                            object.id, "`."));
}

Diagnostic NotReadBack(const ObjectName& object, const absl::Status& why) {
  return Warning(absl::StrCat(Title(object), " Not Read Back"),
                 absl::StrCat(The(object), " was written, but reading it failed: ", Reason(why),
                              Advice(object, why, ManagedOf(object).read),
                              " What is missing in the state is read at the next refresh."));
}

Diagnostic NotUpdated(const ObjectName& object, const absl::Status& why) {
  const schema::Managed& managed = ManagedOf(object);
  std::string help = Advice(object, why, managed.update);
  if (!managed.fixed_while.empty() && resource::HasCode(why, object.catalog->vocabulary.in_use)) {
    help = absl::StrCat(" While ", resource::WithArticle(object.schema->title),
                        " is in use, only its tags can change. Give it another ",
                        managed.id.attributes.front(),
                        " and lifecycle { create_before_destroy = true }: then what uses it is "
                        "brought over to the new one, and the old one goes.");
  } else if (CodeOf(why) == "ValidationException") {
    help =
        " If this cannot be changed afterwards, `terraform apply -replace=ADDRESS` makes it anew.";
  }
  return Error(absl::StrCat("Unable to Update ", Title(object)),
               absl::StrCat(The(object), " was not changed: ", Reason(why), help));
}

Diagnostic NotTagged(const ObjectName& object, const absl::Status& why) {
  const schema::Managed& managed = ManagedOf(object);
  const std::optional<aws::Error> error = aws::ErrorOf(why);
  const schema::Operation* operation =
      error.has_value() && error->operation == managed.tagging->remove->name
          ? managed.tagging->remove
          : managed.tagging->add;
  return Error(absl::StrCat("Unable to Tag ", Title(object)),
               absl::StrCat("The tags of ", Named(object), " were not all changed: ", Reason(why),
                            Advice(object, why, operation)));
}

Diagnostic NotDeleted(const ObjectName& object, const absl::Status& why) {
  return Error(absl::StrCat("Unable to Delete ", Title(object)),
               absl::StrCat(The(object), " was not deleted: ", Reason(why),
                            Advice(object, why, ManagedOf(object).remove)));
}

Diagnostic InUse(const ObjectName& object, const absl::Status& why, absl::Duration waited,
                 const std::vector<std::string>& jobs) {
  const std::string users =
      jobs.empty() ? std::string("Delete what uses it first, or let it use another one.")
                   : absl::StrCat("Running: ", absl::StrJoin(jobs, ", "),
                                  ". Wait for the end, or raise timeouts.delete.");
  return Error(absl::StrCat(Title(object), " Is in Use"),
               absl::StrCat(The(object), " was not deleted, because it is still in use after ",
                            Shown(waited), ": ", Reason(why), " ", users));
}

Diagnostic DeleteInterrupted(const ObjectName& object, const absl::Status& why) {
  return Error(absl::StrCat("Interrupted While Deleting the ", Title(object)),
               absl::StrCat(The(object), " is still in use and was not deleted: ", Reason(why)));
}

Diagnostic FixedWhileInUse(const ObjectName& object) {
  return Warning(absl::StrCat(Title(object), " Is in Use"),
                 absl::StrCat(The(object),
                              " is used by workflows, and while it is, the service lets only its "
                              "tags be changed: the apply will most likely be refused. Give it "
                              "another ",
                              ManagedOf(object).id.attributes.front(),
                              " and lifecycle { create_before_destroy = true } instead."));
}

Diagnostic AnotherRegion(const ObjectName& object, const std::string& region) {
  Diagnostic diagnostic = Warning(
      absl::StrCat(Title(object), " of Another Region"),
      absl::StrCat(The(object), " will be replaced by one in ", region,
                   ", the provider's Region. To keep it, set region = \"", object.region, "\"."));
  diagnostic.path = Path("region");
  return diagnostic;
}

Diagnostic TooManyTags(std::size_t count, std::int64_t most) {
  Diagnostic diagnostic =
      Error("Too Many Tags", absl::StrCat("With those of default_tags there are ", count,
                                          " tags; the service takes at most ", most, "."));
  diagnostic.path = Path("tags");
  return diagnostic;
}

Diagnostic Gone(const ObjectName& object) {
  return Warning(
      absl::StrCat(Title(object), " Is Gone"),
      absl::StrCat(The(object), " no longer exists, so that it is removed from the state."));
}

Diagnostic UnableToRead(const ObjectName& object, const absl::Status& why) {
  return Error(absl::StrCat("Unable to Read ", Title(object)),
               absl::StrCat("Reading the ", Named(object), " failed: ", Reason(why),
                            Advice(object, why, ManagedOf(object).read)));
}

Diagnostic UnableToReadTags(const ObjectName& object, const absl::Status& why) {
  return Error(absl::StrCat("Unable to Read the Tags of ", Title(object)),
               absl::StrCat("Reading the tags of ", Named(object), " failed: ", Reason(why),
                            Advice(object, why, ManagedOf(object).tagging->list)));
}

Diagnostic AnswerUnreadable(const ObjectName& object, const absl::Status& why) {
  return Warning("Unexpected Answer from Entity Resolution",
                 absl::StrCat("Part of what the service said about ", Named(object),
                              " could not be read: ", Reason(why),
                              " Please report this as a bug in the provider."));
}

Diagnostic InvalidImportId(const schema::Schema& schema, const std::string& id,
                           const std::string& why) {
  const auto& managed = std::get<schema::Managed>(schema.behaviour);
  const std::string form =
      absl::AsciiStrToUpper(absl::StrJoin(managed.id.attributes, managed.id.separator));
  std::string forms = absl::StrCat("Write it as ", form, ", or as ", form,
                                   "@REGION for another Region than the provider's");
  if (!managed.arn_type.empty()) absl::StrAppend(&forms, ", or as its ARN");
  return Error("Invalid Import ID",
               absl::StrCat("\"", id, "\" is not the ID of ", resource::WithArticle(schema.title),
                            ": ", why, ". ", forms, "."));
}

Diagnostic UnableToReadData(const schema::Catalog& catalog, const schema::Schema& schema,
                            const Value& config, const std::string& region,
                            const absl::Status& why) {
  std::vector<std::string> arguments;
  for (const schema::Attribute& attribute : schema.attributes) {
    if (!attribute.required || !config[attribute.name].IsString()) continue;
    arguments.push_back(
        absl::StrCat(attribute.name, " \"", config[attribute.name].AsString(), "\""));
  }
  const auto& reading = std::get<schema::Reading>(schema.behaviour);
  return Error(absl::StrCat("Unable to Read ", TitleCase(schema.title)),
               absl::StrCat("Reading the ", schema.title, arguments.empty() ? "" : " with ",
                            absl::StrJoin(arguments, ", "), " in ", region, " failed: ",
                            Reason(why), Advice(catalog, schema, why, reading.operation->name)));
}

std::string DeletingIds(const DeletedIds& ids, std::size_t repeated) {
  return absl::StrCat("Deleting ", Counted(ids.asked), " of ", WorkflowOf(ids),
                      repeated == 0 ? "" : absl::StrCat(" (", repeated, " repeated)"));
}

std::string IdsSoFar(const DeletedIds& ids, std::size_t sent) {
  return absl::StrCat(sent, " of ", ids.asked, " sent: ", Outcomes(ids));
}

std::string DeletedAsTold(const DeletedIds& ids) {
  return absl::StrCat("Of ", Counted(ids.asked), ": ", Outcomes(ids));
}

Diagnostic IdsNotDeleted(const DeletedIds& ids) {
  std::map<std::string, std::vector<ListedId>> by_type;
  for (const ListedId& id : ids.refused) by_type[id.error_type].push_back(id);
  std::vector<std::string> types;
  for (const auto& [type, some] : by_type) {
    types.push_back(absl::StrCat(type.empty() ? "no reason" : type, " for ", Places(ids, some)));
  }
  Diagnostic diagnostic =
      Error("Unique IDs Not Deleted",
            absl::StrCat(ids.refused.size(), " of ", Counted(ids.asked), " of ", WorkflowOf(ids),
                         ids.refused.size() == 1 ? " was" : " were",
                         " not deleted. The service says ", absl::StrJoin(types, ", and "),
                         ".\n\nThe others are done with. VALIDATION_ERROR: check whether this is "
                         "an id of the workflow's input, and input_source. SERVICE_ERROR: the "
                         "service failed by itself. ",
                         kDoItAgain));
  diagnostic.path = Path(ids.items).Index(static_cast<std::int64_t>(ids.refused.front().index));
  return diagnostic;
}

Diagnostic IdsUnmentioned(const DeletedIds& ids) {
  return Warning(
      "Unique IDs Without an Answer",
      absl::StrCat("Of ", Counted(ids.asked), " of ", WorkflowOf(ids), ", the service has told of ",
                   ids.unmentioned.size(), " neither that it was deleted nor that it was not: ",
                   Places(ids, ids.unmentioned),
                   ". It may have no record with such an id, as when it was deleted "
                   "before."));
}

Diagnostic UnableToDeleteIds(const DeletedIds& ids, std::size_t sent, const std::string& operation,
                             const absl::Status& why) {
  const bool is_interrupted = absl::IsCancelled(why);
  const std::optional<aws::Error> error = aws::ErrorOf(why);
  const bool is_refused = error.has_value() && error->execution != aws::Execution::kUnknown;
  const std::string before =
      sent == 0 ? std::string("They")
                : absl::StrCat("Of the first ", sent, ": ", Outcomes(ids), ". Those after them");
  return Error(
      is_interrupted ? "Interrupted While Deleting Unique IDs" : "Unable to Delete Unique IDs",
      absl::StrCat(
          "Deleting ", Counted(ids.asked), " of ", WorkflowOf(ids),
          is_interrupted ? " was interrupted." : " failed: ",
          is_interrupted ? "" : Reason(why) + resource::Advice(why, operation), "\n\n", before,
          is_refused ? " were not deleted. " : " may or may not have been deleted. ", kDoItAgain));
}

Diagnostic NothingToList(const schema::Schema& schema, const std::string& region,
                         const absl::Status& why) {
  return Warning(absl::StrCat("No ", TitleCase(schema.title)),
                 absl::StrCat("There are no ", schema.title, " in ", region,
                              ", or not that of which they would be: ", Reason(why)));
}

Diagnostic UnableToList(const schema::Catalog& catalog, const schema::Schema& schema,
                        const std::string& region, const std::string& operation,
                        const absl::Status& why) {
  return Error(absl::StrCat("Unable to List ", TitleCase(schema.title)),
               absl::StrCat("Listing the ", schema.title, " in ", region, " failed: ", Reason(why),
                            Advice(catalog, schema, why, operation)));
}

}  // namespace er::managed
