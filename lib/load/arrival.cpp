#include "load/arrival.hpp"

#include <cstring>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <sys/socket.h>
#include <time.h>

namespace mqtt_toolbox::load {

namespace {

/// Nobody sleeps so long; the wall clock was set meanwhile.
constexpr Duration longest_wait = std::chrono::minutes(1);

Duration since_epoch(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

/// The kernel notes wall time. How long ago that was is the same on every clock.
std::optional<Duration> age_of(const timespec& arrival) {
  if (arrival.tv_sec == 0) return std::nullopt;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const Duration age = since_epoch(now) - since_epoch(arrival);
  if (age < Duration(0) || age > longest_wait) return std::nullopt;
  return age;
}

std::optional<Duration> waited(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPING) continue;
    scm_timestamping times{};
    std::memcpy(&times, CMSG_DATA(part), sizeof times);
    return age_of({times.ts[0].tv_sec, times.ts[0].tv_nsec});
  }
  return std::nullopt;
}

}  // namespace

bool ask_for_arrival_times(int socket) {
  const int wanted = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  return setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPING, &wanted, sizeof wanted) == 0;
}

TimedRead read_with_arrival(int socket, std::span<char> into) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(scm_timestamping))];
  iovec part{into.data(), into.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  TimedRead read;
  read.size = recvmsg(socket, &message, 0);
  if (read.size > 0) read.waited = waited(message);
  return read;
}

}  // namespace mqtt_toolbox::load
