#include "cmd/batonctl/output/output.h"

namespace baton::cli {

Output::Output(Format format, std::ostream& out, std::ostream& err)
    : format_(format), out_(out), err_(err) {}

void Output::Show(const google::protobuf::Message& message, const Render& table) {
  Write(json() ? ToJson(message) + '\n' : table());
}

void Output::ShowText(std::string_view key, const std::string& text) {
  Write(json() ? "{" + ToJson(key) + ":" + ToJson(text) + "}\n" : text);
}

void Output::ShowJson(const std::string& json_text, const Render& table) {
  Write(json() ? json_text + '\n' : table());
}

void Output::Note(std::string_view text) { err_ << "batonctl: " << text << std::endl; }

void Output::Write(const std::string& text) { out_ << text << std::flush; }

}  // namespace baton::cli
