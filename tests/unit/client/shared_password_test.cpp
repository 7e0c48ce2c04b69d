#include "client/shared_password.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "unit/store/folder.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using store::TemporaryFolder;

// The password that many connections share, and the command that prints it.

namespace {

/// A shared password whose command prints how often it ran, and those who wait for it.
struct Token {
  explicit Token(std::string command_given = {})
      : command(command_given.empty() ? "echo x >>" + runs + "; wc -l <" + runs
                                      : std::move(command_given)),
        password("0", command) {}

  void renew(std::uint32_t refused, const void* waiter) {
    password.renew(refused, waiter, [this] {
      ++settled;
      settled.notify_all();
    });
  }
  /// Until so many who waited have been told.
  void wait_for(int number) {
    for (int now = settled; now < number; now = settled) settled.wait(now);
  }
  std::size_t times_run() const {
    std::ifstream file(runs);
    return static_cast<std::size_t>(
        std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n'));
  }

  TemporaryFolder folder;
  std::string runs = folder.file("runs");
  std::string command;
  std::atomic<int> settled = 0;
  SharedPassword password;
};

}  // namespace

TEST_CASE("when many connections are refused at once the command runs once") {
  constexpr int many = 200;
  Token token;
  token.password.accepted();
  std::vector<std::jthread> threads;
  std::array<char, many> waiters{};
  for (const char& waiter : waiters) threads.emplace_back([&] { token.renew(0, &waiter); });
  token.wait_for(many);
  CHECK(token.times_run() == 1);
  CHECK(token.password.number() == 1);
  CHECK(token.password.value() == "1");
}

TEST_CASE("what the broker has never accepted has not grown old") {
  Token token;
  token.renew(0, &token);
  CHECK(token.settled == 1);
  CHECK(token.times_run() == 0);
  CHECK(token.password.number() == 0);
}

TEST_CASE("a password that is refused soon after it was printed is not asked for again") {
  Token token;
  token.password.accepted();
  token.renew(0, &token);
  token.wait_for(1);
  token.renew(1, &token);
  CHECK(token.settled == 2);
  CHECK(token.times_run() == 1);
}

TEST_CASE("who was refused with an older password is told at once that there is another") {
  Token token;
  token.password.accepted();
  token.renew(0, &token);
  token.wait_for(1);
  token.renew(0, &token);
  CHECK(token.settled == 2);
  CHECK(token.times_run() == 1);
}

TEST_CASE("the same password again is no other") {
  Token token("echo 0");
  token.password.accepted();
  token.renew(0, &token);
  token.wait_for(1);
  CHECK(token.password.number() == 0);
  CHECK_FALSE(token.password.take_failure());
}

TEST_CASE("a command that fails leaves the password as it is, and is told once") {
  Token token("exit 3");
  token.password.accepted();
  token.renew(0, &token);
  token.wait_for(1);
  CHECK(token.password.number() == 0);
  CHECK(token.password.value() == "0");
  const auto failure = token.password.take_failure();
  REQUIRE(failure);
  CHECK(failure->text == "password: the command \"exit 3\" exited with 3");
  CHECK_FALSE(token.password.take_failure());
}

TEST_CASE("the end does not wait for the command, and tells nobody") {
  const TemporaryFolder folder;
  const std::string begun = folder.file("begun");
  Token token("touch " + begun + "; exec sleep 1000");
  token.password.accepted();
  token.renew(0, &token);
  while (!std::filesystem::exists(begun)) std::this_thread::yield();
  CHECK(token.settled == 0);
}
