#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/export.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::session {

using protocol::Bytes;

/// Bytes on their way to the transport, in order: own bytes, and large payloads by reference. Its
/// own buffer is kept while in use, and given back when it is empty and large, by `clear`, and by
/// the session when the connection is idle (an idle connection costs nothing).
class MQTT_TOOLBOX_API Output {
 public:
  /// Wants to know when there is room again.
  class MQTT_TOOLBOX_API Watcher {
   public:
    virtual void output_drained() = 0;

   protected:
    ~Watcher() = default;
  };

  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

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
  /// Bytes taken so far, over all connections. `written() + pending()` is the position behind the
  /// last byte queued.
  std::uint64_t written() const { return written_; }

  /// Up to `pieces.size()` pieces from the front, for one gathering write; returns how many.
  std::size_t gather(std::span<Bytes> pieces) const;

  /// The front `size` bytes were written. May call the watcher as its last act, and the watcher may
  /// queue more.
  void consume(std::size_t size);

  /// Drops everything (the connection is gone) and gives the memory back.
  void clear();

  /// Calls `watcher` once, when at most `pending` bytes are left. Null: no longer.
  void watch(Watcher* watcher, std::size_t pending) {
    watcher_ = watcher;
    watched_ = pending;
  }

 private:
  struct Segment {
    const char* borrowed;  ///< null: own bytes
    std::size_t size;
  };
  void make_room(std::size_t size);
  void add_segment(Segment segment);
  void consume_front(Segment& segment, std::size_t size);
  void become_empty();

  std::unique_ptr<char[]> own_;
  std::size_t own_capacity_ = 0;
  std::size_t own_begin_ = 0;  ///< own bytes already written
  std::size_t own_end_ = 0;    ///< own bytes committed
  std::vector<Segment> segments_;
  std::size_t first_segment_ = 0;
  std::size_t pending_ = 0;
  std::uint64_t written_ = 0;
  Watcher* watcher_ = nullptr;
  std::size_t watched_ = 0;
};

}  // namespace mqtt_toolbox::session
