#pragma once

#include <algorithm>
#include <span>
#include <string_view>

namespace mqtt_toolbox::transport {

/// Walks over the pieces of a write in chunks, for layers that make one record or frame of several
/// pieces. A chunk is always as long as the rest and the room allow, so that after would_block the
/// next one has the same bytes in front.
class PieceCursor {
 public:
  explicit PieceCursor(std::span<const std::string_view> pieces) : pieces_(pieces) { skip_empty(); }

  /// The next bytes, at most `scratch.size()`; copied there only when they lie in several pieces.
  std::string_view chunk(std::span<char> scratch) const {
    if (pieces_.empty()) return {};
    std::string_view front = pieces_.front().substr(offset_);
    if (pieces_.size() == 1 || front.size() >= scratch.size()) {
      return front.substr(0, scratch.size());
    }
    std::size_t size = 0;
    std::size_t offset = offset_;
    for (std::size_t i = 0; i < pieces_.size() && size < scratch.size(); ++i, offset = 0) {
      std::string_view piece = pieces_[i].substr(offset, scratch.size() - size);
      std::copy(piece.begin(), piece.end(), scratch.begin() + static_cast<std::ptrdiff_t>(size));
      size += piece.size();
    }
    return {scratch.data(), size};
  }

  /// `size` bytes of the chunk are done.
  void advance(std::size_t size) {
    while (size > 0 && !pieces_.empty()) {
      std::size_t step = std::min(size, pieces_.front().size() - offset_);
      offset_ += step;
      size -= step;
      skip_empty();
    }
  }

 private:
  void skip_empty() {
    while (!pieces_.empty() && offset_ == pieces_.front().size()) {
      pieces_ = pieces_.subspan(1);
      offset_ = 0;
    }
  }

  std::span<const std::string_view> pieces_;
  std::size_t offset_ = 0;
};

}  // namespace mqtt_toolbox::transport
