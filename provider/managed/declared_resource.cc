#include "managed/declared_resource.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "aws/client.h"
#include "base/status.h"
#include "managed/change.h"
#include "managed/describe.h"
#include "managed/identity.h"
#include "managed/memory.h"
#include "managed/reading.h"
#include "managed/remote.h"
#include "resource/describe.h"
#include "schema/generate.h"
#include "schema/identity.h"
#include "schema/plan.h"
#include "schema/sameness.h"
#include "schema/translate.h"

namespace er::managed {

using resource::ApplyRequest;
using resource::PlanAnswer;
using resource::PlanRequest;
using resource::StateAnswer;

namespace {

// The client of the object's Region; null, with a diagnostic, if there is none.
aws::Client* ClientFor(const Context& context, const std::string& region,
                       Diagnostics& diagnostics) {
  if (region.empty()) {
    diagnostics.push_back(resource::NoRegion());
    return nullptr;
  }
  const absl::StatusOr<aws::Client*> client = context.session->ClientFor(region);
  if (!client.ok()) {
    diagnostics.push_back(resource::UnableToConnect(region, client.status()));
    return nullptr;
  }
  return *client;
}

}  // namespace

PlanAnswer DeclaredResource::Plan(const PlanRequest& request) {
  schema::Plan plan = PlanObject(request);
  PlanAnswer answer{.planned = std::move(plan.planned), .private_data = request.private_data};
  if (answer.planned.IsNull()) return answer;
  PlanRegion(request, answer);
  PlanTags(request, answer);
  PlanWhatFollows(request, answer);
  return answer;
}

// What an import found filled in stays until there is something to send: then all is sent that the
// configuration says, and no more.
schema::Plan DeclaredResource::PlanObject(const PlanRequest& request) const {
  if (Memory::FromPrivateData(request.private_data).is_imported()) {
    schema::Plan plan = schema::MakePlanOfImported(schema_, request.prior, request.config);
    if (!NeedsUpdate(schema_, request.prior, plan.planned)) return plan;
  }
  return schema::MakePlan(schema_, request.prior, request.config);
}

// A Region that is left out is that of the object's own ARN, where the configuration has it, and
// else the provider's.
void DeclaredResource::PlanRegion(const PlanRequest& request, PlanAnswer& answer) const {
  if (!request.config["region"].IsNull()) return;
  Value& region = answer.planned.AsMap()["region"];
  const schema::Attribute* arn = schema_.FindAttribute(managed().arn);
  if (arn != nullptr && arn->required) {
    const auto parsed = schema::ParseArn(TextOf(request.config, managed().arn));
    region = parsed.has_value() ? Value(parsed->scope.region) : Value::Unknown();
  } else if (context_.session != nullptr && !context_.session->region().empty()) {
    region = context_.session->region();
  } else if (context_.session != nullptr && request.prior.IsNull()) {
    answer.diagnostics.push_back(resource::NoRegion());
  }
}

// tags_all is known as soon as its parts are.
void DeclaredResource::PlanTags(const PlanRequest& request, PlanAnswer& answer) const {
  if (!managed().tagging.has_value()) return;
  Value::Map& planned = answer.planned.AsMap();
  Value all = context_.tag_rules.has_value() ? WithDefaults(*context_.tag_rules, planned["tags"])
                                             : Value::Unknown();
  const schema::Attribute& tags = *schema_.FindAttribute("tags");
  const Value& before = request.prior["tags_all"];
  planned["tags_all"] =
      before.IsKnown() && schema::IsSame(tags, before, all) ? Value(before) : std::move(all);
  if (planned["tags_all"].IsMap() && tags.max_items > 0) {
    const std::size_t count = planned["tags_all"].AsMap().size();
    if (static_cast<std::int64_t>(count) > tags.max_items) {
      answer.diagnostics.push_back(TooManyTags(count, tags.max_items));
    }
  }
}

// What only the rest decides: what is replaced, what an update may change, and what is to be said.
void DeclaredResource::PlanWhatFollows(const PlanRequest& request, PlanAnswer& answer) const {
  Value::Map& planned = answer.planned.AsMap();
  const std::string id = IdOf(managed().id, answer.planned);
  planned["id"] = id.empty() ? Value::Unknown() : Value(id);
  const Value& prior = request.prior;
  if (prior.IsNull()) return;

  answer.replace = schema::Replacements(schema_, prior, answer.planned);
  const ObjectName name{.catalog = context_.catalog,
                        .schema = &schema_,
                        .id = IdOf(managed().id, prior),
                        .region = TextOf(prior, "region")};
  if (request.config["region"].IsNull() && planned["region"].IsString() &&
      planned["region"] != prior["region"]) {
    answer.diagnostics.push_back(AnotherRegion(name, planned["region"].AsString()));
  }
  if (!NeedsUpdate(schema_, prior, answer.planned)) {
    for (const schema::Attribute& attribute : schema_.attributes) {
      if (attribute.is_volatile) planned[attribute.name] = prior[attribute.name];
    }
  } else if (const Value& fixed = prior[managed().fixed_while];
             answer.replace.empty() && fixed.IsBool() && fixed.AsBool()) {
    answer.diagnostics.push_back(FixedWhileInUse(name));
  }
}

Task<StateAnswer> DeclaredResource::Create(ApplyRequest request) {
  StateAnswer answer;
  aws::Client* client = ClientFor(context_, TextOf(request.planned, "region"), answer.diagnostics);
  if (client == nullptr) co_return answer;
  Change change(schema_, context_, *client, std::move(request), "create");
  co_return co_await change.Create();
}

Task<StateAnswer> DeclaredResource::Update(ApplyRequest request) {
  StateAnswer answer{.state = request.prior, .private_data = request.private_data};
  aws::Client* client = ClientFor(context_, TextOf(request.prior, "region"), answer.diagnostics);
  if (client == nullptr) co_return answer;
  Change change(schema_, context_, *client, std::move(request), "update");
  co_return co_await change.Update();
}

Task<StateAnswer> DeclaredResource::Delete(ApplyRequest request) {
  StateAnswer answer{.state = request.prior, .private_data = request.private_data};
  aws::Client* client = ClientFor(context_, TextOf(request.prior, "region"), answer.diagnostics);
  if (client == nullptr) co_return answer;
  Change change(schema_, context_, *client, std::move(request), "delete");
  co_return co_await change.Delete();
}

StateAnswer DeclaredResource::Read(const Value& state, const std::string& private_data,
                                   std::stop_token stop) {
  StateAnswer answer{.state = state, .private_data = private_data};
  // The next plan, with a provider that is known, refreshes.
  if (context_.session == nullptr) return answer;
  std::string region = TextOf(state, "region");
  if (region.empty()) region = context_.session->region();
  aws::Client* client = ClientFor(context_, region, answer.diagnostics);
  if (client == nullptr) return answer;
  const ObjectName name{.catalog = context_.catalog,
                        .schema = &schema_,
                        .id = IdOf(managed().id, state),
                        .region = region};
  const std::unique_ptr<Remote> remote = RemoteOf(*context_.catalog, schema_, *client);
  const absl::StatusOr<aws::Answer> found = remote->Read(state, stop);
  if (!found.ok()) {
    if (remote->IsGone(found.status())) {
      answer.diagnostics.push_back(Gone(name));
      answer.state = Value::Null();
    } else {
      answer.diagnostics.push_back(UnableToRead(name, found.status()));
    }
    return answer;
  }
  Value::Map& object = answer.state.AsMap();
  object["region"] = region;
  Memory memory = Memory::FromPrivateData(private_data);
  const absl::Status status = TakeOver(schema_, found->body, memory, object);
  if (!status.ok()) answer.diagnostics.push_back(AnswerUnreadable(name, status));
  object["id"] = IdOf(managed().id, answer.state);
  if (managed().tagging.has_value()) {
    const absl::StatusOr<Tags> tags =
        ReadTagsOf(*client, *managed().tagging, TextOf(answer.state, managed().arn), stop);
    if (tags.ok()) {
      TakeOverTags(*context_.tag_rules, *tags, object);
    } else if (!remote->IsGone(tags.status())) {
      answer.diagnostics.push_back(UnableToReadTags(name, tags.status()));
    }
  }
  answer.private_data = memory.ToPrivateData();
  return answer;
}

StateAnswer DeclaredResource::Import(const std::string& id, std::stop_token /*stop*/) {
  Value::Map object = schema::EmptyObject(schema_).AsMap();
  const std::string& account = context_.session->account();
  const absl::Status status = FromImportId(*context_.catalog, schema_, id, account, object);
  if (!status.ok()) {
    return {.diagnostics = {InvalidImportId(schema_, id, std::string(status.message()))}};
  }
  return Imported(std::move(object), account);
}

StateAnswer DeclaredResource::ImportByIdentity(const Value& identity, std::stop_token /*stop*/) {
  Value::Map object = schema::EmptyObject(schema_).AsMap();
  std::string account = context_.session->account();
  const absl::Status status = schema::FromIdentity(schema_, identity, account, object);
  if (!status.ok()) return {.diagnostics = {resource::InvalidImportIdentity(schema_, status)}};
  if (account.empty()) account = TextOf(identity, "account_id");
  return Imported(std::move(object), account);
}

Value DeclaredResource::GenerateConfig(const Value& state) const {
  return schema::Generated(schema_, state,
                           context_.session == nullptr ? "" : context_.session->region());
}

// Terraform reads what is imported, so what names it is enough; the ARN is of its identity.
StateAnswer DeclaredResource::Imported(Value::Map object, const std::string& account) const {
  if (object["region"].IsNull()) object["region"] = context_.session->region();
  SetArn(*context_.catalog, schema_, account, object);
  Value state(std::move(object));
  std::string id = IdOf(managed().id, state);
  state.AsMap()["id"] = std::move(id);
  return {.state = std::move(state), .private_data = Memory::OfImport().ToPrivateData()};
}

}  // namespace er::managed
