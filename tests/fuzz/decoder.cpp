#include <cstdint>
#include <cstdlib>
#include <vector>

#include "protocol/codec.hpp"

// The first byte chooses the version, the rest is a stream as it might come from a broker or a
// client. Whatever decodes must encode, and decode to the same again.

namespace {

using namespace mqtt_toolbox::protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

Version version_of(std::uint8_t chosen) {
  return chosen % 3 == 0 ? Version::v5 : chosen % 3 == 1 ? Version::v311 : Version::v31;
}

/// Goes through all that the packet's views can show.
void walk(const Packet& packet) {
  const auto properties_end = [](const Properties& properties) {
    std::size_t size = 0;
    for (const Property& property : properties) {
      size += property.text.size() + property.key.size();
      require(properties.find(property.id).has_value());
    }
    require(size <= properties.encoded().size());
  };
  std::visit(
      [&](const auto& value) {
        if constexpr (requires { value.properties; }) properties_end(value.properties);
      },
      packet);
  if (const auto* subscribe = std::get_if<Subscribe>(&packet)) {
    Bytes entries = subscribe->entries;
    while (next_subscription(entries)) continue;
    require(entries.empty());
  }
  if (const auto* unsubscribe = std::get_if<Unsubscribe>(&packet)) {
    Bytes entries = unsubscribe->entries;
    while (next_filter(entries)) continue;
    require(entries.empty());
  }
}

void check_publish(const Frame& frame, Version version, const Packet* packet) {
  const auto publish = decode_publish(frame, version);
  require(publish.has_value() == (packet != nullptr));
  if (packet != nullptr) require(*publish == std::get<Publish>(*packet));
}

void check_again(const Packet& packet, Version version) {
  const auto size = encoded_size(packet, version);
  require(size.has_value());
  std::vector<char> bytes(*size);
  const auto written = encode(packet, version, bytes);
  require(written.has_value() && *written == *size);
  const auto found = next_frame(Bytes(bytes.data(), bytes.size()));
  require(found.has_value() && found->frame.has_value() && found->frame->size == *size);
  const auto again = decode(*found->frame, version);
  require(again.has_value() && *again == packet);
}

void check_frame(const Frame& frame, Version version) {
  const auto packet = decode(frame, version);
  if (frame.type() == PacketType::publish)
    check_publish(frame, version, packet ? &*packet : nullptr);
  if (!packet) return;
  require(type_of(*packet) == frame.type());
  walk(*packet);
  const auto* connect = std::get_if<Connect>(&*packet);
  check_again(*packet, connect != nullptr ? connect->version : version);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Version version = version_of(data[0]);
  Bytes stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (true) {
    const auto found = next_frame(stream);
    if (!found || !found->frame) return 0;
    require(found->frame->size <= stream.size());
    check_frame(*found->frame, version);
    stream.remove_prefix(found->frame->size);
  }
}
