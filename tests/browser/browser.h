// A headless Chromium, driven as a person would, by the WebDriver protocol of its chromedriver.
// https://www.w3.org/TR/webdriver2/
//
//   Browser browser(folder);
//   browser.Open(emulator.url());
//   browser.Click("#end-faults");
//   browser.AwaitText("#faults", "Nothing goes wrong.");
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "acceptance/process.h"

namespace er {

class Browser {
 public:
  // Whether this computer has one.
  static bool IsInstalled();

  // What it writes goes below `folder`.
  explicit Browser(const std::string& folder);
  ~Browser();

  void Open(const std::string& url);

  // Of the first element that the CSS selector finds. Each fails the test if there is none within
  // ten seconds.
  void Click(const std::string& selector);
  void Type(const std::string& selector, const std::string& text);  // in the place of what is there
  void Choose(const std::string& selector, const std::string& option);
  void AwaitText(const std::string& selector, const std::string& text);  // that contains it

  // What the body of a JavaScript function returns.
  nlohmann::json Run(const std::string& script);

  // What the page complained of in the console so far.
  std::string Complaints();

 private:
  nlohmann::json Ask(const std::string& method, const std::string& path,
                     const nlohmann::json& body = nullptr);
  std::string AwaitElement(const std::string& selector);

  acceptance::Process driver_;
  std::string url_;
  std::string session_;
};

}  // namespace er
