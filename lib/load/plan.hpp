#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "client/shared_password.hpp"
#include "protocol/packet.hpp"
#include "protocol/properties.hpp"
#include "session/backoff.hpp"
#include "session/settings.hpp"
#include "transport/settings.hpp"

namespace mqtt_toolbox::load {

enum class Scenario : std::uint8_t { connect, publish, subscribe, roundtrip };
enum class Arrivals : std::uint8_t { constant, poisson };

/// A user name and a password, one line of a credentials file.
struct Credentials {
  std::string username;
  std::string password;
};

/// What every client of a run does to connect. In the texts `{client}` is the client identifier and
/// `{n}` the client's number, from 0; publishers come first, then subscribers.
struct Clients {
  transport::ConnectSettings transport;
  session::Settings session;
  protocol::Version version = protocol::Version::v5;
  std::string identifier = "bench-{run}-{n}";  ///< `{run}`: the run's number in hexadecimal
  std::optional<std::string> username;
  std::optional<std::string> password;
  /// Instead of `password`, where that may grow old.
  std::shared_ptr<client::SharedPassword> shared_password;
  std::vector<Credentials> credentials;       ///< instead; client n takes n modulo their number
  std::vector<std::string> source_addresses;  ///< client n binds to n modulo their number
  /// How many of these were not given but taken, see source_addresses.hpp; 0 in a plan.
  std::uint32_t loopback_addresses = 0;
  /// Of a rank: its number, and how many clients all have together; 0: this is no rank.
  std::uint32_t rank = 0;
  std::uint32_t clients_of_all_ranks = 0;
  /// Connects begun a second; 0: as fast as `pending_connects` allows.
  double connect_rate = 0;
  /// Connects under way at once, over all threads: a broker's listen backlog is often 100.
  std::uint32_t pending_connects = 64;
  Duration connect_timeout = std::chrono::seconds(10);  ///< name to CONNACK
  /// After a lost connection; attempts 0: it stays lost.
  session::BackoffSettings reconnect;
  /// Attempts in a row after which a run without Plan::duration no longer waits for a publisher
  /// that has never connected, or that the broker refuses for a reason that does not pass.
  std::uint32_t attempts_in_vain = 5;
};

struct Publishing {
  std::uint32_t publishers = 1;
  std::string topic = "bench/{n}";
  /// Instead of `topic`. Publisher n takes topic n modulo their number; when there are more topics
  /// than publishers, each takes its own ones in turn.
  std::vector<std::string> topics;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain = false;
  protocol::PropertyList properties{protocol::PropertyPlace::publish};
  /// Payloads, taken in turn; the measuring header stands in the first 32 bytes of each that is
  /// large enough.
  std::vector<std::string> payloads;
  /// Messages a second over all publishers, on an absolute schedule; 0: closed loop, as fast as the
  /// in-flight windows allow.
  double rate = 0;
  Arrivals arrivals = Arrivals::constant;
  std::uint64_t messages = 0;  ///< over all publishers; 0: until the duration is over
};

struct Subscribing {
  std::uint32_t subscribers = 0;
  /// Each subscriber takes all of them; templates as for topics, but `{n}` is the subscriber's
  /// number among the subscribers, from 0. `$share/GROUP/...` is a group. Streams that several
  /// ordinary filters of one subscriber match are expected once; a message that both an ordinary
  /// filter and a group of one subscriber match counts for the ordinary one.
  std::vector<std::string> filters;
  protocol::Qos qos = protocol::Qos::at_most_once;
};

/// One run, as plain data.
struct Plan {
  Scenario scenario = Scenario::publish;
  Clients clients;
  std::uint32_t idle_clients = 0;  ///< Scenario::connect: how many; they publish nothing
  double churn_rate = 0;           ///< Scenario::connect: clients a second that leave and come back
  Publishing publishing;
  Subscribing subscribing;
  /// Measured time after the warm-up; 0: until `messages` are done.
  Duration duration = std::chrono::seconds(10);
  Duration warmup = std::chrono::seconds(0);
  Duration interval = std::chrono::seconds(1);
  /// How long what is in flight at the end may take.
  Duration drain = std::chrono::seconds(5);
  /// In Measurement::intervals. A long run has many: who takes them as they come need not.
  bool keep_intervals = true;
  std::uint32_t threads = 1;
  std::uint32_t run = 0;  ///< the run's number, in every measuring header
  std::uint64_t seed = 0;

  bool publishes() const {
    return scenario == Scenario::publish || scenario == Scenario::roundtrip;
  }
  bool subscribes() const {
    return scenario == Scenario::subscribe || scenario == Scenario::roundtrip;
  }
  /// How many of each the scenario has; a number that it has no use for does not count.
  std::uint32_t publisher_count() const { return publishes() ? publishing.publishers : 0; }
  std::uint32_t subscriber_count() const { return subscribes() ? subscribing.subscribers : 0; }
  std::uint32_t idle_count() const { return scenario == Scenario::connect ? idle_clients : 0; }
  std::uint32_t client_count() const {
    return publisher_count() + subscriber_count() + idle_count();
  }
};

}  // namespace mqtt_toolbox::load
