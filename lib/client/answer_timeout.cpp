#include "client/answer_timeout.hpp"

#include <algorithm>
#include <utility>

namespace mqtt_toolbox::client {

AnswerTimeout::AnswerTimeout(transport::Loop& loop, Duration timeout,
                             transport::Loop::Callback missing)
    : loop_(loop),
      timeout_(timeout),
      missing_(std::move(missing)),
      timer_(loop, [this] { look(); }) {}

void AnswerTimeout::start(session::Sender& sender) {
  sender_ = &sender;
  last_ = loop_.now();
  look();
}

void AnswerTimeout::look() {
  const session::SendProgress& progress = sender_->send_progress();
  last_ = std::max(last_, progress.last_progress());
  const Time limit = last_ + timeout_;
  const Time now = loop_.now();
  if (now < limit) return timer_.arm(progress.next_look(limit, now));
  missing_();
}

}  // namespace mqtt_toolbox::client
