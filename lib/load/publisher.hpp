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
  /// It stopped because a limit of the broker lets none of its messages through.
  bool gave_up() const { return gave_up_; }
  const std::vector<Lane>& lanes() const { return lanes_; }

  void on_online() override;
  void on_published(const session::PublishOutcome& outcome, Time received) override;
  void on_progress() override;

 private:
  /// `done`: sent, or refused for good.
  enum class Sent : std::uint8_t { done, blocked, never };
  bool has_room();
  Sent send(Time due, Time written);
  bool send_plain(Lane& lane, std::string& payload);
  Sent send_through_session(Lane& lane, std::string& payload, Time due, Time written);
  void take_next();
  void count(Lane& lane, std::size_t payload_bytes, Time due, Time written);
  Sent refuse(const Error& error);
  void note_lateness(Time due, Time written);

  PublisherEvents& publisher_events_;
  std::vector<Lane> lanes_;
  std::size_t lane_ = 0;
  std::uint64_t taken_ = 0;  ///< messages sent or refused
  std::uint64_t left_;       ///< messages
  std::size_t refused_in_a_row_ = 0;
  std::unique_ptr<Schedule> schedule_;
  /// The last time that something due could not be sent: from when to when.
  Time held_from_{};
  Time held_until_{};
  bool waits_ = false;    ///< something due cannot be sent
  bool checked_ = false;  ///< the session let a message pass on this connection
  bool gave_up_ = false;
};

}  // namespace mqtt_toolbox::load
