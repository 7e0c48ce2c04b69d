#pragma once

#include <string>

#include "check/raw_client.hpp"

namespace mqtt_toolbox::probe {

/// Sends the bytes on a connection of its own, and sees whether the broker ends it or refuses, as
/// MQTT 5.0 section 4.13 wants. `acceptance` is the answer that says that it took them.
/// Where the standard binds the client only, `otherwise` is no more than `deviates`.
check::Finding refusal_of(check::Scene& scene, const std::string& bytes,
                          protocol::PacketType acceptance, Verdict otherwise);

/// The same on a connection that is there.
check::Finding refusal_by(check::Scene& scene, check::Bare& client, const std::string& bytes,
                          protocol::PacketType acceptance, Verdict otherwise = Verdict::fail);

/// The same in place of CONNECT, of a broker that accepts the user's own CONNECT.
check::Finding refusal_of_connect(check::Scene& scene, check::Bare& client,
                                  const std::string& bytes);

template <std::string (*bytes)(check::Scene&), protocol::PacketType acceptance,
          Verdict otherwise = Verdict::fail>
check::Finding refuses(check::Scene& scene) {
  return refusal_of(scene, bytes(scene), acceptance, otherwise);
}

template <std::string (*bytes)(check::Bare&)>
check::Finding refuses_connect(check::Scene& scene) {
  check::Bare client(scene);
  return refusal_of_connect(scene, client, bytes(client));
}

}  // namespace mqtt_toolbox::probe
