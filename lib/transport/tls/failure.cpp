#include "transport/tls/failure.hpp"

#include <array>
#include <string_view>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "base/utf8.hpp"
#include "transport/tls/certificate_text.hpp"

namespace mqtt_toolbox::transport::tls {

namespace {

constexpr int alert_reasons = SSL_AD_REASON_OFFSET;  ///< an alert N is the reason 1000 + N

struct AlertMeaning {
  int alert;
  std::string_view meaning;
};

constexpr std::array<AlertMeaning, 7> alert_meanings{{
    {SSL_AD_HANDSHAKE_FAILURE,
     "no cipher or version in common, or it wants a client certificate (--cert, --key)"},
    {SSL_AD_PROTOCOL_VERSION, "it does not speak the TLS versions offered"},
    {SSL_AD_UNRECOGNIZED_NAME, "it has no certificate for this name; give another --server-name"},
    {SSL_AD_NO_APPLICATION_PROTOCOL, "it knows none of the --tls-alpn protocols"},
    {SSL_AD_INSUFFICIENT_SECURITY, "it wants stronger ciphers or keys"},
    {SSL_AD_INTERNAL_ERROR, "an error of its own"},
    {SSL_AD_ACCESS_DENIED, "access denied"},
}};

bool is_about_client_certificate(int alert) {
  switch (alert) {
    case SSL_AD_NO_CERTIFICATE:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_CERTIFICATE_REQUIRED: return true;
    default: return false;
  }
}

bool may_be_about_psk(int alert) {
  switch (alert) {
    case SSL_AD_BAD_RECORD_MAC:
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_ILLEGAL_PARAMETER:
    case SSL_AD_DECRYPT_ERROR:
    case SSL_AD_UNKNOWN_PSK_IDENTITY: return true;
    default: return false;
  }
}

std::string alert_text(int alert, const Subject& subject) {
  std::string_view name = SSL_alert_desc_string_long(alert);
  if (is_about_client_certificate(alert)) {
    if (!subject.has_certificate) {
      return fmt::format("the peer wants a client certificate; give --cert and --key (alert: {})",
                         name);
    }
    const std::string_view mend =
        alert == SSL_AD_UNKNOWN_CA
            ? "; when an intermediate authority issued it, that one's certificate belongs into "
              "--cert as well, behind it"
            : "";
    return fmt::format("the peer refused the client certificate (alert: {}){}", name, mend);
  }
  if (subject.has_psk && may_be_about_psk(alert)) {
    return fmt::format(
        "the peer refused the pre-shared key; check --psk and --psk-identity (alert: {})", name);
  }
  for (const AlertMeaning& entry : alert_meanings) {
    if (entry.alert == alert) {
      return fmt::format("the peer refused: {} (alert: {})", entry.meaning, name);
    }
  }
  return fmt::format("the peer refused (alert: {})", name);
}

std::string port_question(const Subject& subject) {
  if (subject.port.empty()) return "is it a TLS listener?";
  return fmt::format("is port {} a TLS port?", subject.port);
}

std::string reason_text(unsigned long error, const Subject& subject) {
  int reason = ERR_GET_REASON(error);
  switch (ERR_GET_LIB(error) == ERR_LIB_SSL ? reason : 0) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
      return "the peer does not speak TLS: " + port_question(subject);
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW: return "the peer only speaks a TLS version that is not allowed";
    default: break;
  }
  if (reason > alert_reasons && reason < alert_reasons + 256) {
    return alert_text(reason - alert_reasons, subject);
  }
  const char* text = ERR_reason_error_string(error);
  return text != nullptr ? text : "unknown error of OpenSSL";
}

std::string untrusted_issuer(X509* certificate) {
  return fmt::format("issued by \"{}\", which is not trusted; give its CA with --cafile",
                     issuer_text(certificate));
}

std::string verification_cause(long result, X509* certificate, const Subject& subject) {
  switch (result) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "self-signed certificate; trust it with --cafile";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "self-signed certificate in chain; give its CA with --cafile";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return untrusted_issuer(certificate);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format("expired on {}", time_text(X509_get0_notAfter(certificate)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("not valid before {}", time_text(X509_get0_notBefore(certificate)));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("it is for {}, not for {}", names_text(certificate), subject.name);
    default: return X509_verify_cert_error_string(result);
  }
}

}  // namespace

std::string verification_text(long result, X509* certificate, const Subject& subject) {
  ERR_clear_error();
  return printable("certificate verify failed: " +
                   verification_cause(result, certificate, subject));
}

std::string psk_unused_text(const Subject& subject) {
  return fmt::format(
      "the peer showed a certificate instead of using the pre-shared key; it may not know the "
      "identity \"{}\" (--psk-identity)",
      printable(subject.psk_identity, 100));
}

std::string error_text(const Subject& subject) {
  unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  return reason_text(error, subject);
}

std::string ended_in_handshake_text(const std::string& cause, const Subject& subject) {
  return cause + "; " + port_question(subject);
}

}  // namespace mqtt_toolbox::transport::tls
