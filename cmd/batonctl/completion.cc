#include "cmd/batonctl/completion.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton::cli {
namespace {

std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

// The words that an option's value is one of; empty if it may be anything. CLI11 tells them in the
// type's description: "TEXT:{table,json}".
std::string FixedValuesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t begin = type.find('{');
  if (begin == std::string::npos) return "";
  std::string words = type.substr(begin + 1, type.find('}') - begin - 1);
  std::replace(words.begin(), words.end(), ',', ' ');
  return words;
}

// Options with such values, of a command and all below it: their names as a pattern, and the words
// of all commands that have such an option.
void AddFixedValues(const CLI::App& command, std::map<std::string, std::string>& values) {
  for (const CLI::Option* option : command.get_options()) {
    const std::vector<std::string> names = NamesOf(*option);
    const std::string words = FixedValuesOf(*option);
    if (names.empty() || words.empty()) continue;
    std::string& all = values[absl::StrJoin(names, "|")];
    absl::StrAppend(&all, all.empty() ? "" : " ", words);
  }
  for (const CLI::App* subcommand : command.get_subcommands(nullptr)) {
    AddFixedValues(*subcommand, values);
  }
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : NamesOf(*option)) names.push_back(name);
  }
  return names;
}

// Adds "path) words=... ;;" for a command and all below it. A path is the commands' names.
void AddCases(const CLI::App& command, const std::string& path, std::string& cases) {
  std::vector<std::string> words;
  const auto subcommands = command.get_subcommands(nullptr);
  for (const CLI::App* subcommand : subcommands) words.push_back(subcommand->get_name());
  for (const std::string& name : OptionNames(command)) words.push_back(name);
  absl::StrAppend(&cases, "    '", path, "') words='", absl::StrJoin(words, " "), "' ;;\n");
  for (const CLI::App* subcommand : subcommands) {
    AddCases(*subcommand, path + "/" + subcommand->get_name(), cases);
  }
}

// The names of all commands that have others below them; only behind these a word is a command.
void AddGroups(const CLI::App& command, const std::string& path, std::set<std::string>& groups) {
  const auto subcommands = command.get_subcommands(nullptr);
  if (!subcommands.empty()) groups.insert("'" + path + "'");
  for (const CLI::App* subcommand : subcommands) {
    AddGroups(*subcommand, path + "/" + subcommand->get_name(), groups);
  }
}

// Options of the root that take a value, which is not a command.
std::string ValueOptions(const CLI::App& root) {
  std::vector<std::string> names;
  for (const CLI::Option* option : root.get_options()) {
    if (option->get_items_expected_max() == 0) continue;
    for (const std::string& name : NamesOf(*option)) names.push_back(name);
  }
  // A program without any gets a pattern that no word is.
  return names.empty() ? "''" : absl::StrJoin(names, "|");
}

}  // namespace

std::string BashCompletion(const CLI::App& root) {
  std::string cases;
  AddCases(root, "", cases);
  std::set<std::string> groups;
  AddGroups(root, "", groups);
  std::map<std::string, std::string> fixed_values;
  AddFixedValues(root, fixed_values);
  std::string values;
  for (const auto& [options, words] : fixed_values) {
    absl::StrAppend(&values, "    ", options, ") COMPREPLY=($(compgen -W '", words,
                    "' -- \"$cur\")); return ;;\n");
  }
  const std::string& name = root.get_name();
  return absl::StrCat(
      "# Completion of ", name, " for bash. Load it with: source <(", name, " completion bash)\n",
      "_", name,
      "() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path='' words='' i\n"
      "  COMPREPLY=()\n"
      "  case $prev in\n",
      values,
      "  esac\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${COMP_WORDS[i]} in\n"
      "      ",
      ValueOptions(root),
      ") ((i++)) ;;\n"
      "      -*) ;;\n"
      "      *) case $path in ",
      absl::StrJoin(groups, "|"),
      ") path=$path/${COMP_WORDS[i]} ;; esac ;;\n"
      "    esac\n"
      "  done\n"
      "  case $path in\n",
      cases,
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
      "  case $path in /run|/compare|/report)\n"
      "    if [[ $cur != -* ]]; then COMPREPLY=($(compgen -f -- \"$cur\")); fi ;;\n"
      "  esac\n"
      "}\n"
      "complete -F _",
      name, " ", name, "\n");
}

std::string ZshCompletion(const CLI::App& root) {
  const std::string& name = root.get_name();
  return absl::StrCat("# Completion of ", name, " for zsh. Load it with: source <(", name,
                      " completion zsh)\n"
                      "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n",
                      BashCompletion(root));
}

}  // namespace baton::cli
