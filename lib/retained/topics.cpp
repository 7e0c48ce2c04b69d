#include "retained/topics.hpp"

#include <cstring>

namespace mqtt_toolbox::retained {

namespace {

struct Header {
  std::uint64_t payload_hash;
  std::uint32_t payload_length;
  std::uint16_t topic_length;
};
constexpr std::size_t header_bytes = 14;

}  // namespace

void Topics::add(const Found& found) {
  const std::size_t size = header_bytes + found.topic.size();
  if (chunks_.empty() || chunk_bytes - chunks_.back().end < size)
    chunks_.push_back({std::make_unique<char[]>(chunk_bytes), 0, 0});
  Chunk& chunk = chunks_.back();
  char* const at = chunk.bytes.get() + chunk.end;
  const Header header{found.payload_hash, found.payload_length,
                      static_cast<std::uint16_t>(found.topic.size())};
  std::memcpy(at, &header, header_bytes);
  std::memcpy(at + header_bytes, found.topic.data(), found.topic.size());
  chunk.end += size;
  ++size_;
  payload_bytes_ += found.payload_length;
}

Found Topics::read(const Chunk& chunk, std::size_t& at) {
  Header header{};
  std::memcpy(&header, chunk.bytes.get() + at, header_bytes);
  const std::string_view topic(chunk.bytes.get() + at + header_bytes, header.topic_length);
  at += header_bytes + header.topic_length;
  return {topic, header.payload_length, header.payload_hash};
}

std::optional<Found> Topics::take() {
  while (!chunks_.empty() && chunks_.front().begin == chunks_.front().end) chunks_.pop_front();
  if (chunks_.empty()) return std::nullopt;
  Chunk& chunk = chunks_.front();
  const Found found = read(chunk, chunk.begin);
  --size_;
  payload_bytes_ -= found.payload_length;
  return found;
}

void Topics::clear() {
  chunks_.clear();
  size_ = payload_bytes_ = 0;
}

}  // namespace mqtt_toolbox::retained
