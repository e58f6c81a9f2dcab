#include "tests/unit/control/test_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <memory>

#include "base/check.h"

namespace baton::control {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

struct Identity {
  Certificate certificate;
  Key key;
};

void AddExtension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  BATON_CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself if that is null.
Identity Make(const char* name, const Identity* issuer, bool is_ca) {
  static long serial = 0;
  Identity made{Certificate(X509_new()), Key(EVP_EC_gen("P-256"))};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  const Identity& signer = issuer != nullptr ? *issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  AddExtension(certificate, NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "CA:FALSE");
  if (!is_ca) AddExtension(certificate, NID_subject_alt_name, "IP:127.0.0.1");
  BATON_CHECK(X509_sign(certificate, signer.key.get(), EVP_sha256()) > 0);
  return made;
}

template <class Write>
void WriteFile(const std::filesystem::path& path, Write write) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  BATON_CHECK(file != nullptr && write(file) == 1);
  std::fclose(file);
}

void Save(const Identity& identity, const std::filesystem::path& directory,
          const std::string& name) {
  WriteFile(directory / (name + ".pem"),
            [&](std::FILE* f) { return PEM_write_X509(f, identity.certificate.get()); });
  WriteFile(directory / (name + ".key"), [&](std::FILE* f) {
    return PEM_write_PrivateKey(f, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace

TestCertificates::TestCertificates() {
  std::string name = std::filesystem::temp_directory_path() / "baton-tls-XXXXXX";
  BATON_CHECK(mkdtemp(name.data()) != nullptr);
  directory_ = name;
  const Identity ca = Make("Test CA", nullptr, true);
  Save(ca, directory_, "ca");
  Save(Make("server", &ca, false), directory_, "server");
  Save(Make("client", &ca, false), directory_, "client");
  Save(Make("stranger", nullptr, false), directory_, "stranger");
}

TestCertificates::~TestCertificates() { std::filesystem::remove_all(directory_); }

}  // namespace baton::control
