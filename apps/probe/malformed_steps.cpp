#include "probe/malformed_steps.hpp"

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;

namespace {

/// MQTT 3.1 does not say what becomes of bad packets.
Finding against(const CaseContext& context, Verdict otherwise, std::string observed) {
  if (context.run().version() == protocol::Version::v31) otherwise = Verdict::deviates;
  return {otherwise, std::move(observed), {}};
}

/// "SUBACK", with a code that the standard does not know.
std::string answer_text(const RawClient::Answer& answer) {
  std::string text(name(answer.type));
  if (!protocol::is_known(answer.reason))
    text += fmt::format(" 0x{:02X}", static_cast<unsigned>(answer.reason));
  return text;
}

}  // namespace

Finding refusal_of(CaseContext& context, const std::string& bytes, PacketType acceptance,
                   Verdict otherwise) {
  RawClient client(context);
  return client.connect() ? refusal_by(context, client, bytes, acceptance, otherwise) : Finding{};
}

Finding refusal_by(CaseContext& context, RawClient& client, const std::string& bytes,
                   PacketType acceptance, Verdict otherwise) {
  if (!context.begin_harm()) return {};
  // A broker that closed before has not judged them.
  if (const auto& end = client.client().end()) return inconclusive("too early: " + end->text);
  client.forget_answers();
  client.send_bytes(bytes);
  const RawClient::Answer* answer = client.wait_for(acceptance, reaction_timeout);
  if (context.is_aborted()) return {};
  if (answer != nullptr) {
    const bool is_refused = is_failure(answer->reason) && protocol::is_known(answer->reason);
    if (is_refused) return pass(reason_text(answer->reason, acceptance) + answer->said);
    return against(context, otherwise, "took it: answered with " + answer_text(*answer));
  }
  if (const auto& end = client.client().end()) return pass(end->text);
  return against(context, otherwise, "neither an answer nor an end");
}

Finding refusal_of_connect(CaseContext& context, RawClient& client, const std::string& bytes) {
  if (!is_alive(context)) return inconclusive("a right CONNECT is not accepted either");
  if (!context.begin_harm()) return {};
  const Attempt attempt = client.try_bytes(bytes);
  if (context.is_aborted()) return {};
  switch (attempt.kind) {
    case Attempt::Kind::refused: return pass(attempt.text);
    case Attempt::Kind::closed: return pass(attempt.text);
    case Attempt::Kind::accepted: return against(context, Verdict::fail, "accepted it");
    case Attempt::Kind::silent:
      return against(context, Verdict::fail, "neither an answer nor an end");
    case Attempt::Kind::unreachable: break;
  }
  return inconclusive(attempt.text);
}

}  // namespace mqtt_toolbox::probe
