#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/packet.hpp"

namespace mqtt_toolbox::record {

/// Where the fields of a packet go. `key` is the JSON key; text shows it with spaces.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void text(std::string_view key, protocol::Bytes value) = 0;
  virtual void number(std::string_view key, std::uint64_t value, std::string_view unit) = 0;
  virtual void flag(std::string_view key, bool value) = 0;
  virtual void secret(std::string_view key) = 0;
  virtual void payload(protocol::Bytes payload) = 0;
  virtual void reason(std::uint8_t code, std::string_view name) = 0;
  virtual void properties(protocol::Properties properties) = 0;
  /// A value with fields of its own (without a key in a list), or a list of such.
  virtual void open(std::string_view key) = 0;
  virtual void close() = 0;
  virtual void open_list(std::string_view key) = 0;
  virtual void close_list() = 0;
};

class TraceText final : public TraceSink {
 public:
  explicit TraceText(std::string& out) : out_(out) {}

  void text(std::string_view key, protocol::Bytes value) override;
  void number(std::string_view key, std::uint64_t value, std::string_view unit) override;
  void flag(std::string_view key, bool value) override;
  void secret(std::string_view key) override;
  void payload(protocol::Bytes payload) override;
  void reason(std::uint8_t code, std::string_view name) override;
  void properties(protocol::Properties properties) override;
  void open(std::string_view key) override;
  void close() override;
  void open_list(std::string_view) override {}
  void close_list() override {}

 private:
  void start(std::string_view key);
  void property(const protocol::Property& property);

  std::string& out_;
  bool is_first_ = true;
};

class TraceJson final : public TraceSink {
 public:
  explicit TraceJson(std::string& out) : out_(out) {}

  void text(std::string_view key, protocol::Bytes value) override;
  void number(std::string_view key, std::uint64_t value, std::string_view unit) override;
  void flag(std::string_view key, bool value) override;
  void secret(std::string_view key) override;
  void payload(protocol::Bytes payload) override;
  void reason(std::uint8_t code, std::string_view name) override;
  void properties(protocol::Properties properties) override;
  void open(std::string_view key) override;
  void close() override;
  void open_list(std::string_view key) override;
  void close_list() override;

 private:
  void close_with(char open, char close);

  std::string& out_;
  std::vector<std::size_t> starts_;  ///< where the bracket of each open value belongs
};

/// The bytes of a payload that a trace shows.
inline constexpr std::size_t traced_payload_bytes = 64;

/// Shows the fields of a packet in the order of the standard.
void trace_packet(TraceSink& sink, const protocol::Packet& packet, protocol::Version version);

}  // namespace mqtt_toolbox::record
