#include "document/json_text.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace downhill {
namespace {

constexpr int kDepthMost = 12; // deeper than any experiment; keeps recursion bounded

// nlohmann's builder of values, stopped at a depth and at a key that its object has already, and telling where the text broke off
class Builder : public nlohmann::detail::json_sax_dom_parser<Json> {
public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  explicit Builder(Json& out) : Base(out, false) {}
  bool start_object(std::size_t n) {
    keys_.emplace_back();
    return enter() && Base::start_object(n);
  }
  bool key(std::string& text) {
    if (keys_.back().insert(text).second) return Base::key(text);
    duplicate = text;
    return false;
  }
  bool end_object() {
    keys_.pop_back();
    return --depth_, Base::end_object();
  }
  bool start_array(std::size_t n) { return enter() && Base::start_array(n); }
  bool end_array() { return --depth_, Base::end_array(); }
  template <class E> bool parse_error(std::size_t at, const std::string&, const E&) {
    position = at;
    return false;
  }
  std::size_t position = 0;
  bool too_deep = false;
  std::optional<std::string> duplicate;

private:
  bool enter() { return ++depth_ <= kDepthMost || (too_deep = true, false); }
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_; // of the objects that are open
};

} // namespace

std::string brief(const Json& value) {
  return shortened(value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace), 40);
}

std::string shortest_text(double value) {
  const bool whole = value > -1e15 && value < 1e15 && value == static_cast<double>(static_cast<std::int64_t>(value));
  return (whole ? Json(static_cast<std::int64_t>(value)) : Json(value)).dump();
}

void merge_patch(Json& target, const Json& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  const bool other_name = target.is_object() && target.contains("name") && patch.contains("name") && target["name"] != patch["name"];
  if (!target.is_object() || other_name) target = Json::object();
  for (const auto& [key, value] : patch.items()) {
    if (value.is_null())
      target.erase(key);
    else
      merge_patch(target[key], value);
  }
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Result<Json> read_json(std::string_view text) {
  Json json;
  Builder builder(json);
  if (Json::sax_parse(text, &builder)) return json;
  if (builder.too_deep) return UserError{"json_too_deep", "", {std::to_string(kDepthMost)}};
  if (builder.duplicate) return UserError{"duplicate_key", "", {brief(*builder.duplicate)}};
  // the reader has taken the character that does not fit; a line's end that does not belong into a string is that line's
  const std::string_view read = text.substr(0, std::min(builder.position, text.size()));
  const std::string_view before = read.ends_with('\n') ? read.substr(0, read.size() - 1) : read;
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t column = std::max<std::size_t>(1, characters(before.substr(before.rfind('\n') + 1)));
  return UserError{"json_syntax", "", {std::to_string(line) + ":" + std::to_string(column)}};
}

std::string label_text(const Json& label, Language language, std::string otherwise) {
  if (label.is_string()) return label.get<std::string>();
  if (label.is_object()) {
    const char* own = language == Language::zh ? "zh" : "en";
    if (label.contains(own)) return label[own].get<std::string>();
    return label.begin().value().get<std::string>();
  }
  return otherwise;
}

} // namespace downhill
