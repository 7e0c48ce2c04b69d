#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "store/queue.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/directory.hpp"

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
  Result<std::string> client_identifier() override;
  Status set_client_identifier(const std::string& identifier) override;
  Result<std::uint64_t> forget_ids(Instant instant) override;

  void sent(session::Token token, protocol::PacketIdentifier identifier, protocol::Version version,
            bool may_be_duplicate) override;
  void released(session::Token token) override;
  void finished(session::Token token) override;
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
    version,
    client_identifier,
    forget_client,
    insert_client,
    forget_ids,
    last,
  };
  static constexpr auto queries = static_cast<std::size_t>(Query::last);
  static const std::array<std::string_view, queries> sql;

  SqliteQueue(Directory directory, Database database)
      : directory_(std::move(directory)), database_(std::move(database)) {}

  Status prepare();
  Statement& statement(Query query) { return statements_[static_cast<std::size_t>(query)]; }
  Status begin();
  /// Runs a statement that gives no rows, inside the transaction, with these parameters.
  template <typename... Values>
  Status write(Query query, Values... values);
  Status failed(int code);
  tl::unexpected<Error> damaged();
  /// Checks what stands in the row before anyone believes it.
  Result<Kept> read(const Statement& row);
  Status each_row(Query query, const std::function<Status(const Kept&)>& visit);

  Directory directory_;
  Database database_;
  std::array<Statement, queries> statements_;
  std::optional<Error> error_;
  bool is_in_transaction_ = false;
  /// Where the message of `next_waiting` lives, so that no statement stays open with it.
  std::string topic_;
  std::string id_;
  std::string properties_;
  std::string payload_;
};

}  // namespace mqtt_toolbox::store
