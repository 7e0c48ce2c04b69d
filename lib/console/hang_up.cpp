#include "console/hang_up.hpp"

#include <sys/epoll.h>
#include <utility>

namespace mqtt_toolbox::console {

/// Without bits epoll tells of hang-ups and errors alone; that there is one makes its own
/// descriptor readable.
HangUp::HangUp(transport::Loop& loop, int descriptor, std::function<void()> gone)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      watch_(loop, epoll_.get(), [this, gone = std::move(gone)](transport::Interest) {
        watch_.want(transport::Interest::none);
        gone();
      }) {
  epoll_event event{};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0)
    watch_.want(transport::Interest::read);
}

}  // namespace mqtt_toolbox::console
