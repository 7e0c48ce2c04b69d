#include "console/error_output.hpp"

namespace mqtt_toolbox::console {
namespace {

/// A reader that takes nothing for so long is not waited for at the end.
constexpr Duration longest_pause = std::chrono::seconds(1);

}  // namespace

void ErrorOutput::line(std::string_view text) {
  if (!output_)
    output_ = std::make_unique<Output>(
        loop_, descriptor_, [] {}, [](const Error&) {});
  output_->buffer() += text;
  static_cast<void>(output_->flush());
}

void ErrorOutput::finish() {
  if (!output_) return;
  std::size_t before = 0;
  do {
    before = output_->waiting();
  } while (!output_->finish(loop_.now() + longest_pause) && output_->waiting() < before);
}

}  // namespace mqtt_toolbox::console
