#include "browser/browser.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace er {
namespace {

using nlohmann::json;

constexpr char kDriver[] = "/usr/bin/chromedriver";
constexpr char kBrowser[] = "/usr/bin/chromium";
constexpr char kElement[] = "element-6066-11e4-a52e-4f735466cecf";  // by the specification

bool Await(const std::function<bool()>& holds, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace

bool Browser::IsInstalled() { return access(kDriver, X_OK) == 0 && access(kBrowser, X_OK) == 0; }

Browser::Browser(const std::string& folder)
    : driver_({.command = {kDriver, "--port=0"},
               .environment = {{"HOME", folder}, {"TMPDIR", folder}, {"PATH", "/usr/bin:/bin"}},
               .folder = folder,
               .output = folder + "/chromedriver.log"}) {
  const std::string started = "started successfully on port ";
  const bool is_up =
      Await([&] { return absl::StrContains(driver_.Output(), started); }, std::chrono::seconds(30));
  EXPECT_TRUE(is_up) << driver_.Output();
  const std::string output = driver_.Output();
  url_ = absl::StrCat("http://127.0.0.1:",
                      std::stoi(output.substr(output.find(started) + started.size())));
  // As root it runs without its sandbox only.
  const json options = {{"binary", kBrowser},
                        {"args",
                         {"--headless=new", "--no-sandbox", "--disable-gpu",
                          "--disable-dev-shm-usage", "--window-size=1300,1600"}}};
  const json answer =
      Ask("POST", "/session",
          {{"capabilities",
            {{"alwaysMatch",
              {{"goog:chromeOptions", options}, {"goog:loggingPrefs", {{"browser", "ALL"}}}}}}}});
  session_ = answer.value("sessionId", "");
}

Browser::~Browser() { Ask("DELETE", "/session/" + session_); }

json Browser::Ask(const std::string& method, const std::string& path, const json& body) {
  httplib::Client client(url_);
  client.set_read_timeout(60);
  httplib::Request request;
  request.method = method;
  request.path = path;
  if (!body.is_null()) {
    request.body = body.dump();
    request.set_header("Content-Type", "application/json");
  }
  const httplib::Result answer = client.send(request);
  if (!answer) {
    ADD_FAILURE() << method << " " << path << ": " << httplib::to_string(answer.error());
    return nullptr;
  }
  json value = json::parse(answer->body, nullptr, false).value("value", json());
  const bool is_tried_again = absl::EndsWith(path, "/element") || absl::EndsWith(path, "/click");
  if (answer->status != 200 && !is_tried_again) ADD_FAILURE() << path << ": " << answer->body;
  return value;
}

void Browser::Open(const std::string& url) {
  Ask("POST", absl::StrCat("/session/", session_, "/url"), {{"url", url}});
}

std::string Browser::AwaitElement(const std::string& selector) {
  std::string id;
  const bool found = Await(
      [&] {
        const json element = Ask("POST", absl::StrCat("/session/", session_, "/element"),
                                 {{"using", "css selector"}, {"value", selector}});
        id = element.is_object() ? element.value(kElement, "") : "";
        return !id.empty();
      },
      std::chrono::seconds(10));
  EXPECT_TRUE(found) << "nothing is " << selector;
  return absl::StrCat("/session/", session_, "/element/", id);
}

// The page may make the element anew between the two calls.
void Browser::Click(const std::string& selector) {
  json mistake;
  const bool is_clicked = Await(
      [&] {
        mistake = Ask("POST", AwaitElement(selector) + "/click", json::object());
        return mistake.is_null();
      },
      std::chrono::seconds(10));
  EXPECT_TRUE(is_clicked) << selector << ": " << mistake;
}

void Browser::Type(const std::string& selector, const std::string& text) {
  Click(selector);
  // Control+A, what is new, Enter.
  Ask("POST", AwaitElement(selector) + "/value", {{"text", "\uE009a\uE000" + text + "\uE007"}});
}

void Browser::Choose(const std::string& selector, const std::string& option) {
  AwaitElement(absl::StrCat(selector, " option"));
  const std::string element = AwaitElement(selector);
  Ask("POST", element + "/value", {{"text", option}});
}

void Browser::AwaitText(const std::string& selector, const std::string& text) {
  const std::string script = absl::StrCat("return [...document.querySelectorAll(",
                                          json(selector).dump(), ")].map(e => e.innerText)");
  json texts;
  const bool found = Await(
      [&] {
        texts = Run(script);
        for (const json& one : texts) {
          if (absl::StrContains(one.get<std::string>(), text)) return true;
        }
        return false;
      },
      std::chrono::seconds(10));
  EXPECT_TRUE(found) << selector << " has no \"" << text << "\": " << texts;
}

json Browser::Run(const std::string& script) {
  return Ask("POST", absl::StrCat("/session/", session_, "/execute/sync"),
             {{"script", script}, {"args", json::array()}});
}

std::string Browser::Complaints() {
  std::string complaints;
  for (const json& entry :
       Ask("POST", absl::StrCat("/session/", session_, "/se/log"), {{"type", "browser"}})) {
    absl::StrAppend(&complaints, entry.value("level", ""), ": ", entry.value("message", ""), "\n");
  }
  return complaints;
}

}  // namespace er
