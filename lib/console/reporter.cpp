#include "console/reporter.hpp"

#include <unistd.h>

namespace mqtt_toolbox::console {

void Reporter::error(std::string_view text) {
  if (quiet_) return;
  std::string line;
  line.append(tool_).append(": ").append(text).push_back('\n');
  if (output_ != nullptr) return output_->line(line);
  [[maybe_unused]] auto written = write(STDERR_FILENO, line.data(), line.size());
}

void Reporter::note(std::string_view text) {
  error(text);
}

void Reporter::repeated(std::string_view text) {
  if (++repeats_ <= shown_repeats) error(text);
}

void Reporter::finish() {
  if (repeats_ > shown_repeats)
    error(std::to_string(repeats_ - shown_repeats) + " more like these were left out");
}

}  // namespace mqtt_toolbox::console
