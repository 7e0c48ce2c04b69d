#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/queue.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/directory.hpp"
#include "store/sqlite/reserve.hpp"

namespace mqtt_toolbox::store {

/// The queue in an SQLite file: all that is written between two commits is one transaction.
class SqliteQueue final : public Queue {
 public:
  static Result<std::unique_ptr<SqliteQueue>> open(const std::string& directory, Access access);

  ~SqliteQueue() override = default;

  Result<Added> add(const protocol::Publish& message, protocol::Bytes id, Instant now) override;
  Result<std::optional<Kept>> next_waiting(session::Token number) override;
  Status each(Selection selection, const std::function<Status(const Kept&)>& visit) override;
  Result<Count> count() override;
  Status set_aside(session::Token number, protocol::Bytes reason) override;
  Result<std::uint64_t> take_back() override;
  Result<bool> drop(session::Token number) override;
  Result<std::string> client_identifier() override;
  Status set_client_identifier(const std::string& identifier) override;
  Result<std::uint64_t> forget_ids(Instant instant) override;

  void sent(session::Token token, protocol::PacketIdentifier identifier, protocol::Version version,
            bool may_be_duplicate) override;
  void released(session::Token token) override;
  void finished(session::Token token) override;
  void refused(session::Token token) override;
  Status commit() override;
  std::optional<protocol::Version> version() override;
  Status each_unfinished(const std::function<Status(const session::Unfinished&)>& visit) override;

 private:
  enum class Query : std::uint8_t {
    begin,
    commit,
    rollback,
    insert_id,
    insert_message,
    next_waiting,
    each,
    each_sent,
    count,
    sent,
    released,
    finish_message,
    finish_flight,
    set_aside,
    end_aside,
    take_back,
    version,
    client_identifier,
    forget_client,
    insert_client,
    forget_ids,
    last,
  };
  static constexpr auto queries = static_cast<std::size_t>(Query::last);
  static const std::array<std::string_view, queries> sql;

  /// Something that became of a message, kept until it is committed.
  struct Step {
    enum class Kind : std::uint8_t { sent, released, refused, finished, set_aside };
    Kind kind = Kind::sent;
    session::Token token = 0;
    protocol::PacketIdentifier identifier = 0;
    protocol::Version version = protocol::Version::v5;
    bool may_be_duplicate = false;
    std::string reason{};
  };

  SqliteQueue(Directory directory, Database database, Reserve reserve)
      : directory_(std::move(directory)),
        database_(std::move(database)),
        reserve_(std::move(reserve)) {}

  static Result<std::unique_ptr<SqliteQueue>> open(const std::string& path, Directory directory,
                                                   Access access);
  Status prepare();
  Result<Added> insert(const protocol::Publish& message, protocol::Bytes id, Instant now);
  Statement& statement(Query query) { return statements_[static_cast<std::size_t>(query)]; }
  Status begin();
  /// Runs a statement that gives no rows, inside the transaction, with these parameters.
  template <typename... Values>
  Status write(Query query, Values... values);
  /// Rolls back. A full disk is got over where that is possible; any other error, and a full disk
  /// under messages that were added since the last commit, stays in `error_`.
  Status failed(int code);
  void roll_back();
  void recover(const Error& cause);
  void take(Step step);
  Status run(const Step& step);
  tl::unexpected<Error> damaged();
  /// Checks what stands in the row before anyone believes it.
  Result<Kept> read(const Statement& row);
  Status each_row(Query query, const std::function<Status(const Kept&)>& visit);

  Directory directory_;
  Database database_;
  Reserve reserve_;
  std::array<Statement, queries> statements_;
  std::optional<Error> error_;
  bool is_in_transaction_ = false;
  bool is_recovering_ = false;
  std::vector<Step> steps_;                    ///< since the last commit
  std::optional<session::Token> first_added_;  ///< since the last commit
  /// Where the message of `next_waiting` lives, so that no statement stays open with it.
  std::string topic_;
  std::string id_;
  std::string properties_;
  std::string payload_;
};

}  // namespace mqtt_toolbox::store
