// From the arguments of the provider block to clients that can call AWS.
#pragma once

#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "assembly/provider.h"
#include "aws/connection.h"
#include "aws/settings.h"
#include "value/value.h"

namespace er::assembly {

// The arguments of the provider block `config`, an object that is wholly known. Pure.
//
// kInvalidArgument, as a sentence for the person at the terminal, where one has a value that it
// cannot have.
absl::StatusOr<aws::Arguments> ToArguments(const Value& config);

// Connects by `config`: finds credentials, and asks who the caller is unless the settings say not
// to.
//
// kInvalidArgument and kUnauthenticated, as sentences for the person at the terminal, where that
// cannot be.
absl::StatusOr<Connected> ConnectWith(const aws::Outside& outside, const Value& config,
                                      std::stop_token stop);

}  // namespace er::assembly
