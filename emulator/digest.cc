#include "emulator/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>

#include "absl/strings/escaping.h"

namespace er::emulator {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Digest Sha256(absl::string_view text) {
  Digest digest{};
  SHA256(Bytes(text), text.size(), digest.data());
  return digest;
}

std::string Text(const Digest& digest) { return std::string(digest.begin(), digest.end()); }

}  // namespace

std::string Sha256Hex(absl::string_view text) { return absl::BytesToHexString(Text(Sha256(text))); }

std::string Md5Hex(absl::string_view text) {
  Digest digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  return absl::BytesToHexString(Text(digest).substr(0, size));
}

std::string HmacSha256(absl::string_view key, absl::string_view text) {
  Digest digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(text), text.size(),
       digest.data(), nullptr);
  return Text(digest);
}

std::uint64_t NumberFrom(absl::string_view text) {
  std::uint64_t number = 0;
  const Digest digest = Sha256(text);
  for (std::size_t i = 0; i < sizeof(number); ++i) number = number << 8 | digest[i];
  return number;
}

}  // namespace er::emulator
