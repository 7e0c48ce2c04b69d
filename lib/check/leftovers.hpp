#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "client/plan.hpp"

namespace mqtt_toolbox::check {

class CaseContext;

/// What a run has made at the broker that outlives its connections and was not taken away yet:
/// kept sessions, retained wills, retained messages. A case that ends early leaves them, and so
/// does a run that is interrupted. From any thread.
class Leftovers {
 public:
  /// A client connects whose session is kept, or who has a retained will. `is_session_kept`: its
  /// session is not to be ended.
  void add_client(const client::ConnectPlan& plan, protocol::Version version, bool is_session_kept);
  /// Its session ends with its connection.
  void remove_client(const std::string& identifier);
  void add_topic(const std::string& topic);
  /// Nothing is retained there any more. Takes the clients with it whose wills were for it.
  void remove_topic(const std::string& topic);

  bool empty() const;
  /// Ends the sessions, calls off or waits out the wills, then clears the topics. What cannot be
  /// taken away aborts the case.
  void take_away(CaseContext& context);
  /// "2 sessions, 1 retained will, 1 retained message"; a will counts as the message that is
  /// cleared with it.
  std::string text() const;

 private:
  struct Client {
    client::ConnectPlan plan;  ///< without its will
    std::string will_topic;    ///< empty: no retained will
    bool has_session = false;  ///< that is to be ended
  };

  mutable std::mutex mutex_;
  std::map<std::string, Client> clients_;  ///< by client identifier
  std::set<std::string> topics_;
};

/// Whether the broker keeps the session of such a client longer than its connection (MQTT 5.0
/// section 3.1.2.11.2, MQTT 3.1.1 section 3.1.2.4).
bool keeps_session(const client::ConnectPlan& plan, protocol::Version version);

}  // namespace mqtt_toolbox::check
