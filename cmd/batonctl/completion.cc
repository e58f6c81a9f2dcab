#include "cmd/batonctl/completion.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton::cli {
namespace {

// Options whose values are words of a fixed set.
const std::map<std::string, std::string>& FixedValues() {
  static const auto* values = new std::map<std::string, std::string>{
      {"-o|--output", "table json"}, {"--subscribe", "all manual"}, {"--kind", "audio video"}};
  return *values;
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
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
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return absl::StrJoin(names, "|");
}

}  // namespace

std::string BashCompletion(const CLI::App& root) {
  std::string cases;
  AddCases(root, "", cases);
  std::set<std::string> groups;
  AddGroups(root, "", groups);
  std::string values;
  for (const auto& [options, words] : FixedValues()) {
    absl::StrAppend(&values, "    ", options, ") COMPREPLY=($(compgen -W '", words,
                    "' -- \"$cur\")); return ;;\n");
  }
  return absl::StrCat(
      "# Completion of batonctl for bash. Load it with: source <(batonctl completion bash)\n"
      "_batonctl() {\n"
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
      "  if [[ $path == /run && $cur != -* ]]; then COMPREPLY=($(compgen -f -- \"$cur\")); fi\n"
      "}\n"
      "complete -F _batonctl batonctl\n");
}

std::string ZshCompletion(const CLI::App& root) {
  return absl::StrCat(
      "# Completion of batonctl for zsh. Load it with: source <(batonctl completion zsh)\n"
      "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n",
      BashCompletion(root));
}

}  // namespace baton::cli
