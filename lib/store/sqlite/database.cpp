#include "store/sqlite/database.hpp"

#include <utility>

#include "base/system.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::store {

namespace {

/// A process that lists holds locks for moments only.
constexpr int patience_ms = 5000;

std::string cause(int code, sqlite3* database) {
  const int system_error = database == nullptr ? 0 : sqlite3_system_errno(database);
  const bool is_system = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
  if (is_system && system_error != 0) return system_text(system_error);
  return database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
}

}  // namespace

Error explain(const std::string& path, int code, sqlite3* database) {
  const std::string file = printable(path);
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {ExitCode::io, "cannot write " + file +
                                ": the disk is full; what was accepted before is kept, and the "
                                "next run goes on with it"};
    case SQLITE_NOTADB:
      return {ExitCode::io, file + " is not a store of mqtt-pub; name another directory"};
    case SQLITE_CORRUPT:
      return {ExitCode::io, file + " is damaged (" + cause(code, database) +
                                "); copy its directory, and see what \"sqlite3 " + file +
                                " .recover\" can save"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ExitCode::io, file + " is in use by another process"};
    default: return {ExitCode::io, "cannot use " + file + ": " + cause(code, database)};
  }
}

void Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), parameter, value);
}

void Statement::bind(int parameter, std::string_view bytes) {
  // A null pointer would be NULL, which no column but the id may be.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  sqlite3_bind_blob64(handle_.get(), parameter, data, bytes.size(), SQLITE_STATIC);
}

void Statement::bind(int parameter, std::optional<std::string_view> bytes) {
  if (bytes) return bind(parameter, *bytes);
  sqlite3_bind_null(handle_.get(), parameter);
}

int Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code != SQLITE_ROW) reset();
  return code;
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
}

std::string_view Statement::bytes(int column) const {
  // The order matters: the pointer may change with the type.
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return {static_cast<const char*>(data), data == nullptr ? 0 : size};
}

Result<Database> Database::open(const std::string& path) {
  Database database;
  database.path_ = path;
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return tl::unexpected(explain(path, code, handle));
  sqlite3_busy_timeout(handle, patience_ms);
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  Statement statement;
  statement.handle_.reset(handle);
  if (auto status = check(code); !status) return tl::unexpected(std::move(status.error()));
  return statement;
}

Status Database::run(const char* sql) {
  return check(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr));
}

Result<std::int64_t> Database::number(std::string_view sql) {
  return prepare(sql).and_then([this](Statement&& statement) -> Result<std::int64_t> {
    const int code = statement.step();
    if (code == SQLITE_ROW) return statement.number(0);
    if (code == SQLITE_DONE) return 0;
    return tl::unexpected(check(code).error());
  });
}

bool Database::is_full(int code) {
  return (code & 0xFF) == SQLITE_FULL || code == SQLITE_IOERR_WRITE;
}

Status Database::check(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return {};
  return tl::unexpected(explain(path_, code, handle_.get()));
}

}  // namespace mqtt_toolbox::store
