#pragma once

#include <functional>
#include <string>

#include "support/websocket_frames.hpp"
#include "unit/transport/peer_thread.hpp"

namespace transport_test {

namespace websocket_peer {

using namespace mqtt_toolbox::support::websocket_peer;

struct Frame {
  unsigned char opcode = 0xFF;  ///< 0xFF: the client has gone
  bool final = false;
  bool masked = false;
  std::string payload;
};

inline Frame receive_frame(int fd) {
  std::string head = receive_exactly(fd, 2);
  if (head.empty()) return {};
  Frame frame;
  frame.opcode = static_cast<unsigned char>(head[0] & 0x0F);
  frame.final = (head[0] & 0x80) != 0;
  frame.masked = (head[1] & 0x80) != 0;
  std::size_t size = head[1] & 0x7F;
  std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (more > 0) size = 0;
  for (char byte : receive_exactly(fd, more)) size = size << 8 | static_cast<unsigned char>(byte);
  std::string mask = frame.masked ? receive_exactly(fd, 4) : std::string(4, '\0');
  frame.payload = receive_exactly(fd, size);
  for (std::size_t i = 0; i < frame.payload.size(); ++i) frame.payload[i] ^= mask[i % 4];
  return frame;
}

}  // namespace websocket_peer

}  // namespace transport_test
