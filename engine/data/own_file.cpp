#include "data/own_file.hpp"

#include "core/archive.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "data/gzip.hpp"
#include "document/json_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace downhill {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kPartNames[] = {"train", "validation", "test"};
Examples OwnData::* const kParts[] = {&OwnData::train, &OwnData::validation, &OwnData::test};

UserError damaged(std::string why) { return {"own_damaged", "", {std::move(why)}}; }

// Keys in ascending order and no spaces, as the library writes them: one header for equal data.
std::string header_of(const OwnData& data) {
  Json head{{"downhill_data", 1},
            {"features", data.columns.empty() ? "pixels" : "numbers"},
            {"answers", data.classes.empty() ? "numbers" : "classes"},
            {"shape", data.shape}};
  if (!data.columns.empty()) head["columns"] = data.columns;
  if (!data.answer.empty()) head["answer"] = data.answer;
  if (!data.classes.empty()) head["classes"] = data.classes;
  for (std::size_t i = 0; i < 3; ++i) head["parts"][std::string(kPartNames[i])] = (data.*kParts[i]).size();
  return head.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

template <class T> void put(std::vector<std::uint8_t>& out, const std::vector<T>& values) {
  static_assert(archive::kAsTheyAre<T>);
  const auto* from = reinterpret_cast<const std::uint8_t*>(values.data());
  out.insert(out.end(), from, from + values.size() * sizeof(T));
}

// A list of names as they are written: at least one, each one line and not too long, none twice.
Result<std::vector<std::string>> names_in(const Json& head, const char* key, std::size_t most) {
  const Json& list = head[key];
  if (!list.is_array() || list.empty() || list.size() > most) return damaged(key);
  std::vector<std::string> names;
  for (const Json& name : list) {
    if (!name.is_string()) return damaged(key);
    names.push_back(name.get<std::string>());
    if (names.back().size() > kOwnNameMost || printable(names.back()) != names.back()) return damaged(key);
  }
  auto sorted = names;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return damaged(key);
  return names;
}

// What the header says; examples are still without content.
struct Told {
  OwnData data;
  std::int64_t counts[3];
};
Result<Told> header_in(std::string_view line) {
  const auto json = read_json(line);
  if (!json || !json->is_object()) return damaged("{…}");
  const Json& head = *json;
  const auto is = [&](const char* key, std::string_view value) {
    return head.contains(key) && head[key].is_string() && head[key].get_ref<const std::string&>() == value;
  };
  const auto whole = [](const Json& value, std::int64_t most) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
  };
  if (!head.contains("downhill_data") || head["downhill_data"] != 1) return damaged("downhill_data");
  Told told{};
  if (head.contains("columns")) {
    auto names = names_in(head, "columns", static_cast<std::size_t>(kFeaturesMost));
    if (!names) return names.error();
    told.data.columns = std::move(*names);
  }
  if (head.contains("classes")) {
    auto names = names_in(head, "classes", kOwnClassesMost);
    if (!names) return names.error();
    told.data.classes = std::move(*names);
  }
  if (!is("features", told.data.columns.empty() ? "pixels" : "numbers")) return damaged("features");
  if (!is("answers", told.data.classes.empty() ? "numbers" : "classes")) return damaged("answers");
  if (head.contains("answer")) {
    if (!head["answer"].is_string()) return damaged("answer");
    told.data.answer = head["answer"].get<std::string>();
    if (told.data.answer.size() > kOwnNameMost || printable(told.data.answer) != told.data.answer) return damaged("answer");
  }
  if (!head.contains("shape") || !head["shape"].is_array() || head["shape"].size() != (told.data.columns.empty() ? 2U : 1U)) return damaged("shape");
  std::int64_t features = 1;
  for (const Json& size : head["shape"]) {
    if (!whole(size, kFeaturesMost) || size == 0) return damaged("shape");
    told.data.shape.push_back(size.get<std::int64_t>());
    features *= told.data.shape.back();
  }
  if (features > kFeaturesMost) return damaged("shape");
  if (!told.data.columns.empty() && features != static_cast<std::int64_t>(told.data.columns.size())) return damaged("shape");
  if (!head.contains("parts") || !head["parts"].is_object()) return damaged("parts");
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string name(kPartNames[i]);
    if (!head["parts"].contains(name) || !whole(head["parts"][name], kOwnExamplesMost)) return damaged("parts");
    told.counts[i] = head["parts"][name].get<std::int64_t>();
    (told.data.*kParts[i]).features = features;
  }
  if (told.counts[0] == 0 || told.counts[2] == 0 || told.counts[0] + told.counts[1] + told.counts[2] > kOwnExamplesMost) return damaged("parts");
  return told;
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
  auto told = header_in(line);
  if (!told) return told.error();
  OwnData& data = told->data;
  Bytes rest = content.subspan(size + 1);
  const bool pixels = data.columns.empty(), classes = !data.classes.empty();
  const auto features = static_cast<std::uint64_t>(data.train.features);
  std::uint64_t wanted = 0;
  for (const std::int64_t count : told->counts) wanted += static_cast<std::uint64_t>(count) * (features * (pixels ? 1 : 4) + (classes ? 1 : 4));
  if (rest.size() != wanted) return damaged(std::to_string(rest.size()) + " ≠ " + std::to_string(wanted));
  for (std::size_t i = 0; i < 3; ++i) {
    Examples& part = data.*kParts[i];
    const auto count = static_cast<std::size_t>(told->counts[i]);
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
  // nothing else stands there, and nothing is written otherwise: so equal data have one hash
  if (header_of(data) != std::string(line) + "\n") return damaged("{…}");
  return std::move(told->data);
}

} // namespace

std::vector<std::uint8_t> own_content(const OwnData& data) {
  const std::string head = header_of(data);
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
