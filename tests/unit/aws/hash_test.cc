#include "aws/hash.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace er::aws {
namespace {

// The digests of the empty text and of "abc" are those of FIPS 180-4's examples.
TEST(HashTest, GivesTheStandardsExamples) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha1Hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

// https://www.rfc-editor.org/rfc/rfc4231#section-4.3
TEST(HashTest, GivesTheHmacOfRfc4231) {
  EXPECT_EQ(absl::BytesToHexString(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace er::aws
