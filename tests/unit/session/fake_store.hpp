#pragma once

#include <map>
#include <optional>
#include <string>

#include "session/store.hpp"

namespace mqtt_toolbox::session {

/// A store in memory, with a disk that a crash of the process leaves at the last commit. Tokens are
/// 0, 1, 2, ... in the order of sending. Writes down what it is told.
class FakeStore final : public Store {
 public:
  void sent(Token token, protocol::PacketIdentifier identifier, protocol::Version version,
            bool may_be_duplicate) override {
    note("sent", token, "#" + std::to_string(identifier) + (may_be_duplicate ? " twice" : ""));
    version_ = version;
    Row& row = now_[token];
    row.identifier = identifier;
    row.state = State::sent;
    row.may_be_duplicate = may_be_duplicate;
  }
  void released(Token token) override {
    note("released", token);
    now_[token].state = State::released;
  }
  void finished(Token token) override {
    note("finished", token);
    now_[token].state = State::finished;
  }
  void refused(Token token) override {
    note("refused", token);
    now_[token].state = State::refused;
  }
  Status commit() override {
    if (fails) return fail(ExitCode::io, "the disk is full");
    disk_ = now_;
    is_dirty_ = false;
    return {};
  }

  std::optional<protocol::Version> version() override {
    for (const auto& [token, row] : now_)
      if (is_unfinished(row)) return version_;
    return std::nullopt;
  }
  Status each_unfinished(const std::function<Status(const Unfinished&)>& visit) override {
    for (const auto& [token, row] : now_) {
      if (!is_unfinished(row)) continue;
      Unfinished unfinished{
          token, row.identifier, {}, row.state == State::released, row.may_be_duplicate};
      unfinished.message.topic = row.topic;
      unfinished.message.payload = row.payload;
      unfinished.message.qos = row.qos;
      if (auto status = visit(unfinished); !status) return status;
    }
    return {};
  }

  /// What the last message sent is; a real store knows it before.
  void describe(const protocol::Publish& message) {
    Row& row = now_.rbegin()->second;
    row.topic = message.topic;
    row.payload = message.payload;
    row.qos = message.qos;
  }
  void crash() {
    now_ = disk_;
    is_dirty_ = false;
  }
  bool is_dirty() const { return is_dirty_; }
  /// The token of the first message not yet sent.
  Token first_waiting() const { return now_.empty() ? 0 : now_.rbegin()->first + 1; }

  std::string take() { return std::exchange(told_, {}); }
  bool fails = false;

 private:
  enum class State { sent, released, refused, finished };
  struct Row {
    State state = State::sent;
    protocol::PacketIdentifier identifier = 0;
    bool may_be_duplicate = false;
    std::string topic;
    std::string payload;
    protocol::Qos qos = protocol::Qos::at_least_once;
  };

  static bool is_unfinished(const Row& row) {
    return row.state == State::sent || row.state == State::released;
  }

  void note(std::string_view what, Token token, const std::string& more = {}) {
    is_dirty_ = true;
    if (!told_.empty()) told_ += " | ";
    told_ += what;
    told_ += " " + std::to_string(token);
    if (!more.empty()) told_ += " " + more;
  }

  std::map<Token, Row> now_;
  std::map<Token, Row> disk_;
  protocol::Version version_ = protocol::Version::v5;
  std::string told_;
  bool is_dirty_ = false;
};

}  // namespace mqtt_toolbox::session
