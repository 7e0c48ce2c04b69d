#include "options/completion.hpp"

namespace mqtt_toolbox::options {
namespace {

std::string function_name(const Tool& tool) {
  return "_" + replace_all(std::string(tool.name), "-", "_");
}

/// "-h|--host": every form in which an option may stand before its value.
std::string pattern(const Tool& tool, const Spec& spec) {
  std::string text = "--" + std::string(spec.name);
  const char letter = letter_of(tool, spec);
  if (letter != '\0') text = std::string("-") + letter + "|" + text;
  if (!spec.alias.empty()) text += "|--" + std::string(spec.alias);
  return text;
}

std::string compgen(const std::string& from) {
  return "mapfile -t COMPREPLY < <(compgen " + from + " -- \"$word\")";
}

/// What completes the value of an option.
std::string action(const Tool& tool, const Spec& spec) {
  const std::string words = value_words(tool, spec);
  if (!words.empty()) return compgen("-W '" + words + "'");
  switch (spec.kind) {
    case Kind::file: return "compopt -o filenames\n      " + compgen("-f");
    case Kind::directory: return "compopt -o filenames\n      " + compgen("-d");
    case Kind::command: return compgen("-c");
    case Kind::property: return compgen("-W '" + packet_words() + "'");
    default: return "";
  }
}

void append_case(std::string& out, const std::string& patterns, const std::string& what) {
  out += "    " + patterns + ")\n";
  if (!what.empty()) out += "      " + what + "\n";
  out += "      return\n      ;;\n";
}

/// Values of which nothing is known share one case.
void append_values(std::string& out, const Tool& tool) {
  std::string unknown;
  each_group(tool, [&](Group, const std::vector<const Spec*>& specs) {
    for (const Spec* spec : specs) {
      if (!spec->takes_value()) continue;
      const std::string what = action(tool, *spec);
      if (what.empty())
        unknown += (unknown.empty() ? "" : " | \\\n      ") + pattern(tool, *spec);
      else
        append_case(out, pattern(tool, *spec), what);
    }
  });
  if (!unknown.empty()) append_case(out, unknown, "");
}

std::string option_words(const Tool& tool) {
  std::string words;
  each_group(tool, [&](Group, const std::vector<const Spec*>& specs) {
    for (const Spec* spec : specs) {
      words += "    --" + std::string(spec->name);
      if (const char letter = letter_of(tool, *spec); letter != '\0')
        words += std::string(" -") + letter;
      if (spec->kind == Kind::toggle) words += " --no-" + std::string(spec->name);
      words += '\n';
    }
  });
  return words;
}

/// The second word after -D is the name of a property.
void append_property_name(std::string& out, const Tool& tool) {
  each_group(tool, [&](Group, const std::vector<const Spec*>& specs) {
    for (const Spec* spec : specs)
      if (spec->kind == Kind::property)
        out += "  case \"${COMP_WORDS[COMP_CWORD > 1 ? COMP_CWORD - 2 : 0]}\" in\n    " +
               pattern(tool, *spec) + ")\n      " + compgen("-W '" + property_words() + "'") +
               "\n      return\n      ;;\n  esac\n";
  });
}

/// The first word is a command; others that are no options are files.
void append_commands(std::string& out, const Tool& tool) {
  out += "  if [[ $word != -* ]]; then\n    if ((COMP_CWORD == 1)); then\n      " +
         compgen("-W '" + command_words(tool) + "'") +
         "\n    else\n      compopt -o filenames\n      " + compgen("-f") +
         "\n    fi\n    return\n  fi\n";
}

}  // namespace

std::string completion_bash(const Tool& tool) {
  std::string out = "# shellcheck shell=bash\n# " + std::string(completion_notice) + "\n";
  out += function_name(tool) + "() {\n  local word=\"$2\" previous=\"$3\"\n  COMPREPLY=()\n";
  out += "  case \"$previous\" in\n";
  append_values(out, tool);
  out += "  esac\n";
  append_property_name(out, tool);
  if (!tool.commands.empty()) append_commands(out, tool);
  if (!tool.positionals.empty())
    out += "  if [[ $word != -* ]]; then\n    " + compgen("-c") + "\n    return\n  fi\n";
  out += "  local options='\n" + option_words(tool) + "  '\n";
  out += "  " + compgen("-W \"$options\"") + "\n}\n";
  out += "complete -F " + function_name(tool) + " " + std::string(tool.name) + "\n";
  return out;
}

}  // namespace mqtt_toolbox::options
