#include "client/subscribe_parts.hpp"

#include <iterator>
#include <utility>

#include "client/filter_room.hpp"

namespace mqtt_toolbox::client {

using protocol::Bytes;
using protocol::Properties;
using session::Token;

namespace {

/// How many bytes of the entries have room, at least those of the first one.
std::size_t size_that_fits(Bytes entries, std::size_t room) {
  std::size_t size = 0;
  Bytes rest = entries;
  while (protocol::next_subscription(rest)) {
    const std::size_t with_this = entries.size() - rest.size();
    if (size != 0 && with_this > room) break;
    size = with_this;
  }
  return size;
}

}  // namespace

Token SubscribeParts::add_part(std::list<Whole>::iterator whole, std::list<Part>::iterator before,
                               std::string entries) {
  const Token number = next_number_++;
  const auto part = whole->parts.insert(before, Part{number, std::move(entries)});
  places_.emplace(number, Place{whole, part});
  ++whole->unanswered;
  return number;
}

void SubscribeParts::add_sent(Token token, const protocol::Subscribe& subscribe) {
  wholes_.push_back({token, std::string(subscribe.properties.encoded())});
  const auto whole = std::prev(wholes_.end());
  add_part(whole, whole->parts.end(), std::string(subscribe.entries));
}

void SubscribeParts::add_unsent(Token token, const protocol::Subscribe& subscribe) {
  unsent_.push_back(next_number_);
  add_sent(token, subscribe);
}

void SubscribeParts::withdrawn(Token number) {
  unsent_.push_back(number);
}

void SubscribeParts::start_again() {
  for (Whole& whole : wholes_) {
    for (Part& part : whole.parts) {
      if (part.codes.empty()) continue;
      part.codes.clear();
      ++whole.unanswered;
      unsent_.push_back(part.number);
    }
  }
}

/// What has no room in the part becomes the next one.
void SubscribeParts::cut(const Place& place, std::size_t room) {
  std::string& entries = place.part->entries;
  const std::size_t size = size_that_fits(entries, room);
  if (size == entries.size()) return;
  const Token rest = add_part(place.whole, std::next(place.part), entries.substr(size));
  entries.resize(size);
  unsent_.insert(unsent_.begin() + 1, rest);
}

std::optional<SubscribeParts::Packet> SubscribeParts::next(std::size_t maximum_packet_size) {
  if (unsent_.empty()) return std::nullopt;
  const Place place = places_.at(unsent_.front());
  const Properties properties(place.whole->properties);
  cut(place, filter_room(maximum_packet_size, properties));
  return Packet{place.part->number, properties, place.part->entries};
}

std::optional<SubscribeParts::Answer> SubscribeParts::answered(Token number, Bytes codes) {
  const Place place = places_.at(number);
  place.part->codes = codes;
  if (--place.whole->unanswered != 0) return std::nullopt;
  Answer answer{place.whole->token, {}};
  for (const Part& part : place.whole->parts) {
    answer.codes += part.codes;
    places_.erase(part.number);
  }
  wholes_.erase(place.whole);
  return answer;
}

}  // namespace mqtt_toolbox::client
