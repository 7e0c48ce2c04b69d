#include "transport/tls/certificates.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "base/system.hpp"
#include "transport/tls/certificate_text.hpp"
#include "transport/tls/openssl.hpp"

namespace mqtt_toolbox::transport::tls {

namespace {

constexpr long day = 24 * 60 * 60;

struct Identity {
  OwnedKey key;
  OwnedCertificate certificate;
};

struct Extension {
  int nid;
  std::string value;
};

struct Profile {
  const char* common_name;
  long not_before;  ///< seconds from now
  long not_after;
  std::vector<Extension> extensions;
};

tl::unexpected<Error> openssl_failure(const char* what) {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  return fail(ExitCode::io, fmt::format("cannot make {}: {}", what,
                                        reason != nullptr ? reason : "unknown error of OpenSSL"));
}

bool extend(X509* certificate, X509* issuer, const Extension& extension) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  OwnedExtension made(
      X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str()));
  return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1;
}

bool set_common_name(X509* certificate, const char* name) {
  auto bytes = reinterpret_cast<const unsigned char*>(name);
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, bytes,
                                    -1, -1, 0) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key, const Profile& profile) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         set_common_name(certificate, profile.common_name) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), profile.not_before) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), profile.not_after) != nullptr &&
         X509_set_pubkey(certificate, key) == 1;
}

/// Signed by `ca`, or by itself.
Result<Identity> make_identity(const Profile& profile, const Identity* ca) {
  Identity made{OwnedKey(EVP_EC_gen("P-256")), OwnedCertificate(X509_new())};
  X509* certificate = made.certificate.get();
  if (!made.key || certificate == nullptr) return openssl_failure("a key");
  X509* issuer = ca != nullptr ? ca->certificate.get() : certificate;
  EVP_PKEY* signer = ca != nullptr ? ca->key.get() : made.key.get();
  bool good = fill(certificate, made.key.get(), profile) &&
              X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1;
  for (const Extension& extension : profile.extensions) {
    good = good && extend(certificate, issuer, extension);
  }
  good = good && X509_sign(certificate, signer, EVP_sha256()) > 0;
  if (!good) return openssl_failure("a certificate");
  return made;
}

Profile ca_profile(const char* name) {
  return {name,
          -day,
          30 * day,
          {{NID_basic_constraints, "critical,CA:TRUE"},
           {NID_key_usage, "critical,keyCertSign,cRLSign"},
           {NID_subject_key_identifier, "hash"}}};
}

Profile leaf_profile(const char* name, const char* usage, const std::string& names) {
  Profile profile{name,
                  -day,
                  30 * day,
                  {{NID_basic_constraints, "critical,CA:FALSE"},
                   {NID_key_usage, "critical,digitalSignature"},
                   {NID_ext_key_usage, usage},
                   {NID_subject_key_identifier, "hash"},
                   {NID_authority_key_identifier, "keyid"}}};
  if (!names.empty()) profile.extensions.push_back({NID_subject_alt_name, names});
  return profile;
}

bool is_address(const std::string& name) {
  in6_addr bytes;
  return inet_pton(AF_INET, name.c_str(), &bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &bytes) == 1;
}

/// The value is text to OpenSSL: a comma would start another name.
Result<std::string> alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (name.empty() || name.find_first_of(",; \n\t") != std::string::npos) {
      return fail(ExitCode::usage, fmt::format("\"{}\" is no name for a certificate", name));
    }
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", is_address(name) ? "IP" : "DNS", name);
  }
  return text;
}

Status write_file(const std::string& path, const std::string& text, mode_t mode) {
  auto cannot = [&] {
    return fail(ExitCode::io, fmt::format("cannot write {}: {}", path, system_text(errno)));
  };
  FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file || fchmod(file.get(), mode) != 0) return cannot();
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return cannot();
  }
  return {};
}

std::string key_text(EVP_PKEY* key) {
  OwnedBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Status write_certificate(const std::string& stem, const Identity& identity) {
  return write_file(stem + ".crt", pem_text(identity.certificate.get()), 0644);
}

Status write_both(const std::string& stem, const Identity& identity) {
  if (auto status = write_certificate(stem, identity); !status) return status;
  return write_file(stem + ".key", key_text(identity.key.get()), 0600);
}

struct Leaf {
  const char* file;
  Profile profile;
};

std::vector<Leaf> leaves(const std::string& names) {
  std::vector<Leaf> all{
      {"server", leaf_profile("server", "serverAuth", names)},
      {"client", leaf_profile("client", "clientAuth", "")},
      {"expired", leaf_profile("expired", "serverAuth", names)},
      {"wrong-name", leaf_profile("wrong-name", "serverAuth", "DNS:wrong-name.example")}};
  all[2].profile.not_before = -30 * day;
  all[2].profile.not_after = -day;
  return all;
}

}  // namespace

Status make_certificates(const CertificateRequest& request) {
  const std::string folder = request.folder + "/";
  auto names = alternative_names(request.names);
  if (!names) return tl::unexpected(names.error());
  auto ca = make_identity(ca_profile("throw-away CA"), nullptr);
  if (!ca) return tl::unexpected(ca.error());
  auto other = make_identity(ca_profile("another throw-away CA"), nullptr);
  if (!other) return tl::unexpected(other.error());
  Status status = write_both(folder + "ca", *ca);
  if (status) status = write_certificate(folder + "other-ca", *other);
  for (const Leaf& leaf : leaves(*names)) {
    if (!status) break;
    auto identity = make_identity(leaf.profile, &*ca);
    if (!identity) return tl::unexpected(identity.error());
    status = write_both(folder + leaf.file, *identity);
  }
  return status;
}

}  // namespace mqtt_toolbox::transport::tls
