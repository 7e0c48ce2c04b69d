#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "retained/reader.hpp"

namespace mqtt_toolbox::retained {

/// Reads some messages by their names, so that each comes at its own QoS and with all that belongs
/// to it. No more at a time than the broker sends without queueing: what its queue does not hold it
/// leaves out. What does not come is asked for once more.
class MQTT_TOOLBOX_API ByName {
 public:
  /// How a batch of names ended.
  struct Outcome {
    std::vector<std::string> missing;  ///< not there, as far as the broker answers
    std::vector<std::string> refused;  ///< SUBSCRIBE was refused
    std::uint64_t lowered = 0;         ///< granted at less than was wanted
    End end = End::answered;
  };
  struct Listener {
    std::function<void(const protocol::Publish&)> found;  ///< once for each name
    std::function<void(const Outcome&)> ended;
    std::function<void(const Error&)> failed;
  };
  /// `reader` must outlive it.
  ByName(Reader& reader, Listener listener) : reader_(reader), listener_(std::move(listener)) {}

  /// What may be asked for at once, in so many names and bytes.
  static Room room(const client::Connected& connected, const client::ConnectPlan& plan);

  /// `room`: of a packet. Duplicates are asked for once.
  void start(client::Client& client, std::vector<Wanted> names, Room room,
             protocol::Properties properties);

 private:
  void read();
  bool note(const protocol::Publish& message);
  void subscribed(std::size_t first, const protocol::SubAck& suback);
  void ended(End end);

  Reader& reader_;
  Listener listener_;
  client::Client* client_ = nullptr;
  Room room_;
  protocol::Properties properties_;
  std::vector<Wanted> asked_;                            ///< in this read
  std::unordered_map<std::string, protocol::Qos> left_;  ///< not come yet
  Outcome outcome_;
  bool is_second_ = false;
};

}  // namespace mqtt_toolbox::retained
