#include "client/subscriptions.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using client::Subscriptions;

namespace {

void add(Subscriptions& subscriptions, session::Token token,
         std::initializer_list<const char*> filters) {
  std::string entries;
  for (const char* filter : filters) {
    protocol::Subscription subscription;
    subscription.filter = filter;
    protocol::append_subscription(entries, subscription);
  }
  subscriptions.add(token, {0, {}, entries});
}

void remove(Subscriptions& subscriptions, std::initializer_list<protocol::Bytes> filters) {
  const std::vector<protocol::Bytes> list(filters);
  subscriptions.remove(list);
}

/// "TOKEN:FILTER,FILTER;" of each that is due, in order.
std::string take_due(Subscriptions& subscriptions) {
  std::string text;
  while (const auto* due = subscriptions.due()) {
    text += std::to_string(due->token) + ':';
    protocol::Bytes entries = due->entries;
    while (const auto subscription = protocol::next_subscription(entries))
      (text += subscription->filter) += ',';
    text.back() = ';';
    subscriptions.sent_again();
  }
  return text;
}

}  // namespace

TEST_CASE("what was answered is due again, in order, once the session is lost") {
  Subscriptions subscriptions;
  add(subscriptions, 7, {"a", "b"});
  add(subscriptions, 3, {"c"});
  add(subscriptions, 5, {"d"});
  CHECK(take_due(subscriptions).empty());
  subscriptions.answered(7);
  subscriptions.answered(5);
  CHECK(take_due(subscriptions).empty());
  subscriptions.start_again();
  CHECK(take_due(subscriptions) == "7:a,b;5:d;");
  // Sent and not answered, the session sends them again.
  subscriptions.start_again();
  CHECK(take_due(subscriptions).empty());
  for (const session::Token token : {7, 3, 5}) subscriptions.answered(token);
  subscriptions.start_again();
  CHECK(take_due(subscriptions) == "7:a,b;3:c;5:d;");
}

TEST_CASE("a filter stays with the packet that named it last") {
  Subscriptions subscriptions;
  add(subscriptions, 1, {"a", "b", "a"});
  add(subscriptions, 2, {"c"});
  add(subscriptions, 3, {"b", "d"});
  remove(subscriptions, {"c", "unknown"});
  for (const session::Token token : {1, 2, 3}) subscriptions.answered(token);
  subscriptions.start_again();
  CHECK(take_due(subscriptions) == "1:a,a;3:b,d;");
  remove(subscriptions, {"a", "b", "d"});
  CHECK(subscriptions.empty());
  subscriptions.answered(1);
  CHECK(take_due(subscriptions).empty());
}

TEST_CASE("calls with one token are answered together") {
  Subscriptions subscriptions;
  add(subscriptions, 0, {"a"});
  add(subscriptions, 0, {"b"});
  subscriptions.answered(0);
  subscriptions.start_again();
  CHECK(take_due(subscriptions) == "0:a;0:b;");
}
