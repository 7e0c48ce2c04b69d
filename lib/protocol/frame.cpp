#include "protocol/codec.hpp"
#include "protocol/fixed_header.hpp"
#include "protocol/reader.hpp"

namespace mqtt_toolbox::protocol {

tl::expected<VariableInteger, Fault> read_variable_integer(Bytes bytes) {
  std::uint32_t value = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    if (i >= bytes.size()) return VariableInteger{};
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    value |= (byte & 0x7FU) << (7 * i);
    if (byte >= 0x80) continue;
    if (byte == 0 && i > 0) return tl::unexpected(Fault::variable_integer_not_minimal);
    return VariableInteger{value, i + 1};
  }
  return tl::unexpected(Fault::variable_integer_malformed);
}

tl::expected<FrameResult, Fault> next_frame(Bytes stream, std::uint32_t maximum_packet_size) {
  tl::expected<FrameResult, Fault> result;
  if (stream.empty()) return result;
  const auto first = static_cast<std::uint8_t>(stream[0]);
  const auto remaining = read_variable_integer(stream.substr(1));
  const std::size_t header = 1 + (remaining ? remaining->size : 0);
  const std::size_t size = header + (remaining ? remaining->value : 0);
  if (const auto fault = first_byte_fault(first)) {
    result = tl::unexpected(*fault);
  } else if (!remaining) {
    result = tl::unexpected(remaining.error());
  } else if (size > maximum_packet_size) {
    result = tl::unexpected(Fault::packet_too_large);
  } else if (remaining->size != 0) {
    result->needed = size;
    if (stream.size() < size) return result;
    Frame& frame = result->frame.emplace();
    frame.first = first;
    frame.body = stream.substr(header, size - header);
    frame.size = size;
  }
  return result;
}

}  // namespace mqtt_toolbox::protocol
