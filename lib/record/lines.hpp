#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::record {

/// Cuts a byte stream into records. The caller reads straight into `space()`, says `filled(n)`,
/// takes records with `next()` until there is none, and calls `finish()` at the end of input, after
/// which `next()` also gives a last record without delimiter. Memory follows the longest record at
/// hand.
class MQTT_TOOLBOX_API LineSplitter {
 public:
  /// `limit`: the longest record in bytes, delimiter not counted.
  explicit LineSplitter(char delimiter = '\n',
                        std::size_t limit = protocol::maximum_remaining_length);

  /// Free room of at least one byte, usually 64 KiB or more. Ends the views that `next` gave.
  std::span<char> space();

  /// The first `size` bytes of `space()` hold input.
  void filled(std::size_t size) { end_ += size; }

  void finish() { finished_ = true; }

  /// The next whole record, without its delimiter; valid until `space()`. nullopt: more input is
  /// needed, or all is done. ExitCode::io and "record 7 is longer than 268435455 bytes" once for a
  /// record over the limit: it is dropped, those after it come.
  Result<std::optional<std::string_view>> next();

  /// The number of the record that `next` gave last, from 1; dropped ones count.
  std::uint64_t number() const { return number_; }

  /// Bytes of memory held.
  std::size_t capacity() const { return capacity_; }

 private:
  std::optional<std::size_t> find_delimiter();
  Result<std::optional<std::string_view>> take(std::size_t end, std::size_t next_begin);
  Result<std::optional<std::string_view>> take_rest();
  tl::unexpected<Error> too_long() const;
  void skip_dropped();
  void move_to(std::size_t capacity);

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;    ///< of the record at hand
  std::size_t scanned_ = 0;  ///< no delimiter from begin_ to here
  std::size_t end_ = 0;      ///< of the input
  std::size_t limit_;
  std::uint64_t number_ = 0;
  char delimiter_;
  bool finished_ = false;
  bool dropping_ = false;  ///< within a record over the limit
};

}  // namespace mqtt_toolbox::record
