#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "load/client.hpp"
#include "load/schedule.hpp"

namespace mqtt_toolbox::load {

/// One publisher's messages to one topic.
struct Lane {
  std::uint32_t stream = 0;
  std::uint64_t sent = 0;  ///< the next sequence number
  /// Everything of a QoS 0 PUBLISH in front of a payload of `payload_size` bytes.
  std::string header;
  std::size_t payload_size = SIZE_MAX;
};

class Publisher;

/// Lets publishers come back when they have taken their turn.
class PublisherEvents {
 public:
  virtual ~PublisherEvents() = default;
  /// It could send more at once.
  virtual void on_turn_over(Publisher& publisher) = 0;
  /// It could not send what was due and now can.
  virtual void on_way_free(Publisher& publisher) = 0;
  /// All its messages are sent, or it cannot send any more.
  virtual void on_all_sent(Publisher& publisher) = 0;
};

class Publisher final : public Client {
 public:
  Publisher(Desk& desk, ClientEvents& events, PublisherEvents& publisher_events,
            std::uint32_t number);

  /// Closed loop: sends as much as windows and socket take, within a turn.
  void pump();
  /// Open loop: sends what is due. False when the way is not free: `on_way_free` follows.
  bool send_due(Time now);
  /// When the next message is due; `never` when there is none.
  Time next_due() const;
  /// How many of its messages were due before then.
  std::uint64_t due_by(Time now) const;

  bool in_turns = false;  ///< the worker's mark: it comes back by itself

  /// It sends no more.
  void stop();
  bool is_finished() const { return left_ == 0; }
  const std::vector<Lane>& lanes() const { return lanes_; }

  void on_online() override;
  void on_published(const session::PublishOutcome& outcome, Time received) override;
  void on_progress() override;

 private:
  enum class Sent : std::uint8_t { yes, blocked, never };
  bool has_room();
  Sent send(Time due, Time written);
  Sent send_plain(Lane& lane, std::string& payload);
  Sent send_through_session(Lane& lane, std::string& payload, Time due, Time written);
  void count(Lane& lane, std::size_t payload_bytes);
  void give_up(const Error& error);

  PublisherEvents& publisher_events_;
  std::vector<Lane> lanes_;
  std::size_t lane_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t left_;  ///< messages
  std::unique_ptr<Schedule> schedule_;
  bool waits_ = false;    ///< something due could not be sent
  bool checked_ = false;  ///< the session let a message pass on this connection
};

}  // namespace mqtt_toolbox::load
