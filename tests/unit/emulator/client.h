// A client of an emulator without sockets, for its tests.
//
//   Client client;                               // has the workflow "customers"
//   std::string job = client.Start("customers");
//   client.clock.Advance(absl::Seconds(30));
//   EXPECT_EQ(client.Get("customers", job).json["status"], "SUCCEEDED");
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "emulator/control.h"
#include "emulator/emulator.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"
#include "unit/emulator/signer.h"

namespace er::emulator {

struct Seen {
  Answer answer{};
  Json json{};  // discarded where the body is no JSON

  int code() const { return answer.code; }
  std::string Header(absl::string_view name) const {
    for (const auto& [header, value] : answer.headers) {
      if (header == name) return value;
    }
    return "";
  }
  std::string error() const { return answer.error; }
  std::string message() const { return json.value("message", ""); }
};

class Client {
 public:
  explicit Client(FakeClock::Mode mode = FakeClock::Mode::kWaits, std::uint64_t seed = 1)
      : clock(mode), emulator(clock, seed) {
    Control(
        "POST", "credentials",
        {{"accept", {{{"access_key", signing.access_key}, {"secret_key", signing.secret_key}}}}});
    Control("PUT", "workflows/customers");
  }

  Seen Call(absl::string_view method, absl::string_view target, const std::string& body = "") {
    Request request = Unsigned(method, target, body);
    Sign(request, signing, clock.Now());
    return Send(request);
  }

  // A call of S3.
  Seen S3(absl::string_view method, absl::string_view target, const std::string& body = "",
          Headers headers = {}) {
    Request request = Unsigned(method, target, "");
    request.body = body;
    request.headers = std::move(headers);
    Signing of_s3 = signing;
    of_s3.service = "s3";
    Sign(request, of_s3, clock.Now());
    return Send(request);
  }

  // A call of STS, signed unless `form` asks for what is not.
  Seen Sts(const std::string& form, bool is_signed = true) {
    Request request = Unsigned("POST", "/", form);
    Signing of_sts = signing;
    of_sts.service = "sts";
    if (is_signed) Sign(request, of_sts, clock.Now());
    return Send(request);
  }

  Seen Control(absl::string_view method, absl::string_view path, const Json& body = nullptr) {
    Request request =
        Unsigned(method, absl::StrCat(kControlPrefix, path), body.is_null() ? "" : body.dump());
    request.peer = "127.0.0.1";
    return Send(request);
  }

  Seen Send(const Request& request) {
    Seen seen{.answer = emulator.Handle(request, {})};
    seen.json = Json::parse(seen.answer.body, nullptr, false);
    return seen;
  }

  Seen StartWith(const std::string& body, absl::string_view workflow = "customers") {
    return Call("POST", absl::StrCat("/idmappingworkflows/", workflow, "/jobs"), body);
  }

  // The id of a job that must start.
  std::string Start(absl::string_view workflow = "customers") {
    const Seen seen = StartWith("{}", workflow);
    EXPECT_EQ(seen.code(), 200) << seen.answer.body;
    return seen.json.value("jobId", "");
  }

  Seen Get(absl::string_view workflow, absl::string_view job) {
    return Call("GET", absl::StrCat("/idmappingworkflows/", workflow, "/jobs/", job));
  }
  Seen List(absl::string_view workflow, absl::string_view query = "") {
    return Call("GET", absl::StrCat("/idmappingworkflows/", workflow, "/jobs?", query));
  }

  std::int64_t JobsStarted() { return Control("GET", "jobs").json.value("total", -1); }

  static Request Unsigned(absl::string_view method, absl::string_view target,
                          const std::string& body) {
    const std::size_t mark = target.find('?');
    Request request{
        .method = std::string(method),
        .path = std::string(target.substr(0, mark)),
        .query = mark == absl::string_view::npos ? "" : std::string(target.substr(mark + 1)),
        .body = body};
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    return request;
  }

  Signing signing;
  FakeClock clock;
  Emulator emulator;
};

}  // namespace er::emulator
