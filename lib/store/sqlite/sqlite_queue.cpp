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
#define FLIGHT "f.identifier, f.released, f.may_be_duplicate "

const std::array<std::string_view, SqliteQueue::queries> SqliteQueue::sql = {
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "INSERT INTO known (id, accepted) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    "INSERT INTO message (accepted, qos, retain, topic, id, properties, payload) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    "SELECT " MESSAGE
    "0, 0, 0 FROM message m WHERE m.number > ?1 AND NOT EXISTS "
    "(SELECT 1 FROM flight f WHERE f.number = m.number) ORDER BY m.number LIMIT 1",
    "SELECT " MESSAGE FLIGHT
    "FROM message m LEFT JOIN flight f ON f.number = m.number ORDER BY m.number",
    "SELECT " MESSAGE FLIGHT
    "FROM flight f CROSS JOIN message m ON m.number = f.number ORDER BY f.number",
    "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM flight)",
    "INSERT OR REPLACE INTO flight (number, identifier, version, may_be_duplicate, released) "
    "VALUES (?1, ?2, ?3, ?4, 0)",
    "UPDATE flight SET released = 1 WHERE number = ?1",
    "DELETE FROM message WHERE number = ?1",
    "DELETE FROM flight WHERE number = ?1",
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
  auto database = Database::open(opened->file);
  if (!database) return tl::unexpected(std::move(database.error()));
  std::unique_ptr<SqliteQueue> queue(new SqliteQueue(std::move(*opened), std::move(*database)));
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
  error_ = database_.check(code).error();
  // What was not committed is not to be seen by anyone. SQLite may have done it already.
  if (sqlite3_get_autocommit(database_.handle()) == 0) statement(Query::rollback).step();
  is_in_transaction_ = false;
  return tl::unexpected(*error_);
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
  if (code != SQLITE_DONE) return failed(code);
  is_in_transaction_ = false;
  return {};
}

Result<Added> SqliteQueue::add(const protocol::Publish& message, Bytes id, Instant now) {
  std::optional<Bytes> unique;
  if (!id.empty()) {
    unique = id;
    if (auto status = write(Query::insert_id, id, now); !status)
      return tl::unexpected(std::move(status.error()));
    if (sqlite3_changes(database_.handle()) == 0) return Added{true, 0};
  }
  const auto status = write(Query::insert_message, now, static_cast<std::int64_t>(message.qos),
                            std::int64_t{message.retain}, message.topic, unique,
                            message.properties.encoded(), message.payload);
  if (!status) return tl::unexpected(status.error());
  return Added{false, static_cast<Token>(sqlite3_last_insert_rowid(database_.handle()))};
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
  const Count count{static_cast<std::uint64_t>(row.number(0)),
                    static_cast<std::uint64_t>(row.number(1))};
  row.reset();
  return count;
}

void SqliteQueue::sent(Token token, PacketIdentifier packet, Version version, bool twice) {
  static_cast<void>(write(Query::sent, integer(token), std::int64_t{packet},
                          static_cast<std::int64_t>(version), std::int64_t{twice}));
}

void SqliteQueue::released(Token token) {
  static_cast<void>(write(Query::released, integer(token)));
}

void SqliteQueue::finished(Token token) {
  static_cast<void>(write(Query::finish_message, integer(token)));
  static_cast<void>(write(Query::finish_flight, integer(token)));
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
