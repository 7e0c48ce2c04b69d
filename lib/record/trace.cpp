#include "record/trace.hpp"

#include "base/base64.hpp"
#include "record/digits.hpp"
#include "record/json_text.hpp"
#include "record/trace_sink.hpp"

namespace mqtt_toolbox::record {
namespace {

using protocol::PacketType;

/// The bytes of a broken packet that a trace shows.
constexpr std::size_t shown_bytes = 32;

/// Packets whose bytes hold a password or authentication data.
bool may_hold_secret(std::uint8_t first) {
  const auto type = static_cast<PacketType>(first >> 4);
  return type == PacketType::connect || type == PacketType::connack || type == PacketType::auth;
}

std::string shown_hex(std::uint8_t first, std::string_view rest) {
  std::string hex;
  if (may_hold_secret(first)) return hex;
  append_hex(hex, {reinterpret_cast<const char*>(&first), 1});
  append_hex(hex, rest.substr(0, shown_bytes - 1));
  return hex;
}

}  // namespace

void TraceWriter::start_line(std::string& out, Direction direction, std::string_view packet,
                             WallTime time) {
  const bool is_sent = direction == Direction::sent;
  if (form_ == TraceForm::json) {
    out += R"({"type":"packet",)";
    utc_.append(out, time);
    out += is_sent ? R"(,"direction":"sent")" : R"(,"direction":"received")";
    return append_text(out, "packet", packet);
  }
  append_local_time(out, time);
  out += is_sent ? " -> " : " <- ";
  out += packet;
}

void TraceWriter::append_local_time(std::string& out, WallTime time) {
  const SplitTime parts = split(time);
  char microseconds[6];
  write_six_digits(microseconds, parts.nanosecond / 1000);
  out += local_.at(parts.second);
  out.append(microseconds, sizeof microseconds);
}

void TraceWriter::append_gap(std::string& out, std::uint64_t packets, WallTime time) {
  if (form_ == TraceForm::json) {
    out += R"({"type":"not_traced","time":")";
    utc_.append(out, time);
    out += '"';
    append_number(out, "packets", packets);
    out += "}\n";
    return;
  }
  append_local_time(out, time);
  out += "    " + std::to_string(packets) + " packets not traced\n";
}

void TraceWriter::end_broken(std::string& out, protocol::Fault fault, std::uint8_t first,
                             protocol::Bytes rest) {
  const std::string hex = shown_hex(first, rest);
  if (form_ == TraceForm::json) {
    append_text(out, "fault", protocol::describe(fault));
    if (!hex.empty()) append_text(out, "bytes_hex", hex);
    out += "}\n";
    return;
  }
  out += "  malformed: " + protocol::describe(fault);
  if (!hex.empty()) out += ", bytes " + hex;
  if (!hex.empty() && rest.size() + 1 > shown_bytes) out += "...";
  out += '\n';
}

void TraceWriter::append(std::string& out, Direction direction, const protocol::Frame& frame,
                         protocol::Version version, WallTime time) {
  start_line(out, direction, protocol::name(frame.type()), time);
  const auto packet = protocol::decode(frame, version);
  if (!packet) return end_broken(out, packet.error(), frame.first, frame.body);
  if (form_ == TraceForm::json) {
    TraceJson sink(out);
    trace_packet(sink, *packet, version);
    out += "}\n";
    return;
  }
  const std::size_t named = out.size();
  out += "  ";
  TraceText sink(out);
  trace_packet(sink, *packet, version);
  if (out.size() == named + 2) out.resize(named);
  out += '\n';
}

void TraceWriter::append_garbage(std::string& out, Direction direction, protocol::Bytes bytes,
                                 protocol::Fault fault, WallTime time) {
  start_line(out, direction, "no packet", time);
  const std::uint8_t first = bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes[0]);
  end_broken(out, fault, first, bytes.substr(bytes.empty() ? 0 : 1));
}

}  // namespace mqtt_toolbox::record
