#include "pub/ledger.hpp"

#include <utility>

namespace mqtt_toolbox::pub {

Entry& Ledger::push() {
  if (tail_ - head_ == ring_.size()) grow();
  Entry& entry = ring_[tail_ & (ring_.size() - 1)];
  entry.token = tail_++;
  return entry;
}

Entry& Ledger::open(client::Token token, Time now) {
  if (head_ == tail_) head_ = tail_ = token;
  if (tail_ - head_ > overtaking_kept + 2 * unsettled_) set_aside_overtaken();
  while (tail_ < token) {
    Entry& gap = push();
    gap.done = gap.is_gap = true;
  }
  Entry& entry = push();
  entry.started = now;
  entry.done = entry.is_gap = false;
  ++unsettled_;
  return entry;
}

void Ledger::set_aside_overtaken() {
  for (; head_ != tail_; ++head_) {
    Entry& entry = ring_[head_ & (ring_.size() - 1)];
    if (entry.done) return;
    overtaken_.emplace(head_, std::move(entry));
  }
}

Entry* Ledger::find_open(client::Token token) {
  if (token < head_ || token >= tail_) return nullptr;
  Entry& entry = ring_[token & (ring_.size() - 1)];
  return entry.done ? nullptr : &entry;
}

const Entry* Ledger::oldest_open(std::optional<client::Token> left_out) const {
  for (const auto& [token, entry] : overtaken_)
    if (token != left_out) return &entry;
  for (client::Token token = head_; token != tail_; ++token) {
    const Entry& entry = ring_[token & (ring_.size() - 1)];
    if (!entry.done && token != left_out) return &entry;
  }
  return nullptr;
}

const Entry* Ledger::forget(client::Token token) {
  if (auto overtaken = overtaken_.extract(token); !overtaken.empty()) {
    --unsettled_;
    taken_ = std::move(overtaken.mapped());
    return &taken_;
  }
  Entry* entry = find_open(token);
  if (entry == nullptr) return nullptr;
  entry->done = entry->is_gap = true;
  --unsettled_;
  return entry;
}

Entry* Ledger::settle(const client::PublishOutcome& outcome, Time now) {
  if (outcome.token < head_) return settle_overtaken(outcome, now);
  Entry* entry = find_open(outcome.token);
  if (entry != nullptr) settle(*entry, outcome, now);
  return entry;
}

void Ledger::settle(Entry& entry, const client::PublishOutcome& outcome, Time now) {
  entry.done = true;
  entry.ended = now;
  entry.outcome = outcome;
  entry.properties.assign(outcome.properties.encoded());
  entry.outcome.properties = protocol::Properties(entry.properties);
  --unsettled_;
}

Entry* Ledger::settle_overtaken(const client::PublishOutcome& outcome, Time now) {
  const auto found = overtaken_.find(outcome.token);
  if (found == overtaken_.end()) return nullptr;
  Entry& entry = overtaken_done_.emplace_back(std::move(found->second));
  overtaken_.erase(found);
  settle(entry, outcome, now);
  return &entry;
}

Entry* Ledger::take_done() {
  if (!overtaken_done_.empty()) {
    taken_ = std::move(overtaken_done_.front());
    taken_.outcome.properties = protocol::Properties(taken_.properties);
    overtaken_done_.pop_front();
    return &taken_;
  }
  while (head_ != tail_) {
    Entry& entry = ring_[head_ & (ring_.size() - 1)];
    if (!entry.done) return nullptr;
    ++head_;
    if (!entry.is_gap) return &entry;
  }
  return nullptr;
}

void Ledger::grow() {
  std::vector<Entry> larger(ring_.empty() ? 64 : ring_.size() * 2);
  for (client::Token token = head_; token != tail_; ++token) {
    Entry& moved = larger[token & (larger.size() - 1)];
    moved = std::move(ring_[token & (ring_.size() - 1)]);
    moved.outcome.properties = protocol::Properties(moved.properties);
  }
  ring_ = std::move(larger);
}

}  // namespace mqtt_toolbox::pub
