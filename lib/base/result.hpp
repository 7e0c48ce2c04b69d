#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace mqtt_toolbox {

/// What a tool answers to the shell. The one table of meanings is `exit_codes`.
enum class ExitCode : std::uint8_t {
  done = 0,
  no = 1,
  usage = 2,
  unreachable = 3,
  refused = 4,
  tls = 5,
  rejected = 6,
  lost = 7,
  io = 8,
  timed_out = 27,
};

struct ExitCodeMeaning {
  ExitCode code;
  std::string_view meaning;  ///< one clause for manuals, no full stop
};

inline constexpr std::array<ExitCodeMeaning, 10> exit_codes{{
    {ExitCode::done, "done"},
    {ExitCode::no,
     "the answer was no: a check failed, a loss was found, an assertion did not hold, or a QoS 2 "
     "message may have been delivered twice"},
    {ExitCode::usage, "an option, an argument or a configuration value is wrong"},
    {ExitCode::unreachable, "the broker cannot be reached (name, TCP, proxy)"},
    {ExitCode::refused, "the broker refused the connection"},
    {ExitCode::tls, "TLS failed"},
    {ExitCode::rejected, "the broker refused a publish or a subscription"},
    {ExitCode::lost, "the connection was lost and not regained"},
    {ExitCode::io, "reading input or writing output failed"},
    {ExitCode::timed_out, "the time given with -W ran out"},
}};

/// An error as a value. `text` names the thing, the cause and where there is one the mend; one
/// line, no tool name in front, no full stop, no secret and no raw control character in it.
struct Error {
  ExitCode code = ExitCode::no;
  std::string text;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// `return fail(ExitCode::usage, "...")` from any function that returns a Result.
inline tl::unexpected<Error> fail(ExitCode code, std::string text) {
  return tl::unexpected<Error>(Error{code, std::move(text)});
}

/// What decides when a run met several of them, the gravest first: what ended the run stands before
/// what the run found.
inline constexpr std::array<ExitCode, 10> exit_code_ranks{
    ExitCode::usage, ExitCode::tls,      ExitCode::refused, ExitCode::unreachable, ExitCode::lost,
    ExitCode::io,    ExitCode::rejected, ExitCode::no,      ExitCode::timed_out,   ExitCode::done};

/// The graver of two outcomes by `exit_code_ranks`, whichever came first: every exit status that
/// stands for several outcomes is made by this function.
constexpr ExitCode worse(ExitCode one, ExitCode other) {
  for (const ExitCode code : exit_code_ranks)
    if (code == one || code == other) return code;
  return one;
}

}  // namespace mqtt_toolbox
