#include "store/sqlite/sqlite_queue.hpp"

#include "base/utf8.hpp"
#include "protocol/topic.hpp"
#include "store/sqlite/schema.hpp"

namespace mqtt_toolbox::store {

using protocol::Bytes;
using protocol::PacketIdentifier;
using protocol::Qos;
using protocol::Version;
using session::Token;

// The columns of a message, in the order of Column.
#define MESSAGE "m.number, m.accepted, m.qos, m.retain, m.topic, m.id, m.properties, m.payload, "
#define FLIGHT "f.identifier, f.released, f.may_be_duplicate, "

const std::array<std::string_view, SqliteQueue::queries> SqliteQueue::sql = {
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "INSERT INTO known (id, accepted) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    "INSERT INTO message (accepted, qos, retain, topic, id, properties, payload) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    "SELECT " MESSAGE
    "0, 0, 0, NULL FROM message m WHERE m.number > ?1 AND NOT EXISTS "
    "(SELECT 1 FROM flight f WHERE f.number = m.number) AND NOT EXISTS "
    "(SELECT 1 FROM aside a WHERE a.number = m.number) ORDER BY m.number LIMIT 1",
    "SELECT " MESSAGE FLIGHT
    "a.reason FROM message m LEFT JOIN flight f ON f.number = m.number "
    "LEFT JOIN aside a ON a.number = m.number ORDER BY m.number",
    "SELECT " MESSAGE FLIGHT
    "NULL FROM flight f CROSS JOIN message m ON m.number = f.number ORDER BY f.number",
    "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM flight), "
    "(SELECT count(*) FROM aside)",
    "INSERT OR REPLACE INTO flight (number, identifier, version, may_be_duplicate, released) "
    "VALUES (?1, ?2, ?3, ?4, 0)",
    "UPDATE flight SET released = 1 WHERE number = ?1",
    "DELETE FROM message WHERE number = ?1",
    "DELETE FROM flight WHERE number = ?1",
    "INSERT OR REPLACE INTO aside (number, reason) VALUES (?1, ?2)",
    "DELETE FROM aside WHERE number = ?1",
    "DELETE FROM aside",
    "SELECT version FROM flight LIMIT 1",
    "SELECT identifier FROM client",
    "DELETE FROM client",
    "INSERT INTO client (identifier) VALUES (?1)",
    "DELETE FROM known WHERE accepted < ?1 AND id NOT IN "
    "(SELECT id FROM message WHERE id IS NOT NULL)",
};

#undef MESSAGE
#undef FLIGHT

namespace {

enum Column : std::uint8_t {
  number,
  accepted,
  qos,
  retain,
  topic,
  id,
  properties,
  payload,
  identifier,
  is_released,
  may_be_duplicate,
  aside,
};

void bind_all(Statement&, int) {}

template <typename First, typename... Rest>
void bind_all(Statement& statement, int parameter, First first, Rest... rest) {
  statement.bind(parameter, first);
  bind_all(statement, parameter + 1, rest...);
}

std::int64_t integer(Token token) {
  return static_cast<std::int64_t>(token);
}

}  // namespace

Result<std::unique_ptr<SqliteQueue>> SqliteQueue::open(const std::string& directory,
                                                       Access access) {
  auto opened = open_directory(directory, access);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  auto queue = open(directory, std::move(*opened), access);
  if (queue || access == Access::listing) return queue;
  // SQLite needs some space to open a file with a log.
  Reserve reserve(directory);
  if (!reserve.is_disk_full()) return queue;
  reserve.release();
  opened = open_directory(directory, access);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  return open(directory, std::move(*opened), access);
}

Result<std::unique_ptr<SqliteQueue>> SqliteQueue::open(const std::string& path, Directory directory,
                                                       Access access) {
  auto database = Database::open(directory.file);
  if (!database) return tl::unexpected(std::move(database.error()));
  std::unique_ptr<SqliteQueue> queue(
      new SqliteQueue(std::move(directory), std::move(*database), Reserve(path)));
  const auto status =
      prepare_schema(queue->database_, access).and_then([&] { return queue->prepare(); });
  if (!status) return tl::unexpected(status.error());
  return queue;
}

Status SqliteQueue::prepare() {
  for (std::size_t i = 0; i < queries; ++i) {
    auto prepared = database_.prepare(sql[i]);
    if (!prepared) return tl::unexpected(std::move(prepared.error()));
    statements_[i] = std::move(*prepared);
  }
  return {};
}

Status SqliteQueue::failed(int code) {
  const Error error = database_.check(code).error();
  const bool may_recover = Database::is_full(code) && !is_recovering_;
  roll_back();
  if (may_recover)
    recover(error);
  else
    error_ = error;
  return tl::unexpected(error);
}

/// What was not committed is not to be seen by anyone. SQLite may have done it already.
void SqliteQueue::roll_back() {
  if (sqlite3_get_autocommit(database_.handle()) == 0) statement(Query::rollback).step();
  is_in_transaction_ = false;
}

/// The reserve pays for moving the log into the file, after which the log's own space is free
/// again. What became of messages is written down once more; those added since the last commit are
/// gone, and with them what the session holds.
void SqliteQueue::recover(const Error& cause) {
  is_recovering_ = true;
  reserve_.release();
  sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr,
                            nullptr);
  const std::vector<Step> steps = std::exchange(steps_, {});
  const auto added = std::exchange(first_added_, std::nullopt);
  for (const Step& step : steps)
    if (!error_ && (!added || step.token < *added)) static_cast<void>(run(step));
  if (!error_) static_cast<void>(commit());
  is_recovering_ = false;
  if (added && !error_) error_ = cause;
}

Status SqliteQueue::begin() {
  if (error_) return tl::unexpected(*error_);
  if (is_in_transaction_) return {};
  const int code = statement(Query::begin).step();
  if (code != SQLITE_DONE) return failed(code);
  is_in_transaction_ = true;
  return {};
}

template <typename... Values>
Status SqliteQueue::write(Query query, Values... values) {
  if (auto status = begin(); !status) return status;
  bind_all(statement(query), 1, values...);
  const int code = statement(query).step();
  return code == SQLITE_DONE ? Status() : failed(code);
}

Status SqliteQueue::commit() {
  if (error_) return tl::unexpected(*error_);
  if (!is_in_transaction_) return {};
  const int code = statement(Query::commit).step();
  if (code != SQLITE_DONE) {
    const auto status = failed(code);
    return error_ ? status : Status();
  }
  is_in_transaction_ = false;
  steps_.clear();
  first_added_.reset();
  reserve_.forget_grants();
  return {};
}

Result<Added> SqliteQueue::add(const protocol::Publish& message, Bytes id, Instant now) {
  const std::size_t size = message.payload.size() + message.topic.size() +
                           message.properties.encoded().size() + id.size();
  if (!error_ && !reserve_.grants(size)) return Added{.has_no_room = true};
  const auto inserted = insert(message, id, now);
  if (!inserted && !error_) return Added{.has_no_room = true};
  if (inserted && !inserted->is_known && !first_added_) first_added_ = inserted->number;
  return inserted;
}

Result<Added> SqliteQueue::insert(const protocol::Publish& message, Bytes id, Instant now) {
  std::optional<Bytes> unique;
  if (!id.empty()) {
    unique = id;
    if (auto status = write(Query::insert_id, id, now); !status)
      return tl::unexpected(std::move(status.error()));
    if (sqlite3_changes(database_.handle()) == 0) return Added{.is_known = true};
  }
  const auto status = write(Query::insert_message, now, static_cast<std::int64_t>(message.qos),
                            std::int64_t{message.retain}, message.topic, unique,
                            message.properties.encoded(), message.payload);
  if (!status) return tl::unexpected(status.error());
  return Added{.number = static_cast<Token>(sqlite3_last_insert_rowid(database_.handle()))};
}

tl::unexpected<Error> SqliteQueue::damaged() {
  error_ = explain(database_.path(), SQLITE_CORRUPT, nullptr);
  return tl::unexpected(*error_);
}

Result<Kept> SqliteQueue::read(const Statement& row) {
  const auto level = row.number(Column::qos);
  const auto packet = row.number(Column::identifier);
  const auto list =
      protocol::Properties::parse(row.bytes(Column::properties), protocol::PropertyPlace::publish);
  const bool is_sound = (level == 1 || level == 2) && packet >= 0 && packet <= UINT16_MAX && list &&
                        protocol::check_topic_name(row.bytes(Column::topic));
  if (!is_sound) return damaged();
  Kept kept;
  kept.number = static_cast<Token>(row.number(Column::number));
  kept.message.topic = row.bytes(Column::topic);
  kept.message.payload = row.bytes(Column::payload);
  kept.message.qos = static_cast<Qos>(level);
  kept.message.retain = row.number(Column::retain) != 0;
  kept.message.properties = *list;
  kept.id = row.bytes(Column::id);
  kept.accepted = row.number(Column::accepted);
  kept.packet_identifier = static_cast<PacketIdentifier>(packet);
  kept.released = row.number(Column::is_released) != 0;
  kept.may_be_duplicate = row.number(Column::may_be_duplicate) != 0;
  kept.set_aside = row.bytes(Column::aside);
  return kept;
}

Result<std::optional<Kept>> SqliteQueue::next_waiting(Token number) {
  if (error_) return tl::unexpected(*error_);
  Statement& row = statement(Query::next_waiting);
  row.bind(1, integer(number));
  const int code = row.step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return tl::unexpected(failed(code).error());
  auto kept = read(row);
  if (!kept) return tl::unexpected(std::move(kept.error()));
  kept->message.topic = topic_.assign(kept->message.topic);
  kept->message.payload = payload_.assign(kept->message.payload);
  kept->message.properties =
      protocol::Properties(properties_.assign(kept->message.properties.encoded()));
  kept->id = id_.assign(kept->id);
  row.reset();
  return std::optional<Kept>(*kept);
}

Status SqliteQueue::each_row(Query query, const std::function<Status(const Kept&)>& visit) {
  if (error_) return tl::unexpected(*error_);
  Statement& row = statement(query);
  Status status;
  int code = row.step();
  for (; status && code == SQLITE_ROW; code = row.step()) {
    const auto kept = read(row);
    status = kept ? visit(*kept) : tl::unexpected(kept.error());
    if (!status) break;
  }
  row.reset();
  if (!status || code == SQLITE_DONE) return status;
  return failed(code);
}

Status SqliteQueue::each(Selection selection, const std::function<Status(const Kept&)>& visit) {
  return each_row(selection == Selection::all ? Query::each : Query::each_sent, visit);
}

Status SqliteQueue::each_unfinished(
    const std::function<Status(const session::Unfinished&)>& visit) {
  return each_row(Query::each_sent, [&](const Kept& kept) {
    return visit(
        {kept.number, kept.packet_identifier, kept.message, kept.released, kept.may_be_duplicate});
  });
}

Result<Count> SqliteQueue::count() {
  Statement& row = statement(Query::count);
  const int code = row.step();
  if (code != SQLITE_ROW) return tl::unexpected(failed(code).error());
  Count count;
  count.set_aside = static_cast<std::uint64_t>(row.number(2));
  count.sent = static_cast<std::uint64_t>(row.number(1));
  count.messages = static_cast<std::uint64_t>(row.number(0)) - count.set_aside;
  row.reset();
  return count;
}

Status SqliteQueue::run(const Step& step) {
  const std::int64_t token = integer(step.token);
  switch (step.kind) {
    case Step::Kind::sent:
      return write(Query::sent, token, std::int64_t{step.identifier},
                   static_cast<std::int64_t>(step.version), std::int64_t{step.may_be_duplicate});
    case Step::Kind::released: return write(Query::released, token);
    case Step::Kind::refused: return write(Query::finish_flight, token);
    case Step::Kind::finished:
      return write(Query::finish_message, token).and_then([&] {
        return write(Query::finish_flight, token);
      });
    case Step::Kind::set_aside:
      return write(Query::finish_flight, token).and_then([&] {
        return write(Query::set_aside, token, std::string_view(step.reason));
      });
  }
  return {};
}

/// Errors stay, and `commit` gives them.
void SqliteQueue::take(Step step) {
  steps_.push_back(std::move(step));
  // Recovering from a full disk clears the list.
  const Step taken = steps_.back();
  static_cast<void>(run(taken));
}

void SqliteQueue::sent(Token token, PacketIdentifier packet, Version version, bool twice) {
  take({Step::Kind::sent, token, packet, version, twice});
}

void SqliteQueue::released(Token token) {
  take({Step::Kind::released, token});
}

void SqliteQueue::finished(Token token) {
  take({Step::Kind::finished, token});
}

void SqliteQueue::refused(Token token) {
  take({Step::Kind::refused, token});
}

Status SqliteQueue::set_aside(Token number, Bytes reason) {
  Step step{Step::Kind::set_aside, number};
  step.reason = reason;
  take(std::move(step));
  return error_ ? Status(tl::unexpected(*error_)) : Status();
}

Result<std::uint64_t> SqliteQueue::take_back() {
  return write(Query::take_back).map([this] {
    return static_cast<std::uint64_t>(sqlite3_changes(database_.handle()));
  });
}

Result<bool> SqliteQueue::drop(Token number) {
  for (const Query query : {Query::finish_flight, Query::end_aside, Query::finish_message})
    if (auto status = write(query, integer(number)); !status)
      return tl::unexpected(std::move(status.error()));
  return sqlite3_changes(database_.handle()) != 0;
}

std::optional<Version> SqliteQueue::version() {
  Statement& row = statement(Query::version);
  const int code = row.step();
  if (code != SQLITE_ROW) return std::nullopt;
  const auto version = row.number(0);
  row.reset();
  if (version == static_cast<int>(Version::v311) || version == static_cast<int>(Version::v5))
    return static_cast<Version>(version);
  static_cast<void>(damaged());
  return std::nullopt;
}

Result<std::string> SqliteQueue::client_identifier() {
  Statement& row = statement(Query::client_identifier);
  const int code = row.step();
  if (code == SQLITE_DONE) return std::string();
  if (code != SQLITE_ROW) return tl::unexpected(failed(code).error());
  std::string identifier(row.bytes(0));
  row.reset();
  if (!protocol::check_string(identifier)) return damaged();
  return identifier;
}

Status SqliteQueue::set_client_identifier(const std::string& identifier) {
  return write(Query::forget_client).and_then([&] {
    return write(Query::insert_client, std::string_view(identifier));
  });
}

Result<std::uint64_t> SqliteQueue::forget_ids(Instant instant) {
  return write(Query::forget_ids, instant).map([this] {
    return static_cast<std::uint64_t>(sqlite3_changes(database_.handle()));
  });
}

}  // namespace mqtt_toolbox::store
