// What people are told of declared objects, word for word: tests/golden/diagnostics.
#include "managed/describe.h"

#include <ostream>

#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "gtest/gtest.h"
#include "resource/describe.h"
#include "schema/loader.h"
#include "support/golden.h"

namespace er::managed {
namespace {

const schema::Catalog& kCatalog = schema::BuiltInCatalog();

const schema::Schema& TypeOf(schema::Kind kind, const char* name) {
  return *kCatalog.Find(kind, absl::StrCat("entityresolution_", name));
}

const ObjectName kMapping{.catalog = &kCatalog,
                          .schema = &TypeOf(schema::Kind::kResource, "schema_mapping"),
                          .id = "customers",
                          .region = "eu-west-1"};

absl::Status Refused(const std::string& operation, const std::string& code,
                     const std::string& message, int http_status = 400) {
  return aws::ToStatus({.operation = operation,
                        .code = code,
                        .message = message,
                        .request_id = "7f3c",
                        .region = "eu-west-1",
                        .http_status = http_status,
                        .execution = aws::Execution::kRefused});
}

// Of a list of eight unique ids.
DeletedIds IdsOf(std::vector<ListedId> refused, std::vector<ListedId> unmentioned = {}) {
  const std::size_t deleted = 8 - refused.size() - unmentioned.size();
  return {.items = "unique_ids",
          .workflow = "customers",
          .region = "eu-west-1",
          .asked = 8,
          .deleted = deleted,
          .disconnected = 2,
          .refused = std::move(refused),
          .unmentioned = std::move(unmentioned)};
}

ListedId Invalid(std::size_t index, std::string id) {
  return {.index = index, .id = std::move(id), .error_type = "VALIDATION_ERROR"};
}

absl::Status Denied(const std::string& operation) {
  return Refused(operation, "AccessDeniedException", "User is not authorized", 403);
}

struct Told {
  const char* name;
  Diagnostic diagnostic;
};

void PrintTo(const Told& told, std::ostream* out) { *out << told.name; }

class DescribeManaged : public testing::TestWithParam<Told> {};

TEST_P(DescribeManaged, IsWordedAsAgreed) {
  const Diagnostic& diagnostic = GetParam().diagnostic;
  const bool is_error = diagnostic.severity == Diagnostic::Severity::kError;
  ExpectGolden(absl::StrCat("diagnostics/managed/", GetParam().name, ".txt"),
               absl::StrCat(is_error ? "Error: " : "Warning: ", diagnostic.summary, "\n\n",
                            diagnostic.detail, "\n"));
}

INSTANTIATE_TEST_SUITE_P(
    Outcomes, DescribeManaged,
    testing::Values(
        Told{"not_created_denied", NotCreated(kMapping, Denied("CreateSchemaMapping"))},
        Told{"not_created_role",
             NotCreated(kMapping, Refused("CreateSchemaMapping", "AccessDeniedException",
                                          "Exception in assuming the passed role", 403))},
        Told{"not_created_quota",
             NotCreated(kMapping, Refused("CreateSchemaMapping", "ExceedsLimitException",
                                          "Too many (quota schema mappings: 50)", 402))},
        Told{"already_exists",
             AlreadyExists(kMapping, Refused("CreateSchemaMapping", "ConflictException",
                                             "customers exists already"))},
        Told{"unknown_whether_created",
             UnknownWhetherCreated(kMapping,
                                   aws::ToStatus({.operation = "CreateSchemaMapping",
                                                  .message = "the connection was reset",
                                                  .region = "eu-west-1",
                                                  .execution = aws::Execution::kUnknown}))},
        Told{"not_read_back", NotReadBack(kMapping, Denied("GetSchemaMapping"))},
        Told{"not_updated_in_use",
             NotUpdated(kMapping, Refused("UpdateSchemaMapping", "ConflictException",
                                          "It is used by workflow nightly"))},
        Told{"not_updated_invalid",
             NotUpdated(kMapping, Refused("UpdateSchemaMapping", "ValidationException",
                                          "The rule type cannot be changed"))},
        Told{"not_tagged", NotTagged(kMapping, Denied("UntagResource"))},
        Told{"not_deleted", NotDeleted(kMapping, Denied("DeleteSchemaMapping"))},
        Told{"in_use", InUse(kMapping,
                             Refused("DeleteSchemaMapping", "ConflictException",
                                     "It is used by workflow nightly"),
                             absl::Minutes(2), {})},
        Told{"running",
             InUse(kMapping,
                   Refused("DeleteSchemaMapping", "ConflictException", "It is currently running"),
                   absl::Minutes(90), {"job 0123456789abcdef0123456789abcdef (RUNNING)"})},
        Told{"delete_interrupted",
             DeleteInterrupted(kMapping, Refused("DeleteSchemaMapping", "ConflictException",
                                                 "It is used by workflow nightly"))},
        Told{"fixed_while_in_use", FixedWhileInUse(kMapping)},
        Told{"another_region", AnotherRegion(kMapping, "us-east-1")},
        Told{"too_many_tags", TooManyTags(201, 200)}, Told{"gone", Gone(kMapping)},
        Told{"unable_to_read", UnableToRead(kMapping, Denied("GetSchemaMapping"))},
        Told{"unable_to_read_tags", UnableToReadTags(kMapping, Denied("ListTagsForResource"))},
        Told{"answer_unreadable",
             AnswerUnreadable(
                 kMapping,
                 absl::InternalError("the answer's mappedInputFields is string, not a list"))},
        Told{"invalid_import_id",
             InvalidImportId(*kMapping.schema, "my customers",
                             "\"my customers\" must be letters, digits, `_` and `-`")},
        Told{"invalid_import_identity",
             resource::InvalidImportIdentity(*kMapping.schema,
                                             absl::InvalidArgumentError("schema_name is missing"))},
        Told{"list_interrupted",
             resource::ListInterrupted(TypeOf(schema::Kind::kListResource, "schema_mapping"))},
        Told{"nothing_to_list",
             NothingToList(TypeOf(schema::Kind::kListResource, "policy_statement"), "eu-west-1",
                           Refused("GetPolicy", "ResourceNotFoundException", "There is no policy",
                                   404))},
        Told{"unable_to_list",
             UnableToList(kCatalog, TypeOf(schema::Kind::kListResource, "schema_mapping"),
                          "eu-west-1", "ListSchemaMappings", Denied("ListSchemaMappings"))},
        Told{"ids_not_deleted",
             IdsNotDeleted(IdsOf({Invalid(2, "4711"),
                                  Invalid(4, "customer-0000004711"),
                                  {.index = 7, .id = "4714", .error_type = "SERVICE_ERROR"}}))},
        Told{
            "ids_not_deleted_many",
            IdsNotDeleted(IdsOf({Invalid(0, "1"), Invalid(1, "2"), Invalid(2, "3"), Invalid(3, "4"),
                                 Invalid(4, "5"), Invalid(5, "6"), Invalid(6, "7")}))},
        Told{"id_not_deleted", IdsNotDeleted(IdsOf({Invalid(3, "4711")}))},
        Told{"ids_unmentioned",
             IdsUnmentioned(IdsOf({}, {{.index = 1, .id = "4711"}, {.index = 2, .id = "4712"}}))},
        Told{"unable_to_delete_ids",
             UnableToDeleteIds(IdsOf({}), 0, "BatchDeleteUniqueId", Denied("BatchDeleteUniqueId"))},
        Told{"unable_to_delete_more_ids",
             UnableToDeleteIds({.items = "unique_ids",
                                .workflow = "customers",
                                .region = "eu-west-1",
                                .asked = 2000,
                                .deleted = 300,
                                .refused = {Invalid(7, "4711")}},
                               301, "BatchDeleteUniqueId",
                               aws::ToStatus({.operation = "BatchDeleteUniqueId",
                                              .message = "the connection was reset",
                                              .region = "eu-west-1",
                                              .attempts = 3}))},
        Told{"deleting_ids_interrupted", UnableToDeleteIds(IdsOf({}), 0, "BatchDeleteUniqueId",
                                                           absl::CancelledError("interrupted"))},
        Told{"unable_to_read_data",
             UnableToReadData(kCatalog, TypeOf(schema::Kind::kDataSource, "schema_mapping"),
                              Value::Map{{"schema_name", "customers"}}, "eu-west-1",
                              Refused("GetSchemaMapping", "ResourceNotFoundException",
                                      "There is none", 404))},
        Told{"unable_to_read_list",
             UnableToReadData(kCatalog, TypeOf(schema::Kind::kDataSource, "schema_mappings"),
                              Value::Map{}, "eu-west-1", Denied("ListSchemaMappings"))}),
    [](const auto& told) { return told.param.name; });

}  // namespace
}  // namespace er::managed
