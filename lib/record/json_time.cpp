#include "record/json_time.hpp"

#include <string_view>

#include "record/digits.hpp"

namespace mqtt_toolbox::record {
namespace {

constexpr std::string_view text_key = R"("time":")";
constexpr std::string_view number_key = R"(","time_s":)";
constexpr std::size_t digits = 6;
/// Of the microseconds in the text, which end before its Z.
constexpr std::size_t text_digits = text_key.size() + UtcTimeText::size - 1 - digits;

}  // namespace

/// Before 1970 the number is that of the second, whose fraction would count the other way.
void JsonTime::set_second(WallTime time) {
  second_ = split(time).second;
  text_ = text_key;
  UtcTimeText().append(text_, time);
  text_ += number_key;
  text_ += std::to_string(second_);
  if (second_ >= 0) text_ += ".000000";
}

void JsonTime::set(WallTime time) {
  const SplitTime parts = split(time);
  if (parts.second != second_) set_second(time);
  write_six_digits(text_.data() + text_digits, parts.nanosecond / 1000);
  if (parts.second >= 0)
    write_six_digits(text_.data() + text_.size() - digits, parts.nanosecond / 1000);
  time_ = time;
}

/// Messages that were read together have the same time.
void JsonTime::append(std::string& out, WallTime time) {
  if (time != time_ || text_.empty()) set(time);
  out += text_;
}

}  // namespace mqtt_toolbox::record
