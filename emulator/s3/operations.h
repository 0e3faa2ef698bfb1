// The operations of S3 that the emulator has, on buckets: strongly consistent, with conditional
// writes, in one Region each.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/config.h"
#include "emulator/credentials.h"
#include "emulator/message.h"
#include "emulator/s3/buckets.h"

namespace er::emulator {

// What a request asks of S3, before anybody knows whether the bucket is there.
struct S3Question {
  std::string operation{};  // PutObject; "unknown" for what the emulator does not have
  std::string bucket{};     // decoded; empty where none is named
  std::string key{};        // decoded; empty where it is about the bucket
};

// The bucket that the header Host names, as in my-bucket.s3.eu-west-1.amazonaws.com or
// my-bucket.localhost:4566; empty where none is.
std::string BucketOfHost(const Request& request);

S3Question ReadS3Question(const Request& request);

// What the keys of a list begin with; empty for anything but a list.
std::string PrefixOf(const Request& request);

// Performs what was asked.
Answer PerformS3(const S3Question& question, const Request& request, const Caller& caller,
                 const Config& config, Buckets& buckets, absl::Time now);

std::vector<std::string> S3OperationNames();

}  // namespace er::emulator
