#include "store/queue.hpp"

#include <map>
#include <set>
#include <sys/stat.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "support/simulated_network.hpp"
#include "unit/store/folder.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::store;
using protocol::Qos;
using protocol::Version;
using simulated::chance;
using simulated::pick;

namespace {

std::unique_ptr<Queue> open(const std::string& path, Access access = Access::exclusive) {
  auto queue = open_queue(path, access);
  REQUIRE_MESSAGE(queue, (queue ? "" : queue.error().text));
  return std::move(*queue);
}

protocol::Publish message(std::string_view payload, Qos qos = Qos::at_least_once) {
  protocol::Publish publish;
  publish.topic = "t";
  publish.payload = payload;
  publish.qos = qos;
  return publish;
}

Added add(Queue& queue, std::string_view payload, std::string_view id = {}, Instant now = 0) {
  const auto added = queue.add(message(payload), id, now);
  REQUIRE(added);
  return *added;
}

/// "1 one | 2 two #7 released"
std::string show(Queue& queue) {
  std::string text;
  const auto status = queue.each(Selection::all, [&](const Kept& kept) -> Status {
    if (!text.empty()) text += " | ";
    text += std::to_string(kept.number) + " " + std::string(kept.message.payload);
    if (kept.packet_identifier != 0) text += " #" + std::to_string(kept.packet_identifier);
    if (kept.released) text += " released";
    if (kept.may_be_duplicate) text += " twice";
    return {};
  });
  REQUIRE(status);
  return text;
}

mode_t mode_of(const std::string& path) {
  struct stat facts {};
  REQUIRE(stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 0777;
}

}  // namespace

TEST_CASE("a message comes back as it was, in another process too") {
  TemporaryFolder folder;
  const std::string payload("\0binary\xFF", 8);
  protocol::PropertyList list(protocol::PropertyPlace::publish);
  REQUIRE(list.add(protocol::PropertyId::content_type, "text/plain"));
  {
    const auto queue = open(folder.file("q"));
    protocol::Publish publish = message(payload, Qos::exactly_once);
    publish.retain = true;
    publish.properties = list.view();
    REQUIRE(queue->add(publish, "id 1", 1234567));
    REQUIRE(queue->commit());
  }
  const auto queue = open(folder.file("q"));
  const auto kept = queue->next_waiting(0);
  REQUIRE(kept);
  REQUIRE(kept->has_value());
  CHECK((*kept)->number == 1);
  CHECK((*kept)->message.topic == "t");
  CHECK((*kept)->message.payload == payload);
  CHECK((*kept)->message.qos == Qos::exactly_once);
  CHECK((*kept)->message.retain);
  CHECK((*kept)->message.properties == list.view());
  CHECK((*kept)->id == "id 1");
  CHECK((*kept)->accepted == 1234567);
  CHECK((*kept)->packet_identifier == 0);
}

TEST_CASE("the directory and its files are their owner's alone") {
  TemporaryFolder folder;
  const auto queue = open(folder.file("q"));
  add(*queue, "one");
  REQUIRE(queue->commit());
  CHECK(mode_of(folder.file("q")) == 0700);
  for (const char* name : {"queue.db", "queue.db-wal", "lock"})
    CHECK(mode_of(folder.file("q") + "/" + name) == 0600);
}

TEST_CASE("from waiting over sent and released to nothing") {
  TemporaryFolder folder;
  const auto queue = open(folder.file("q"));
  for (const char* payload : {"one", "two", "three", "four"}) add(*queue, payload);
  queue->sent(1, 1, Version::v5, false);
  queue->sent(2, 2, Version::v5, false);
  queue->sent(3, 3, Version::v5, true);
  queue->released(2);
  queue->finished(1);
  REQUIRE(queue->commit());
  CHECK(show(*queue) == "2 two #2 released | 3 three #3 twice | 4 four");
  CHECK(queue->count()->messages == 3);
  CHECK(queue->count()->sent == 2);
  CHECK(queue->version() == Version::v5);
  CHECK(queue->next_waiting(0)->value().number == 4);
  CHECK_FALSE(queue->next_waiting(4)->has_value());
  std::vector<session::Token> unfinished;
  REQUIRE(queue->each_unfinished([&](const session::Unfinished& one) -> Status {
    unfinished.push_back(one.token);
    CHECK(one.released == (one.token == 2));
    return {};
  }));
  CHECK(unfinished == std::vector<session::Token>{2, 3});
  SUBCASE("a session lost: sent again under the same identifier, and not released") {
    queue->sent(2, 2, Version::v5, true);
    CHECK(show(*queue) == "2 two #2 twice | 3 three #3 twice | 4 four");
  }
  SUBCASE("all finished: numbers go on") {
    for (const session::Token token : {2u, 3u, 4u}) queue->finished(token);
    CHECK(show(*queue).empty());
    CHECK(queue->version() == std::nullopt);
    CHECK(add(*queue, "five").number == 5);
  }
}

TEST_CASE("an id is taken once, also after its message is finished") {
  TemporaryFolder folder;
  {
    const auto queue = open(folder.file("q"));
    CHECK_FALSE(add(*queue, "one", "a", 10).is_known);
    CHECK(add(*queue, "again", "a", 11).is_known);
    CHECK_FALSE(add(*queue, "two", "b", 20).is_known);
    queue->finished(1);
    REQUIRE(queue->commit());
  }
  const auto queue = open(folder.file("q"));
  CHECK(add(*queue, "again", "a", 30).is_known);
  CHECK(show(*queue) == "2 two");
  SUBCASE("until it is forgotten") {
    CHECK(queue->forget_ids(10) == 0u);
    CHECK(queue->forget_ids(100) == 1u);
    CHECK_FALSE(add(*queue, "one", "a", 101).is_known);
    // Its message is not finished.
    CHECK(add(*queue, "two", "b", 101).is_known);
  }
}

TEST_CASE("what was not committed is gone with the process") {
  TemporaryFolder folder;
  {
    const auto queue = open(folder.file("q"));
    add(*queue, "one", "a");
    REQUIRE(queue->commit());
    add(*queue, "two", "b");
    queue->sent(1, 1, Version::v5, false);
  }
  const auto queue = open(folder.file("q"));
  CHECK(show(*queue) == "1 one");
  CHECK_FALSE(add(*queue, "two", "b").is_known);
}

TEST_CASE("a refused message waits again until it is finished") {
  TemporaryFolder folder;
  const auto queue = open(folder.file("q"));
  add(*queue, "one");
  queue->sent(1, 7, Version::v5, false);
  queue->refused(1);
  REQUIRE(queue->commit());
  CHECK(show(*queue) == "1 one");
  CHECK(queue->count()->sent == 0);
  queue->finished(1);
  REQUIRE(queue->commit());
  CHECK(show(*queue).empty());
}

TEST_CASE("what is set aside is not sent and not forgotten") {
  TemporaryFolder folder;
  {
    const auto queue = open(folder.file("q"));
    for (const char* payload : {"one", "two", "three"}) add(*queue, payload, payload);
    queue->sent(1, 1, Version::v5, false);
    REQUIRE(queue->set_aside(1, "the broker closed it"));
    REQUIRE(queue->set_aside(2, "and this"));
    REQUIRE(queue->commit());
  }
  const auto queue = open(folder.file("q"));
  CHECK(queue->count()->messages == 1);
  CHECK(queue->count()->sent == 0);
  CHECK(queue->count()->set_aside == 2);
  CHECK(queue->next_waiting(0)->value().number == 3);
  std::string reasons;
  REQUIRE(queue->each(Selection::all, [&](const Kept& kept) -> Status {
    reasons += std::string(kept.set_aside) + ";";
    return {};
  }));
  CHECK(reasons == "the broker closed it;and this;;");
  CHECK(add(*queue, "one", "one").is_known);
  SUBCASE("it can be taken back") {
    CHECK(queue->take_back() == 2u);
    REQUIRE(queue->commit());
    CHECK(queue->next_waiting(0)->value().number == 1);
    CHECK(queue->count()->set_aside == 0);
  }
  SUBCASE("it can be dropped, and so can what waits") {
    CHECK(queue->drop(1) == true);
    CHECK(queue->drop(1) == false);
    CHECK(queue->drop(3) == true);
    REQUIRE(queue->commit());
    CHECK(show(*queue) == "2 two");
    CHECK(queue->count()->messages == 0);
  }
}

TEST_CASE("the client identifier is remembered") {
  TemporaryFolder folder;
  {
    const auto queue = open(folder.file("q"));
    CHECK(queue->client_identifier() == std::string());
    REQUIRE(queue->set_client_identifier("first"));
    REQUIRE(queue->set_client_identifier("second"));
    REQUIRE(queue->commit());
  }
  CHECK(open(folder.file("q"))->client_identifier() == std::string("second"));
}

TEST_CASE("a list can be had beside the process that has the store") {
  TemporaryFolder folder;
  const auto queue = open(folder.file("q"));
  add(*queue, "one");
  REQUIRE(queue->commit());
  CHECK(show(*open(folder.file("q"), Access::listing)) == "1 one");
  add(*queue, "two");
  REQUIRE(queue->commit());
  CHECK(show(*open(folder.file("q"), Access::listing)) == "1 one | 2 two");
}

namespace {

/// What a queue should hold, written without SQLite.
struct Model {
  struct Row {
    std::string payload;
    protocol::PacketIdentifier packet = 0;
    bool is_released = false;
  };
  std::map<session::Token, Row> rows;
  std::set<std::string> ids;

  std::string show() const {
    std::string text;
    for (const auto& [number, row] : rows) {
      if (!text.empty()) text += " | ";
      text += std::to_string(number) + " " + row.payload;
      if (row.packet != 0) text += " #" + std::to_string(row.packet);
      if (row.is_released) text += " released";
    }
    return text;
  }
};

void add_one(Queue& queue, Model& model, Random& random) {
  const std::string payload(pick(random, 1, chance(random, 10) ? 20'000 : 50), 'p');
  const std::string id = chance(random, 50) ? std::to_string(pick(random, 0, 300)) : "";
  const Added added = add(queue, payload, id);
  const bool is_known = !id.empty() && !model.ids.insert(id).second;
  CHECK(added.is_known == is_known);
  if (!is_known) model.rows[added.number].payload = payload;
}

void advance_one(Queue& queue, Model& model, Random& random) {
  if (model.rows.empty()) return;
  auto row = model.rows.begin();
  std::advance(row, pick(random, 0, std::min<std::size_t>(model.rows.size() - 1, 20)));
  if (row->second.packet == 0) {
    row->second.packet = static_cast<protocol::PacketIdentifier>(pick(random, 1, 65'535));
    queue.sent(row->first, row->second.packet, Version::v5, false);
  } else if (!row->second.is_released && chance(random, 50)) {
    row->second.is_released = true;
    queue.released(row->first);
  } else {
    queue.finished(row->first);
    model.rows.erase(row);
  }
}

}  // namespace

// As after a kill or a power failure that left what had been synchronised: the files alone, copied
// at the moment when `commit` returned, are the whole store.
TEST_CASE("at each commit the files are enough") {
  const char* given = std::getenv("MQTT_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  CAPTURE(seed);
  Random random(seed);
  TemporaryFolder folder;
  const auto queue = open(folder.file("q"));
  Model model;
  for (int commits = 0; commits < 60; ++commits) {
    for (auto steps = pick(random, 1, 40); steps != 0; --steps)
      chance(random, 50) ? add_one(*queue, model, random) : advance_one(*queue, model, random);
    REQUIRE(queue->commit());
    const std::string copy = folder.file("copy" + std::to_string(commits));
    std::filesystem::copy(folder.file("q"), copy);
    // The index of the log is made anew after a power failure.
    std::filesystem::remove(copy + "/queue.db-shm");
    const auto copied = open(copy);
    REQUIRE(show(*copied) == model.show());
    for (const std::string& id : model.ids) REQUIRE(add(*copied, "x", id).is_known);
  }
}
