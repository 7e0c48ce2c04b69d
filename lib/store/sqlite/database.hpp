#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mqtt_toolbox::store {

/// What SQLite said, for people: names the file, the cause, and the mend where there is one.
Error explain(const std::string& path, int code, sqlite3* database);

/// A statement prepared once. Columns and blobs are views until the next call.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&&) = default;
  Statement& operator=(Statement&&) = default;

  /// Parameters count from 1. The bytes must live until `step` is done.
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view bytes);
  /// None is NULL.
  void bind(int parameter, std::optional<std::string_view> bytes);

  /// SQLITE_ROW, SQLITE_DONE, or an error. After the last row, and after an error, it is reset.
  int step();
  void reset();

  std::int64_t number(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  std::string_view bytes(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// A connection to a file, its errors as values.
class Database {
 public:
  /// The file must be there.
  static Result<Database> open(const std::string& path);

  Result<Statement> prepare(std::string_view sql);
  /// Statements without rows.
  Status run(const char* sql);
  /// The first column of the first row.
  Result<std::int64_t> number(std::string_view sql);
  Status check(int code);
  /// Whether an error is that a file cannot grow: no space, no quota (which SQLite does not tell
  /// from other failures to write), a limit.
  static bool is_full(int code);

  const std::string& path() const { return path_; }
  sqlite3* handle() { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace mqtt_toolbox::store
