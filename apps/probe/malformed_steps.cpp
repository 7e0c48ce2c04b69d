#include "probe/malformed_steps.hpp"

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;

namespace {

/// MQTT 3.1 does not say what becomes of bad packets.
Finding against(const Scene& scene, Verdict otherwise, std::string observed) {
  if (scene.ground().version() == protocol::Version::v31) otherwise = Verdict::deviates;
  return {otherwise, std::move(observed), {}};
}

/// "SUBACK", with a code that the standard does not know.
std::string answer_text(const Bare::Answer& answer) {
  std::string text(name(answer.type));
  if (!protocol::is_known(answer.reason))
    text += fmt::format(" 0x{:02X}", static_cast<unsigned>(answer.reason));
  return text;
}

}  // namespace

Finding refusal_of(Scene& scene, const std::string& bytes, PacketType acceptance,
                   Verdict otherwise) {
  Bare client(scene);
  return client.connect() ? refusal_by(scene, client, bytes, acceptance, otherwise) : Finding{};
}

Finding refusal_by(Scene& scene, Bare& client, const std::string& bytes, PacketType acceptance,
                   Verdict otherwise) {
  if (!scene.begin_harm()) return {};
  // A broker that closed before has not judged them.
  if (const auto& end = client.wire().end()) return inconclusive("too early: " + end->text);
  client.forget_answers();
  client.send_bytes(bytes);
  const Bare::Answer* answer = client.wait_for(acceptance, reaction_patience);
  if (scene.in_trouble()) return {};
  if (answer != nullptr) {
    const bool is_refused = is_failure(answer->reason) && protocol::is_known(answer->reason);
    if (is_refused) return pass(reason_text(answer->reason, acceptance) + answer->said);
    return against(scene, otherwise, "took it: answered with " + answer_text(*answer));
  }
  if (const auto& end = client.wire().end()) return pass(end->text);
  return against(scene, otherwise, "neither an answer nor an end");
}

Finding refusal_of_connect(Scene& scene, Bare& client, const std::string& bytes) {
  if (!is_alive(scene)) return inconclusive("a right CONNECT is not accepted either");
  if (!scene.begin_harm()) return {};
  const Attempt attempt = client.try_bytes(bytes);
  if (scene.in_trouble()) return {};
  switch (attempt.kind) {
    case Attempt::Kind::refused: return pass(attempt.text);
    case Attempt::Kind::closed: return pass(attempt.text);
    case Attempt::Kind::accepted: return against(scene, Verdict::fail, "accepted it");
    case Attempt::Kind::silent:
      return against(scene, Verdict::fail, "neither an answer nor an end");
    case Attempt::Kind::unreachable: break;
  }
  return inconclusive(attempt.text);
}

}  // namespace mqtt_toolbox::probe
