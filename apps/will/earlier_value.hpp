#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "check/case_context.hpp"
#include "check/message.hpp"
#include "session/settings.hpp"

namespace mqtt_toolbox::will {

/// What a topic retains at a moment, seen by a client that subscribes to it.
struct RetainedState {
  std::optional<check::Message> message;  ///< none: nothing is retained
  protocol::Qos granted = protocol::Qos::exactly_once;
  bool has_unmarked = false;  ///< a message came without RETAIN
};

/// What the topic of the user's own will retained before the will was tried, which is put back
/// afterwards. It is in memory only: who is killed cannot put it back.
class EarlierValue {
 public:
  /// Reads it. ExitCode::rejected when the broker refuses the subscription, ExitCode::lost when it
  /// does not answer.
  static Result<EarlierValue> read(check::CaseContext& context, const session::WillSettings& will);

  /// What of it cannot be put back as it is: lines for people.
  std::vector<std::string> losses(const check::CaseContext& context) const;

  /// Whether a retained message, or none, is what the will left there.
  bool is_left_by_will(const std::optional<check::Message>& now) const;

  /// Puts it back where the topic holds what the will left, with what remains of its expiry. Does
  /// nothing when that was done before. The errors of `read`, and ExitCode::rejected when the
  /// broker does not take the message or does not retain it.
  Status put_back(check::CaseContext& context);
  /// What is there now, where it is neither the will nor the earlier value: a line for people.
  /// Empty otherwise.
  const std::string& remark() const { return remark_; }
  bool exists() const { return before_.message.has_value(); }
  /// Whether a retained message, or none, is the earlier value.
  bool is_there(const std::optional<check::Message>& now) const;

 private:
  EarlierValue(session::WillSettings will, RetainedState before)
      : will_(std::move(will)), before_(std::move(before)) {}

  Status publish(check::CaseContext& context) const;
  std::string remark_of(const std::optional<check::Message>& now) const;

  session::WillSettings will_;
  RetainedState before_;
  bool is_settled_ = false;
  std::string remark_;
};

}  // namespace mqtt_toolbox::will
