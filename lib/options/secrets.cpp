#include "base/byte_order_mark.hpp"
#include "base/command.hpp"
#include "base/utf8.hpp"
#include "options/finish.hpp"
#include "options/secrecy.hpp"

namespace mqtt_toolbox::options {
namespace {

Result<std::string> from_environment(const std::string& name, const char* const* environment) {
  const std::string_view value = environment_value(environment, name);
  if (value.empty())
    return fail(ExitCode::usage,
                "the environment variable " + printable(name, 100) + " is not set");
  return std::string(value);
}

Result<std::string> read(const SecretSource& source, std::string_view prompt,
                         const char* const* environment, Outside& outside) {
  switch (source.kind) {
    case SecretSource::Kind::file:
      return outside.read(source.text, largest_secret).map([](const std::string& text) {
        return first_line(std::string(without_byte_order_mark(text)));
      });
    case SecretSource::Kind::command:
      return outside.output_of(source.text, largest_secret).map(first_line);
    case SecretSource::Kind::prompt: return outside.ask(prompt);
    case SecretSource::Kind::environment: return from_environment(source.text, environment);
    default: return source.text;
  }
}

Status read_into(std::optional<std::string>& target, const SecretSource& source,
                 std::string_view option, const char* const* environment, Outside& outside) {
  if (source.kind == SecretSource::Kind::none) return {};
  const bool is_password = option == "password";
  const std::string prompt = is_password ? "Password: " : "Password of the private key: ";
  auto secret = read(source, prompt, environment, outside);
  if (secret && is_password) {
    if (auto fits = check_password(*secret); !fits) secret = tl::unexpected(fits.error());
  }
  if (!secret) return fail(secret.error().code, std::string(option) + ": " + secret.error().text);
  target = std::move(*secret);
  return {};
}

}  // namespace

Status read_secrets(const Tool& tool, Settings& settings, const Invocation& invocation) {
  Draft& draft = settings.draft;
  const char* const* environment = invocation.environment;
  Outside& outside = invocation.outside;
  const bool is_left_to_tool =
      tool.runs_password_command && draft.password.kind == SecretSource::Kind::command;
  const SecretSource password = is_left_to_tool ? SecretSource() : draft.password;
  return read_into(settings.plan.password, password, "password", environment, outside)
      .and_then([&] {
        return read_into(draft.tls.key_password, draft.key_password, "key password", environment,
                         outside);
      })
      .map([&] {
        for (const SecretSource* source : {&draft.password, &draft.key_password})
          if (source->kind == SecretSource::Kind::file)
            warn_of_readers(outside, source->text, settings);
      });
}

}  // namespace mqtt_toolbox::options
