// What an AWS service says when it answers with an error.
#pragma once

#include "absl/strings/string_view.h"
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

// `text`, a part of `response`, as words for a person: without what went out with the request and
// is secret, printable, and not longer than a few kilobytes. All that a message says in the words
// of an answer goes through this.
std::string WordsOf(const http::Response& response, absl::string_view text);

// The beginning of the body as such words, on one line.
std::string Excerpt(const http::Response& response);

}  // namespace er::aws
