#include "record/wall_time.hpp"

#include <chrono>
#include <cstring>

#include "record/digits.hpp"

namespace mqtt_toolbox::record {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// The part down to the second, which is what stays the same for many messages.
void write_second(char* to, std::int64_t second) {
  using namespace std::chrono;
  const sys_seconds time{seconds(second)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::memcpy(to, "0000-00-00T00:00:00.000000Z", UtcTimeText::size);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  write_two_digits(to, year / 100);
  write_two_digits(to + 2, year % 100);
  write_two_digits(to + 5, static_cast<unsigned>(date.month()));
  write_two_digits(to + 8, static_cast<unsigned>(date.day()));
  write_two_digits(to + 11, static_cast<unsigned>(clock.hours().count()));
  write_two_digits(to + 14, static_cast<unsigned>(clock.minutes().count()));
  write_two_digits(to + 17, static_cast<unsigned>(clock.seconds().count()));
}

}  // namespace

SplitTime split(WallTime time) {
  std::int64_t second = time.nanoseconds / nanoseconds_per_second;
  std::int64_t rest = time.nanoseconds % nanoseconds_per_second;
  if (rest < 0) {
    rest += nanoseconds_per_second;
    --second;
  }
  return {second, static_cast<std::uint32_t>(rest)};
}

WallTime SystemWallClock::now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

void UtcTimeText::write(char* to, WallTime time) {
  const SplitTime parts = split(time);
  if (parts.second != second_) {
    write_second(text_, parts.second);
    second_ = parts.second;
  }
  write_six_digits(text_ + 20, parts.nanosecond / 1000);
  std::memcpy(to, text_, size);
}

void UtcTimeText::append(std::string& out, WallTime time) {
  char text[size];
  write(text, time);
  out.append(text, size);
}

}  // namespace mqtt_toolbox::record
