#pragma once

#include <array>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "options/assign.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// A world of files, commands and a terminal in memory.
class FakeOutside final : public Outside {
 public:
  bool exists(const std::string& path) override { return files.count(path) > 0; }
  Result<std::string> read(const std::string& path, std::size_t limit) override {
    const auto file = files.find(path);
    if (file == files.end()) return fail(ExitCode::io, "cannot read " + path);
    return file->second.substr(0, limit);
  }
  bool readable_by_others(const std::string& path) override { return open_files.count(path) > 0; }
  Result<std::string> output_of(const std::string& command, std::size_t) override {
    return "output of " + command + "\nmore";
  }
  Result<std::string> ask(std::string_view prompt) override {
    asked.emplace_back(prompt);
    return std::string("typed");
  }
  int process_id() override { return 4711; }

  std::map<std::string, std::string> files;
  std::map<std::string, bool> open_files;
  std::vector<std::string> asked;
};

/// A tool with one option of each kind that the shared tables lack.
struct ProbeSettings : Settings {
  std::vector<std::string> topics;
  std::string message;
  std::string format;
  bool retain = false;
};

/// Takes every shared group.
extern const Tool probe_tool;

/// One invocation: what argv, environment and files are, and what comes out.
struct Run {
  std::vector<std::string> environment;
  FakeOutside outside;
  ProbeSettings settings;
  std::string error;  ///< empty: success
  ExitCode code = ExitCode::done;
  std::string answer;

  Run& with_environment(std::string entry) {
    environment.push_back(std::move(entry));
    return *this;
  }
  /// The configuration file at its default place.
  Run& with_configuration(std::string text) {
    environment.push_back("HOME=/home/ann");
    outside.files["/home/ann/.config/mqtt-toolbox/config.toml"] = std::move(text);
    return *this;
  }
  Run& with_file(std::string path, std::string text) {
    outside.files[std::move(path)] = std::move(text);
    return *this;
  }
  Run& operator()(std::initializer_list<std::string_view> arguments);
  Run& with_arguments(const std::vector<std::string_view>& arguments);

  /// "host=flag --host" for an option that was given, "" otherwise.
  std::string origin(std::string_view option) const;
};

inline const transport::ConnectSettings& transport_of(const Run& run) {
  return run.settings.plan.transport;
}

}  // namespace mqtt_toolbox::options
