#include "bench/files.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.hpp"

namespace mqtt_toolbox::bench {
namespace {

constexpr std::size_t largest_file = 1u << 30;

tl::unexpected<Error> cannot_write(const std::string& path, const std::string& cause) {
  return fail(ExitCode::io, "cannot write " + printable(path, 200) + ": " + cause);
}

tl::unexpected<Error> in_file(const std::string& path, const Error& error) {
  return fail(error.code, printable(path, 200) + ": " + error.text);
}

Result<std::vector<report::RunResult>> read_lines(const std::string& path) {
  const auto text = read_file(path, largest_file);
  if (!text) return tl::unexpected<Error>(text.error());
  std::vector<report::RunResult> results;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty()) continue;
    auto result = report::parse_result(line);
    if (!result) return in_file(path, result.error());
    results.push_back(std::move(*result));
  }
  if (results.empty()) return in_file(path, {ExitCode::io, "holds no result"});
  return results;
}

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; entry != end && !error;
       entry.increment(error)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<ResultFile> ResultFile::open(const std::string& path) {
  ResultFile file;
  file.path_ = path;
  if (path.empty()) return file;
  constexpr mode_t mode = 0666;
  constexpr int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
  file.file_ = FileDescriptor(::open(path.c_str(), flags | O_EXCL, mode));
  file.is_unwritten_ = static_cast<bool>(file.file_);
  if (!file.file_) file.file_ = FileDescriptor(::open(path.c_str(), flags, mode));
  if (!file.file_) return cannot_write(path, system_text(errno));
  return file;
}

ResultFile::~ResultFile() {
  if (file_ && is_unwritten_) unlink(path_.c_str());
}

bool ResultFile::is_plain() const {
  struct stat about {};
  return file_ && fstat(file_.get(), &about) == 0 && S_ISREG(about.st_mode);
}

Status ResultFile::write(std::string_view text) {
  if (!file_) return {};
  is_unwritten_ = false;
  const int file = file_.get();
  if (is_plain() && (ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0))
    return cannot_write(path_, system_text(errno));
  const auto written = write_all(file, text);
  return written ? written : cannot_write(path_, written.error().text);
}

Result<std::vector<report::RunResult>> read_results(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return read_lines(path);
  std::vector<report::RunResult> all;
  for (const std::string& file : files_of(path)) {
    auto results = read_lines(file);
    if (!results) return results;
    std::move(results->begin(), results->end(), std::back_inserter(all));
  }
  if (all.empty()) return in_file(path, {ExitCode::io, "no .json file in it"});
  return all;
}

}  // namespace mqtt_toolbox::bench
