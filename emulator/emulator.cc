#include "emulator/emulator.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "emulator/control.h"
#include "emulator/digest.h"
#include "emulator/model.h"
#include "emulator/service.h"

namespace er::emulator {
namespace {

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
      answer.delivery = Answer::Delivery::kHalf;
      return answer;
    case Fault::Effect::kGarbage:
      return {.code = 200,
              .headers = {{"Content-Type", "application/json"}},
              .body = "{\"jobId\": \"<html>\x01\xFF not JSON"};
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
    case Fault::Effect::kSlow:
    case Fault::Effect::kListLag:
      return answer;
  }
  return answer;
}

// The form of a UUID.
std::string RequestId(std::uint64_t seed, std::int64_t number) {
  const std::string hex = Sha256Hex(absl::StrCat("request ", number, " of ", seed));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20, 12));
}

}  // namespace

struct Emulator::Admitted {
  const Operation* operation = nullptr;  // nullptr: of STS
  Result input = Json::object();
  Caller caller{};
  std::int64_t number = 0;  // of the call
  std::optional<Fault> fault{};

  Protocol protocol() const { return operation == nullptr ? Protocol::kQuery : Protocol::kJson; }
};

Answer Emulator::Handle(const Request& request, std::stop_token stop) {
  if (absl::StartsWith(request.path, kControlPrefix)) {
    std::lock_guard lock(mutex_);
    return Control(state_, request, Now());
  }
  std::int64_t number = 0;
  std::variant<Admitted, Answer> result = Admit(request, number);
  if (Answer* refusal = std::get_if<Answer>(&result)) return Finish(std::move(*refusal), number);

  const Admitted& admitted = std::get<Admitted>(result);
  const Fault fault = admitted.fault.value_or(Fault{.effect = Fault::Effect::kSlow, .works = true});
  const bool waits = admitted.fault.has_value() && fault.effect == Fault::Effect::kSlow;
  if (waits && fault.delay_first) clock_.Sleep(fault.delay, stop);
  Answer answer;
  if (fault.works) answer = Work(request, admitted);
  if (waits && !fault.delay_first) clock_.Sleep(fault.delay, stop);
  return Finish(Falsify(fault, admitted.protocol(), std::move(answer)), number);
}

std::variant<Emulator::Admitted, Answer> Emulator::Admit(const Request& request,
                                                         std::int64_t& number) {
  std::lock_guard lock(mutex_);
  const absl::Time now = Now();
  const bool is_sts = request.path == "/" || request.path.empty();
  Admitted admitted{.operation = is_sts ? nullptr : FindOperation(request.method, request.path)};
  const std::string operation = is_sts                          ? StsAction(request)
                                : admitted.operation != nullptr ? admitted.operation->name
                                                                : "unknown";
  LoggedCall& call = state_.calls.Add(request, operation, now);
  number = admitted.number = call.number;
  const auto refuse = [&](const Error& error) {
    return ErrorAnswer(error, is_sts ? Protocol::kQuery : Protocol::kJson);
  };

  // Whether anybody may ask comes before what is asked, as with the service.
  auto caller = Authenticate(request, state_.credentials, is_sts ? "sts" : "entityresolution", now);
  if (const Error* error = std::get_if<Error>(&caller)) return refuse(*error);
  admitted.caller = std::get<Caller>(std::move(caller));
  call.region = admitted.caller.region;
  call.access_key = admitted.caller.access_key;
  const std::string& region = state_.config.region;
  if (!is_sts && !region.empty() && region != admitted.caller.region) {
    return refuse({.code = 403,
                   .name = "InvalidSignatureException",
                   .message = absl::StrCat("The credential is scoped to the Region '",
                                           admitted.caller.region, "' instead of '", region, "'")});
  }

  if (!is_sts && admitted.operation == nullptr) {
    return refuse({.code = 404,
                   .name = "UnknownOperationException",
                   .message = absl::StrCat("The emulator has no operation for ", request.method,
                                           " ", request.path)});
  }

  if (admitted.operation != nullptr) {
    admitted.input = ReadInput(*admitted.operation, request);
    if (const Json* members = std::get_if<Json>(&admitted.input)) {
      const std::string name = members->value("workflowName", "");
      call.workflow = name.substr(name.rfind('/') + 1);  // a name, also where an ARN was sent
    }
  }
  admitted.fault = state_.faults.Decide(operation, call.workflow, call.number, now);
  if (admitted.fault.has_value()) call.fault = admitted.fault->kind;
  return admitted;
}

Answer Emulator::Work(const Request& request, const Admitted& admitted) {
  if (admitted.operation == nullptr) return PerformSts(request, admitted.caller);

  if (const Error* error = std::get_if<Error>(&admitted.input)) {
    return ErrorAnswer(*error, Protocol::kJson);
  }

  std::lock_guard lock(mutex_);
  const bool lags = admitted.fault.has_value() && admitted.fault->effect == Fault::Effect::kListLag;
  Result result =
      Perform(state_.store, *admitted.operation, std::get<Json>(admitted.input), admitted.caller,
              Now(), lags ? admitted.fault->delay : absl::ZeroDuration());
  if (const Error* error = std::get_if<Error>(&result)) {
    return ErrorAnswer(*error, Protocol::kJson);
  }
  const Json& members = std::get<Json>(result);
  if (admitted.operation->name == "StartIdMappingJob") {
    if (LoggedCall* call = state_.calls.Find(admitted.number)) {
      call->job = members.value("jobId", "");
    }
  }
  return JsonAnswer(200, members);
}

Answer Emulator::Finish(Answer answer, std::int64_t number) {
  std::lock_guard lock(mutex_);
  const std::string id = RequestId(seed_, number);
  answer.headers.emplace_back("x-amzn-RequestId", id);
  answer.headers.emplace_back(
      "Date", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", Now(), absl::UTCTimeZone()));
  if (LoggedCall* call = state_.calls.Find(number)) {
    call->request_id = id;
    const bool arrives =
        answer.delivery == Answer::Delivery::kWhole || answer.delivery == Answer::Delivery::kHalf;
    call->code = arrives ? answer.code : 0;
    for (const auto& [name, value] : answer.headers) {
      if (name == "x-amzn-ErrorType") call->error = value;
    }
  }
  return answer;
}

}  // namespace er::emulator
