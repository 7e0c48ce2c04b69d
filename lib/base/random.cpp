#include "base/random.hpp"

#include <cerrno>
#include <chrono>
#include <string_view>
#include <sys/random.h>
#include <unistd.h>

namespace mqtt_toolbox {

std::string random_name(Random& random, std::size_t length) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string name;
  std::uint64_t bits = random();
  for (std::size_t i = 0; i < length; ++i, bits >>= 5) name += letters[bits % letters.size()];
  return name;
}

std::uint64_t system_seed() {
  std::uint64_t seed = 0;
  ssize_t got = 0;
  do {
    got = getrandom(&seed, sizeof seed, 0);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof seed) return seed;
  // A sandbox that forbids the system call: nothing here is a secret, different runs suffice.
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return static_cast<std::uint64_t>(now) ^ (static_cast<std::uint64_t>(getpid()) << 48);
}

}  // namespace mqtt_toolbox
