#pragma once

#include <string>

#include "probe/bare.hpp"

namespace mqtt_toolbox::probe {

/// Sends the bytes on a connection of its own, and sees whether the broker ends it or refuses, as
/// MQTT 5.0 section 4.13 wants. `acceptance` is the answer that says that it took them.
/// Where the standard binds the client only, `otherwise` is no more than `deviates`.
Finding refusal_of(Scene& scene, const std::string& bytes, protocol::PacketType acceptance,
                   Verdict otherwise);

/// The same on a connection that is there.
Finding refusal_by(Scene& scene, Bare& client, const std::string& bytes,
                   protocol::PacketType acceptance, Verdict otherwise = Verdict::fail);

/// The same in place of CONNECT, of a broker that accepts the user's own CONNECT.
Finding refusal_of_connect(Scene& scene, Bare& client, const std::string& bytes);

template <std::string (*bytes)(Scene&), protocol::PacketType acceptance,
          Verdict otherwise = Verdict::fail>
Finding refuses(Scene& scene) {
  return refusal_of(scene, bytes(scene), acceptance, otherwise);
}

template <std::string (*bytes)(Bare&)>
Finding refuses_connect(Scene& scene) {
  Bare client(scene);
  return refusal_of_connect(scene, client, bytes(client));
}

}  // namespace mqtt_toolbox::probe
