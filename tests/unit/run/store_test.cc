// What a journal asks of a store, of each kind of store there is.
#include "run/store.h"

#include <atomic>
#include <map>
#include <ostream>
#include <thread>

#include "acceptance/emulator_process.h"
#include "acceptance/process.h"
#include "gmock/gmock.h"
#include "support/memory_store.h"
#include "support/temporary_folder.h"
#include "unit/run/printing.h"
#include "unit/run/store_work.h"

namespace er::run {
namespace {

using testing::IsEmpty;
using Lasts = Store::Lasts;

// Where stores of one kind are kept for the time of a test.
class Place {
 public:
  Place() = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  virtual ~Place() = default;

  virtual std::unique_ptr<Store> Open() = 0;  // as another process
  virtual std::string where() const = 0;
  // What OpenStore() takes; empty where no other process gets there.
  virtual std::string argument() const { return ""; }
};

class InMemory final : public Place {
 public:
  std::unique_ptr<Store> Open() override { return memory_.OfProcess(); }
  std::string where() const override { return "memory"; }

 private:
  MemoryStore memory_{SystemClock()};
};

class InAFolder final : public Place {
 public:
  explicit InAFolder(const std::string& parent) : folder_(parent) {}
  std::unique_ptr<Store> Open() override { return OpenStore(argument()); }
  std::string where() const override { return argument(); }
  std::string argument() const override { return folder_ / "journal"; }

 private:
  const TemporaryFolder folder_;
};

class InABucket final : public Place {
 public:
  InABucket() {
    emulator_.Ask("PUT", "buckets/a.bucket", {{"region", "eu-central-1"}});
    // What others keep in the same bucket.
    for (const char* key : {"a/journal.json", "a/journal/deeper/x.json", "a/journal/x", "z.json"}) {
      emulator_.Ask("POST", "buckets/a.bucket/objects", {{"key", key}, {"content", "not ours"}});
    }
  }
  std::unique_ptr<Store> Open() override { return OpenStore(argument()); }
  std::string where() const override { return "s3://a.bucket/a/journal/"; }
  std::string argument() const override {
    return absl::StrCat(emulator_.url(), " a.bucket a/journal");
  }

 private:
  const TemporaryFolder folder_;
  acceptance::EmulatorProcess emulator_{folder_.path()};
};

struct Kind {
  const char* name;
  std::unique_ptr<Place> (*make)();

  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

const Kind kMemory{"Memory",
                   []() -> std::unique_ptr<Place> { return std::make_unique<InMemory>(); }};
const Kind kSharedMemory{"FolderInSharedMemory", []() -> std::unique_ptr<Place> {
                           return std::make_unique<InAFolder>("/dev/shm");
                         }};
const Kind kDisk{"FolderOnDisk", []() -> std::unique_ptr<Place> {
                   return std::make_unique<InAFolder>(ER_BINARY_DIR);
                 }};
const Kind kBucket{"Bucket",
                   []() -> std::unique_ptr<Place> { return std::make_unique<InABucket>(); }};

class StoreTest : public testing::TestWithParam<Kind> {
 protected:
  std::string NewEntry(const std::string& name, const std::string& text) {
    const absl::StatusOr<std::string> version = store_->Create(name, text, Lasts::kForGood);
    EXPECT_TRUE(version.ok()) << version.status();
    return version.value_or("");
  }
  std::string TextOf(const std::string& name) {
    const absl::StatusOr<Store::Content> content = other_->Read(name);
    return content.ok() ? content->text : content.status().ToString();
  }
  // By name, with their versions.
  std::map<std::string, std::string> Listed() {
    const absl::StatusOr<Store::Listing> listing = other_->List();
    EXPECT_TRUE(listing.ok()) << listing.status();
    std::map<std::string, std::string> listed;
    for (const Store::Entry& entry : listing->entries) listed[entry.name] = entry.version;
    return listed;
  }

  const std::unique_ptr<Place> place_ = GetParam().make();
  const std::unique_ptr<Store> store_ = place_->Open();
  const std::unique_ptr<Store> other_ = place_->Open();
};

std::string NameOf(const testing::TestParamInfo<Kind>& row) { return row.param.name; }

INSTANTIATE_TEST_SUITE_P(Each, StoreTest, testing::Values(kMemory, kSharedMemory, kDisk, kBucket),
                         NameOf);

TEST_P(StoreTest, IsEmptyAtFirst) {
  EXPECT_THAT(Listed(), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(store_->Read("note-1").status()));
  EXPECT_EQ(store_->where(), place_->where());
}

TEST_P(StoreTest, KeepsWhatIsCreated) {
  const std::string version = NewEntry("note-1", "{\"a\": \"\u00e9\n\"}");
  EXPECT_EQ(TextOf("note-1"), "{\"a\": \"\u00e9\n\"}");
  EXPECT_EQ(other_->Read("note-1")->version, version);
  EXPECT_EQ(Listed(), (std::map<std::string, std::string>{{"note-1", version}}));
}

TEST_P(StoreTest, KeepsTextsOfAnySize) {
  const std::string large(1 << 20, 'x');
  NewEntry("large", large);
  NewEntry("empty", "");
  EXPECT_EQ(TextOf("large"), large);
  EXPECT_EQ(TextOf("empty"), "");
}

TEST_P(StoreTest, TellsWhenEntriesWereWrittenByItsOwnClock) {
  const absl::Time before = store_->List()->now;
  std::string version = NewEntry("note-1", "one");
  version = *store_->Replace("note-1", version, "two");
  const Store::Listing listing = *store_->List();
  ASSERT_EQ(listing.entries.size(), 1u);
  EXPECT_GE(listing.entries[0].modified,
            absl::Floor(before - absl::UnixEpoch(), absl::Seconds(1)) + absl::UnixEpoch());
  EXPECT_LE(listing.entries[0].modified, listing.now);
  EXPECT_LT(absl::AbsDuration(listing.now - absl::Now()), absl::Minutes(1));
}

TEST_P(StoreTest, CreatesNothingOverAnEntry) {
  const std::string version = NewEntry("note-1", "old");
  EXPECT_TRUE(absl::IsAlreadyExists(other_->Create("note-1", "new", Lasts::kForGood).status()));
  EXPECT_TRUE(
      absl::IsAlreadyExists(other_->Create("note-1", "new", Lasts::kWithTheProcess).status()));
  EXPECT_EQ(TextOf("note-1"), "old");
  EXPECT_EQ(Listed()["note-1"], version);
}

TEST_P(StoreTest, ReplacesOnlyTheVersionThatIsNamed) {
  const std::string first = NewEntry("note-1", "one");
  const absl::StatusOr<std::string> second = other_->Replace("note-1", first, "two");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(*second, first);
  EXPECT_TRUE(absl::IsAborted(store_->Replace("note-1", first, "three").status()));
  EXPECT_EQ(TextOf("note-1"), "two");
  EXPECT_EQ(Listed(), (std::map<std::string, std::string>{{"note-1", *second}}));
}

TEST_P(StoreTest, ReplacesNothingThatIsGone) {
  const std::string version = NewEntry("note-1", "one");
  NewEntry("note-2", "another");
  ASSERT_TRUE(other_->Remove("note-1", version).ok());
  EXPECT_TRUE(absl::IsAborted(store_->Replace("note-1", version, "two").status()));
  EXPECT_TRUE(absl::IsNotFound(store_->Read("note-1").status()));
}

TEST_P(StoreTest, RemovesOnlyTheVersionThatIsNamed) {
  const std::string first = NewEntry("note-1", "one");
  const std::string second = *store_->Replace("note-1", first, "two");
  EXPECT_TRUE(absl::IsAborted(other_->Remove("note-1", first)));
  EXPECT_EQ(TextOf("note-1"), "two");
  EXPECT_TRUE(other_->Remove("note-1", second).ok());
  EXPECT_THAT(Listed(), IsEmpty());
  EXPECT_TRUE(store_->Remove("note-1", second).ok());  // it is gone already
}

TEST_P(StoreTest, AnEntryThatIsMadeAnewIsAnother) {
  const std::string first = NewEntry("lock", "mine");
  ASSERT_TRUE(store_->Remove("lock", first).ok());
  const absl::StatusOr<std::string> second = other_->Create("lock", "theirs", Lasts::kForGood);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(*second, first);
  EXPECT_TRUE(absl::IsAborted(store_->Replace("lock", first, "mine again").status()));
  EXPECT_TRUE(absl::IsAborted(store_->Remove("lock", first)));
  EXPECT_EQ(TextOf("lock"), "theirs");
}

TEST_P(StoreTest, ReadsManyInTheirOrder) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) {
    names.push_back(absl::StrCat("note-", i));
    if (i % 7 != 3) NewEntry(names.back(), absl::StrCat("text ", i));
  }
  const std::vector<absl::StatusOr<Store::Content>> contents = other_->ReadMany(names);
  ASSERT_EQ(contents.size(), names.size());
  for (int i = 0; i < 40; ++i) {
    const auto& content = contents[static_cast<std::size_t>(i)];
    if (i % 7 == 3) {
      EXPECT_TRUE(absl::IsNotFound(content.status())) << i;
    } else {
      EXPECT_EQ(content->text, absl::StrCat("text ", i));
    }
  }
  EXPECT_THAT(other_->ReadMany({}), IsEmpty());
}

TEST_P(StoreTest, ListsAllThereAre) {
  for (int i = 0; i < 120; ++i) NewEntry(absl::StrCat("note-", i), absl::StrCat("text ", i));
  EXPECT_EQ(Listed().size(), 120u);
}

TEST_P(StoreTest, OutlivesWhoWroteIt) {
  { ASSERT_TRUE(place_->Open()->Create("note-1", "one", Lasts::kForGood).ok()); }
  { ASSERT_TRUE(place_->Open()->Create("process-1", "one", Lasts::kWithTheProcess).ok()); }
  EXPECT_EQ(TextOf("note-1"), "one");
  EXPECT_EQ(TextOf("process-1"), "one");  // abandoned, and there until somebody removes it
}

// ------------------------------------------------------------------------------ races of threads

constexpr int kThreads = 4;

// How often each does it: a bucket is slower.
int Times(const Kind& kind) { return kind.name == kBucket.name ? 10 : 50; }

void InThreads(const std::function<void(int)>& work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
}

TEST_P(StoreTest, OfThreadsThatCreateOneIsFirst) {
  for (int round = 0; round < Times(GetParam()); ++round) {
    const std::string name = absl::StrCat("note-", round);
    std::atomic<int> created = 0;
    std::string winner;
    InThreads([&](int thread) {
      const std::string text = absl::StrCat("by ", thread);
      const absl::Status status = store_->Create(name, text, Lasts::kForGood).status();
      if (status.ok()) {
        ++created;
        winner = text;
      } else {
        EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
      }
    });
    ASSERT_EQ(created, 1);
    ASSERT_EQ(TextOf(name), winner);
  }
}

TEST_P(StoreTest, NoWriteOfAThreadIsLost) {
  NewEntry("number", "0");
  InThreads([&](int) {
    const std::unique_ptr<Store> mine = place_->Open();
    const absl::Status counted = Count(*mine, "number", Times(GetParam()));
    EXPECT_TRUE(counted.ok()) << counted;
  });
  EXPECT_EQ(TextOf("number"), absl::StrCat(kThreads * Times(GetParam())));
}

TEST_P(StoreTest, OfThreadsWithOneStoreOneAtATimeHasAnEntry) {
  const TemporaryFolder folder;
  InThreads([&](int thread) {
    const absl::Status took =
        TakeTurns(*store_, "lock", absl::StrCat(thread), Times(GetParam()), folder / "witness");
    EXPECT_TRUE(took.ok()) << took;
  });
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_P(StoreTest, WhoeverReadsSeesWholeEntries) {
  NewEntry("kept", LongText("first"));
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    std::string version = other_->Read("kept")->version;
    for (int i = 0; i < 4 * Times(GetParam()); ++i) {
      version = *other_->Replace("kept", version, LongText(absl::StrCat("text-", i)));
    }
    done = true;
  });
  while (!done) {
    const absl::StatusOr<Store::Content> content = store_->Read("kept");
    ASSERT_TRUE(content.ok()) << content.status();
    ASSERT_TRUE(IsWhole(content->text));
    const absl::StatusOr<Store::Listing> listing = store_->List();
    ASSERT_TRUE(listing.ok()) << listing.status();
    ASSERT_EQ(listing->entries.size(), 1u);
  }
}

// ---------------------------------------------------------------------------- races of processes

class StoreOfProcesses : public StoreTest {
 protected:
  acceptance::Process Begin(std::vector<std::string> work) {
    work.insert(work.begin(), {ER_BINARY_DIR "/tests/er_store_process", place_->argument()});
    return acceptance::Process({.command = std::move(work),
                                .environment = {{"ASAN_OPTIONS", "detect_leaks=0"}},
                                .folder = folder_.path(),
                                .output = folder_ / absl::StrCat("output-", ++begun_)});
  }

  void ExpectAllEnd(std::vector<acceptance::Process>& processes) {
    for (acceptance::Process& process : processes) {
      EXPECT_EQ(process.AwaitExit(), 0) << process.Output();
    }
  }

  const TemporaryFolder folder_;
  int begun_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Each, StoreOfProcesses, testing::Values(kSharedMemory, kDisk, kBucket),
                         NameOf);

TEST_P(StoreOfProcesses, NoWriteOfAProcessIsLost) {
  NewEntry("number", "0");
  std::vector<acceptance::Process> processes;
  for (int i = 0; i < kThreads; ++i) {
    processes.push_back(Begin({"count", "number", absl::StrCat(Times(GetParam()))}));
  }
  ExpectAllEnd(processes);
  EXPECT_EQ(TextOf("number"), absl::StrCat(kThreads * Times(GetParam())));
}

TEST_P(StoreOfProcesses, OneAtATimeHasAnEntry) {
  std::vector<acceptance::Process> processes;
  for (int i = 0; i < kThreads; ++i) {
    processes.push_back(Begin({"take-turns", "lock", absl::StrCat(i),
                               absl::StrCat(Times(GetParam())), folder_ / "witness"}));
  }
  ExpectAllEnd(processes);
  EXPECT_THAT(Listed(), IsEmpty());
}

// Whoever is killed leaves whole entries, and nothing that hinders the next.
TEST_P(StoreOfProcesses, ADeathAtAnyMomentHarmsNobody) {
  NewEntry("kept", LongText("first"));
  const auto look = [&] {
    for (const char* name : {"kept", "x", "y"}) {
      const absl::StatusOr<Store::Content> content = store_->Read(name);
      if (absl::IsNotFound(content.status()) && std::string(name) != "kept") continue;
      ASSERT_TRUE(content.ok()) << content.status();
      ASSERT_TRUE(IsWhole(content->text)) << name;
    }
    ASSERT_TRUE(Listed().contains("kept"));
  };
  std::mt19937 random(1);
  for (int round = 0; round < 12; ++round) {
    std::vector<acceptance::Process> processes;
    for (int i = 0; i < 2; ++i) {
      processes.push_back(Begin({"churn", absl::StrCat(2 * round + i)}));
    }
    const std::string before = TextOf("kept");
    while (TextOf("kept") == before) {
      ASSERT_NO_FATAL_FAILURE(look());
      for (const acceptance::Process& process : processes) ASSERT_EQ(process.Output(), "");
    }
    for (auto looks = random() % 20; looks > 0; --looks) ASSERT_NO_FATAL_FAILURE(look());
    for (acceptance::Process& process : processes) {
      EXPECT_EQ(process.Output(), "");
      process.Signal(SIGKILL);
      process.AwaitExit();
    }
    ASSERT_NO_FATAL_FAILURE(look());
  }
  for (const auto& [name, version] : Listed()) EXPECT_TRUE(store_->Remove(name, version).ok());
  for (const char* name : {"kept", "x", "y"}) NewEntry(name, "new");
  EXPECT_EQ(Listed().size(), 3u);
}

TEST_P(StoreOfProcesses, AnEntryIsAbandonedIfThatIsKnown) {
  acceptance::Process process = Begin({"hold", "process-1"});
  while (process.Output().empty()) std::this_thread::yield();
  const auto is_abandoned = [&] { return store_->List()->entries.at(0).abandoned; };
  EXPECT_FALSE(is_abandoned());
  process.Signal(SIGKILL);
  process.AwaitExit();
  EXPECT_EQ(is_abandoned(), GetParam().name != kBucket.name);
  const std::string version = Listed()["process-1"];
  EXPECT_TRUE(store_->Remove("process-1", version).ok());
  NewEntry("process-1", "another's");
  EXPECT_FALSE(is_abandoned());
}

}  // namespace
}  // namespace er::run
