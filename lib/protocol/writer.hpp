#pragma once

#include <cstring>
#include <string>

#include "protocol/types.hpp"

namespace mqtt_toolbox::protocol {

/// How many bytes a Variable Byte Integer takes, MQTT 5.0 section 1.5.5.
constexpr std::size_t variable_integer_size(std::size_t value) {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20'0000 ? 3 : 4;
}

/// The forms of MQTT 5.0 section 1.5 on top of `byte` and `bytes`, which the sinks below provide,
/// so that one description of a packet both measures and writes it.
template <typename Sink>
class Forms {
 public:
  void two_bytes(std::uint32_t value) {
    sink().byte(value >> 8);
    sink().byte(value);
  }
  void four_bytes(std::uint32_t value) {
    two_bytes(value >> 16);
    two_bytes(value);
  }
  void variable_integer(std::size_t value) {
    for (; value >= 0x80; value >>= 7) sink().byte(static_cast<std::uint32_t>(value) | 0x80);
    sink().byte(static_cast<std::uint32_t>(value));
  }
  void string(Bytes text) {
    two_bytes(static_cast<std::uint32_t>(text.size()));
    sink().bytes(text);
  }
  /// With the length in front.
  void properties(Bytes encoded) {
    variable_integer(encoded.size());
    sink().bytes(encoded);
  }

 private:
  Sink& sink() { return static_cast<Sink&>(*this); }
};

/// Counts.
class Measure : public Forms<Measure> {
 public:
  void byte(std::uint32_t) { ++size_; }
  void bytes(Bytes text) { size_ += text.size(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

/// Writes where a Measure of the same has found room.
class Writer : public Forms<Writer> {
 public:
  explicit Writer(char* to) : start_(to), to_(to) {}
  void byte(std::uint32_t value) { *to_++ = static_cast<char>(value); }
  void bytes(Bytes text) {
    if (text.empty()) return;
    std::memcpy(to_, text.data(), text.size());
    to_ += text.size();
  }
  std::size_t size() const { return static_cast<std::size_t>(to_ - start_); }

 private:
  char* start_;
  char* to_;
};

/// Appends to a string.
class Appender : public Forms<Appender> {
 public:
  explicit Appender(std::string& to) : to_(to) {}
  void byte(std::uint32_t value) { to_.push_back(static_cast<char>(value)); }
  void bytes(Bytes text) { to_.append(text); }

 private:
  std::string& to_;
};

}  // namespace mqtt_toolbox::protocol
