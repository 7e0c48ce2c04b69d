#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "retained/reader.hpp"
#include "retained/topic_set.hpp"

namespace mqtt_toolbox::retained {

/// What reading the topics has come to.
struct Surveyed {
  std::uint64_t topics = 0;    ///< different ones, over all reads
  std::uint64_t gone = 0;      ///< of those, not in the last read
  std::uint64_t previous = 0;  ///< in the read before the last
  std::uint64_t unmarked = 0;  ///< messages without RETAIN until the end of the first read
  End end = End::answered;
  /// The broker leaves out what comes last where it has many messages to send at once.
  bool cut_by_queue = false;
  /// Two reads in a row gave the same topics, or all that can be there came.
  bool settled = false;
};

inline constexpr std::string_view rests_on_quiet =
    "this broker does not tell whether that is all: it answered neither UNSUBSCRIBE nor PINGREQ";

/// Why topics may be missing, in one line with the numbers; none: they are all there.
MQTT_TOOLBOX_API std::optional<std::string> doubt(const Surveyed& surveyed);

/// Reads filters at QoS 0, which few brokers' queues for a client limit, until two reads in a row
/// give the same topics. A queue that does (Mosquitto's over WebSocket) leaves out the same ones
/// each time: so that this is seen, a topic that was found is asked for behind the filters once
/// more.
class MQTT_TOOLBOX_API Survey {
 public:
  struct Listener {
    /// Whether the topic counts.
    std::function<bool(const protocol::Publish&)> wants;
    /// A topic that counts, once.
    std::function<void(const protocol::Publish&)> found;
    std::function<void(const protocol::Publish&)> unmarked;
    /// The reason codes, of the first read only.
    std::function<void(std::size_t first, const protocol::SubAck&)> subscribed;
    std::function<void(const Surveyed&)> ended;
    std::function<void(const Error&)> failed;
  };
  /// `reader` must outlive the survey.
  Survey(Reader& reader, Listener listener) : reader_(reader), listener_(std::move(listener)) {}

  struct Request {
    Reader::Request read;  ///< `expected` is found out
    bool once = false;     ///< one read is enough, since another follows in any case
    /// What is found is being cleared, so that a read that brings nothing new settles it.
    bool shrinks = false;
  };
  void start(client::Client& client, Request request);

 private:
  void read();
  bool note(const protocol::Publish& message);
  void unmarked(const protocol::Publish& message);
  void subscribed(std::size_t first, const protocol::SubAck& suback);
  void ended(End end);
  bool is_settled() const;
  bool may_be_cut() const;
  void compare_overlap(End end);
  Surveyed outcome(End end) const;

  /// What a read gave.
  struct Sight {
    std::uint64_t topics = 0;
    std::uint64_t digest = 0;
  };

  Reader& reader_;
  Listener listener_;
  client::Client* client_ = nullptr;
  Request request_;
  TopicSet known_;  ///< over all reads
  TopicSet now_;    ///< in this read
  Sight previous_;
  std::string last_found_;    ///< in the first read
  std::string asked_behind_;  ///< the same, from the second read on
  std::uint64_t copies_ = 0;  ///< of it in this read
  bool cut_by_queue_ = false;
  std::uint64_t known_before_ = 0;
  std::uint64_t unmarked_ = 0;
  unsigned reads_ = 0;
};

}  // namespace mqtt_toolbox::retained
