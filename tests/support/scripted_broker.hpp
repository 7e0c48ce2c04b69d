#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/system.hpp"
#include "support/scripted_broker_auto.hpp"
#include "support/scripted_broker_script.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::support {

/// A broker that does what a script says (scripted_broker_script.hpp), so that every fault is as
/// easy to test as success. One connection at a time. After its last step it listens no more,
/// records what still comes, and is finished when the connection is closed. A step that is not met
/// ends it at once.
class ScriptedBroker {
 public:
  /// Listens on a free port of 127.0.0.1.
  static Result<std::unique_ptr<ScriptedBroker>> start(transport::Loop& loop,
                                                       std::string_view script);
  ScriptedBroker(transport::Loop& loop, FileDescriptor listener, std::vector<Step> steps);

  std::uint16_t port() const;
  bool finished() const { return finished_; }
  /// What was not as the script says.
  const std::vector<std::string>& failures() const { return failures_; }
  /// Every packet received, as a line.
  const std::vector<std::string>& received() const { return received_; }
  /// The messages that `auto` has taken over.
  const std::vector<Accepted>& accepted() const { return answers_.accepted(); }

  /// Called with each line of `received`, and at the end.
  std::function<void(const std::string&)> on_line;
  std::function<void()> on_finished;

 private:
  struct Received {
    std::string bytes;
    PacketText text;
  };

  void accept_one();
  void on_ready(transport::Interest ready);
  void read_some();
  void cut_packets();
  void write_some();
  void update_interest();

  void run();
  bool run_step(const Step& step);
  bool run_expect(const Step& step);
  bool run_expect_close(const Step& step);
  bool run_send(const Step& step);
  bool run_wait(const Step& step);
  bool run_automatic(const Step& step);
  bool run_silence();
  bool run_flood(const Step& step);
  std::optional<Received> next_packet();
  void queue(std::string bytes);
  void close_connection(bool reset);
  void fail_step(const std::string& found);
  void finish();
  bool is_connected() const { return static_cast<bool>(socket_); }
  /// Nothing more will come from the client.
  bool is_over() const { return (!is_connected() || client_closed_) && packets_.empty(); }

  transport::Loop& loop_;
  FileDescriptor listener_;
  std::unique_ptr<transport::Loop::Watch> listener_watch_;
  FileDescriptor socket_;
  std::unique_ptr<transport::Loop::Watch> watch_;
  transport::Loop::Timer timer_;

  std::vector<Step> steps_;
  std::size_t next_step_ = 0;
  std::uint64_t counted_ = 0;  ///< packets that count for the `auto` under way
  std::optional<Time> waits_until_;

  protocol::Version version_ = protocol::Version::v311;
  protocol::PacketIdentifier last_id_ = 0;
  std::string input_;
  std::string output_;
  std::deque<Received> packets_;
  AutomaticAnswers answers_;
  bool client_closed_ = false;
  bool reading_ = true;
  bool finished_ = false;
  std::vector<std::string> failures_;
  std::vector<std::string> received_;
};

}  // namespace mqtt_toolbox::support
