#pragma once

#include <string>
#include <string_view>

#include <boost/uuid/detail/sha1.hpp>

#include "base/base64.hpp"

/// The server's side of RFC 6455, written by hand so that it can also be wrong.
namespace mqtt_toolbox::support::websocket_peer {

enum Opcode : unsigned char {
  continuation = 0,
  text = 1,
  binary = 2,
  closing = 8,
  ping = 9,
  pong = 10
};

inline std::string accept_key(const std::string& request) {
  const std::string name = "Sec-WebSocket-Key: ";
  std::size_t begin = request.find(name) + name.size();
  std::string key = request.substr(begin, request.find("\r\n", begin) - begin) +
                    "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  boost::uuids::detail::sha1 hash;
  hash.process_bytes(key.data(), key.size());
  unsigned int words[5];
  hash.get_digest(words);
  std::string digest;
  for (unsigned int word : words) {
    for (int shift = 24; shift >= 0; shift -= 8) digest += static_cast<char>(word >> shift);
  }
  std::string encoded;
  append_base64(encoded, digest);
  return encoded;
}

inline std::string accepting(const std::string& request,
                             const std::string& protocol = "Sec-Websocket-Protocol:mqtt\r\n") {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
         protocol + "Sec-WebSocket-Accept: " + accept_key(request) + "\r\n\r\n";
}

inline std::string frame(Opcode opcode, std::string_view payload, bool final = true) {
  std::string out;
  out += static_cast<char>((final ? 0x80 : 0) | opcode);
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() < 65536) {
    out += static_cast<char>(126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size());
  } else {
    out += static_cast<char>(127);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
  }
  out += payload;
  return out;
}

}  // namespace mqtt_toolbox::support::websocket_peer
