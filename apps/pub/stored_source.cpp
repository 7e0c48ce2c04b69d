#include "pub/stored_source.hpp"

#include <utility>

namespace mqtt_toolbox::pub {

namespace {
/// How much is committed at once: the price of a commit is shared, and the first of a batch does
/// not wait long.
constexpr std::size_t messages_in_batch = 1000;
constexpr std::size_t bytes_in_batch = 1u << 20;
}  // namespace

StoredSource::StoredSource(transport::Loop& loop, store::Queue& queue, record::WallClock& clock,
                           StoredListener listener)
    : loop_(loop), queue_(queue), clock_(clock), listener_(std::move(listener)) {}

SourceListener StoredSource::input_listener() {
  return {[this] { take_input(); },
          [this](const record::ErrorLine& error) { listener_.failed(error); }};
}

Pull StoredSource::next(Item& item) {
  if (is_broken_) return Pull::wait;
  const auto kept = queue_.next_waiting(given_);
  if (!kept) {
    break_off(kept.error());
    return Pull::wait;
  }
  if (!*kept) return ended_ ? Pull::end : Pull::wait;
  given_ = (*kept)->number;
  item.message = (*kept)->message;
  item.payload = client::Payload::copied;
  item.id = (*kept)->id;
  item.number = given_;
  return Pull::item;
}

/// Publishing comes before the commit, so that what is sent at once costs no second one.
void StoredSource::take_input() {
  if (is_taking_ || ended_ || is_broken_) return;
  if (!listener_.has_room()) return input_->pause();
  is_taking_ = true;
  take_batch();
  listener_.more();
  const bool is_full = batch_size_ >= messages_in_batch || batch_bytes_ >= bytes_in_batch;
  const bool is_committed = commit();
  is_taking_ = false;
  if (is_committed && is_full) loop_.defer([this] { take_input(); });
}

void StoredSource::take_batch() {
  Item item;
  batch_size_ = batch_bytes_ = 0;
  while (batch_size_ < messages_in_batch && batch_bytes_ < bytes_in_batch) {
    const Pull pulled = input_->next(item);
    ended_ = ended_ || pulled == Pull::end;
    if (pulled != Pull::item || !keep(item)) return;
    item = Item();
  }
}

bool StoredSource::keep(const Item& item) {
  const auto now = clock_.now().nanoseconds / 1000;
  const auto added = queue_.add(item.message, item.id, now);
  if (!added) {
    break_off(added.error());
    return false;
  }
  if (added->has_no_room) {
    stop();
    listener_.full();
    return false;
  }
  if (batch_size_ == batch_.size()) batch_.emplace_back();
  Accepted& accepted = batch_[batch_size_++];
  accepted.number = added->number;
  accepted.is_known = added->is_known;
  accepted.qos = item.message.qos;
  accepted.topic.assign(item.message.topic);
  accepted.id.assign(item.id);
  batch_bytes_ += item.message.payload.size();
  return true;
}

bool StoredSource::commit() {
  if (is_broken_) return false;
  if (const auto committed = queue_.commit(); !committed) {
    break_off(committed.error());
    return false;
  }
  for (std::size_t i = 0; i < batch_size_; ++i) {
    const Accepted& accepted = batch_[i];
    listener_.stored(
        {accepted.number, accepted.topic, accepted.qos, accepted.id, accepted.is_known});
  }
  listener_.batch_stored();
  return true;
}

void StoredSource::stop() {
  ended_ = true;
  input_->pause();
}

void StoredSource::break_off(const Error& error) {
  if (std::exchange(is_broken_, true)) return;
  input_->pause();
  listener_.broken(error);
}

}  // namespace mqtt_toolbox::pub
