// What the tests of a store let several threads and processes do at the same time, and how they
// open one: for store_test.cc and for store_process.cc, whose command line it speaks.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "aws/s3.h"
#include "base/clock.h"
#include "http/curl_transport.h"
#include "run/folder_store.h"
#include "run/s3_store.h"

namespace er::run {

// "/a/folder", or "http://127.0.0.1:1234 bucket prefix" of an emulator. Each call is as another
// process. S3 waits as long as the computer's clock says.
inline std::unique_ptr<Store> OpenStore(const std::string& place) {
  if (!absl::StartsWith(place, "http")) return std::make_unique<FolderStore>(place);
  static http::Transport* const transport = http::NewCurlTransport({})->release();
  static aws::StaticCredentials* const keys =
      new aws::StaticCredentials({.access_key_id = "AKIAEMULATOR00000000",
                                  .secret_access_key = Secret("emulator-secret-key")});
  const std::vector<std::string> parts = absl::StrSplit(place, ' ');
  return std::make_unique<S3Store>(
      *aws::S3Bucket::Create(
          {.bucket = parts[1],
           .endpoint = {.prefix = "s3", .region = "eu-west-1", .custom_url = parts[0]}},
          {.transport = transport, .clock = &SystemClock(), .credentials = keys}),
      parts[2]);
}

// Adds one to the number that the entry says, `times` times, whoever else does so. Not OK where
// anything fails but by another's being faster.
inline absl::Status Count(Store& store, const std::string& name, int times) {
  for (int done = 0; done < times;) {
    const absl::StatusOr<Store::Content> content = store.Read(name);
    if (!content.ok()) return content.status();
    int number = 0;
    if (!absl::SimpleAtoi(content->text, &number)) return absl::InternalError(content->text);
    const absl::Status status =
        store.Replace(name, content->version, absl::StrCat(number + 1)).status();
    if (!status.ok() && !absl::IsAborted(status)) return status;
    if (status.ok()) ++done;
  }
  return absl::OkStatus();
}

// Makes and removes the entry, `times` times; while it is there, nobody else has it: `witness` is a
// file that only one can have made. `who` is unlike any other.
inline absl::Status TakeTurns(Store& store, const std::string& name, const std::string& who,
                              int times, const std::string& witness) {
  for (int done = 0; done < times;) {
    const absl::StatusOr<std::string> version =
        store.Create(name, absl::StrCat(who, " ", done),
                     done % 2 == 0 ? Store::Lasts::kForGood : Store::Lasts::kWithTheProcess);
    if (absl::IsAlreadyExists(version.status())) continue;
    if (!version.ok()) return version.status();
    const int file = open(witness.c_str(), O_CREAT | O_EXCL, 0600);
    if (file < 0) return absl::InternalError(absl::StrCat(who, " is not alone"));
    close(file);
    unlink(witness.c_str());
    if (absl::Status removed = store.Remove(name, *version); !removed.ok()) return removed;
    ++done;
  }
  return absl::OkStatus();
}

// A text that tells whether it is whole: long, and the same at its end as at its beginning.
inline std::string LongText(const std::string& word) {
  return absl::StrCat(word, std::string(20'000, ' '), word);
}
inline bool IsWhole(const std::string& text) {
  const std::string word = text.substr(0, text.find(' '));
  return !word.empty() && text == LongText(word);
}

// Makes, replaces and removes entries at random, and replaces `kept`, which is there already; until
// something fails that should not. `seed` is unlike any other's.
inline absl::Status Churn(Store& store, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  for (int number = 0;; ++number) {
    const std::string entry = std::array{"kept", "x", "y"}[random() % 3];
    const bool is_kept = entry == "kept";
    const std::string text = LongText(absl::StrCat(seed, "-", number));
    absl::StatusOr<Store::Content> there = store.Read(entry);
    absl::Status status = there.status();
    if (absl::IsNotFound(status) && !is_kept) {
      status = store.Create(entry, text, Store::Lasts::kWithTheProcess).status();
    } else if (there.ok() && !is_kept && random() % 3 == 0) {
      status = store.Remove(entry, there->version);
    } else if (there.ok()) {
      status = store.Replace(entry, there->version, text).status();
    }
    if (!status.ok() && !absl::IsAborted(status) && !absl::IsAlreadyExists(status)) return status;
  }
}

}  // namespace er::run
