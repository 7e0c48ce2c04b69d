#include <array>

#include "options/settings.hpp"
#include "options/specs.hpp"

namespace mqtt_toolbox::options {
namespace {

using transport::TlsSettings;
using transport::TlsVersion;

constexpr auto group = Group::tls;

constexpr std::array<std::string_view, 2> key_forms{"pem", "engine"};
constexpr std::array<std::string_view, 5> versions{"tlsv1.3", "tlsv1.2", "tlsv1.1", "1.3", "1.2"};
constexpr std::string_view engine_refusal =
    "OpenSSL 3 has left engines behind; give the key as a PEM file";

template <auto member>
Status assign(Settings& settings, Values values) {
  settings.draft.tls.*member = values[0];
  return {};
}

template <auto member>
Status turn_on(Settings& settings, Values) {
  settings.draft.tls.*member = true;
  return {};
}

template <SecretSource::Kind kind>
Status assign_key_password(Settings& settings, Values values) {
  settings.draft.key_password = {kind, values.empty() ? std::string() : std::string(values[0])};
  return {};
}

Status assign_key_form(Settings&, Values values) {
  if (values[0] == "engine") return fail(ExitCode::usage, std::string(engine_refusal));
  return {};
}

Status assign_version(Settings& settings, Values values) {
  if (values[0] == "tlsv1.1")
    return fail(ExitCode::usage, "TLS 1.1 is broken (RFC 8996); use tlsv1.2 or tlsv1.3");
  const bool newest = values[0].ends_with("1.3");
  settings.draft.tls.minimum_version = newest ? TlsVersion::tls_1_3 : TlsVersion::tls_1_2;
  return {};
}

void append_with_colon(std::string& list, std::string_view item) {
  if (!list.empty()) list += ':';
  list += item;
}

/// OpenSSL keeps the names of TLS 1.3, which all start with TLS_, in a list of their own.
Status assign_ciphers(Settings& settings, Values values) {
  TlsSettings& tls = settings.draft.tls;
  tls.ciphers.clear();
  tls.ciphersuites.clear();
  for (std::string_view rest = values[0]; !rest.empty();) {
    const std::string_view item = rest.substr(0, rest.find(':'));
    rest.remove_prefix(item.size() == rest.size() ? rest.size() : item.size() + 1);
    if (!item.empty())
      append_with_colon(item.starts_with("TLS_") ? tls.ciphersuites : tls.ciphers, item);
  }
  return {};
}

Status assign_psk(Settings& settings, Values values) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  if (values[0].empty() || values[0].find_first_not_of(digits) != std::string_view::npos)
    return fail(ExitCode::usage, "a pre-shared key is hexadecimal, without 0x");
  settings.draft.tls.psk = values[0];
  return {};
}

constexpr std::array<Spec, 22> specs{{
    {.name = "tls",
     .kind = Kind::toggle,
     .group = group,
     .broker_bound = true,
     .help = "speak TLS",
     .manual =
         "Without either form, TLS is used when the URL's scheme is mqtts or wss, when the port "
         "is 8883, or when a certificate authority, a client certificate or a pre-shared key "
         "is given. --no-tls wins over all of these that stand in its own layer or a lower one. "
         "An option that is of use with TLS only (--insecure, --server-name, --tls-alpn, "
         "--tls-version, --ciphers, --tls-keylog and those of the key's password) turns TLS on "
         "too, when it stands in the layer that names the broker or above it; beside mqtt://, "
         "ws:// or --no-tls it is an error.",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.use_tls = values[0] == "true";
       return {};
     }},
    {.name = "cafile",
     .kind = Kind::file,
     .value_name = "FILE",
     .group = group,
     .fallback = "the system's store",
     .help = "trusted certificate authorities, PEM",
     .assign = assign<&TlsSettings::ca_file>},
    {.name = "capath",
     .kind = Kind::directory,
     .value_name = "FOLDER",
     .group = group,
     .help = "folder of trusted certificate authorities, by hash",
     .assign = assign<&TlsSettings::ca_path>},
    {.name = "tls-use-os-certs",
     .group = group,
     .help = "trust the system's certificate authorities too",
     .assign = turn_on<&TlsSettings::use_system_store>},
    {.name = "cert",
     .kind = Kind::file,
     .value_name = "FILE",
     .group = group,
     .broker_bound = true,
     .help = "client certificate with its chain, PEM",
     .assign = assign<&TlsSettings::certificate_file>},
    {.name = "key",
     .kind = Kind::file,
     .value_name = "FILE",
     .group = group,
     .broker_bound = true,
     .help = "private key of the client certificate, PEM",
     .assign = assign<&TlsSettings::key_file>},
    {.name = "keyform",
     .kind = Kind::choice,
     .value_name = "FORM",
     .group = group,
     .choices = key_forms,
     .fallback = "pem",
     .help = "form of the private key; only pem",
     .assign = assign_key_form},
    {.name = "key-password",
     .kind = Kind::text,
     .value_name = "PASSWORD",
     .group = group,
     .secret = true,
     .broker_bound = true,
     .slot = "key password",
     .help = "password of an encrypted private key; better kept in a file",
     .assign = assign_key_password<SecretSource::Kind::value>},
    {.name = "key-password-file",
     .kind = Kind::file,
     .value_name = "FILE",
     .group = group,
     .broker_bound = true,
     .slot = "key password",
     .help = "file whose first line is the password of the private key",
     .assign = assign_key_password<SecretSource::Kind::file>},
    {.name = "key-password-command",
     .kind = Kind::command,
     .value_name = "COMMAND",
     .group = group,
     .broker_bound = true,
     .slot = "key password",
     .help = "shell command that prints the password of the private key",
     .assign = assign_key_password<SecretSource::Kind::command>},
    {.name = "key-password-env",
     .kind = Kind::text,
     .value_name = "VARIABLE",
     .group = group,
     .broker_bound = true,
     .slot = "key password",
     .help = "environment variable with the password of the private key",
     .assign = assign_key_password<SecretSource::Kind::environment>},
    {.name = "key-password-prompt",
     .group = group,
     .broker_bound = true,
     .slot = "key password",
     .help = "ask for the password of the private key on the terminal",
     .assign = assign_key_password<SecretSource::Kind::prompt>},
    {.name = "insecure",
     .group = group,
     .help = "do not verify that the certificate is for the broker's name",
     .manual = "It must still come from a trusted authority. Anyone with such a certificate can "
               "then read and change everything. For tests only.",
     .assign = turn_on<&TlsSettings::insecure>},
    {.name = "server-name",
     .kind = Kind::text,
     .value_name = "NAME",
     .group = group,
     .fallback = "the host",
     .broker_bound = true,
     .help = "name to ask for (SNI) and to verify",
     .assign = assign<&TlsSettings::server_name>},
    {.name = "tls-version",
     .kind = Kind::choice,
     .value_name = "VERSION",
     .group = group,
     .choices = versions,
     .fallback = "tlsv1.2",
     .help = "lowest TLS version",
     .assign = assign_version},
    {.name = "ciphers",
     .kind = Kind::text,
     .value_name = "LIST",
     .group = group,
     .help = "ciphers to offer, by OpenSSL's names",
     .manual = "Names that start with TLS_ are those of TLS 1.3, the others those of TLS 1.2.",
     .assign = assign_ciphers},
    {.name = "tls-alpn",
     .kind = Kind::text,
     .value_name = "PROTOCOL",
     .group = group,
     .repeatable = true,
     .help = "application protocol to offer (ALPN)",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.tls.alpn.emplace_back(values[0]);
       return {};
     }},
    {.name = "psk",
     .kind = Kind::text,
     .value_name = "HEX",
     .group = group,
     .secret = true,
     .broker_bound = true,
     .help = "pre-shared key, hexadecimal, instead of certificates",
     .manual =
         "The broker must use this key. One that shows a certificate instead is not connected "
         "to, even with --insecure; of the ciphers of TLS 1.2 only those for a pre-shared key "
         "alone are offered.",
     .assign = assign_psk},
    {.name = "psk-identity",
     .kind = Kind::text,
     .value_name = "IDENTITY",
     .group = group,
     .broker_bound = true,
     .help = "identity that goes with the pre-shared key",
     .assign = assign<&TlsSettings::psk_identity>},
    {.name = "tls-keylog",
     .kind = Kind::file,
     .value_name = "FILE",
     .group = group,
     .help = "append the session keys to this file, for Wireshark",
     .assign = assign<&TlsSettings::key_log_file>},
    {.name = "tls-engine",
     .kind = Kind::text,
     .value_name = "ENGINE",
     .group = group,
     .refusal = engine_refusal,
     .help = "OpenSSL engine"},
    {.name = "tls-engine-kpass-sha1",
     .kind = Kind::text,
     .value_name = "SHA1",
     .group = group,
     .secret = true,
     .refusal = engine_refusal,
     .help = "password of an OpenSSL engine's key"},
}};

}  // namespace

Specs tls_specs() {
  return specs;
}

}  // namespace mqtt_toolbox::options
