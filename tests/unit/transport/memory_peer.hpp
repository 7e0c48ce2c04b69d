#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "transport/stream.hpp"

namespace transport_test {

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::transport;

/// The other side of a connection, without a socket: what it gives is there at once.
class MemoryPeer {
 public:
  virtual ~MemoryPeer() = default;
  /// What the client wrote.
  virtual void take(std::string_view bytes) = 0;

  void give(std::string_view bytes) { output_ += bytes; }
  /// How much the client has not read yet.
  std::size_t waiting() const { return output_.size() - read_; }
  /// Takes the last `size` of these bytes back.
  std::string keep_back(std::size_t size) {
    std::string kept = output_.substr(output_.size() - size);
    output_.resize(output_.size() - size);
    return kept;
  }
  std::size_t copy(std::span<char> into) {
    const std::size_t size = std::min(into.size(), waiting());
    std::memcpy(into.data(), output_.data() + read_, size);
    read_ += size;
    return size;
  }

 private:
  std::string output_;
  std::size_t read_ = 0;
};

/// The stream that leads to a MemoryPeer, which must outlive it. Ready to be written always.
class MemoryStream final : public Stream {
 public:
  explicit MemoryStream(MemoryPeer& peer) : peer_(peer) {}

  Io read(std::span<char> into) override {
    const std::size_t size = peer_.copy(into);
    given_ += size;
    if (size == 0) return {Io::Kind::would_block, 0, true};
    return {Io::Kind::done, size, peer_.waiting() == 0};
  }
  Io write(std::span<const std::string_view> pieces) override {
    Io io;
    for (const std::string_view piece : pieces) {
      peer_.take(piece);
      io.size += piece.size();
    }
    return io;
  }
  void want(Interest interest) override { wanted_ = interest; }
  void set_events(StreamEvents* events) override { events_ = events; }
  Error error() const override { return {}; }
  void end(Ending) override {}
  StreamFacts facts() const override {
    StreamFacts facts;
    facts.peer = "127.0.0.1:1";
    return facts;
  }
  Transmission transmission() const override { return {}; }
  int descriptor() const override { return -1; }

  /// Tells of one readiness, as a turn of the loop does; false when there is none to tell of.
  bool dispatch() {
    const bool readable = wants(Interest::read) && peer_.waiting() > 0;
    const bool writable = wants(Interest::write);
    if (readable) events_->on_readable();
    if (writable && wants(Interest::write)) events_->on_writable();
    return readable || writable;
  }
  Interest wanted() const { return wanted_; }
  bool wants(Interest interest) const {
    return events_ != nullptr && (wanted_ & interest) != Interest::none;
  }
  /// How much was read altogether.
  std::size_t given() const { return given_; }

 private:
  MemoryPeer& peer_;
  StreamEvents* events_ = nullptr;
  Interest wanted_ = Interest::none;
  std::size_t given_ = 0;
};

}  // namespace transport_test
