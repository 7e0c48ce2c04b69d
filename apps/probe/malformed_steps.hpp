#pragma once

#include <string>

#include "check/raw_client.hpp"

namespace mqtt_toolbox::probe {

/// Sends the bytes on a connection of its own, and sees whether the broker ends it or refuses, as
/// MQTT 5.0 section 4.13 wants. `acceptance` is the answer that says that it took them.
/// Where the standard binds the client only, `otherwise` is no more than `deviates`.
check::Finding refusal_of(check::CaseContext& context, const std::string& bytes,
                          protocol::PacketType acceptance, Verdict otherwise);

/// The same on a connection that is there.
check::Finding refusal_by(check::CaseContext& context, check::RawClient& client,
                          const std::string& bytes, protocol::PacketType acceptance,
                          Verdict otherwise = Verdict::fail);

/// The same in place of CONNECT, of a broker that accepts the user's own CONNECT.
check::Finding refusal_of_connect(check::CaseContext& context, check::RawClient& client,
                                  const std::string& bytes);

template <std::string (*bytes)(check::CaseContext&), protocol::PacketType acceptance,
          Verdict otherwise = Verdict::fail>
check::Finding refuses(check::CaseContext& context) {
  return refusal_of(context, bytes(context), acceptance, otherwise);
}

template <std::string (*bytes)(check::RawClient&)>
check::Finding refuses_connect(check::CaseContext& context) {
  check::RawClient client(context);
  return refusal_of_connect(context, client, bytes(client));
}

}  // namespace mqtt_toolbox::probe
