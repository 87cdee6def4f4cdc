#include "data/own_file.hpp"

#include "core/archive.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "data/gzip.hpp"
#include "document/json_text.hpp"

#include <algorithm>
#include <cmath>
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

template <class T> Bytes bytes_of(const std::vector<T>& values) {
  static_assert(archive::kAsTheyAre<T>);
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T)};
}

// The content as it lies in `head` and `data`, which have to stay.
std::vector<Bytes> pieces_of(const std::string& head, const OwnData& data) {
  std::vector<Bytes> pieces{{reinterpret_cast<const std::uint8_t*>(head.data()), head.size()}};
  for (const auto part : kParts) {
    const Examples& examples = data.*part;
    for (const Bytes bytes : {bytes_of(examples.pixels), bytes_of(examples.values), bytes_of(examples.labels), bytes_of(examples.targets)})
      pieces.push_back(bytes);
  }
  return pieces;
}
std::string first_line(const OwnData& data) { return header_of(data, {data.train.size(), data.validation.size(), data.test.size()}) + "\n"; }

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

// A file's content as it is unpacked, so that no second copy of it is ever there, and its hash.
class Content {
public:
  explicit Content(Bytes file) : file_(file) {}
  std::size_t read(std::span<std::uint8_t> into) {
    const std::size_t got = file_.read(into);
    hash_.add_bytes(into.first(got));
    return got;
  }
  /// False: there is not so much.
  template <class T> bool take(std::vector<T>& values, std::size_t count) {
    static_assert(archive::kAsTheyAre<T>);
    values.resize(count);
    const std::size_t size = count * sizeof(T), got = read({reinterpret_cast<std::uint8_t*>(values.data()), size});
    taken_ += got;
    return got == size;
  }
  /// Up to the first end of a line, without it; none if that is far off.
  std::optional<std::string> line() {
    std::string line;
    for (std::uint8_t byte = 0; line.size() < kTextMost && read({&byte, 1}) == 1; line += static_cast<char>(byte))
      if (byte == '\n') return line;
    return {};
  }
  std::uint64_t taken() const { return taken_; }
  std::optional<UserError> error() const { return file_.error(); }
  std::uint64_t hash() const { return hash_.value(); }

private:
  Gunzip file_;
  Hash hash_;
  std::uint64_t taken_ = 0;
};

bool finite(const Vector& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

// What is wrong with the rest of a file of which so much should come.
UserError cut(const Content& content, std::uint64_t wanted) {
  const auto error = content.error();
  return error ? *error : damaged(std::to_string(content.taken()) + " ≠ " + std::to_string(wanted));
}

Result<OwnData> read_content(Content& content) {
  const auto line = content.line();
  if (!line) {
    const auto error = content.error();
    return error ? *error : damaged("{…}");
  }
  auto head = header_in(*line);
  if (!head) return head.error();
  OwnData& data = head->data;
  const bool pixels = data.columns.empty(), classes = !data.classes.empty();
  const auto features = static_cast<std::uint64_t>(data.train.features);
  std::uint64_t examples = 0;
  for (const std::int64_t count : head->counts) examples += static_cast<std::uint64_t>(count);
  if (examples * features * (pixels ? 1 : 4) > kOwnFeatureBytesMost) return UserError{"too_large", "", {std::to_string(kOwnFeatureBytesMost)}};
  const std::uint64_t wanted = examples * (features * (pixels ? 1 : 4) + (classes ? 1 : 4));
  for (std::size_t i = 0; i < 3; ++i) {
    Examples& part = data.*kParts[i];
    const auto count = static_cast<std::size_t>(head->counts[i]);
    const std::size_t values = count * static_cast<std::size_t>(features);
    if (!(pixels ? content.take(part.pixels, values) : content.take(part.values, values))) return cut(content, wanted);
    if (!(classes ? content.take(part.labels, count) : content.take(part.targets, count))) return cut(content, wanted);
    if (!finite(part.values) || !finite(part.targets)) return damaged("∞, NaN");
    for (const std::uint8_t label : part.labels)
      if (label >= data.classes.size()) return damaged(std::to_string(label) + " ≥ " + std::to_string(data.classes.size()));
  }
  if (std::uint8_t more = 0; content.read({&more, 1}) > 0) return damaged("> " + std::to_string(wanted));
  if (const auto error = content.error()) return *error;
  return std::move(head->data);
}

} // namespace

std::vector<std::uint8_t> own_content(const OwnData& data) {
  const std::string head = first_line(data);
  std::vector<std::uint8_t> out;
  for (const Bytes piece : pieces_of(head, data)) out.insert(out.end(), piece.begin(), piece.end());
  return out;
}

std::uint64_t own_hash(const OwnData& data) {
  const std::string head = first_line(data);
  Hash hash;
  for (const Bytes piece : pieces_of(head, data)) hash.add_bytes(piece);
  return hash.value();
}

std::size_t own_content_size(const OwnData& data) {
  const std::string head = first_line(data);
  std::size_t size = 0;
  for (const Bytes piece : pieces_of(head, data)) size += piece.size();
  return size;
}

std::vector<std::uint8_t> write_own_file(const OwnData& data) {
  const std::string head = first_line(data);
  return gzip_pieces(pieces_of(head, data));
}

Result<OwnData> read_own_file(Bytes file) {
  Content content(file);
  return read_content(content);
}

Result<Source> own_source(Bytes file) {
  Content content(file);
  auto data = read_content(content);
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
  source.file_hash = content.hash();
  return source;
}

} // namespace downhill
