#include "data/own_file.hpp"

#include "core/archive.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "data/gzip.hpp"
#include "document/json_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

namespace downhill {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kPartNames[] = {"train", "validation", "test"};
Examples OwnData::* const kParts[] = {&OwnData::train, &OwnData::validation, &OwnData::test};

UserError damaged(std::string why) { return {"own_damaged", "", {std::move(why)}}; }

struct Head {
  OwnData data; // examples without content
  std::int64_t counts[3]{};
};

// Keys in ascending order and no spaces, as the library writes them: one header for equal data.
std::string header_of(const OwnData& data, const std::int64_t (&counts)[3]) {
  Json head{{"downhill_data", 1},
            {"features", data.columns.empty() ? "pixels" : "numbers"},
            {"answers", data.classes.empty() ? "numbers" : "classes"},
            {"shape", data.shape}};
  if (!data.columns.empty()) head["columns"] = data.columns;
  if (!data.answer.empty()) head["answer"] = data.answer;
  if (!data.classes.empty()) head["classes"] = data.classes;
  for (std::size_t i = 0; i < 3; ++i) head["parts"][std::string(kPartNames[i])] = counts[i];
  return head.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T> void put(std::vector<std::uint8_t>& out, const std::vector<T>& values) {
  static_assert(archive::kAsTheyAre<T>);
  const auto* from = reinterpret_cast<const std::uint8_t*>(values.data());
  out.insert(out.end(), from, from + values.size() * sizeof(T));
}

// One line and not too long.
bool is_name(const std::string& name) { return name.size() <= kOwnNameMost && printable(name) == name; }

// A list of names, none twice.
bool are_names(const std::vector<std::string>& names, std::size_t most) {
  const std::set<std::string> different(names.begin(), names.end());
  return names.size() <= most && different.size() == names.size() && std::all_of(names.begin(), names.end(), is_name);
}

std::vector<std::string> texts_in(const Json& list) {
  std::vector<std::string> texts;
  if (list.is_array())
    for (const Json& text : list)
      if (text.is_string()) texts.push_back(text.get<std::string>());
  return texts;
}
// 0: it is none, or too large.
std::int64_t whole_in(const Json& value) {
  const auto number = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  return number <= static_cast<std::uint64_t>(kOwnExamplesMost) ? static_cast<std::int64_t>(number) : 0;
}

// What the header says. Whatever is not understood comes out when it is written again: nothing else may stand there, so that equal data have one hash.
Result<Head> header_in(std::string_view line) {
  const auto json = read_json(line);
  if (!json || !json->is_object()) return damaged("{…}");
  const auto at = [&](const char* key) { return json->value(key, Json()); };
  Head head;
  OwnData& data = head.data;
  data.columns = texts_in(at("columns"));
  data.classes = texts_in(at("classes"));
  const Json answer = at("answer"), parts = at("parts");
  if (answer.is_string()) data.answer = answer.get<std::string>();
  std::int64_t features = 1;
  for (const Json& size : at("shape")) {
    data.shape.push_back(whole_in(size));
    if (data.shape.back() == 0 || data.shape.back() > kFeaturesMost / features) return damaged("shape");
    features *= data.shape.back();
  }
  for (std::size_t i = 0; i < 3; ++i) {
    head.counts[i] = parts.is_object() ? whole_in(parts.value(std::string(kPartNames[i]), Json())) : 0;
    (data.*kParts[i]).features = features;
  }
  if (header_of(data, head.counts) != line) return damaged("{…}");
  const bool table = !data.columns.empty();
  if (data.shape.size() != (table ? 1U : 2U) || (table && data.shape[0] != std::ssize(data.columns))) return damaged("shape");
  if (!are_names(data.columns, static_cast<std::size_t>(kFeaturesMost)) || !are_names(data.classes, kOwnClassesMost) || !is_name(data.answer))
    return damaged("“…”");
  if (head.counts[0] == 0 || head.counts[2] == 0 || head.counts[0] + head.counts[1] + head.counts[2] > kOwnExamplesMost) return damaged("parts");
  return head;
}

template <class T> void take(Bytes& rest, std::vector<T>& values, std::size_t count) {
  values.resize(count);
  if (count > 0) std::memcpy(values.data(), rest.data(), count * sizeof(T));
  rest = rest.subspan(count * sizeof(T));
}

bool finite(const Vector& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

Result<OwnData> read_content(Bytes content) {
  const auto end = std::find(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(std::min(content.size(), kTextMost)), std::uint8_t{'\n'});
  const auto size = static_cast<std::size_t>(end - content.begin());
  if (size == content.size() || *end != '\n') return damaged("{…}");
  const std::string_view line(reinterpret_cast<const char*>(content.data()), size);
  auto head = header_in(line);
  if (!head) return head.error();
  OwnData& data = head->data;
  Bytes rest = content.subspan(size + 1);
  const bool pixels = data.columns.empty(), classes = !data.classes.empty();
  const auto features = static_cast<std::uint64_t>(data.train.features);
  std::uint64_t wanted = 0;
  for (const std::int64_t count : head->counts) wanted += static_cast<std::uint64_t>(count) * (features * (pixels ? 1 : 4) + (classes ? 1 : 4));
  if (rest.size() != wanted) return damaged(std::to_string(rest.size()) + " ≠ " + std::to_string(wanted));
  for (std::size_t i = 0; i < 3; ++i) {
    Examples& part = data.*kParts[i];
    const auto count = static_cast<std::size_t>(head->counts[i]);
    const std::size_t values = count * static_cast<std::size_t>(features);
    if (pixels)
      take(rest, part.pixels, values);
    else
      take(rest, part.values, values);
    if (classes)
      take(rest, part.labels, count);
    else
      take(rest, part.targets, count);
    if (!finite(part.values) || !finite(part.targets)) return damaged("∞, NaN");
    for (const std::uint8_t label : part.labels)
      if (label >= data.classes.size()) return damaged(std::to_string(label) + " ≥ " + std::to_string(data.classes.size()));
  }
  return std::move(head->data);
}

} // namespace

std::vector<std::uint8_t> own_content(const OwnData& data) {
  const std::string head = header_of(data, {data.train.size(), data.validation.size(), data.test.size()}) + "\n";
  std::vector<std::uint8_t> out(head.begin(), head.end());
  for (const auto part : kParts) {
    const Examples& examples = data.*part;
    put(out, examples.pixels);
    put(out, examples.values);
    put(out, examples.labels);
    put(out, examples.targets);
  }
  return out;
}

std::uint64_t own_hash(Bytes content) {
  Hash hash;
  hash.add_bytes(content);
  return hash.value();
}

std::vector<std::uint8_t> write_own_file(const OwnData& data) { return gzip(own_content(data)); }

Result<OwnData> read_own_file(Bytes file) {
  const auto content = gunzip(file, kOwnContentMost);
  if (!content) return content.error();
  return read_content(*content);
}

Result<Source> own_source(Bytes file) {
  const auto content = gunzip(file, kOwnContentMost);
  if (!content) return content.error();
  auto data = read_content(*content);
  if (!data) return data.error();
  Source source;
  source.classes = static_cast<std::int64_t>(data->classes.size());
  source.names = std::move(data->classes);
  source.shape = std::move(data->shape);
  source.columns = std::move(data->columns);
  source.answer = std::move(data->answer);
  source.train = std::move(data->train);
  source.validation = std::move(data->validation);
  source.test = std::move(data->test);
  source.file_hash = own_hash(*content);
  return source;
}

} // namespace downhill
