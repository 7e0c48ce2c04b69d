#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/time.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::load {

/// The measuring header: what a message carries in the first 32 bytes of its payload, big-endian.
struct Stamp {
  std::uint32_t run = 0;
  std::uint32_t stream = 0;
  std::uint64_t sequence = 0;
  std::uint64_t due = 0;   ///< nanoseconds, CLOCK_MONOTONIC
  std::uint32_t late = 0;  ///< written minus due, microseconds, at most UINT32_MAX

  static constexpr std::size_t size = 32;
  static constexpr std::uint32_t magic = 0x6d717462;  ///< "mqtb"
};

namespace stamp_detail {

template <typename Number>
Number big_endian(Number number) {
  if constexpr (std::endian::native == std::endian::big) return number;
  if constexpr (sizeof(Number) == 8) return static_cast<Number>(__builtin_bswap64(number));
  return static_cast<Number>(__builtin_bswap32(static_cast<std::uint32_t>(number)));
}

template <typename Number>
void put(char* at, Number number) {
  const Number bytes = big_endian(number);
  std::memcpy(at, &bytes, sizeof bytes);
}

template <typename Number>
Number get(const char* at) {
  Number bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return big_endian(bytes);
}

}  // namespace stamp_detail

/// Writes 32 bytes.
inline void write_stamp(char* at, const Stamp& stamp) {
  stamp_detail::put(at, Stamp::magic);
  stamp_detail::put(at + 4, stamp.run);
  stamp_detail::put(at + 8, stamp.stream);
  stamp_detail::put(at + 12, stamp.sequence);
  stamp_detail::put(at + 20, stamp.due);
  stamp_detail::put(at + 28, stamp.late);
}

/// Nullopt when the payload does not begin with a stamp.
inline std::optional<Stamp> read_stamp(protocol::Bytes payload) {
  if (payload.size() < Stamp::size) return std::nullopt;
  const char* at = payload.data();
  if (stamp_detail::get<std::uint32_t>(at) != Stamp::magic) return std::nullopt;
  Stamp stamp;
  stamp.run = stamp_detail::get<std::uint32_t>(at + 4);
  stamp.stream = stamp_detail::get<std::uint32_t>(at + 8);
  stamp.sequence = stamp_detail::get<std::uint64_t>(at + 12);
  stamp.due = stamp_detail::get<std::uint64_t>(at + 20);
  stamp.late = stamp_detail::get<std::uint32_t>(at + 28);
  return stamp;
}

/// Written minus due as the stamp has it.
inline std::uint32_t stamp_lateness(Duration late) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(late).count();
  if (microseconds <= 0) return 0;
  return microseconds >= static_cast<std::int64_t>(UINT32_MAX)
             ? UINT32_MAX
             : static_cast<std::uint32_t>(microseconds);
}

}  // namespace mqtt_toolbox::load
