#include "store/sqlite/schema.hpp"

#include <string>

#include "base/utf8.hpp"

namespace mqtt_toolbox::store {

namespace {

constexpr std::int64_t application_id = 0x4D515454;  // "MQTT"
constexpr std::int64_t schema_version = 1;

/// AUTOINCREMENT, because a number names its message for good. The state of a message on its way is
/// a row of its own, so that no payload is written twice.
constexpr const char* tables = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE message (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  accepted INTEGER NOT NULL,
  qos INTEGER NOT NULL,
  retain INTEGER NOT NULL,
  topic BLOB NOT NULL,
  id BLOB,
  properties BLOB NOT NULL,
  payload BLOB NOT NULL
);
CREATE TABLE flight (
  number INTEGER PRIMARY KEY,
  identifier INTEGER NOT NULL,
  version INTEGER NOT NULL,
  released INTEGER NOT NULL,
  may_be_duplicate INTEGER NOT NULL
);
CREATE TABLE known (id BLOB PRIMARY KEY, accepted INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE client (identifier BLOB NOT NULL);
)sql";

/// Came later than the others; a file without it is a file in which nothing was set aside.
constexpr const char* later_tables =
    "CREATE TABLE IF NOT EXISTS aside (number INTEGER PRIMARY KEY, reason BLOB NOT NULL)";

/// The log is copied into the file before it has grown beyond this, so that both have their place
/// on a disk that fills up; a quarter of the reserve.
constexpr const char* log_limits =
    "PRAGMA wal_autocheckpoint = 256; PRAGMA journal_size_limit = 1048576";

Status make_tables(Database& database) {
  const std::string marks = "PRAGMA application_id = " + std::to_string(application_id) +
                            "; PRAGMA user_version = " + std::to_string(schema_version) +
                            "; COMMIT;";
  return database.run((tables + marks).c_str());
}

tl::unexpected<Error> foreign(const Database& database) {
  return tl::unexpected(explain(database.path(), SQLITE_NOTADB, nullptr));
}

Status check_file(Database& database, Access access) {
  const auto application = database.number("PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  const auto version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  if (*application == application_id && *version > schema_version)
    return fail(ExitCode::io, printable(database.path()) + " is of version " +
                                  std::to_string(*version) + " and this program knows version " +
                                  std::to_string(schema_version) +
                                  "; use the newer mqtt-toolbox that made it");
  if (*application == application_id && *version == schema_version) return {};
  const auto objects = database.number("SELECT count(*) FROM sqlite_master");
  if (!objects) return tl::unexpected(objects.error());
  if (*application != 0 || *version != 0 || *objects != 0) return foreign(database);
  if (access == Access::exclusive) return make_tables(database);
  return fail(ExitCode::io, "the store " + printable(database.path()) + " has never been used");
}

}  // namespace

Status prepare_schema(Database& database, Access access) {
  // A process that lists must leave the log to the one that writes.
  if (access == Access::listing)
    sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // Before the file is known to be ours, nothing may write to it.
  const auto mode = access == Access::listing
                        ? Status()
                        : database.run("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY");
  return mode.and_then([&] { return check_file(database, access); })
      .and_then([&]() -> Status {
        if (access == Access::listing) return {};
        return database.run("PRAGMA journal_mode = WAL").and_then([&] {
          return database.run(log_limits);
        });
      })
      .and_then([&] { return database.run(later_tables); });
}

}  // namespace mqtt_toolbox::store
