#include "transport/tls/certificate_text.hpp"

#include <arpa/inet.h>
#include <ctime>
#include <vector>

#include <fmt/format.h>
#include <openssl/pem.h>

namespace mqtt_toolbox::transport::tls {

namespace {

constexpr std::size_t most_names = 10;

std::string string_text(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return "?";
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text);
}

std::vector<std::string> alternative_names(X509* certificate) {
  std::vector<std::string> names;
  OwnedNames all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) names.push_back(string_text(name->d.dNSName));
    if (name->type == GEN_IPADD) names.push_back(address_text(name->d.iPAddress));
  }
  return names;
}

std::string common_name(X509_NAME* name) {
  int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (index < 0) return {};
  return string_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
}

std::string memory_text(const OwnedBio& bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// The common name, else all there is.
std::string name_text(X509_NAME* whole) {
  std::string name = common_name(whole);
  if (!name.empty()) return name;
  OwnedBio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), whole, 0, XN_FLAG_ONELINE);
  return memory_text(bio);
}

}  // namespace

std::string names_text(X509* certificate) {
  std::vector<std::string> names = alternative_names(certificate);
  if (names.empty()) {
    std::string name = common_name(X509_get_subject_name(certificate));
    return name.empty() ? "no name at all" : name;
  }
  if (names.size() > most_names) {
    names.resize(most_names);
    names.emplace_back("...");
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string issuer_text(X509* certificate) {
  return name_text(X509_get_issuer_name(certificate));
}

std::string time_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "?";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string pem_text(X509* certificate) {
  OwnedBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return memory_text(bio);
}

Result<CertificateFacts> describe(const std::string& pem) {
  OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const OwnedCertificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return fail(ExitCode::tls, "not a certificate in PEM");
  CertificateFacts facts;
  facts.subject = name_text(X509_get_subject_name(certificate.get()));
  facts.issuer = issuer_text(certificate.get());
  facts.names = alternative_names(certificate.get());
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &parts) == 1)
    facts.expires = timegm(&parts);
  return facts;
}

}  // namespace mqtt_toolbox::transport::tls
