// The module of a user's own files: own_data behind a few functions. It runs in a worker of its own (web/page/own/worker.ts), which gives it file
// after file, and is fetched when somebody brings data. What is asked and answered in several words is JSON, in memory until the next answer.
#include "core/hash.hpp"
#include "document/json_text.hpp"
#include "own/pictures.hpp"
#include "own/sentences.hpp"
#include "own/table.hpp"
#include "own/zip.hpp"

#include <algorithm>
#include <emscripten.h>

/// Bytes of the zip that is open, from `at` on; 0 where they can't be had.
extern "C" __attribute__((import_module("page"), import_name("read"))) int page_read(double at, std::uint8_t* into, std::size_t size);

namespace {

using namespace downhill;

constexpr std::size_t kRowsShown = 6, kShownCells = 20; // of a table

SquareLook look;
std::optional<OwnPictures> pictures;
std::optional<OwnTable> table;
std::optional<ZipFile> zip;
std::vector<std::uint8_t> entry; // of the zip, the last that was read
std::optional<OwnData> data;
std::vector<std::uint8_t> packed;
std::string answer;

std::span<const std::uint8_t> bytes_at(const std::uint8_t* bytes, std::size_t size) { return {bytes, size}; }
Language language_of(int english) { return english != 0 ? Language::en : Language::zh; }

const char* answered(const Json& what) {
  answer = what.dump(-1, ' ', false, Json::error_handler_t::replace);
  return answer.c_str();
}

Json told_of(const Told& told, Language language) {
  Json list = Json::array();
  for (const UserError& each : told.list()) list.push_back(each.sentence(language));
  return {{"told", std::move(list)}, {"told_count", told.count()}};
}

Json parts_of(const OwnData& own) {
  Json classes = Json::array();
  std::vector<std::int64_t> counts[3];
  const Examples* const parts[] = {&own.train, &own.validation, &own.test};
  for (std::size_t part = 0; part < 3; ++part) {
    counts[part].resize(256);
    for (const std::uint8_t label : parts[part]->labels) ++counts[part][label];
  }
  for (std::size_t label = 0; label < own.classes.size(); ++label)
    classes.push_back({{"name", own.classes[label]}, {"train", counts[0][label]}, {"validation", counts[1][label]}, {"test", counts[2][label]}});
  Json sums{{"train", own.train.size()}, {"validation", own.validation.size()}, {"test", own.test.size()}};
  return {{"classes", std::move(classes)}, {"sums", std::move(sums)}, {"shape", own.shape}, {"answer", own.answer}, {"of_classes", !own.classes.empty()}};
}

// Before data are made: room for them.
void forget_data() { data.reset(), packed = {}; }
// What became of it: the data, or the sentence why there are none.
Json outcome(Result<OwnData> made, Language language) {
  if (!made) return {{"error", made.error().sentence(language)}};
  Json out = parts_of(*made);
  out["hash"] = hex16(own_hash(*made));
  out["bytes"] = own_content_size(*made);
  data = std::move(*made);
  return out;
}

Json columns_of(const OwnTable& of) {
  Json columns = Json::array();
  for (const TableColumn& column : of.columns())
    columns.push_back({{"name", column.name}, {"filled", column.filled}, {"numbers", column.numbers}, {"of_numbers", column.of_numbers(of.rows())}});
  return columns;
}

// The first rows that say something, as they stand there.
Json rows_of(const TableText& text) {
  Json rows = Json::array();
  std::vector<std::string> cells;
  for (CsvRecords records = text.rows(); rows.size() < kRowsShown && records.next(cells);) {
    if (std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.empty(); })) continue;
    Json row = Json::array();
    for (std::size_t i = 0; i < std::min(cells.size(), kShownCells); ++i) row.push_back(quoted_name(cells[i]));
    rows.push_back(std::move(row));
  }
  return rows;
}

OwnChoice choice_in(const Json& asked) {
  OwnChoice choice;
  choice.target = asked.value("target", "");
  for (const Json& name : asked.value("features", Json::array())) choice.features.push_back(name.get<std::string>());
  const std::string as = asked.value("as", "");
  choice.kind = as == "classes" ? AnswerKind::classes : as == "numbers" ? AnswerKind::numbers : AnswerKind::guess;
  return choice;
}

OwnSplit split_in(const Json& asked) { return {asked.value("seed", std::uint64_t{1}), asked.value("test", 20), asked.value("validation", 0)}; }

} // namespace

extern "C" {

/// Forgets all; what comes now are pictures of this look. `side` 28 or 32.
EMSCRIPTEN_KEEPALIVE void own_begin(int side, int fit, int invert) {
  look = {side, fit != 0, invert != 0};
  table.reset();
  zip.reset();
  data.reset();
  packed = {};
  pictures.emplace(look);
}

/// What comes now is of another folder, or was given by itself.
EMSCRIPTEN_KEEPALIVE void own_next_root() { pictures->next_root(); }
EMSCRIPTEN_KEEPALIVE int own_wants(const char* name, double size) { return pictures->wants(name, static_cast<std::uint64_t>(size)) ? 1 : 0; }
/// One file; 1: it is a picture that counts.
EMSCRIPTEN_KEEPALIVE int own_add(const char* name, const std::uint8_t* bytes, std::size_t size) {
  const std::size_t before = pictures->pictures();
  pictures->add(name, bytes_at(bytes, size));
  return pictures->pictures() > before ? 1 : 0;
}
/// A file that could not be used; `code` is one of UserError's that fills no gaps.
EMSCRIPTEN_KEEPALIVE void own_skip(const char* name, const char* code) { pictures->skip(name, {code, "", {}}); }
EMSCRIPTEN_KEEPALIVE int own_full() { return pictures->full() ? 1 : 0; }
EMSCRIPTEN_KEEPALIVE std::size_t own_pictures() { return pictures->pictures(); }
/// A picture, in the order in which they were added, side×side.
EMSCRIPTEN_KEEPALIVE const std::uint8_t* own_square(std::size_t picture) { return pictures->square(picture).data(); }

/// A zip of so many bytes, which page_read gives. 0: told why not.
EMSCRIPTEN_KEEPALIVE int own_open_zip(const char* name, double size) {
  auto opened = ZipFile::open({static_cast<std::uint64_t>(size), [](std::uint64_t at, std::span<std::uint8_t> into) {
                                 return page_read(static_cast<double>(at), into.data(), into.size()) != 0;
                               }});
  zip.reset();
  if (opened)
    zip = std::move(*opened);
  else
    pictures->skip(name, opened.error());
  return zip ? 1 : 0;
}
EMSCRIPTEN_KEEPALIVE double own_zip_count() { return static_cast<double>(zip->count()); }
/// The zip's next entry. 0: there is none, or none that can be read; 1: it is no picture that counts; 2: it is one.
EMSCRIPTEN_KEEPALIVE int own_next_entry(const char* zip_name) {
  entry.clear();
  const auto more = zip->next();
  if (!more) pictures->skip(zip_name, more.error());
  if (!more || !*more || pictures->full()) return 0;
  if (zip->is_folder() || !pictures->wants(zip->name(), zip->size())) return 1;
  auto bytes = zip->read(kTableBytesMost);
  if (!bytes) {
    pictures->skip(zip->name(), bytes.error());
    return bytes.error().code == "own_zip_bomb" ? 0 : 1;
  }
  const std::size_t before = pictures->pictures();
  pictures->add(zip->name(), *bytes);
  entry = std::move(*bytes);
  return pictures->pictures() > before ? 2 : 1;
}
EMSCRIPTEN_KEEPALIVE const char* own_entry_name() { return zip->name().c_str(); }
EMSCRIPTEN_KEEPALIVE const std::uint8_t* own_entry_bytes() { return entry.data(); }
EMSCRIPTEN_KEEPALIVE std::size_t own_entry_size() { return entry.size(); }
EMSCRIPTEN_KEEPALIVE void own_close_zip() { zip.reset(), entry = {}; }

/// Whether a table, or a .downhill-data file, of so many bytes is read at all: empty, or the sentence why not.
EMSCRIPTEN_KEEPALIVE const char* own_too_large(int is_table, double size, int english) {
  const std::size_t most = is_table != 0 ? kTableBytesMost : kOwnContentMost;
  answer = size <= static_cast<double>(most) ? "" : UserError{"too_large", "", {std::to_string(most)}}.sentence(language_of(english));
  return answer.c_str();
}
/// A table: {"error"}, or {}. Its first reading goes by own_advance().
EMSCRIPTEN_KEEPALIVE const char* own_open_table(const std::uint8_t* bytes, std::size_t size, int english) {
  auto opened = OwnTable::open(bytes_at(bytes, size));
  if (!opened) return answered({{"error", opened.error().sentence(language_of(english))}});
  table = std::move(*opened);
  return answered(Json::object());
}
/// Some of the reading that is under way; 0 when it is done.
EMSCRIPTEN_KEEPALIVE int own_advance() { return (table ? table->advance() : pictures->advance()) ? 1 : 0; }
EMSCRIPTEN_KEEPALIVE double own_progress() { return table ? table->progress() : 0; }
/// Begins a table's second reading by {"target", "features", "as"}: {}, or {"error"} with the columns that there are. own_advance() goes on with it.
EMSCRIPTEN_KEEPALIVE const char* own_choose(const char* asked, int english) {
  const auto json = read_json(asked);
  assert(json.ok());
  const auto chosen = table->choose(choice_in(*json));
  if (chosen) return answered(Json::object());
  data.reset();
  Json out = told_of(table->told(), language_of(english));
  out["error"] = chosen.error().sentence(language_of(english));
  return answered(out);
}
/// What a table says of itself after the first reading: columns, rows, encoding, separator, the first rows.
EMSCRIPTEN_KEEPALIVE const char* own_table_shown() {
  const TableText& text = table->text();
  return answered({{"columns", columns_of(*table)},
                   {"rows", table->rows()},
                   {"encoding", encoding_name(text.encoding)},
                   {"separator", std::string(1, text.separator)},
                   {"named", text.named},
                   {"shown", rows_of(text)}});
}

/// The data by {"seed", "test", "validation"} and, of pictures, {"target", "as"}: classes with their counts, sums of the parts, shape, answer and hash,
/// or {"error"}; with what was left out ("told", "told_count"). May be asked again.
EMSCRIPTEN_KEEPALIVE const char* own_finish(const char* asked, int english) {
  const auto json = read_json(asked);
  assert(json.ok());
  const Language language = language_of(english);
  forget_data();
  Json out = outcome(table ? table->finish(split_in(*json)) : pictures->finish(choice_in(*json), split_in(*json)), language);
  out.update(told_of(table ? table->told() : pictures->told(), language));
  if (table) {
    out["answer"] = table->answer();
    out["of_classes"] = table->of_classes();
    out["features"] = table->features();
  } else
    out["pictures"] = pictures->pictures();
  return answered(out);
}
/// A .downhill-data file, which is taken as it is: as own_finish().
EMSCRIPTEN_KEEPALIVE const char* own_open_data(const std::uint8_t* bytes, std::size_t size, int english) {
  forget_data();
  return answered(outcome(read_own_file(bytes_at(bytes, size)), language_of(english)));
}
/// A picture of what was read, of the training part, side×side; for data that came whole.
EMSCRIPTEN_KEEPALIVE const std::uint8_t* own_example(std::size_t index) {
  const auto features = static_cast<std::size_t>(data->train.features);
  return data->train.pixels.data() + index * features;
}

/// The data as a .downhill-data file; its size, then its bytes.
EMSCRIPTEN_KEEPALIVE std::size_t own_pack() {
  packed = write_own_file(*data);
  return packed.size();
}
EMSCRIPTEN_KEEPALIVE const std::uint8_t* own_packed() { return packed.data(); }
}
