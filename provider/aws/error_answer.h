// What an AWS service says when it answers with an error.
#pragma once

#include "aws/error.h"
#include "http/transport.h"

namespace er::aws {

// Code, message, request id, HTTP status and execution of an answer of a service that speaks JSON.
// Reads anything: HTML of a proxy, nothing at all, invalid UTF-8. The rest is the caller's to fill
// in.
Error DecodeError(const http::Response& response);

// The id under which the service can find the request; empty where the answer has none.
std::string RequestIdOf(const http::Response& response);

// kRefused for the HTTP statuses that say that the request was not executed, else kUnknown.
Execution ExecutionOf(int http_status);

// `body` as words for a person: on one line, valid UTF-8, not longer than a few hundred bytes.
std::string Excerpt(absl::string_view body);

}  // namespace er::aws
