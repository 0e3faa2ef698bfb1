// Where chance comes from: jitter of waits and ids of calls.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace er::aws {

// 64 random bits a call. Safe for concurrent use.
using Random = std::function<std::uint64_t()>;

// Seeded by the operating system. Not for keys.
Random SystemRandom();

// From [0, 1).
double Fraction(const Random& random);

// A version 4 UUID.
std::string NewUuid(const Random& random);

}  // namespace er::aws
