#include "protocol/codec.hpp"
#include "protocol/fixed_header.hpp"
#include "protocol/reader.hpp"

namespace mqtt_toolbox::protocol {

tl::expected<FrameResult, Fault> next_frame(Bytes stream, std::uint32_t maximum_packet_size) {
  if (stream.empty()) return FrameResult{};
  const auto first = static_cast<std::uint8_t>(stream[0]);
  if (const auto& fault = first_byte_faults[first]) return tl::unexpected(*fault);
  const auto remaining = read_variable_integer(stream.substr(1));
  if (!remaining) return tl::unexpected(remaining.error());
  if (remaining->size == 0) return FrameResult{};
  const std::size_t header = 1 + remaining->size;
  const std::size_t size = header + remaining->value;
  if (size > maximum_packet_size) return tl::unexpected(Fault::packet_too_large);
  if (stream.size() < size) return FrameResult{std::nullopt, size};
  return FrameResult{Frame{first, stream.substr(header, remaining->value), size}, size};
}

}  // namespace mqtt_toolbox::protocol
