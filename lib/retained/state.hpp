#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "retained/by_name.hpp"
#include "retained/survey.hpp"
#include "retained/topics.hpp"

namespace mqtt_toolbox::retained {

/// What reading a retained state has come to.
struct Reading {
  Surveyed topics;
  std::uint64_t read = 0;     ///< messages, one a topic
  std::uint64_t changed = 0;  ///< anew since its topic was found
  std::uint64_t gone = 0;     ///< since its topic was found
  std::uint64_t refused = 0;  ///< could not be asked for by name
  std::uint64_t lowered = 0;  ///< the broker granted less than the QoS wanted
  std::uint64_t unnamed = 0;  ///< came for their filter only, at QoS 0, and not by their names
  bool by_name_answered = true;
};

/// As of topics: why messages, or the QoS of some, may be missing.
MQTT_TOOLBOX_API std::optional<std::string> doubt(const Reading& reading);
/// What changed and went while it was read; none: nothing.
MQTT_TOOLBOX_API std::optional<std::string> changes(const Reading& reading);

/// Reads what a broker retains for some filters: the topics at QoS 0, then each message whose QoS
/// matters by its name.
class MQTT_TOOLBOX_API StateReader {
 public:
  struct Listener {
    std::function<bool(const protocol::Publish&)> wants;
    /// One message of the state.
    std::function<void(const protocol::Publish&)> message;
    std::function<void(std::size_t first, const protocol::SubAck&)> subscribed;
    std::function<void(const Reading&)> ended;
    std::function<void(const Error&)> failed;
  };
  /// `patience` must outlive the reader.
  StateReader(transport::Loop& loop, const Patience& patience, Listener listener);

  struct Request {
    std::vector<Wanted> filters;
    protocol::Properties properties;  ///< of each SUBSCRIBE; must live as long as the read
    Room packet;                      ///< of a SUBSCRIBE
    Room window;                      ///< of messages at once, as ByName::room
    protocol::Qos maximum_qos = protocol::Qos::exactly_once;  ///< of the broker
    /// Messages that are being published come on another connection, with their RETAIN flag: what
    /// is new is told there, and not here. So that it is told first, messages are read by their
    /// names once that connection was quiet for a moment, or had a second.
    bool live_elsewhere = false;
    bool shrinks = false;  ///< as Survey::Request
  };
  void start(client::Client& client, Request request);
  /// Nothing more is told.
  void stop();
  /// Of the other connection: a message that is being published.
  void note_live(const protocol::Publish& message);
  /// The other connection was lost: what it brought may have been replaced since.
  void forget_live() { live_.clear(); }

  /// For the client's handler.
  Reader& reader() { return reader_; }
  /// So far.
  const Reading& reading() const { return reading_; }

 private:
  enum class Phase : std::uint8_t {
    finding,   ///< the topics
    naming,    ///< each message by its name
    checking,  ///< whether what did not come by its name is there
  };
  void find_topics(Phase phase);
  void found(const protocol::Publish& message);
  void found_unnamed(const protocol::Publish& message);
  bool was_live(const protocol::Publish& message) const;
  void surveyed(const Surveyed& surveyed);
  void await_quiet();
  void read_by_name();
  void found_by_name(const protocol::Publish& message);
  void batch_ended(const ByName::Outcome& outcome);
  protocol::Qos qos_of(protocol::Bytes topic) const;

  Listener listener_;
  transport::Loop& loop_;
  const Patience& patience_;
  transport::Loop::Timer live_quiet_;
  Reader reader_;
  Survey survey_;
  ByName by_name_;
  client::Client* client_ = nullptr;
  Request request_;
  Phase phase_ = Phase::finding;
  Topics topics_;                                         ///< to be read by name
  std::unordered_map<std::string, std::uint64_t> batch_;  ///< payload hashes, by topic
  TopicSet unnamed_;                                      ///< asked for by name, and not come
  TopicSet live_;                                         ///< topics with their payloads
  Time last_live_{};
  Time quiet_until_{};  ///< the other connection is waited for at most so long
  Reading reading_;
};

}  // namespace mqtt_toolbox::retained
