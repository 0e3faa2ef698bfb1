#include "plugin/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"

namespace er::plugin {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1767323045);

class CertificateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Certificate> made = MakeCertificate(kNow);
    ASSERT_TRUE(made.ok()) << made.status();
    made_ = *made;
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> text(
        BIO_new_mem_buf(made_.certificate_pem.data(), -1), BIO_free_all);
    x509_.reset(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    ASSERT_TRUE(x509_);
  }

  Certificate made_;
  std::unique_ptr<X509, decltype(&X509_free)> x509_{nullptr, X509_free};
};

TEST_F(CertificateTest, IsForTheNameThatHostsCheck) {
  EXPECT_EQ(
      X509_check_host(x509_.get(), "localhost", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr),
      1);
  EXPECT_EQ(X509_check_host(x509_.get(), "example.com", 0, 0, nullptr), 0);
}

TEST_F(CertificateTest, HasAKeyOnP256ThatSignedIt) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> text(
      BIO_new_mem_buf(made_.key_pem.data(), -1), BIO_free_all);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  ASSERT_TRUE(key);
  std::string group(32, '\0');
  std::size_t size = 0;
  ASSERT_EQ(EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), &size), 1);
  EXPECT_EQ(group.substr(0, size), "prime256v1");
  EXPECT_EQ(X509_check_private_key(x509_.get(), key.get()), 1);
  EXPECT_EQ(X509_verify(x509_.get(), key.get()), 1);
}

TEST_F(CertificateTest, IsValidFromHalfAMinuteAgoForAYear) {
  const auto compare = [](const ASN1_TIME* time, absl::Time expected) {
    return ASN1_TIME_cmp_time_t(time, absl::ToTimeT(expected));
  };
  EXPECT_EQ(compare(X509_get0_notBefore(x509_.get()), kNow - absl::Seconds(30)), 0);
  EXPECT_EQ(compare(X509_get0_notAfter(x509_.get()), kNow + absl::Hours(24 * 365)), 0);
}

TEST_F(CertificateTest, ServesServersAndClientsAsVersion3) {
  EXPECT_EQ(X509_get_version(x509_.get()), X509_VERSION_3);
  EXPECT_EQ(X509_check_purpose(x509_.get(), X509_PURPOSE_SSL_SERVER, 0), 1);
  EXPECT_EQ(X509_check_purpose(x509_.get(), X509_PURPOSE_SSL_CLIENT, 0), 1);
  EXPECT_EQ(X509_check_ca(x509_.get()), 1);
}

TEST_F(CertificateTest, IsAnotherEachTime) {
  const absl::StatusOr<Certificate> other = MakeCertificate(kNow);
  ASSERT_TRUE(other.ok());
  EXPECT_NE(other->key_pem, made_.key_pem);
  EXPECT_NE(other->for_handshake, made_.for_handshake);
}

// Go's base64.RawStdEncoding refuses padding. The length of the DER varies with the signature, so
// that one certificate in three needs none anyway.
TEST(CertificateForHandshake, IsDerInBase64WithoutPadding) {
  for (int i = 0; i < 20; ++i) {
    const absl::StatusOr<Certificate> made = MakeCertificate(kNow);
    ASSERT_TRUE(made.ok());
    ASSERT_EQ(made->for_handshake.find_first_of("=\n-_"), std::string::npos);
    std::string der;
    ASSERT_TRUE(absl::Base64Unescape(made->for_handshake, &der));
    const auto* data = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<X509, decltype(&X509_free)> x509(
        d2i_X509(nullptr, &data, static_cast<long>(der.size())), X509_free);
    ASSERT_TRUE(x509);
    ASSERT_EQ(data, reinterpret_cast<const unsigned char*>(der.data()) + der.size());
  }
}

}  // namespace
}  // namespace er::plugin
