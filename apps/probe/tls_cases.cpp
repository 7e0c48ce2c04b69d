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
std::int64_t days_left(const Scene& scene, const std::vector<CertificateFacts>& chain) {
  const std::int64_t now = split(scene.ground().started).second;
  std::int64_t left = chain.front().expires - now;
  for (const CertificateFacts& certificate : chain)
    left = std::min(left, certificate.expires - now);
  return left < 0 ? -1 : left / seconds_a_day;
}

Finding certificate_finding(Scene& scene, const std::vector<CertificateFacts>& chain,
                            const std::string& agreed) {
  const CertificateFacts& own = chain.front();
  std::vector<std::string> subjects;
  for (const CertificateFacts& certificate : chain) subjects.push_back(certificate.subject);
  scene.tell(measured(fact("certificate-subject"), own.subject));
  scene.tell(measured(fact("certificate-names"), joined(own.names)));
  scene.tell(measured(fact("certificate-issuer"), own.issuer));
  scene.tell(measured(fact("certificate-chain"), joined(subjects)));
  const std::int64_t days = days_left(scene, chain);
  scene.tell(measured(fact("certificate-days"),
                      static_cast<std::uint64_t>(std::max(std::int64_t(0), days))));
  if (days < 0) return deviates(agreed + "; a certificate of the chain has expired");
  return pass(fmt::format("{}; {} days left", agreed, days));
}

Finding tls(Scene& scene) {
  if (!scene.ground().plan.transport.tls) return unsupported("the connection is without TLS");
  const transport::StreamFacts facts = scene.connected().facts();
  if (scene.in_trouble()) return {};
  scene.tell(measured(fact("tls-version"), facts.tls_version));
  scene.tell(measured(fact("tls-cipher"), facts.tls_cipher));
  if (!facts.tls_alpn.empty()) scene.tell(measured(fact("tls-alpn"), facts.tls_alpn));
  const std::string agreed = facts.tls_version + ", " + facts.tls_cipher;
  std::vector<CertificateFacts> chain;
  for (const std::string& pem : facts.certificates) {
    auto described = transport::describe_certificate(pem);
    if (!described) return inconclusive(described.error().text);
    chain.push_back(std::move(*described));
  }
  return chain.empty() ? pass(agreed + "; no certificate")
                       : certificate_finding(scene, chain, agreed);
}

Finding try_tls(Scene& scene, TlsVersion version, const FactRow& row) {
  client::ConnectPlan plan = scene.plan();
  if (!plan.transport.tls) return unsupported("the connection is without TLS");
  plan.transport.tls->minimum_version = plan.transport.tls->maximum_version = version;
  const Attempt attempt = scene.wire(plan).try_connect();
  if (scene.in_trouble()) return {};
  // Whatever it answers, and be it an end, comes behind the handshake.
  const bool accepted = attempt.kind != Attempt::Kind::unreachable;
  if (!accepted && !is_alive(scene)) return inconclusive(attempt.text);
  scene.tell(measured(row, accepted));
  if (!accepted) return unsupported(attempt.text);
  return pass(attempt.kind == Attempt::Kind::accepted ? "accepted"
                                                      : "accepted, then: " + attempt.text);
}

Finding tls_1_2(Scene& scene) {
  return try_tls(scene, TlsVersion::tls_1_2, fact("tls1.2"));
}
Finding tls_1_3(Scene& scene) {
  return try_tls(scene, TlsVersion::tls_1_3, fact("tls1.3"));
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
