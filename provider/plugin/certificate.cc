// EC_KEY and RAND_METHOD are the old ways to a key and to randomness, by far the quicker ones: the
// new ways take OpenSSL tables of all its encoders and ciphers, which would be three quarters of
// what making a certificate costs.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "plugin/certificate.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace er::plugin {
namespace {

// Frees an OpenSSL object by its own function.
template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using CurveKey = std::unique_ptr<EC_KEY, Free<EC_KEY_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Buffer = std::unique_ptr<BIO, Free<BIO_free_all>>;

// The clocks of both ends are one, but seconds are cut off.
constexpr absl::Duration kBackdate = absl::Seconds(30);
constexpr absl::Duration kValidity = absl::Hours(24 * 365);
constexpr int kSerialBits = 127;  // positive in 128 bits

struct ExtensionText {
  int nid;
  const char* value;
};
// As go-plugin makes them. Hosts check the name; a common name alone is not enough.
constexpr std::array<ExtensionText, 4> kExtensions = {{
    {NID_basic_constraints, "critical,CA:TRUE"},
    {NID_key_usage, "critical,digitalSignature,keyEncipherment,keyAgreement,keyCertSign"},
    {NID_ext_key_usage, "clientAuth,serverAuth"},
    {NID_subject_alt_name, "DNS:localhost"},
}};

absl::Status OpenSslError(absl::string_view action) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  return absl::InternalError(
      absl::StrCat("making the plugin's certificate: ", action, ": ", reason.data()));
}

std::string Contents(BIO* buffer) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(buffer, &data);
  return {data, static_cast<std::size_t>(size)};
}

// As a RAND_METHOD: 1 on success.
int KernelRandom(unsigned char* to, int size) {
  while (size > 0) {
    const ssize_t count = getrandom(to, static_cast<std::size_t>(size), 0);
    if (count < 0 && errno != EINTR) return 0;
    if (count > 0) {
      to += count;
      size -= static_cast<int>(count);
    }
  }
  return 1;
}

bool SetName(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);  // belongs to the certificate
  const auto* localhost = reinterpret_cast<const unsigned char*>("localhost");
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, localhost, -1, -1, 0) ==
             1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

bool SetSerial(X509* certificate) {
  const Number serial(BN_new());
  return serial && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetValidity(X509* certificate, absl::Time now) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(now - kBackdate)) !=
             nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(now + kValidity)) != nullptr;
}

bool AddExtensions(X509* certificate) {
  for (const ExtensionText& text : kExtensions) {
    const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, text.nid, text.value));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) return false;
  }
  return true;
}

void UseKernelRandom() {
  static constexpr RAND_METHOD kKernel = {.seed = nullptr,
                                          .bytes = KernelRandom,
                                          .cleanup = nullptr,
                                          .add = nullptr,
                                          .pseudorand = KernelRandom,
                                          .status = [] { return 1; }};
  RAND_set_rand_method(&kKernel);
}

}  // namespace

void IgnoreOpenSslConfig() { OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr); }

absl::StatusOr<Certificate> MakeCertificate(absl::Time now) {
  UseKernelRandom();
  const CurveKey curve_key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  const Key key(EVP_PKEY_new());
  if (!curve_key || !key || EC_KEY_generate_key(curve_key.get()) != 1 ||
      EVP_PKEY_set1_EC_KEY(key.get(), curve_key.get()) != 1) {
    return OpenSslError("the key");
  }

  const X509Certificate certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      X509_set_pubkey(certificate.get(), key.get()) != 1 || !SetSerial(certificate.get()) ||
      !SetName(certificate.get()) || !SetValidity(certificate.get(), now) ||
      !AddExtensions(certificate.get()) ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    return OpenSslError("the fields");
  }

  const Buffer certificate_pem(BIO_new(BIO_s_mem()));
  const Buffer key_pem(BIO_new(BIO_s_mem()));
  const Buffer der(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_pem.get(), certificate.get()) != 1 ||
      PEM_write_bio_ECPrivateKey(key_pem.get(), curve_key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) != 1 ||
      i2d_X509_bio(der.get(), certificate.get()) != 1) {
    return OpenSslError("the text");
  }
  std::string base64 = absl::Base64Escape(Contents(der.get()));
  base64.resize(base64.find_last_not_of('=') + 1);
  return Certificate{.certificate_pem = Contents(certificate_pem.get()),
                     .key_pem = Contents(key_pem.get()),
                     .for_handshake = base64};
}

}  // namespace er::plugin
