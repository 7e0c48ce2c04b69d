#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/export.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::session {

using protocol::Bytes;

/// Bytes on their way to the transport, in order: own bytes, and large payloads by reference. Empty
/// it owns no memory (an idle connection costs nothing); its own buffer is kept while in use.
class MQTT_TOOLBOX_API Output {
 public:
  /// `size` contiguous bytes to encode into; `commit` says how many were used. Nothing else may be
  /// called in between.
  std::span<char> reserve(std::size_t size);
  void commit(std::size_t size);
  void append(Bytes bytes);

  /// Queues `bytes` without copying; they must stay valid until written or `clear`.
  void borrow(Bytes bytes);

  /// Bytes not yet taken.
  std::size_t pending() const { return pending_; }
  bool empty() const { return pending_ == 0; }

  /// Up to `pieces.size()` pieces from the front, for one gathering write; returns how many.
  std::size_t gather(std::span<Bytes> pieces) const;

  /// The front `size` bytes were written.
  void consume(std::size_t size);

  /// Drops everything (the connection is gone) and gives the memory back.
  void clear();

 private:
  struct Segment {
    const char* borrowed;  ///< null: own bytes
    std::size_t size;
  };
  void count_own(std::size_t size);

  std::vector<char> own_;
  std::size_t own_begin_ = 0;  ///< own bytes already written
  std::size_t own_end_ = 0;    ///< own bytes committed
  std::vector<Segment> segments_;
  std::size_t first_segment_ = 0;
  std::size_t pending_ = 0;
};

}  // namespace mqtt_toolbox::session
