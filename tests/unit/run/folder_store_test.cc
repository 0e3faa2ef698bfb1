// A journal's folder beyond what any store does (store_test.cc): each order of the steps of two
// processes, a death at each step, full disks, and file systems of all kinds.
#include "run/folder_store.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "support/temporary_folder.h"
#include "support/traced_process.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Lasts = Store::Lasts;

namespace fs = std::filesystem;

std::string Word(const absl::Status& status) { return absl::StatusCodeToString(status.code()); }

template <typename T>
std::string Word(const absl::StatusOr<T>& result) {
  return Word(result.status());
}

// What is in a store, or why that cannot be said: "a=old b=new".
std::string ContentsOf(Store& store) {
  const absl::StatusOr<Store::Listing> listing = store.List();
  if (!listing.ok()) return listing.status().ToString();
  std::vector<std::string> contents;
  for (const Store::Entry& entry : listing->entries) {
    const absl::StatusOr<Store::Content> content = store.Read(entry.name);
    if (!content.ok()) return absl::StrCat(entry.name, ": ", content.status().ToString());
    if (content->version != entry.version) return absl::StrCat(entry.name, " has two versions");
    contents.push_back(absl::StrCat(entry.name, "=", content->text));
  }
  std::sort(contents.begin(), contents.end());
  return absl::StrJoin(contents, " ");
}

// One operation on the entry `a`, whose version was `version` before, and what came of it.
struct Operation {
  const char* name;
  std::function<std::string(Store& store, const std::string& version)> run;

  friend void PrintTo(const Operation& operation, std::ostream* out) { *out << operation.name; }
};

// `text` is what it writes.
std::vector<Operation> Operations(const std::string& text) {
  return {{"Creates",
           [text](Store& store, const std::string&) {
             return Word(store.Create("a", text, Lasts::kForGood));
           }},
          {"CreatesForItsLife",
           [text](Store& store, const std::string&) {
             return Word(store.Create("a", text, Lasts::kWithTheProcess));
           }},
          {"Replaces",
           [text](Store& store, const std::string& version) {
             return Word(store.Replace("a", version, text));
           }},
          {"Removes", [](Store& store,
                         const std::string& version) { return Word(store.Remove("a", version)); }},
          {"Lists",
           [](Store& store, const std::string&) {
             const absl::StatusOr<Store::Listing> listing = store.List();
             if (!listing.ok()) return listing.status().ToString();
             return absl::StrJoin(listing->entries, " ",
                                  [](std::string* out, const Store::Entry& entry) {
                                    absl::StrAppend(out, entry.name);
                                  });
           }},
          {"Reads", [](Store& store, const std::string&) {
             const absl::StatusOr<Store::Content> content = store.Read("a");
             return content.ok() ? content->text : Word(content);
           }}};
}

// How the folder is found.
struct Start {
  const char* name;
  bool has_entry;
  bool has_rest;  // of an entry that somebody was about to remove when he died

  friend void PrintTo(const Start& start, std::ostream* out) { *out << start.name; }
};

const Start kStarts[] = {
    {"Nothing", false, false}, {"AnEntry", true, false}, {"ARest", false, true}};

// The version of the entry, or one that never was.
std::string Begin(const Start& start, Store& store) {
  return start.has_entry ? *store.Create("a", "old", Lasts::kForGood) : "0000000000000000";
}

void LeaveRest(const std::string& folder) {
  fs::create_directories(folder + "/a");
  std::ofstream(folder + "/a/1111111111111111.json") << "rest";
  std::ofstream(folder + "/a/process").flush();
}

// As if all in the folder had been made long ago.
void Age(const std::string& folder) {
  if (!fs::exists(folder)) return;
  const timespec then[2] = {absl::ToTimespec(absl::Now() - absl::Hours(2)),
                            absl::ToTimespec(absl::Now() - absl::Hours(2))};
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    ASSERT_EQ(utimensat(AT_FDCWD, entry.path().c_str(), then, 0), 0);
  }
}

// All that is there, but for what the file system's time is asked with.
std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != ".clock") names.push_back(fs::relative(entry.path(), folder));
  }
  return names;
}

// When the entry is removed, and time has passed, nothing is left.
void ExpectNoRests(const std::string& folder) {
  FolderStore store(folder);
  if (const absl::StatusOr<Store::Content> there = store.Read("a"); there.ok()) {
    ASSERT_EQ(Word(store.Remove("a", there->version)), "OK");
  }
  Age(folder);
  ASSERT_EQ(ContentsOf(store), "");
  ASSERT_THAT(NamesIn(folder), IsEmpty());
}

class FolderStoreSteps : public testing::TestWithParam<std::tuple<Start, Operation>> {
 protected:
  const Start& start() const { return std::get<0>(GetParam()); }
  const Operation& operation() const { return std::get<1>(GetParam()); }

  // A folder as it is found, and the version of its entry.
  std::string Find(const std::string& folder) {
    FolderStore store(folder);
    fs::create_directories(folder);
    if (start().has_rest) LeaveRest(folder);
    return Begin(start(), store);
  }

  // What comes of both, one after the other, by the simplest store there is: results and contents.
  std::vector<std::string> Serially(const Operation& first, const Operation& second) {
    FakeClock clock;
    MemoryStore memory(clock);
    const std::unique_ptr<Store> store = memory.OfProcess();
    const std::string version = Begin(start(), *store);
    std::string first_result = first.run(*store, version);
    std::string second_result = second.run(*store, version);
    return {std::move(first_result), std::move(second_result), ContentsOf(*store)};
  }

  TemporaryFolder folder_{"/dev/shm"};
};

std::string NameOf(const testing::TestParamInfo<std::tuple<Start, Operation>>& row) {
  return absl::StrCat("Finds", std::get<0>(row.param).name, std::get<1>(row.param).name);
}

TEST_P(FolderStoreSteps, AnotherProcessMayComeBetweenAnyTwo) {
  for (const Operation& other : Operations("theirs")) {
    const std::vector<std::string> before = Serially(operation(), other);
    std::vector<std::string> after = Serially(other, operation());
    std::swap(after[0], after[1]);
    for (int step = 1;; ++step) {
      SCOPED_TRACE(absl::StrCat(other.name, " before step ", step));
      const std::string folder = folder_ / absl::StrCat(other.name, step);
      const std::string version = Find(folder);
      FolderStore mine(folder);
      TracedProcess process([&] { return operation().run(mine, version); });
      const bool goes_on = process.StepTo(step);
      FolderStore theirs(folder);
      const std::string their_result = other.run(theirs, version);
      const std::string my_result = process.Finish();
      FolderStore later(folder);
      const std::vector<std::string> seen = {my_result, their_result, ContentsOf(later)};
      ASSERT_THAT((std::vector{before, after}), Contains(seen));
      ASSERT_NO_FATAL_FAILURE(ExpectNoRests(folder));
      if (!goes_on) break;
    }
  }
}

TEST_P(FolderStoreSteps, AProcessMayDieBetweenAnyTwo) {
  const Operation nothing{"DoesNothing", [](Store&, const std::string&) { return ""; }};
  const std::string before = Serially(nothing, nothing)[2];
  const std::string after = Serially(operation(), nothing)[2];
  for (int step = 1;; ++step) {
    SCOPED_TRACE(absl::StrCat("killed before step ", step));
    const std::string folder = folder_ / absl::StrCat(step);
    const std::string version = Find(folder);
    bool goes_on = false;
    {
      FolderStore mine(folder);
      TracedProcess process([&] { return operation().run(mine, version); });
      goes_on = process.StepTo(step);
    }
    // The entry is there whole, in its old or its new version.
    FolderStore store(folder);
    ASSERT_THAT((std::vector{before, after}), Contains(ContentsOf(store)));
    // Nothing is in the way of the next.
    if (const absl::StatusOr<Store::Content> there = store.Read("a"); there.ok()) {
      ASSERT_EQ(Word(store.Remove("a", there->version)), "OK");
    }
    const absl::StatusOr<std::string> made = store.Create("a", "new", Lasts::kWithTheProcess);
    ASSERT_TRUE(made.ok()) << made.status();
    ASSERT_EQ(ContentsOf(store), "a=new");
    ASSERT_NO_FATAL_FAILURE(ExpectNoRests(folder));
    if (!goes_on) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, FolderStoreSteps,
                         testing::Combine(testing::ValuesIn(kStarts),
                                          testing::ValuesIn(Operations("mine"))),
                         NameOf);

class FolderStoreTest : public testing::Test {
 protected:
  TemporaryFolder folder_{"/dev/shm"};
  const std::string path_ = folder_ / "journal";
  FolderStore store_{path_};
};

TEST_F(FolderStoreTest, IsMadeByWhoeverWritesFirst) {
  EXPECT_EQ(ContentsOf(store_), "");
  EXPECT_EQ(Word(store_.Read("a")), "NOT_FOUND");
  EXPECT_EQ(Word(store_.Remove("a", "0000000000000000")), "OK");
  EXPECT_FALSE(fs::exists(path_));
  bool goes_on = true;
  for (int step = 1; goes_on; ++step) {
    const std::string path = absl::StrCat(path_, step, "/a/b");
    FolderStore mine(path);
    TracedProcess process([&] { return Word(mine.Create("a", "mine", Lasts::kForGood)); });
    goes_on = process.StepTo(step);
    FolderStore theirs(path);
    ASSERT_EQ(Word(theirs.Create("b", "theirs", Lasts::kForGood)), "OK");
    ASSERT_EQ(process.Finish(), "OK");
    ASSERT_EQ(ContentsOf(theirs), "a=mine b=theirs") << "step " << step;
  }
}

TEST_F(FolderStoreTest, TakesAwayWhatTheDeadHaveLeftAfterAnHour) {
  LeaveRest(path_);
  fs::create_directories(path_ + "/.new-2222222222222222");
  ASSERT_EQ(ContentsOf(store_), "");
  EXPECT_THAT(NamesIn(path_), SizeIs(4));  // somebody may be at it
  Age(path_);
  ASSERT_EQ(ContentsOf(store_), "");
  EXPECT_THAT(NamesIn(path_), IsEmpty());
}

TEST_F(FolderStoreTest, KeepsEntriesForGood) {
  const std::string version = *store_.Create("a", "old", Lasts::kForGood);
  Age(path_);
  EXPECT_EQ(ContentsOf(store_), "a=old");
  EXPECT_EQ(store_.Read("a")->version, version);
}

// Of entries and of now alike: a server's clock need not be this computer's.
TEST_F(FolderStoreTest, TellsTheTimesOfTheFileSystem) {
  const std::string version = *store_.Create("a", "old", Lasts::kForGood);
  const timespec later[2] = {{.tv_sec = 4'000'000'000, .tv_nsec = 7},
                             {.tv_sec = 4'000'000'000, .tv_nsec = 7}};
  ASSERT_EQ(utimensat(AT_FDCWD, (path_ + "/a/" + version + ".json").c_str(), later, 0), 0);
  const Store::Listing listing = *store_.List();
  ASSERT_THAT(listing.entries, SizeIs(1));
  EXPECT_EQ(listing.entries[0].modified, absl::TimeFromTimespec(later[1]));
  struct stat clock {};
  ASSERT_EQ(stat((path_ + "/.clock").c_str(), &clock), 0);
  EXPECT_EQ(listing.now, absl::TimeFromTimespec(clock.st_mtim));
}

// ------------------------------------------------------------------------------ what people do

TEST_F(FolderStoreTest, IsNothingThatOthersMayRead) {
  ASSERT_TRUE(store_.Create("a", "old", Lasts::kWithTheProcess).ok());
  for (const std::string& name : NamesIn(path_)) {
    EXPECT_EQ(fs::status(path_ + "/" + name).permissions() &
                  (fs::perms::group_all | fs::perms::others_all),
              fs::perms::none)
        << name;
  }
}

TEST_F(FolderStoreTest, LeavesAloneWhatIsNoEntry) {
  ASSERT_TRUE(store_.Create("a", "old", Lasts::kForGood).ok());
  std::ofstream(path_ + "/README").flush();
  fs::create_directories(path_ + "/.git/refs");
  Age(path_);
  EXPECT_EQ(ContentsOf(store_), "a=old");
  EXPECT_TRUE(fs::exists(path_ + "/README"));
  EXPECT_TRUE(fs::exists(path_ + "/.git/refs"));
}

TEST_F(FolderStoreTest, AnEntryThatHasLostItsTextIsAnError) {
  const std::string version = *store_.Create("a", "old", Lasts::kForGood);
  fs::remove(path_ + "/a/" + version + ".json");
  for (const absl::Status& status : {store_.List().status(), store_.Read("a").status()}) {
    EXPECT_EQ(Word(status), "DATA_LOSS");
    EXPECT_THAT(status.message(), HasSubstr(path_ + "/a "));
  }
}

TEST_F(FolderStoreTest, ARestThatCannotBeTakenAwayIsAnError) {
  fs::create_directories(path_ + "/a/what is this");
  const absl::Status status = store_.Create("a", "new", Lasts::kForGood).status();
  EXPECT_THAT(status.message(), HasSubstr("making " + path_ + "/a: what is left there"));
  EXPECT_THAT(NamesIn(path_), ElementsAre("a", "a/what is this"));
}

TEST_F(FolderStoreTest, AFileInThePlaceOfTheFolderIsAnError) {
  std::ofstream(path_).flush();
  for (const absl::Status& status :
       {store_.List().status(), store_.Create("a", "new", Lasts::kForGood).status()}) {
    EXPECT_FALSE(absl::IsAlreadyExists(status));
    EXPECT_THAT(status.message(), HasSubstr(path_));
    EXPECT_THAT(status.message(), HasSubstr("Not a directory"));
  }
}

TEST_F(FolderStoreTest, AFileInThePlaceOfAnEntryIsAnError) {
  fs::create_directories(path_);
  std::ofstream(path_ + "/a").flush();
  const absl::Status status = store_.Create("a", "new", Lasts::kForGood).status();
  EXPECT_THAT(status.message(), HasSubstr("making " + path_ + "/a: Not a directory"));
  EXPECT_EQ(ContentsOf(store_), "");
}

// Not a run that another process has taken over: the caller still has it.
TEST_F(FolderStoreTest, AFolderThatIsGoneAltogetherIsAnError) {
  const std::string version = *store_.Create("a", "old", Lasts::kForGood);
  fs::remove_all(path_);
  const absl::Status status = store_.Replace("a", version, "new").status();
  EXPECT_EQ(Word(status), "UNAVAILABLE");
  EXPECT_THAT(status.message(), HasSubstr(path_ + " is gone"));
}

// What `work` says in a process of its own, which may become somebody else, say.
std::string InChild(const std::function<std::string()>& work) {
  return TracedProcess(work).Finish();
}

TEST_F(FolderStoreTest, AFolderThatMayOnlyBeReadIsRead) {
  ASSERT_TRUE(store_.Create("a", "old", Lasts::kForGood).ok());
  const std::string seen = InChild([&] {
    // The superuser may do anything.
    for (const std::string& name : {std::string("/a"), std::string()}) {
      chmod((path_ + name).c_str(), 0555);
    }
    for (const auto& file : fs::directory_iterator(path_ + "/a")) chmod(file.path().c_str(), 0444);
    chmod(folder_.path().c_str(), 0755);
    if (getuid() == 0 && setuid(65534) != 0) return std::string("setuid");
    FolderStore store(path_);
    return absl::StrCat(ContentsOf(store), "\n",
                        store.Create("b", "new", Lasts::kForGood).status().ToString());
  });
  EXPECT_THAT(seen, testing::StartsWith("a=old\nPERMISSION_DENIED: making " + path_ + "/.new-"));
}

// ------------------------------------------------------------------------------------ full disks

// Until the disk is full, and then some.
std::string FillAndSay(const std::string& path) {
  FolderStore store(path);
  const std::string version = *store.Create("a", "old", Lasts::kForGood);
  std::string said;
  int made = 0;
  for (; made < 10'000; ++made) {
    const absl::Status status =
        store.Create(absl::StrCat("b", made), std::string(3000, 'x'), Lasts::kWithTheProcess)
            .status();
    if (status.ok()) continue;
    said = Word(status);
    break;
  }
  // What was given back on the way is taken, too.
  for (int i = 0; i < 10'000 && std::ofstream(absl::StrCat(path, "/../", i)) << "x" << std::flush;)
    ++i;
  const std::string full = Word(store.Replace("a", version, std::string(100'000, 'y')));
  const auto unfinished = std::count_if(
      fs::directory_iterator(path), fs::directory_iterator(),
      [](const auto& entry) { return entry.path().filename().string().rfind(".new-", 0) == 0; });
  const std::size_t files =
      std::distance(fs::directory_iterator(path + "/a"), fs::directory_iterator());
  const absl::StatusOr<Store::Listing> listing = store.List();
  const std::size_t besides =
      listing.ok() ? listing->entries.size() - static_cast<std::size_t>(made) : 0;
  const std::string text = store.Read("a")->text;
  return absl::StrCat(said, " ", full, ", ", unfinished, " unfinished, ", files, " files of a, ",
                      besides, " besides, a=", text, ", ", Word(store.Remove("a", version)));
}

constexpr char kNothingLeft[] = " 0 unfinished, 2 files of a, 1 besides, a=old, OK";

// A file system of 64 KiB, or of 40 files, in a namespace of the child's own.
std::string FillSmall(const std::string& path, const char* options) {
  return InChild([&]() -> std::string {
    const int flags = getuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
    fs::create_directories(path);
    if (unshare(flags) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", path.c_str(), "tmpfs", 0, options) != 0) {
      return absl::StrCat("no namespace: ", absl::ErrnoToStatus(errno, "mount").message());
    }
    return FillAndSay(path + "/journal");
  });
}

TEST_F(FolderStoreTest, OnAFullDiskNothingIsLeft) {
  for (const char* options : {"size=64k", "nr_inodes=40"}) {
    const std::string seen = FillSmall(path_, options);
    if (absl::StartsWith(seen, "no namespace")) GTEST_SKIP() << seen;
    EXPECT_THAT(seen, absl::StrCat("RESOURCE_EXHAUSTED RESOURCE_EXHAUSTED,", kNothingLeft))
        << options;
  }
}

TEST_F(FolderStoreTest, BeyondTheLimitOfFilesNothingIsLeft) {
  const std::string seen = InChild([&] {
    const rlimit limit{.rlim_cur = 2000, .rlim_max = 2000};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    return FillAndSay(path_);
  });
  EXPECT_THAT(seen, testing::AllOf(HasSubstr(kNothingLeft), testing::Not(HasSubstr("OK OK"))));
}

// -------------------------------------------------------------------------- those who have died

bool IsAbandoned(Store& store, const std::string& name) {
  const absl::StatusOr<Store::Listing> listing = store.List();
  EXPECT_TRUE(listing.ok()) << listing.status();
  for (const Store::Entry& entry : listing->entries) {
    if (entry.name == name) return entry.abandoned;
  }
  ADD_FAILURE() << "no " << name;
  return false;
}

TEST_F(FolderStoreTest, AnEntryIsAbandonedWhenItsProcessHasDied) {
  TracedProcess process([&] {
    (void)store_.Create("mine", "text", Lasts::kWithTheProcess);
    (void)store_.Create("ours", "text", Lasts::kForGood);
    const std::string version = store_.Read("mine")->version;
    (void)store_.Replace("mine", version, "renewed");
    return std::string();
  });
  while (ContentsOf(store_) != "mine=renewed ours=text") ASSERT_TRUE(process.StepOnce());
  EXPECT_FALSE(IsAbandoned(store_, "mine"));
  EXPECT_FALSE(IsAbandoned(store_, "ours"));
  process.Kill();
  EXPECT_TRUE(IsAbandoned(store_, "mine"));
  EXPECT_FALSE(IsAbandoned(store_, "ours"));
}

TEST_F(FolderStoreTest, AnEntryIsAbandonedWhenItsStoreIsGone) {
  {
    FolderStore mine(path_);
    ASSERT_TRUE(mine.Create("a", "text", Lasts::kWithTheProcess).ok());
    EXPECT_FALSE(IsAbandoned(store_, "a"));
    EXPECT_FALSE(IsAbandoned(mine, "a"));
  }
  EXPECT_TRUE(IsAbandoned(store_, "a"));
}

// Whose lock is not seen here, where the file system is one that several computers share. The same
// computer is another one when it has been started anew.
TEST_F(FolderStoreTest, OfAnotherComputerNobodyIsKnownToHaveDied) {
  { ASSERT_TRUE(FolderStore(path_).Create("a", "text", Lasts::kWithTheProcess).ok()); }
  ASSERT_TRUE(IsAbandoned(store_, "a"));
  for (const char* computer : {"", "0b5e3f0c-9f5e-4d4f-8a53-0d9a7a3a6a53\n"}) {
    std::ofstream(path_ + "/a/process") << computer;
    EXPECT_FALSE(IsAbandoned(store_, "a")) << computer;
  }
}

TEST_F(FolderStoreTest, AnEntryThatIsMadeAnewIsNotAbandoned) {
  const std::string version = *store_.Create("a", "text", Lasts::kWithTheProcess);
  ASSERT_TRUE(store_.Remove("a", version).ok());
  ASSERT_TRUE(store_.Create("a", "text", Lasts::kWithTheProcess).ok());
  FolderStore others(path_);
  EXPECT_FALSE(IsAbandoned(others, "a"));
}

// From here on, this thread's locks fail, as on a file system that has none.
void LoseLocks() {
  sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_flock, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOLCK),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{.len = std::size(filter), .filter = filter};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST_F(FolderStoreTest, WithoutLocksNobodyIsKnownToHaveDied) {
  std::jthread([&] {
    ASSERT_NO_FATAL_FAILURE(LoseLocks());
    FolderStore mine(path_);
    const absl::StatusOr<std::string> version = mine.Create("a", "text", Lasts::kWithTheProcess);
    ASSERT_TRUE(version.ok()) << version.status();
    EXPECT_FALSE(IsAbandoned(mine, "a"));
    ASSERT_TRUE(mine.Replace("a", *version, "renewed").ok());
  });
  EXPECT_FALSE(IsAbandoned(store_, "a"));
  EXPECT_EQ(ContentsOf(store_), "a=renewed");
  EXPECT_TRUE(store_.Remove("a", store_.Read("a")->version).ok());
  EXPECT_THAT(NamesIn(path_), IsEmpty());
}

TEST_F(FolderStoreTest, WhereLocksCannotBeReadNobodyIsKnownToHaveDied) {
  { ASSERT_TRUE(FolderStore(path_).Create("a", "text", Lasts::kWithTheProcess).ok()); }
  std::jthread([&] {
    ASSERT_NO_FATAL_FAILURE(LoseLocks());
    EXPECT_FALSE(IsAbandoned(store_, "a"));
  });
  EXPECT_TRUE(IsAbandoned(store_, "a"));
}

}  // namespace
}  // namespace er::run
