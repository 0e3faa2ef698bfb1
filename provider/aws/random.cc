#include "aws/random.h"

#include <memory>
#include <random>

#include "absl/strings/str_format.h"
#include "base/mutex.h"

namespace er::aws {

Random SystemRandom() {
  struct Generator {
    Mutex mutex;
    std::mt19937_64 engine{std::random_device()() * 0x100000001ULL + std::random_device()()};
  };
  return [generator = std::make_shared<Generator>()] {
    const MutexLock lock(generator->mutex);
    return generator->engine();
  };
}

double Fraction(const Random& random) {
  return static_cast<double>(random() >> 11) * 0x1.0p-53;  // 53 bits are what a double holds
}

std::string NewUuid(const Random& random) {
  const std::uint64_t high = (random() & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (random() & ~(0xC000ULL << 48)) | (0x8000ULL << 48);
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, (high >> 16) & 0xFFFF,
                         high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
}

}  // namespace er::aws
