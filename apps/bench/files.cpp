#include "bench/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

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

std::string folder_of(const std::string& path) {
  if (path.empty()) return {};
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Result<ResultFile> ResultFile::open(const std::string& path) {
  ResultFile file;
  if (path.empty()) return file;
  // A link stays one: what it names is replaced.
  std::error_code none;
  const auto target = std::filesystem::canonical(path, none);
  file.path_ = none ? path : target.string();
  const bool is_device = path.starts_with("/dev/") || path.starts_with("/proc/");
  const bool exists = std::filesystem::exists(file.path_, none);
  const bool is_replaced =
      !is_device && (!exists || std::filesystem::is_regular_file(file.path_, none));
  auto opened = is_replaced ? file.open_aside() : file.open_in_place();
  // A file may be ours to write where its folder is not.
  if (!opened && is_replaced && exists) opened = file.open_in_place();
  if (!opened) return cannot_write(path, opened.error().text);
  return file;
}

/// Its rights are those of the file whose place it takes, or of any new one.
Status ResultFile::open_aside() {
  if (access(path_.c_str(), F_OK) == 0 && access(path_.c_str(), W_OK) != 0)
    return fail(ExitCode::io, system_text(errno));
  std::string aside;
  for (int attempt = 0; !file_; ++attempt) {
    aside = path_ + "." + std::to_string(getpid()) + "-" + std::to_string(attempt);
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    file_ = FileDescriptor(::open(aside.c_str(), flags, 0666));
    if (!file_ && errno != EEXIST) return fail(ExitCode::io, system_text(errno));
  }
  aside_ = aside;
  struct stat about {};
  if (stat(path_.c_str(), &about) == 0) (void)fchmod(file_.get(), about.st_mode & 07777);
  return {};
}

Status ResultFile::open_in_place() {
  file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  return file_ ? Status() : Status(fail(ExitCode::io, system_text(errno)));
}

ResultFile::ResultFile(ResultFile&& other) noexcept
    : path_(std::move(other.path_)),
      aside_(std::exchange(other.aside_, {})),
      file_(std::move(other.file_)) {}

ResultFile::~ResultFile() {
  if (!aside_.empty()) unlink(aside_.c_str());
}

bool ResultFile::is_plain() const {
  struct stat about {};
  return !aside_.empty() || (file_ && fstat(file_.get(), &about) == 0 && S_ISREG(about.st_mode));
}

Status ResultFile::take_place() {
  if (aside_.empty()) return {};
  file_.reset();
  if (rename(aside_.c_str(), path_.c_str()) != 0) return fail(ExitCode::io, system_text(errno));
  aside_.clear();
  return {};
}

Status ResultFile::write(const std::function<Status(const TextSink& sink)>& produce) {
  if (path_.empty()) return {};
  const auto truncate = [&]() -> Status {
    const bool in_place = aside_.empty() && is_plain();
    if (in_place && (ftruncate(file_.get(), 0) != 0 || lseek(file_.get(), 0, SEEK_SET) != 0))
      return fail(ExitCode::io, system_text(errno));
    return {};
  };
  const auto sink = [&](std::string_view part) {
    return mqtt_toolbox::write_all(file_.get(), part);
  };
  // A second result takes the place of the first.
  Status opened = file_ ? Status() : open_aside();
  const auto written =
      opened.and_then(truncate).and_then([&] { return produce(sink); }).and_then([&] {
        return take_place();
      });
  return written ? written : cannot_write(path_, written.error().text);
}

Status ResultFile::write(std::string_view text) {
  return write([&](const TextSink& sink) { return sink(text); });
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
