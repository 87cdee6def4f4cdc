#include "cli/command.hpp"

#include "cli/files.hpp"
#include "core/printable.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace downhill {
namespace {

// Why something printed did not go out, an errno; 0 as long as all did.
int unprinted = 0;

} // namespace

int complain(const UserError& error) {
  std::fprintf(stderr, "downhill: %s\n", error.sentence(Language::en).c_str());
  return error.code == "memory" ? 3 : 2;
}

void print(const char* format, ...) {
  va_list values;
  va_start(values, format);
  if (std::vprintf(format, values) < 0 && unprinted == 0) unprinted = errno;
  va_end(values);
}

bool printed() {
  if (std::fflush(stdout) != 0 && unprinted == 0) unprinted = errno;
  return unprinted == 0;
}

int ended(int status) { return printed() || status != 0 ? status : complain({"output_unwritable", "", {std::strerror(unprinted)}}); }

UserError in_file(const std::string& path, const UserError& error) { return {error.code, path + (error.place.empty() ? "" : " " + error.place), error.with}; }

Result<Json> json_from_file(const std::string& path) {
  const auto bytes = read_file(path, kTextMost);
  if (!bytes) return bytes.error();
  auto json = read_json(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
  if (!json) return in_file(path, json.error());
  return json;
}

std::string lane_name(const Json& label, const std::string& rule, std::size_t number) {
  std::string name = printable(label_text(label, Language::en, ""));
  return name.find_first_not_of(' ') != std::string::npos ? name : rule + " " + std::to_string(number);
}

std::size_t number_of(const std::string& text, std::size_t digits_most) {
  return text.size() <= digits_most && text.find_first_not_of("0123456789") == std::string::npos ? std::stoul("0" + text) : 0;
}

Result<Lanes> lanes_asked(const Arguments& arguments, std::size_t count) {
  if (arguments.lane.empty()) return Lanes{0, count};
  const std::size_t number = number_of(arguments.lane);
  if (number < 1 || number > count) return UserError{"no_such_lane", "--lane", {arguments.lane, std::to_string(count)}};
  return Lanes{number - 1, number};
}

Result<Language> language_asked(const Arguments& arguments) {
  if (arguments.lang != "zh" && arguments.lang != "en") return UserError{"not_a_choice", "--lang", {arguments.lang, "zh, en"}};
  return arguments.lang == "zh" ? Language::zh : Language::en;
}

std::string csv(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

int hand_out(const Arguments& arguments, const std::string& text) {
  if (arguments.out.empty()) return print("%s", text.c_str()), 0;
  if (auto done = write_file(arguments.out, text); !done) return complain(done.error());
  return 0;
}

} // namespace downhill
