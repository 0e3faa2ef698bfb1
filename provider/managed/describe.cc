#include "managed/describe.h"

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

Diagnostic UnableToList(const schema::Catalog& catalog, const schema::Schema& schema,
                        const std::string& region, const std::string& operation,
                        const absl::Status& why) {
  return Error(absl::StrCat("Unable to List ", TitleCase(schema.title)),
               absl::StrCat("Listing the ", schema.title, " in ", region, " failed: ", Reason(why),
                            Advice(catalog, schema, why, operation)));
}

}  // namespace er::managed
