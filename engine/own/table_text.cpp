#include "own/table_text.hpp"

#include "core/typed_text.hpp"
#include "own/sentences.hpp"

#include <algorithm>

namespace downhill {
namespace {

constexpr std::size_t kLooked = 50; // records that decide about the separator

bool empty(const std::vector<std::string>& fields) {
  return std::all_of(fields.begin(), fields.end(), [](const std::string& field) { return field.empty(); });
}

struct Shape {
  std::size_t columns = 0, alike = 0, records = 0;
};
Shape shape_with(std::string_view text, char separator) {
  Shape shape;
  CsvRecords records(text, separator, kTableColumnsMost);
  std::vector<std::string> fields;
  while (shape.records < kLooked && records.next(fields)) {
    if (empty(fields)) continue;
    if (shape.records++ == 0) shape.columns = records.count();
    if (records.count() == shape.columns) ++shape.alike;
  }
  return shape;
}

// "sep=;": what Excel puts before a table, and reads there. 0: nothing of the kind
char separator_said(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("sep=") || (text[5] != '\r' && text[5] != '\n')) return 0;
  return std::string_view("\t;,|:").find(text[4]) == std::string_view::npos ? '\0' : text[4];
}

bool digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

// "1,234,567" or "12.345": groups of three after the first, told by `mark`.
bool grouped(std::string_view text, char mark) {
  std::size_t at = text.find(mark);
  if (at == std::string_view::npos || at == 0 || at > 3 || text.front() == '0' || !digits(text.substr(0, at))) return false;
  while (at < text.size()) {
    if (text[at] != mark || text.size() - at < 4 || !digits(text.substr(at + 1, 3))) return false;
    at += 4;
  }
  return true;
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return text;
}

// Two strings of digits with one mark between them, the second perhaps with an exponent
bool parted(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos || !(at == 0 || digits(text.substr(0, at)))) return false;
  const std::string_view rest = text.substr(at + 1);
  return digits(rest.substr(0, std::min(rest.find_first_of("eE"), rest.size())));
}

std::string without(std::string text, char mark) {
  std::erase(text, mark);
  return text;
}

} // namespace

CsvRecords TableText::rows() const {
  CsvRecords records(*text, separator, columns.size());
  std::vector<std::string> fields;
  if (separator_line) records.next(fields);
  while (named && records.next(fields)) // the names may stand below empty lines
    if (!empty(fields)) break;
  return records;
}

std::vector<std::string> TableText::first() const {
  CsvRecords records(*text, separator, kTableColumnsMost);
  std::vector<std::string> fields;
  if (separator_line) records.next(fields);
  while (records.next(fields))
    if (!empty(fields)) break;
  return fields;
}

void TableText::take_names_back() {
  named = false;
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = "#" + std::to_string(i + 1);
}

Result<TableText> table_text(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > kTableBytesMost) return UserError{"too_large", "", {std::to_string(kTableBytesMost)}};
  auto text = utf8_text(bytes);
  if (!text) return text.error();
  TableText table;
  table.encoding = text_encoding(bytes);
  table.text = std::make_shared<const std::string>(std::move(*text));
  std::string_view looked = *table.text, separators = "\t;,";
  const char said = separator_said(looked);
  table.separator_line = said != 0;
  if (said) looked.remove_prefix(6), separators = {&said, 1};
  Shape best;
  bool any = false;
  for (const char separator : separators) {
    const Shape shape = shape_with(looked, separator);
    any = any || shape.records > 0;
    if (shape.columns < 2 || shape.alike * 2 <= shape.records) continue;
    if (best.columns == 0 || shape.alike * best.records > best.alike * shape.records) best = shape, table.separator = separator;
  }
  if (!any) return UserError{"own_no_rows", "", {}};
  if (best.columns == 0) return UserError{"own_one_column", "", {}};
  if (best.columns > kTableColumnsMost) return UserError{"own_columns", "", {std::to_string(best.columns), std::to_string(kTableColumnsMost)}};
  NumberStyle style(table.separator);
  const auto first = table.first();
  for (const std::string& cell : first) style.see(cell_text(cell));
  double unused = 0;
  table.named = !std::all_of(first.begin(), first.end(), [&](const std::string& cell) { return style.read(cell_text(cell), unused); });
  for (std::size_t i = 0; i < best.columns; ++i) {
    std::string name = table.named ? line_of(first[i]) : "";
    table.columns.push_back(name.empty() ? "#" + std::to_string(i + 1) : std::move(name));
  }
  table.columns = file_names(table.columns);
  return table;
}

std::string cell_text(std::string_view cell) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t begin = cell.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return "";
  cell = cell.substr(begin, cell.find_last_not_of(kSpaces) + 1 - begin);
  for (const std::string_view unknown : {"NA", "N/A", "n/a", "na", "NaN", "nan", "NAN", "null", "NULL", "None", "#N/A", "-", "--", "?", "无", "缺失", "—"})
    if (cell == unknown) return "";
  return std::string(cell);
}

void NumberStyle::see(const std::string& cell) {
  const std::string_view text = without_sign(cell);
  if (text.empty() || text.size() > 40 || text.find_first_not_of("0123456789.,eE+-") != std::string_view::npos) return;
  const std::size_t comma = text.rfind(','), point = text.rfind('.');
  if (comma != std::string_view::npos && point != std::string_view::npos) { // the last of the two parts decimals
    (comma > point ? sure_comma_ : sure_point_) = true;
    return;
  }
  if (parted(text, ',') && !grouped(text, ',')) sure_comma_ = true;
  if (parted(text, '.') && !grouped(text, '.')) sure_point_ = true;
}

bool NumberStyle::commas() const { return !sure_point_ && (sure_comma_ || separator_ == ';'); }

bool NumberStyle::read(const std::string& cell, double& value) const {
  const bool plain = std::all_of(cell.begin(), cell.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  std::string text = plain ? cell : plain_typed(cell); // fullwidth digits, the minus of typesetters
  const std::string_view bare = without_sign(text);
  if (commas()) {
    const std::size_t comma = bare.find(',');
    if (grouped(bare.substr(0, std::min(comma, bare.size())), '.') && (comma != std::string_view::npos || sure_comma_)) text = without(text, '.');
    std::replace(text.begin(), text.end(), ',', '.');
  } else if (grouped(bare.substr(0, std::min(bare.find('.'), bare.size())), ','))
    text = without(text, ',');
  return csv_number(text, value);
}

} // namespace downhill
