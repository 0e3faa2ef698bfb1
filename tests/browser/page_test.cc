// The emulator's status page, as a person uses it.
#include <httplib.h>

#include "acceptance/acceptance_test.h"
#include "browser/browser.h"

namespace er {
namespace {

using acceptance::EmulatorProcess;
using nlohmann::json;

class PageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::IsInstalled()) {
      GTEST_SKIP() << "The status page was NOT looked at: run scripts/bootstrap browser";
    }
    browser = std::make_unique<Browser>(folder_);
    browser->Open(emulator.url());
    browser->AwaitText("#alive", "live");
  }

  void TearDown() override {
    if (browser != nullptr) {
      EXPECT_EQ(browser->Complaints(), "");
    }
    browser.reset();
    std::error_code ignored;  // the browser may still be writing there
    if (!HasFailure()) std::filesystem::remove_all(folder_, ignored);
  }

  static std::string NewFolder() {
    std::string folder = "/tmp/er-browser-XXXXXX";
    return mkdtemp(folder.data()) == nullptr ? "" : folder;
  }

  json Faults() { return emulator.Ask("GET", "faults").at("faults"); }

  const std::string folder_ = NewFolder();
  EmulatorProcess emulator{folder_};
  std::unique_ptr<Browser> browser;
};

TEST_F(PageTest, ShowsJobsAsBarsAndEndsThem) {
  emulator.SetConfig({{"job_duration", "1h"}});
  browser->AwaitText("#jobs", "No job has been started yet.");
  browser->Click("#workflows button");  // start a job
  browser->AwaitText("#jobs .status", "RUNNING");
  const std::string job = emulator.JobIds().at(0);
  browser->AwaitText("#jobs .name", "customers " + job.substr(0, 8));
  browser->AwaitText("#jobs .about", "somebody else's");
  const json bar = browser->Run(
      "const bar = document.querySelector('#jobs [role=progressbar]');"
      "return [bar.ariaValueNow, bar.offsetWidth > 0, bar.offsetWidth < "
      "bar.parentNode.offsetWidth]");
  EXPECT_EQ(bar, json({"0", true, true}));
  browser->Click("#jobs .acts button:nth-child(2)");  // fail
  browser->AwaitText("#jobs .status", "FAILED");
  EXPECT_EQ(emulator.Jobs().at(0).at("status"), "FAILED");
  browser->AwaitText("#jobs .about", "the emulator was told so");
}

TEST_F(PageTest, ShowsCallsAsTheyComeIn) {
  browser->AwaitText("#no-calls", "Nobody has called yet.");
  httplib::Client(emulator.url()).Get("/idmappingworkflows/customers/jobs");
  httplib::Client(emulator.url())
      .Post("/idmappingworkflows/customers/jobs", "{\"x\": 1}", "application/json");
  browser->AwaitText("#calls tr.call", "ListIdMappingJobs");
  browser->AwaitText("#calls td.code", "403");
  browser->AwaitText("#calls tr", "MissingAuthenticationTokenException");
  browser->Click("#calls tr.call");  // the newest
  browser->AwaitText("#calls pre", "POST /idmappingworkflows/customers/jobs");
  browser->AwaitText("#calls pre", "{\"x\": 1}");
  browser->Click("#counts button");  // only ListIdMappingJobs
  browser->AwaitText("#counts [aria-pressed=true]", "ListIdMappingJobs 1");
  EXPECT_EQ(browser->Run("return document.querySelectorAll('#calls tr.call').length"), 1);
  browser->Click("#forget-calls");
  browser->AwaitText("#no-calls", "Nobody has called yet.");
  EXPECT_EQ(emulator.Calls(), 0);
}

TEST_F(PageTest, InjectsFaults) {
  browser->AwaitText("#faults", "Nothing goes wrong.");
  browser->Choose("#kind", "cut-after");
  browser->Choose("#operation", "PutObject");
  browser->Type("#subject", "lock");  // and Enter
  browser->AwaitText("#faults li", "cut-after");
  const json fault = Faults().at(0);
  EXPECT_EQ(fault.at("kind"), "cut-after");
  EXPECT_EQ(fault.at("operation"), "PutObject");
  EXPECT_EQ(fault.at("key"), "lock");
  EXPECT_EQ(fault.at("times"), 1);
  browser->Click("#end-faults");
  browser->AwaitText("#faults", "Nothing goes wrong.");
  EXPECT_EQ(Faults().size(), 0u);
}

TEST_F(PageTest, ChangesSettings) {
  browser->Type("#set-job_duration", "7s");
  browser->Choose("#set-refusal", "queued");
  browser->Choose("#set-reorders", "true");
  browser->Type("#set-quota", "0");
  browser->AwaitText("#notice", "quota: must be an integer from 1");
  const json config = emulator.Ask("GET", "config");
  EXPECT_EQ(config.at("job_duration"), "7s");
  EXPECT_EQ(config.at("refusal"), "queued");
  EXPECT_EQ(config.at("reorders"), true);
  EXPECT_EQ(config.at("quota"), 1);
  // What others change shows, too.
  emulator.SetConfig({{"list_lag", "3s"}, {"account", "210987654321"}});
  browser->AwaitText("#account", "210987654321");
  EXPECT_EQ(browser->Run("return document.getElementById('set-list_lag').value"), "3s");
  EXPECT_THAT(browser->Complaints(), ::testing::HasSubstr("400"));  // Chromium tells of each
}

TEST_F(PageTest, HasWorkflowsAndBuckets) {
  browser->Type("#add-workflow input[name=name]", "orders");
  browser->AwaitText("#workflows", "orders");
  browser->Type("#add-bucket input[name=name]", "journal");
  browser->AwaitText("#buckets", "journal us-east-1");
  // What others write is text, whatever it looks like.
  const std::string evil = "<img src=x onerror=\"document.title='evil'\">";
  for (const char* content : {"one", evil.c_str()}) {
    emulator.Ask("POST", "buckets/journal/objects",
                 {{"key", "note/" + evil}, {"content", content}});
  }
  browser->AwaitText("#buckets summary", "note/" + evil + " version 2");
  browser->Click("#buckets summary");
  browser->AwaitText("#buckets pre", evil);
  browser->AwaitText("#buckets pre", "one");
  EXPECT_EQ(browser->Run("return [document.title, document.images.length]"),
            json({"entityresolution-emulator", 0}));
}

}  // namespace
}  // namespace er
