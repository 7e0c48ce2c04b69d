#include "session/receipts.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox::session;

TEST_CASE("received identifiers are a set") {
  ReceivedIdentifiers received;
  CHECK(received.insert(5).is_new);
  CHECK(received.insert(3).is_new);
  CHECK(received.insert(65'535).is_new);
  CHECK_FALSE(received.insert(3).is_new);
  received.insert(5).entry->counted = true;
  CHECK(received.remove(5).counted);
  CHECK(received.remove(5).id == 0);
  CHECK(received.remove(4).id == 0);
  received.insert(3).entry->counted = true;
  received.new_connection();
  CHECK_FALSE(received.insert(3).entry->counted);
  received.clear();
  CHECK(received.insert(3).is_new);
}

TEST_CASE("deliveries are a queue, of which only this connection's are acknowledged") {
  using mqtt_toolbox::protocol::Qos;
  Deliveries deliveries;
  deliveries.push(1, Qos::exactly_once);
  deliveries.push(2, Qos::at_least_once);
  deliveries.push(1, Qos::exactly_once);
  deliveries.new_connection();
  CHECK_FALSE(deliveries.renew(2));
  CHECK_FALSE(deliveries.renew(7));
  CHECK(deliveries.renew(1));
  CHECK_FALSE(deliveries.pop().current);
  CHECK_FALSE(deliveries.pop().current);
  CHECK(deliveries.pop().current);  // The newest of the two.
  CHECK(deliveries.size() == 0);
}
