#include "record/time_text.hpp"

#include <ctime>

namespace mqtt_toolbox::record {

std::string_view TimeText::at(std::int64_t second) {
  if (second == second_) return text_;
  second_ = second;
  text_.clear();
  const std::time_t time = second;
  std::tm parts{};
  if (localtime_r(&time, &parts) == nullptr) return text_;
  char text[128];
  text_.assign(text, std::strftime(text, sizeof text, pattern_.c_str(), &parts));
  return text_;
}

}  // namespace mqtt_toolbox::record
