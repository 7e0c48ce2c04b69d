#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "console/error_output.hpp"

namespace mqtt_toolbox::console {

/// The one place that prints messages for people: `TOOL: text` on standard error, a line each.
class MQTT_TOOLBOX_API Reporter {
 public:
  explicit Reporter(std::string_view tool) : tool_(tool) {}

  /// Errors end a run or decide its exit status.
  void error(std::string_view text);
  /// Warnings and news.
  void note(std::string_view text);
  /// One of possibly very many alike: after `shown_repeats` they are only counted.
  void repeated(std::string_view text);
  /// Says how many repeated ones were left out.
  void finish();

  /// --quiet: from here on nothing is shown. Mistakes in the settings were shown before.
  void set_quiet(bool quiet) { quiet_ = quiet; }

  /// While a loop runs: lines go through `output`, in order with what else goes there. Null: at
  /// once.
  void write_through(ErrorOutput* output) { output_ = output; }

  static constexpr std::uint64_t shown_repeats = 10;

 private:
  std::string tool_;
  ErrorOutput* output_ = nullptr;
  std::uint64_t repeats_ = 0;
  bool quiet_ = false;
};

}  // namespace mqtt_toolbox::console
