#include "emulator/emulator.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "emulator/control.h"
#include "emulator/digest.h"
#include "emulator/model.h"
#include "emulator/s3/operations.h"
#include "emulator/service.h"
#include "emulator/sts.h"

namespace er::emulator {
namespace {

// A body with these members; of a list of jobs, each of them.
std::string Altered(const std::string& body, const Json& members) {
  Json json = Json::parse(body, nullptr, false);
  const auto jobs = json.is_object() ? json.find("jobs") : json.end();
  if (json.is_object() && jobs != json.end()) {
    for (Json& job : *jobs) job.merge_patch(members);
  } else if (json.is_object()) {
    json.merge_patch(members);
  }
  return json.is_discarded() ? body : json.dump();
}

// What a fault answers in the place of the operation's own answer.
Answer Falsify(const Fault& fault, Protocol protocol, Answer answer) {
  const auto error = [&](int code, absl::string_view name, std::string message) {
    return ErrorAnswer({.code = code, .name = std::string(name), .message = std::move(message)},
                       protocol);
  };
  switch (fault.effect) {
    case Fault::Effect::kCut:
      answer.delivery = fault.reset ? Answer::Delivery::kReset : Answer::Delivery::kNone;
      return answer;
    case Fault::Effect::kHalf:
      answer.delivery = answer.body.empty() ? Answer::Delivery::kNone : Answer::Delivery::kHalf;
      return answer;
    case Fault::Effect::kGarbage:
      return {.code = 200,
              .headers = {{"Content-Type", "application/json"}},
              .body = "{\"jobId\": \"<html>\x01\xFF not JSON"};
    case Fault::Effect::kConflict:
      if (protocol == Protocol::kXml) {
        return error(409, "ConditionalRequestConflict",
                     "A conflicting conditional operation is in progress, as was asked for");
      }
      return error(400, "ConflictException", "A conflict, as was asked for");
    case Fault::Effect::kServerError:
      if (fault.code == 500) {
        return error(500, "InternalServerException", "An internal error, as was asked for");
      }
      if (fault.code == 503) {
        return error(503, "ServiceUnavailableException", "Not available, as was asked for");
      }
      // What a gateway says, which does not know the protocol.
      return {.code = fault.code,
              .headers = {{"Content-Type", "text/html"}},
              .body = absl::StrCat("<html><body><h1>", fault.code, "</h1></body></html>")};
    case Fault::Effect::kThrottle:
      answer = error(429, "ThrottlingException", "Rate exceeded");
      if (fault.retry_after_ms.has_value()) {
        answer.headers.emplace_back("x-amz-retry-after", absl::StrCat(*fault.retry_after_ms));
      }
      return answer;
    case Fault::Effect::kExpired:
      return error(403, "ExpiredTokenException",
                   "The security token included in the request is expired");
    case Fault::Effect::kAccessDenied:
      return error(403, "AccessDeniedException", "Not allowed, as was asked for");
    case Fault::Effect::kNotFound:
      return error(404, protocol == Protocol::kXml ? "NoSuchKey" : "ResourceNotFoundException",
                   "Not found, as was asked for");
    case Fault::Effect::kAltered:
      if (answer.code == 200) answer.body = Altered(answer.body, fault.members);
      return answer;
    case Fault::Effect::kSlow:
    case Fault::Effect::kListLag:
      return answer;
  }
  return answer;
}

absl::string_view ServiceOf(Protocol protocol) {
  switch (protocol) {
    case Protocol::kJson:
      return "entityresolution";
    case Protocol::kQuery:
      return "sts";
    case Protocol::kXml:
      return "s3";
  }
  return "";
}

// All services share a port: which one a request is for, its signature says. What is not signed
// well is told so by the service that it looks most like.
Protocol ProtocolOf(const Request& request) {
  const std::string authorization = request.Header("authorization");
  for (const Protocol protocol : {Protocol::kJson, Protocol::kQuery, Protocol::kXml}) {
    if (absl::StrContains(authorization, absl::StrCat("/", ServiceOf(protocol), "/aws4_request"))) {
      return protocol;
    }
  }
  if (!BucketOfHost(request).empty()) return Protocol::kXml;
  return request.path == "/" || request.path.empty() ? Protocol::kQuery : Protocol::kJson;
}

// The name of what a call is about, also where an ARN was sent.
std::string NameIn(const Json& members) {
  for (const char* member :
       {"workflowName", "schemaName", "idNamespaceName", "resourceArn", "arn"}) {
    if (const std::string name = members.value(member, ""); !name.empty()) {
      return name.substr(name.rfind('/') + 1);
    }
  }
  return "";
}

// The form of a UUID.
std::string RequestId(std::uint64_t seed, std::int64_t number) {
  const std::string hex = Sha256Hex(absl::StrCat("request ", number, " of ", seed));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20, 12));
}

}  // namespace

struct Emulator::Admitted {
  Protocol protocol = Protocol::kJson;
  Subject subject{};
  const Operation* operation = nullptr;  // of Entity Resolution; nullptr where it has none such
  Result input = Json::object();         // of the same
  S3Question question{};
  Caller caller{};
  std::int64_t number = 0;  // of the call
  std::optional<Fault> fault{};
};

Answer Emulator::Handle(const Request& request, std::stop_token stop) {
  if (absl::StartsWith(request.path, kControlPrefix)) {
    const MutexLock lock(mutex_);
    return Control(state_, request, Now());
  }
  if (IsForPage(request)) return Page(request);
  const Protocol protocol = ProtocolOf(request);
  std::int64_t number = 0;
  std::variant<Admitted, Answer> result = Admit(request, number);
  if (Answer* refusal = std::get_if<Answer>(&result)) {
    return Finish(std::move(*refusal), protocol, number);
  }

  const Admitted& admitted = std::get<Admitted>(result);
  const Fault fault = admitted.fault.value_or(Fault{.effect = Fault::Effect::kSlow, .works = true});
  const bool waits = admitted.fault.has_value() && fault.effect == Fault::Effect::kSlow;
  if (waits && fault.delay_first) clock_.Sleep(fault.delay, stop);
  Answer answer;
  if (fault.works) answer = Work(request, admitted);
  if (waits && !fault.delay_first) clock_.Sleep(fault.delay, stop);
  return Finish(Falsify(fault, protocol, std::move(answer)), protocol, number);
}

std::variant<Emulator::Admitted, Answer> Emulator::Admit(const Request& request,
                                                         std::int64_t& number) {
  const MutexLock lock(mutex_);
  const absl::Time now = Now();
  Admitted admitted{.protocol = ProtocolOf(request)};
  Subject& subject = admitted.subject;
  switch (admitted.protocol) {
    case Protocol::kJson:
      admitted.operation = FindOperation(request.method, request.path);
      subject.operation = admitted.operation == nullptr ? "unknown" : admitted.operation->name;
      break;
    case Protocol::kQuery:
      subject.operation = StsAction(request);
      break;
    case Protocol::kXml:
      admitted.question = ReadS3Question(request);
      subject.operation = admitted.question.operation;
      subject.key = admitted.question.key.empty() ? PrefixOf(request) : admitted.question.key;
      break;
  }
  LoggedCall& call = state_.calls.Add(request, subject.operation, now);
  number = admitted.number = call.number;
  call.bucket = admitted.question.bucket;
  call.key = subject.key;
  const auto refuse = [&](const Error& error) { return ErrorAnswer(error, admitted.protocol); };
  if (request.is_too_large) {
    return refuse({.code = 413,
                   .name = "RequestEntityTooLargeException",
                   .message = "The emulator takes bodies of up to 8 MiB"});
  }

  // Whether anybody may ask comes before what is asked, as with the services.
  auto caller = WhoAsks(request, admitted, now);
  if (const Error* error = std::get_if<Error>(&caller)) return refuse(*error);
  admitted.caller = std::get<Caller>(std::move(caller));
  call.region = admitted.caller.region;
  call.access_key = admitted.caller.access_key;

  if (admitted.protocol == Protocol::kJson) {
    if (admitted.operation == nullptr) {
      return refuse({.code = 404,
                     .name = "UnknownOperationException",
                     .message = absl::StrCat("The emulator has no operation for ", request.method,
                                             " ", request.path)});
    }
    admitted.input = ReadInput(*admitted.operation, request);
    if (const Json* members = std::get_if<Json>(&admitted.input)) {
      call.workflow = subject.workflow = NameIn(*members);
      call.asked_job = members->value("jobId", "");
    }
  }
  admitted.fault = state_.faults.Decide(subject, call.number, now);
  if (admitted.fault.has_value()) call.fault = admitted.fault->kind;
  return admitted;
}

std::variant<Caller, Error> Emulator::WhoAsks(const Request& request, const Admitted& admitted,
                                              absl::Time now) const {
  if (admitted.protocol == Protocol::kQuery && IsUnsigned(admitted.subject.operation)) {
    return Caller{.account = state_.config.account};
  }
  auto caller = Authenticate(request, state_.credentials, ServiceOf(admitted.protocol), now);
  const std::string& served = state_.config.region;
  if (admitted.protocol != Protocol::kJson || served.empty()) return caller;
  const Caller* known = std::get_if<Caller>(&caller);
  if (known == nullptr || known->region == served) return caller;
  return Error{.code = 403,
               .name = "InvalidSignatureException",
               .message = absl::StrCat("The credential is scoped to the Region '", known->region,
                                       "' instead of '", served, "'")};
}

Answer Emulator::Work(const Request& request, const Admitted& admitted) {
  const MutexLock lock(mutex_);
  switch (admitted.protocol) {
    case Protocol::kJson:
      return WorkOnJobs(admitted);
    case Protocol::kQuery:
      return PerformSts(request, admitted.caller, state_.config, seed_, state_.credentials, Now());
    case Protocol::kXml:
      return PerformS3(admitted.question, request, admitted.caller, state_.config, state_.buckets,
                       Now());
  }
  return {};
}

Answer Emulator::WorkOnJobs(const Admitted& admitted) {
  if (const Error* error = std::get_if<Error>(&admitted.input)) {
    return ErrorAnswer(*error, Protocol::kJson);
  }
  const bool lags = admitted.fault.has_value() && admitted.fault->effect == Fault::Effect::kListLag;
  Service service{.config = state_.config, .store = state_.store, .policies = state_.policies};
  Result result =
      Perform(service, *admitted.operation, std::get<Json>(admitted.input), admitted.caller, Now(),
              lags ? admitted.fault->delay : absl::ZeroDuration());
  if (const Error* error = std::get_if<Error>(&result)) {
    return ErrorAnswer(*error, Protocol::kJson);
  }
  const Json& members = std::get<Json>(result);
  if (StartsJob(*admitted.operation)) {
    if (LoggedCall* call = state_.calls.Find(admitted.number)) {
      call->job = members.value("jobId", "");
    }
  }
  return JsonAnswer(200, members);
}

Answer Emulator::Finish(Answer answer, Protocol protocol, std::int64_t number) {
  const std::string id = RequestId(seed_, number);
  answer.headers.emplace_back(protocol == Protocol::kXml ? "x-amz-request-id" : "x-amzn-RequestId",
                              id);
  std::optional<LoggedCall> seen;
  {
    const MutexLock lock(mutex_);
    answer.headers.emplace_back(
        "Date", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", Now(), absl::UTCTimeZone()));
    if (LoggedCall* call = state_.calls.Find(number)) {
      call->request_id = id;
      call->is_answered = true;
      call->delivery = answer.delivery;
      const bool arrives =
          answer.delivery == Answer::Delivery::kWhole || answer.delivery == Answer::Delivery::kHalf;
      call->code = arrives ? answer.code : 0;
      call->error = answer.error;
      if (observer_) seen = *call;
    }
  }
  if (seen) observer_(*seen);
  return answer;
}

}  // namespace er::emulator
