#include "acceptance/emulator_process.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <functional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace er::acceptance {
namespace {

using nlohmann::json;

void Await(const char* what, const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!holds()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "waiting for " << what;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

EmulatorProcess::EmulatorProcess(const std::string& folder)
    : process_({.command = {ER_BINARY_DIR "/entityresolution-emulator", "--port", "0",
                            "--job-duration", "20ms", "--seed", "1"},
                .environment = {{"ASAN_OPTIONS", "detect_leaks=0"}},
                .folder = folder,
                .output = folder + "/emulator.log"}) {
  Await("the emulator", [&] { return process_.Output().find('\n') != std::string::npos; });
  const std::string line = process_.Output();
  const std::size_t begin = line.find("http://");
  url_ = line.substr(begin, line.find('\n') - begin);
}

json EmulatorProcess::Ask(const std::string& method, const std::string& path, const json& body) {
  httplib::Client client(url_);
  httplib::Request request;
  request.method = method;
  request.path = absl::StrCat("/_emulator/", path);
  if (!body.is_null()) {
    request.body = body.dump();
    request.set_header("Content-Type", "application/json");
  }
  const httplib::Result answer = client.send(request);
  if (!answer || answer->status != 200) {
    ADD_FAILURE() << method << " " << path << ": "
                  << (answer ? answer->body : httplib::to_string(answer.error()));
    return nullptr;
  }
  return json::parse(answer->body, nullptr, false);
}

std::map<std::string, std::string> EmulatorProcess::Objects(const std::string& bucket,
                                                            const std::string& prefix) {
  std::map<std::string, std::string> texts;
  const json found =
      Ask("GET", absl::StrCat("buckets/", bucket, "/objects?prefix=", prefix, "&versions=1"));
  for (const json& object : found.at("objects")) {
    if (!object.at("exists").get<bool>()) continue;
    const std::string key = object.at("key");
    texts.emplace(key.substr(prefix.size()), object.at("versions").back().at("content"));
  }
  return texts;
}

std::vector<json> EmulatorProcess::Notes(const std::string& bucket, const std::string& prefix) {
  std::vector<json> notes;
  for (const auto& [name, text] : Objects(bucket, prefix)) {
    if (absl::StartsWith(name, "note-")) notes.push_back(json::parse(text, nullptr, false));
  }
  return notes;
}

std::string EmulatorProcess::StartAsSomebodyElse(const std::string& workflow) {
  return Ask("POST", "jobs", {{"workflow", workflow}, {"region", "eu-west-1"}}).value("jobId", "");
}

void EmulatorProcess::Finish(const std::string& job_id, const std::string& status,
                             const std::string& message) {
  Ask("POST", absl::StrCat("jobs/", job_id, "/finish"), {{"status", status}, {"message", message}});
}

std::vector<json> EmulatorProcess::Jobs() {
  return Ask("GET", "jobs").at("jobs").get<std::vector<json>>();
}

std::vector<std::string> EmulatorProcess::JobIds() {
  std::vector<std::string> ids;
  for (const json& job : Jobs()) ids.push_back(job.at("jobId"));
  return ids;
}

int EmulatorProcess::Calls(const std::string& operation) {
  const json counts = Ask("GET", "calls").at("counts");
  int calls = 0;
  for (const auto& [name, count] : counts.items()) {
    if (operation.empty() || name == operation) calls += count.get<int>();
  }
  return calls;
}

json EmulatorProcess::CallsOf(const std::string& operation) {
  return Ask("GET", absl::StrCat("calls?operation=", operation)).at("calls");
}

void EmulatorProcess::AwaitJobs(std::size_t count) {
  Await("jobs", [&] { return Jobs().size() >= count; });
}

void EmulatorProcess::AwaitCalls(const std::string& operation, int count) {
  Await(operation.c_str(), [&] { return Calls(operation) >= count; });
}

}  // namespace er::acceptance
