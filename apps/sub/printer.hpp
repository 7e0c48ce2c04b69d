#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "protocol/packet.hpp"
#include "record/format.hpp"
#include "record/message_json.hpp"
#include "record/text.hpp"
#include "record/wall_time.hpp"
#include "sub/plan.hpp"

namespace mqtt_toolbox::sub {

/// Messages in the form the user chose.
class Printer {
 public:
  /// `terminal`: control characters are shown escaped. ExitCode::usage for a bad -F template.
  static Result<Printer> make(const Plan& plan, bool terminal);

  /// Appends the message to `out`. An error concerns this message alone.
  Status append(std::string& out, const protocol::Publish& message, record::WallTime time);

 private:
  explicit Printer(const Plan& plan) : plan_(&plan), json_(plan.payload) {}
  Status append_shown(std::string& out, const protocol::Publish& message, record::WallTime time);
  void append_json(std::string& out, const protocol::Publish& message, record::WallTime time);
  Status append_plain(std::string& out, const protocol::Publish& message, record::WallTime time);
  void append_text_row(std::string& out, const protocol::Publish& message);
  void start_row(std::string& out, protocol::Bytes topic);

  const Plan* plan_;
  record::TextOptions text_;
  bool is_bare_text_ = false;  ///< payloads as they are, and nothing moves on a screen
  record::MessageWriter json_;
  std::optional<record::Format> format_;
  std::string line_;
  std::map<std::string, std::size_t, std::less<>> rows_;  ///< --watch: topic to screen row
};

}  // namespace mqtt_toolbox::sub
