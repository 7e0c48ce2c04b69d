#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"
#include "transport/plugin.hpp"

// What TLS is between here and the broker.

namespace mqtt_toolbox::probe {

using namespace check;

using transport::CertificateFacts;
using transport::TlsVersion;

namespace {

constexpr std::int64_t seconds_a_day = 24 * 60 * 60;

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

/// Whole days until the first of them expires; negative: it has.
std::int64_t days_left(const CaseContext& context, const std::vector<CertificateFacts>& chain) {
  const std::int64_t now = split(context.run().started).second;
  std::int64_t left = chain.front().expires - now;
  for (const CertificateFacts& certificate : chain)
    left = std::min(left, certificate.expires - now);
  return left < 0 ? -1 : left / seconds_a_day;
}

Finding certificate_finding(CaseContext& context, const std::vector<CertificateFacts>& chain,
                            const std::string& agreed) {
  const CertificateFacts& own = chain.front();
  std::vector<std::string> subjects;
  for (const CertificateFacts& certificate : chain) subjects.push_back(certificate.subject);
  context.tell(measured(fact("certificate-subject"), own.subject));
  context.tell(measured(fact("certificate-names"), joined(own.names)));
  context.tell(measured(fact("certificate-issuer"), own.issuer));
  context.tell(measured(fact("certificate-chain"), joined(subjects)));
  const std::int64_t days = days_left(context, chain);
  context.tell(measured(fact("certificate-days"),
                        static_cast<std::uint64_t>(std::max(std::int64_t(0), days))));
  if (days < 0) return deviates(agreed + "; a certificate of the chain has expired");
  return pass(fmt::format("{}; {} days left", agreed, days));
}

Finding tls(CaseContext& context) {
  if (!context.run().plan.transport.tls) return unsupported("the connection is without TLS");
  const transport::StreamFacts facts = context.connected().facts();
  if (context.is_aborted()) return {};
  context.tell(measured(fact("tls-version"), facts.tls_version));
  context.tell(measured(fact("tls-cipher"), facts.tls_cipher));
  if (!facts.tls_alpn.empty()) context.tell(measured(fact("tls-alpn"), facts.tls_alpn));
  const std::string agreed = facts.tls_version + ", " + facts.tls_cipher;
  std::vector<CertificateFacts> chain;
  for (const std::string& pem : facts.certificates) {
    auto described = transport::describe_certificate(pem);
    if (!described) return inconclusive(described.error().text);
    chain.push_back(std::move(*described));
  }
  return chain.empty() ? pass(agreed + "; no certificate")
                       : certificate_finding(context, chain, agreed);
}

Finding try_tls(CaseContext& context, TlsVersion version, const FactRow& row) {
  client::ConnectPlan plan = context.plan();
  if (!plan.transport.tls) return unsupported("the connection is without TLS");
  plan.transport.tls->minimum_version = plan.transport.tls->maximum_version = version;
  const Attempt attempt = context.client(plan).try_connect();
  if (context.is_aborted()) return {};
  // Whatever it answers, and be it an end, comes behind the handshake.
  const bool accepted = attempt.kind != Attempt::Kind::unreachable;
  if (!accepted && !is_alive(context)) return inconclusive(attempt.text);
  context.tell(measured(row, accepted));
  if (!accepted) return unsupported(attempt.text);
  return pass(attempt.kind == Attempt::Kind::accepted ? "accepted"
                                                      : "accepted, then: " + attempt.text);
}

Finding tls_1_2(CaseContext& context) {
  return try_tls(context, TlsVersion::tls_1_2, fact("tls1.2"));
}
Finding tls_1_3(CaseContext& context) {
  return try_tls(context, TlsVersion::tls_1_3, fact("tls1.3"));
}

constexpr std::array cases{
    without_rights(Case{"tls", "5.4.8",
                        "protects the connection, with certificates that have not expired", tls}),
    without_rights(Case{"tls-1.2", "5.4.8", "may accept TLS 1.2", tls_1_2}),
    without_rights(Case{"tls-1.3", "5.4.8", "may accept TLS 1.3", tls_1_3}),
};

}  // namespace

std::span<const Case> tls_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
