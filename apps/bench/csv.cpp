#include "bench/csv.hpp"

#include <string>

namespace mqtt_toolbox::bench {
namespace {

/// Fields one by one; a quoted one may hold line ends.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }

  /// The fields of one record; false when a quote is out of place.
  bool read(std::vector<std::string>& fields) {
    fields.clear();
    do {
      if (!read_field(fields.emplace_back())) return false;
    } while (take(','));
    (void)take('\r');
    if (take('\n')) ++line_;
    return true;
  }

 private:
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool read_field(std::string& field) {
    if (take('"')) return read_quoted(field);
    const std::size_t end = std::min(rest_.find_first_of(",\r\n\""), rest_.size());
    field = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return rest_.empty() || rest_.front() != '"';
  }

  bool read_quoted(std::string& field) {
    while (!rest_.empty()) {
      if (take('"')) {
        if (!take('"')) return rest_.empty() || rest_.find_first_of(",\r\n") == 0;
        field += '"';
        continue;
      }
      if (rest_.front() == '\n') ++line_;
      field += rest_.front();
      rest_.remove_prefix(1);
    }
    return false;
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<load::Credentials>> parse_credentials(std::string_view text) {
  std::vector<load::Credentials> all;
  std::vector<std::string> fields;
  Reader reader(text);
  while (!reader.at_end()) {
    const std::string where = "line " + std::to_string(reader.line());
    if (!reader.read(fields)) return fail(ExitCode::usage, where + " has a quote out of place");
    if (fields.size() > 2) return fail(ExitCode::usage, where + " has more than USER,PASSWORD");
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields[0].empty()) return fail(ExitCode::usage, where + " has no user name");
    all.push_back({fields[0], fields.size() == 2 ? fields[1] : std::string()});
  }
  if (all.empty()) return fail(ExitCode::usage, "no line with USER,PASSWORD");
  return all;
}

}  // namespace mqtt_toolbox::bench
