#include "load/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace mqtt_toolbox::load {

namespace {

constexpr std::uint64_t nanoseconds = 1'000'000'000;
constexpr std::uint64_t micro = 1'000'000;
__extension__ using Wide = unsigned __int128;
/// A due time that does not fit its type would count as past. In nanoseconds: 31 years.
constexpr std::uint64_t longest_wait = nanoseconds * nanoseconds;

/// SplitMix64: eight bytes of state, because there is one for each client.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Far apart for neighbours: states that are a few steps apart give the same numbers later.
std::uint64_t first_state(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t state = number + 1;
  return seed ^ next_random(state);
}

}  // namespace

Rate::Rate(double a_second)
    : micro_events_(std::max<std::uint64_t>(
          1, static_cast<std::uint64_t>(std::llround(a_second * static_cast<double>(micro))))) {}

Duration Rate::due(std::uint64_t index) const {
  const Wide whole = Wide(index) * (nanoseconds * micro) / micro_events_;
  return Duration(static_cast<Duration::rep>(std::min<Wide>(whole, longest_wait)));
}

std::uint64_t Rate::due_by(Duration elapsed) const {
  if (elapsed < Duration(0)) return 0;
  // Event k is due up to t when k * unit < (t + 1) * events.
  const Wide end = (Wide(static_cast<std::uint64_t>(elapsed.count())) + 1) * micro_events_;
  return static_cast<std::uint64_t>((end + nanoseconds * micro - 1) / (nanoseconds * micro));
}

Schedule::Schedule(Arrivals arrivals, double rate, std::uint64_t publishers, std::uint64_t number,
                   std::uint64_t seed)
    : rate_(rate),
      publishers_(publishers),
      number_(number),
      state_(first_state(seed, number)),
      mean_gap_(arrivals == Arrivals::poisson
                    ? static_cast<double>(publishers) * static_cast<double>(nanoseconds) / rate
                    : 0) {
  if (mean_gap_ != 0) {
    wait_a_while();
  } else {
    next_ = rate_.due(number_);
  }
}

void Schedule::advance() {
  ++taken_;
  if (mean_gap_ != 0) return wait_a_while();
  next_ = rate_.due(taken_ * publishers_ + number_);
}

std::uint64_t Schedule::due_by(Duration elapsed) const {
  if (mean_gap_ == 0) {
    const std::uint64_t all = rate_.due_by(elapsed);
    const std::uint64_t own = all <= number_ ? 0 : (all - number_ - 1) / publishers_ + 1;
    return std::max(own, taken_);
  }
  Schedule ahead = *this;
  while (ahead.next_ <= elapsed) ahead.advance();
  return ahead.taken_;
}

/// An exponential gap by inversion; the standard distributions differ between libraries.
void Schedule::wait_a_while() {
  const double uniform = (static_cast<double>(next_random(state_) >> 11) + 0.5) * 0x1p-53;
  const double gap = -std::log(uniform) * mean_gap_;
  next_ = Duration(std::min<Duration::rep>(
      next_.count() + std::llround(std::min(gap, static_cast<double>(longest_wait))),
      longest_wait));
}

}  // namespace mqtt_toolbox::load
