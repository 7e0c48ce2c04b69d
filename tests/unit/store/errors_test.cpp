#include <algorithm>
#include <csignal>
#include <fstream>
#include <sqlite3.h>
#include <sys/resource.h>

#include <doctest/doctest.h>

#include "store/queue.hpp"
#include "unit/store/folder.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::store;

namespace {

/// The text of the error that opening must end with.
std::string error_of(const std::string& path, Access access = Access::exclusive) {
  const auto queue = open_queue(path, access);
  REQUIRE_FALSE(queue);
  CHECK(queue.error().code == ExitCode::io);
  return queue.error().text;
}

bool holds(const std::string& text, std::string_view part) {
  CAPTURE(text);
  CAPTURE(part);
  const bool is_there = text.find(part) != std::string::npos;
  CHECK(is_there);
  return is_there;
}

void run_sql(const std::string& file, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

protocol::Publish message(std::string_view payload) {
  protocol::Publish publish;
  publish.topic = "t";
  publish.payload = payload;
  publish.qos = protocol::Qos::at_least_once;
  return publish;
}

std::uint64_t waiting_in(const std::string& path) {
  const auto queue = open_queue(path, Access::exclusive);
  REQUIRE(queue);
  return (*queue)->count()->messages;
}

/// No file may grow beyond this while it lives, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    before_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_handler_);
  }

 private:
  rlimit before_{};
  void (*before_handler_)(int) = SIG_DFL;
};

}  // namespace

TEST_CASE("a store has one user") {
  TemporaryFolder folder;
  const auto queue = open_queue(folder.file("q"), Access::exclusive);
  REQUIRE(queue);
  holds(error_of(folder.file("q")), "another mqtt-pub uses the store in " + folder.file("q"));
}

TEST_CASE("directories that cannot be used") {
  TemporaryFolder folder;
  holds(error_of(folder.file("a/b")), "a/b: no such file or directory");
  std::ofstream(folder.file("file")) << "x";
  holds(error_of(folder.file("file")), "file: not a directory");
  holds(error_of(folder.file("none"), Access::listing), "none: no such file");
  std::filesystem::create_directory(folder.file("empty"));
  holds(error_of(folder.file("empty"), Access::listing), "there is no store in");
}

TEST_CASE("a file of another kind is left as it is") {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("q"));
  const std::string file = folder.file("q") + "/queue.db";
  std::string before;
  SUBCASE("text") {
    std::ofstream(file) << std::string(5000, 'x');
  }
  SUBCASE("another program's tables") {
    run_sql(file, "CREATE TABLE other (x); INSERT INTO other VALUES (1)");
  }
  SUBCASE("another program's mark") {
    run_sql(file, "PRAGMA application_id = 99");
  }
  const auto size = std::filesystem::file_size(file);
  holds(error_of(folder.file("q")), file + " is not a store of mqtt-pub");
  holds(error_of(folder.file("q"), Access::listing), file + " is not a store of mqtt-pub");
  CHECK(std::filesystem::file_size(file) == size);
  CHECK_FALSE(std::filesystem::exists(file + "-wal"));
}

TEST_CASE("a newer version is told apart") {
  TemporaryFolder folder;
  REQUIRE(open_queue(folder.file("q"), Access::exclusive));
  run_sql(folder.file("q") + "/queue.db", "PRAGMA user_version = 2");
  const std::string text = error_of(folder.file("q"));
  holds(text, "is of version 2 and this program knows version 1");
}

TEST_CASE("damage is said with the file's name, and stays said") {
  TemporaryFolder folder;
  const std::string file = folder.file("q") + "/queue.db";
  {
    const auto queue = open_queue(folder.file("q"), Access::exclusive);
    REQUIRE(queue);
    const std::string payload(2000, 'x');
    for (int i = 0; i < 500; ++i) REQUIRE((*queue)->add(message(payload), "", 0));
    REQUIRE((*queue)->commit());
  }
  SUBCASE("in the pages") {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff page = 8; page < 200; ++page) {
      bytes.seekp(page * 4096);
      bytes << std::string(4096, '\xA5');
    }
  }
  SUBCASE("in a row") {
    run_sql(file, "UPDATE message SET qos = 7 WHERE number = 400");
  }
  SUBCASE("in a topic") {
    run_sql(file, "UPDATE message SET topic = 'a/#' WHERE number = 3");
  }
  const auto queue = open_queue(folder.file("q"), Access::exclusive);
  REQUIRE(queue);
  const auto status = (*queue)->each(Selection::all, [](const Kept&) -> Status { return {}; });
  REQUIRE_FALSE(status);
  holds(status.error().text, file + " is damaged");
  const auto committed = (*queue)->commit();
  REQUIRE_FALSE(committed);
  CHECK(committed.error().text == status.error().text);
}

TEST_CASE("a full disk: what was accepted before is kept, what was not is not") {
  TemporaryFolder folder;
  std::uint64_t accepted = 0;
  {
    const auto queue = open_queue(folder.file("q"), Access::exclusive);
    REQUIRE(queue);
    const FullDisk full(600'000);
    const std::string payload(1000, 'x');
    Status status;
    for (; status && accepted < 10'000; accepted += status ? 10 : 0) {
      for (int i = 0; status && i < 10; ++i)
        status = (*queue)->add(message(payload), "", 0).map([](const Added&) {});
      if (status) status = (*queue)->commit();
    }
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ExitCode::io);
    holds(status.error().text, "queue.db: ");
    CHECK(accepted > 100);
    // Nothing is half accepted afterwards.
    CHECK_FALSE((*queue)->add(message("small"), "", 0));
    CHECK_FALSE((*queue)->commit());
  }
  CHECK(waiting_in(folder.file("q")) == accepted);
}

TEST_CASE("on a full disk what became of messages is kept all the same") {
  TemporaryFolder folder;
  constexpr session::Token count = 300;
  {
    const auto queue = open_queue(folder.file("q"), Access::exclusive);
    REQUIRE(queue);
    const std::string payload(500, 'x');
    for (session::Token i = 0; i < count; ++i)
      REQUIRE((*queue)->add(message(payload), "", 0)->number == i + 1);
    REQUIRE((*queue)->commit());
    const auto size = [&](const char* name) {
      return std::filesystem::file_size(folder.file("q") + "/queue.db" + name);
    };
    // The log cannot grow much, and the file has room for the state of the messages.
    const FullDisk full(std::max(size(""), size("-wal")) + 100'000);
    for (session::Token token = 1; token <= count; ++token) {
      (*queue)->sent(token, static_cast<protocol::PacketIdentifier>(token), protocol::Version::v5,
                     false);
      const auto committed = (*queue)->commit();
      REQUIRE_MESSAGE(committed, (committed ? "" : committed.error().text));
      if (token % 3 == 0) continue;
      token % 2 == 0 ? (*queue)->finished(token) : (*queue)->refused(token);
      REQUIRE((*queue)->commit());
    }
  }
  const auto queue = open_queue(folder.file("q"), Access::exclusive);
  REQUIRE(queue);
  CHECK((*queue)->count()->messages == count * 2 / 3);
  CHECK((*queue)->count()->sent == count / 3);
}

TEST_CASE("what was written down beside messages that found no room is kept, they are not") {
  TemporaryFolder folder;
  {
    const auto queue = open_queue(folder.file("q"), Access::exclusive);
    REQUIRE(queue);
    for (int i = 0; i < 10; ++i) REQUIRE((*queue)->add(message("small"), "", 0));
    REQUIRE((*queue)->commit());
    const FullDisk full(400'000);
    (*queue)->sent(1, 1, protocol::Version::v5, false);
    (*queue)->finished(2);
    const std::string payload(1000, 'x');
    for (int i = 0; i < 1000; ++i) static_cast<void>((*queue)->add(message(payload), "", 0));
    (*queue)->sent(11, 2, protocol::Version::v5, false);
    const auto committed = (*queue)->commit();
    REQUIRE_FALSE(committed);
    holds(committed.error().text, "queue.db: ");
  }
  const auto queue = open_queue(folder.file("q"), Access::exclusive);
  REQUIRE(queue);
  CHECK((*queue)->count()->messages == 9);
  CHECK((*queue)->count()->sent == 1);
}
