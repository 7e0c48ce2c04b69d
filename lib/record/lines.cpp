#include "record/lines.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace mqtt_toolbox::record {
namespace {

/// What a read is offered at least; a pipe gives no more than 64 KiB at once.
constexpr std::size_t chunk = 64 * 1024;

/// Memory above this is given back once the record that needed it is gone.
constexpr std::size_t kept = 1024 * 1024;

}  // namespace

LineSplitter::LineSplitter(char delimiter, std::size_t limit)
    : limit_(limit), delimiter_(delimiter) {}

std::span<char> LineSplitter::space() {
  const std::size_t pending = end_ - begin_;
  if (pending == 0) begin_ = scanned_ = end_ = 0;
  if (capacity_ > kept && pending < capacity_ / 8) {
    move_to(2 * std::max(pending, chunk));
  } else if (capacity_ - end_ < chunk / 2) {
    move_to(capacity_ - pending < chunk ? std::max(2 * capacity_, 2 * chunk) : capacity_);
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

/// Moves what is pending to the front of memory of this capacity.
void LineSplitter::move_to(std::size_t capacity) {
  const std::size_t pending = end_ - begin_;
  if (capacity == capacity_) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, pending);
  } else {
    auto moved = std::make_unique_for_overwrite<char[]>(capacity);
    if (pending != 0) std::memcpy(moved.get(), buffer_.get() + begin_, pending);
    buffer_ = std::move(moved);
    capacity_ = capacity;
  }
  scanned_ -= begin_;
  end_ = pending;
  begin_ = 0;
}

std::optional<std::size_t> LineSplitter::find_delimiter() {
  const std::size_t size = end_ - scanned_;
  const void* found = size == 0 ? nullptr : std::memchr(&buffer_[scanned_], delimiter_, size);
  if (found == nullptr) {
    scanned_ = end_;
    return std::nullopt;
  }
  return static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.get());
}

tl::unexpected<Error> LineSplitter::too_long() const {
  return fail(ExitCode::io, "record " + std::to_string(number_) + " is longer than " +
                                std::to_string(limit_) + " bytes");
}

/// Gives the record from `begin_` to `end`; the next one starts at `next_begin`.
Result<std::optional<std::string_view>> LineSplitter::take(std::size_t end,
                                                           std::size_t next_begin) {
  const std::string_view record(&buffer_[begin_], end - begin_);
  ++number_;
  begin_ = scanned_ = next_begin;
  if (record.size() > limit_) return too_long();
  return record;
}

/// What to do when no delimiter is in sight.
Result<std::optional<std::string_view>> LineSplitter::take_rest() {
  if (end_ - begin_ > limit_) {
    ++number_;
    begin_ = scanned_ = end_;
    dropping_ = true;
    return too_long();
  }
  if (finished_ && begin_ != end_) return take(end_, end_);
  return std::nullopt;
}

void LineSplitter::skip_dropped() {
  const auto delimiter = find_delimiter();
  dropping_ = !delimiter.has_value();
  begin_ = scanned_ = delimiter ? *delimiter + 1 : end_;
}

Result<std::optional<std::string_view>> LineSplitter::next() {
  if (dropping_) skip_dropped();
  const auto delimiter = find_delimiter();
  return delimiter ? take(*delimiter, *delimiter + 1) : take_rest();
}

}  // namespace mqtt_toolbox::record
