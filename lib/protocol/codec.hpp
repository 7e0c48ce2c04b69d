#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <tl/expected.hpp>

#include "base/export.hpp"
#include "protocol/fault.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::protocol {

/// A whole packet cut out of a byte stream: the first byte and what follows the Remaining Length.
struct Frame {
  std::uint8_t first = 0;
  Bytes body;
  std::size_t size = 0;  ///< of the whole packet, fixed header included

  PacketType type() const { return static_cast<PacketType>(first >> 4); }
};

/// What `next_frame` found: a frame, or how many bytes the packet needs in all (0: not known yet,
/// because its Remaining Length is incomplete).
struct FrameResult {
  std::optional<Frame> frame;
  std::size_t needed = 0;
};

/// Looks at the front of `stream`. Checks the packet type, the reserved flags, the Remaining Length
/// and `maximum_packet_size` (bytes, whole packet) as soon as their bytes are there, so that a
/// hostile length never makes anybody wait or allocate (MQTT 5.0 section 2.1).
MQTT_TOOLBOX_API tl::expected<FrameResult, Fault> next_frame(
    Bytes stream, std::uint32_t maximum_packet_size = maximum_packet_bytes);

/// Decodes a frame strictly by the rules of `version`. Views in the packet point into the frame.
/// CONNECT carries its own version and ignores the argument.
MQTT_TOOLBOX_API tl::expected<Packet, Fault> decode(const Frame& frame, Version version);

/// The same for the hot path: a PUBLISH frame without the variant.
MQTT_TOOLBOX_API tl::expected<Publish, Fault> decode_publish(const Frame& frame, Version version);

/// The bytes that `encode` will need; fails as `encode` does, but for buffer_too_small.
MQTT_TOOLBOX_API tl::expected<std::size_t, Fault> encoded_size(const Packet& packet,
                                                               Version version);

/// Writes the packet into `out` and returns its size. What would violate the specification is
/// refused (an empty SUBSCRIBE, a string over 65,535 bytes, a packet over 268,435,455 bytes, a
/// packet identifier of 0, AUTH before 5.0, ...). Topic names are not checked for wildcards or
/// UTF-8 here (`check_topic_name` does): a test tool must be able to send them.
MQTT_TOOLBOX_API tl::expected<std::size_t, Fault> encode(const Packet& packet, Version version,
                                                         std::span<char> out);

/// PUBLISH for the hot path: everything but the payload, which the caller writes behind it.
/// `publish.payload` counts for the lengths only.
MQTT_TOOLBOX_API tl::expected<std::size_t, Fault> publish_header_size(const Publish& publish,
                                                                      Version version);
MQTT_TOOLBOX_API tl::expected<std::size_t, Fault> encode_publish_header(const Publish& publish,
                                                                        Version version,
                                                                        std::span<char> out);

/// PUBACK, PUBREC, PUBREL, PUBCOMP for the hot path: 4 bytes when the reason is success and there
/// are no properties. `out` must hold at least 4 bytes.
MQTT_TOOLBOX_API std::size_t encode_plain_acknowledgement(PacketType type, PacketIdentifier id,
                                                          std::span<char> out);

}  // namespace mqtt_toolbox::protocol
