#include "managed/change.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/status.h"
#include "managed/identity.h"
#include "managed/reading.h"
#include "resource/operation.h"
#include "schema/sameness.h"
#include "schema/translate.h"

namespace er::managed {

using nlohmann::json;
using resource::StateAnswer;

namespace {

// A role that was made a moment ago is not known everywhere yet.
constexpr absl::Duration kRolePause = absl::Seconds(2);
constexpr absl::Duration kRolePatience = absl::Minutes(2);

// What was written a moment ago may not be there, or not be seen, yet.
constexpr absl::Duration kVisiblePatience = absl::Minutes(2);
constexpr absl::Duration kFreshPatience = absl::Minutes(1);

constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Seconds(30);

// Date headers have whole seconds.
constexpr absl::Duration kClockError = absl::Seconds(2);

constexpr char kCreatedAt[] = "createdAt";
constexpr char kUpdatedAt[] = "updated_at";

absl::Duration TimeOut(const schema::Schema& schema, const Value& object, const char* step) {
  const Value& configured = object["timeouts"][step];
  absl::Duration duration;
  absl::ParseDuration(
      configured.IsString() ? configured.AsString() : schema.timeouts.find(step)->second,
      &duration);
  return duration;
}

bool Takes(const schema::Operation& operation, const schema::Attribute& attribute) {
  const std::string member = attribute.member.substr(0, attribute.member.find('.'));
  return absl::c_linear_search(operation.input, member);
}

// The pauses between the attempts of something: each twice as long as the one before.
class Pauses {
 public:
  absl::Duration Next() { return std::exchange(next_, std::min(2 * next_, kLongestPause)); }

 private:
  absl::Duration next_ = kFirstPause;
};

// Whether the object says what the request left out, in a text that no service would fill in.
bool SaysMore(const schema::Schema& schema, const json& sent, const json& found) {
  return std::any_of(
      schema.attributes.begin(), schema.attributes.end(), [&](const schema::Attribute& attribute) {
        if (!attribute.optional || attribute.computed || attribute.member.empty()) return false;
        if (attribute.nesting != schema::Nesting::kNone || attribute.type != Type::String()) {
          return false;
        }
        const json* told = schema::FindMember(found, attribute.member);
        return told != nullptr && !schema::IsNothing(*told) &&
               schema::FindMember(sent, attribute.member) == nullptr;
      });
}

bool IsOutcomeUnknown(const absl::Status& failure) {
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  return error.has_value() && error->execution == aws::Execution::kUnknown;
}

}  // namespace

bool NeedsUpdate(const schema::Schema& schema, const Value& prior, const Value& planned) {
  const schema::Operation& change = std::get<schema::Managed>(schema.behaviour).change();
  return std::any_of(
      schema.attributes.begin(), schema.attributes.end(), [&](const schema::Attribute& attribute) {
        return !attribute.member.empty() && Takes(change, attribute) &&
               !schema::IsSame(attribute, prior[attribute.name], planned[attribute.name]);
      });
}

schema::ArnScope ScopeOf(const schema::Managed& managed, const Value& object) {
  const std::optional<schema::Arn> arn = schema::ParseArn(TextOf(object, managed.arn));
  return arn.has_value() ? arn->scope : schema::ArnScope();
}

Change::Change(const schema::Schema& schema, const Context& context, aws::Client& client,
               resource::ApplyRequest request, const char* step)
    : schema_(schema),
      managed_(std::get<schema::Managed>(schema.behaviour)),
      context_(context),
      client_(client),
      remote_(RemoteOf(*context.catalog, schema, client)),
      prior_(std::move(request.prior)),
      began_(context.clock->Elapsed()),
      first_sent_(context.clock->Now()),
      until_{
          .stop = std::move(request.stop),
          .deadline =
              began_ + TimeOut(schema, request.planned.IsNull() ? prior_ : request.planned, step)},
      state_(request.planned.IsNull() ? Value(prior_) : std::move(request.planned)),
      memory_(Memory::FromPrivateData(request.private_data)),
      name_{.catalog = context.catalog,
            .schema = &schema,
            .id = IdOf(managed_.id, state_),
            .region = TextOf(state_, "region")} {}

Task<StateAnswer> Change::Create() {
  json members = remote_->CreateMembers(state_);
  if (managed_.tagging.has_value()) {
    const Tags tags = ToTags(state_["tags_all"]);
    members.erase("tags");
    if (!tags.empty()) members["tags"] = tags;
  }
  const Result made = co_await Make(std::move(members));
  if (!made.ok()) co_return Done(Value::Null());
  json told = made->body;

  const Result read = co_await ReadBack(/*is_new=*/true);
  if (read.ok()) {
    told.update(read->body);
    Remember(*read, /*is_new=*/true);
  } else {
    diagnostics_.push_back(NotReadBack(name_, read.status()));
  }
  Settle(told);
  co_return Done(std::move(state_));
}

Task<Change::Result> Change::Make(json members) {
  bool may_exist = false;
  Pauses pauses;
  while (true) {
    Result made = remote_->Create(members, until_.stop);
    if (made.ok()) co_return made;
    absl::Duration pause = pauses.Next();
    absl::Duration give_up = began_;
    if (IsOutcomeUnknown(made.status())) {
      may_exist = true;
      give_up = until_.deadline;
    } else if (resource::HasCode(made.status(), context_.catalog->vocabulary.exists)) {
      Result found = remote_->Read(state_, until_.stop);
      if (found.ok() && may_exist && IsOurs(members, *found)) co_return found;
      if (found.ok()) {
        diagnostics_.push_back(AlreadyExists(name_, made.status()));
        co_return made;
      }
      // One that is on its way, in or out.
      give_up = began_ + kVisiblePatience;
    } else if (MayBeAssumedLater(made.status())) {
      pause = kRolePause;
      give_up = began_ + kRolePatience;
    }
    if (co_await Pause(pause, give_up)) continue;

    if (!may_exist) {
      diagnostics_.push_back(NotCreated(name_, made.status()));
      co_return made;
    }
    Result found = remote_->Read(state_, until_.stop);
    if (found.ok() && IsOurs(members, *found)) co_return found;
    diagnostics_.push_back(UnknownWhetherCreated(name_, made.status()));
    co_return made;
  }
}

Task<StateAnswer> Change::Update() {
  const bool sends = NeedsUpdate(schema_, prior_, state_);
  json told = json::object();
  if (sends) {
    const Result sent = co_await Send();
    if (!sent.ok()) co_return Done(prior_);
    told = sent->body;
  }
  if (managed_.tagging.has_value()) {
    if (const absl::Status status = ChangeTags(); !status.ok()) {
      diagnostics_.push_back(NotTagged(name_, status));
      for (const char* name : {"tags", "tags_all"}) state_.AsMap()[name] = prior_[name];
    }
  }
  if (sends || !state_.IsWhollyKnown()) {
    const Result read = co_await ReadBack(/*is_new=*/false);
    if (read.ok()) {
      told.update(read->body);
      Remember(*read, /*is_new=*/false);
    } else {
      diagnostics_.push_back(NotReadBack(name_, read.status()));
    }
    Settle(told);
  }
  co_return Done(std::move(state_));
}

Task<Change::Result> Change::Send() {
  while (true) {
    Result sent = remote_->Update(state_, until_.stop);
    if (sent.ok()) co_return sent;
    if (MayBeAssumedLater(sent.status()) && co_await Pause(kRolePause, began_ + kRolePatience)) {
      continue;
    }
    diagnostics_.push_back(NotUpdated(name_, sent.status()));
    co_return sent;
  }
}

absl::Status Change::ChangeTags() {
  const TagChange change =
      Difference(*context_.tag_rules, ToTags(prior_["tags_all"]), ToTags(state_["tags_all"]));
  const std::string arn = TextOf(state_, managed_.arn);
  // Those that go make room first.
  if (!change.remove.empty()) {
    RETURN_IF_ERROR(resource::Call(client_, *managed_.tagging->remove,
                                   {{"resourceArn", arn}, {"tagKeys", change.remove}}, until_.stop)
                        .status());
  }
  if (!change.set.empty()) {
    RETURN_IF_ERROR(resource::Call(client_, *managed_.tagging->add,
                                   {{"resourceArn", arn}, {"tags", change.set}}, until_.stop)
                        .status());
  }
  return absl::OkStatus();
}

Task<StateAnswer> Change::Delete() {
  const absl::Duration give_up =
      managed_.in_use_patience.has_value() ? began_ + *managed_.in_use_patience : until_.deadline;
  Pauses pauses;
  while (true) {
    const Result deleted = remote_->Delete(prior_, until_.stop);
    if (deleted.ok() || remote_->IsGone(deleted.status())) co_return Done(Value::Null());
    if (!resource::HasCode(deleted.status(), context_.catalog->vocabulary.in_use)) {
      diagnostics_.push_back(NotDeleted(name_, deleted.status()));
      co_return Done(prior_);
    }
    if (co_await Pause(pauses.Next(), give_up)) continue;
    diagnostics_.push_back(
        until_.stop.stop_requested()
            ? DeleteInterrupted(name_, deleted.status())
            : InUse(name_, deleted.status(), clock().Elapsed() - began_, RunningJobs()));
    co_return Done(prior_);
  }
}

Task<Change::Result> Change::ReadBack(bool is_new) {
  const absl::Duration give_up = clock().Elapsed() + (is_new ? kVisiblePatience : kFreshPatience);
  Pauses pauses;
  while (true) {
    Result read = remote_->Read(state_, until_.stop);
    const bool is_late =
        is_new && (remote_->IsGone(read.status()) ||
                   resource::HasCode(read.status(), context_.catalog->vocabulary.denied));
    if (read.ok() ? IsFresh(*read, is_new) : !is_late) co_return read;
    if (!co_await Pause(pauses.Next(), give_up)) co_return read;
  }
}

Task<bool> Change::Pause(absl::Duration pause, absl::Duration give_up) {
  const absl::Duration left = std::min(give_up, until_.deadline) - clock().Elapsed();
  if (left <= absl::ZeroDuration()) co_return false;
  co_return co_await clock().Pause(std::min(pause, left), until_.stop);
}

// Its content is what was sent, and it is not older than the first attempt: somebody may have made
// another one a moment ago, or the same long before.
bool Change::IsOurs(const json& sent, const aws::Answer& found) const {
  const auto created = found.body.find(kCreatedAt);
  if (created != found.body.end()) {
    // By the service's clock.
    const absl::Time first_sent = first_sent_ + (found.date - clock().Now());
    if (schema::ToTime(*created) < first_sent - kClockError) return false;
  }
  json content = sent;
  content.erase("tags");  // they are not told with the rest
  return schema::Covers(schema_.attributes, content, found.body) &&
         !SaysMore(schema_, content, found.body);
}

// Whether this is told of the object as it was just written, and not of the one before.
bool Change::IsFresh(const aws::Answer& found, bool is_new) const {
  json asked = schema::ToMembers(schema_, is_new ? *managed_.create : managed_.change(), state_);
  asked.erase("tags");
  if (schema::Covers(schema_.attributes, asked, found.body)) return true;
  if (is_new) {
    const auto created = found.body.find(kCreatedAt);
    const absl::Time first_sent = first_sent_ + (found.date - clock().Now());
    return created == found.body.end() || schema::ToTime(*created) >= first_sent - kClockError;
  }
  const schema::Attribute* updated = schema_.FindAttribute(kUpdatedAt);
  if (updated == nullptr) return false;
  const absl::StatusOr<Value> told = schema::FromMember(*updated, found.body);
  return told.ok() && *told != prior_[kUpdatedAt];
}

bool Change::MayBeAssumedLater(const absl::Status& failure) const {
  const schema::Vocabulary& words = context_.catalog->vocabulary;
  return resource::HasCode(failure, words.denied) &&
         words.role_not_ready->Matches(aws::ErrorOf(failure)->message);
}

std::vector<std::string> Change::RunningJobs() const {
  std::vector<std::string> running;
  if (managed_.jobs.operation == nullptr) return running;
  const schema::Operation& list = *managed_.jobs.operation;
  const Result jobs =
      resource::ListAll(client_, list, managed_.jobs.items,
                        schema::ToMembers(schema_, list, prior_), /*pages=*/1, until_.stop);
  if (!jobs.ok()) return running;
  const schema::Vocabulary& words = context_.catalog->vocabulary;
  for (const json& job : jobs->body[managed_.jobs.items]) {
    const std::string status = schema::TextMember(job, "status");
    if (words.IsEnd(status, !job.value("endTime", json()).is_null())) continue;
    running.push_back(absl::StrCat("job ", schema::TextMember(job, "jobId"), " (", status, ")"));
  }
  return running;
}

void Change::Settle(const json& told) {
  Value::Map& object = state_.AsMap();
  object["id"] = IdOf(managed_.id, state_);
  const schema::Attribute* arn = schema_.FindAttribute(managed_.arn);
  if (arn != nullptr && object[managed_.arn].IsUnknown()) {
    object[managed_.arn] = schema::FromMember(*arn, told).value_or(Value::Null());
  }
  const absl::Status status =
      schema::FillUnknown(schema_.attributes, told, ScopeOf(managed_, state_), object);
  if (!status.ok()) diagnostics_.push_back(AnswerUnreadable(name_, status));
}

void Change::Remember(const aws::Answer& found, bool is_new) {
  memory_.EndImport();
  if (IsFresh(found, is_new)) return RememberAll(schema_, found.body, memory_);
  // What the service will say of what was changed is not known yet.
  for (const schema::Attribute& attribute : schema_.attributes) {
    if (!schema::IsSame(attribute, prior_[attribute.name], state_[attribute.name])) {
      memory_.Forget(attribute);
    }
  }
}

StateAnswer Change::Done(Value state) {
  StateAnswer answer{.state = std::move(state), .diagnostics = std::move(diagnostics_)};
  if (answer.state.IsMap()) {
    for (auto& [name, value] : answer.state.AsMap()) {
      if (value.IsUnknown()) value = Value::Null();
    }
    answer.private_data = memory_.ToPrivateData();
  }
  return answer;
}

}  // namespace er::managed
