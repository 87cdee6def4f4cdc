#include "own/pictures.hpp"

#include "core/printable.hpp"
#include "data/gzip.hpp"
#include "data/idx.hpp"
#include "own/sentences.hpp"
#include "own/text.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace downhill {
namespace {

constexpr std::int64_t kTwoOfThisName = -1, kNoneOfThisName = -2;
constexpr std::size_t kCellsAtOnce = 20000;

bool digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }
std::string stem(const std::string& file) { return file.substr(0, file.rfind('.')); }

// Whether all pictures that lie deeper lie in one folder there, and some in folders of that: then those that don't are strays.
bool one_goes_on(const std::vector<OwnPath>& paths, std::size_t depth) {
  const std::string* only = nullptr;
  bool goes_on = false;
  for (const OwnPath& path : paths) {
    if (path.folders.size() <= depth) continue;
    if (only && *only != path.folders[depth]) return false;
    only = &path.folders[depth];
    goes_on = goes_on || path.folders.size() > depth + 1;
  }
  return goes_on;
}

// How many folders all of these pictures lie in, but for some that lie above
std::size_t shared_folders(const std::vector<OwnPath>& paths) {
  std::size_t shared = paths.front().folders.size();
  for (const OwnPath& path : paths) {
    const auto& first = paths.front().folders;
    shared = std::min(shared, path.folders.size());
    shared =
        static_cast<std::size_t>(std::mismatch(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(shared), path.folders.begin()).first - first.begin());
  }
  while (one_goes_on(paths, shared)) ++shared;
  return shared;
}

// All that a table may call a picture
std::map<std::string, std::int64_t> names_of(const std::vector<OwnPath>& paths, std::size_t shared) {
  std::map<std::string, std::int64_t> by_name;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const OwnPath& path = paths[i];
    OwnPath below = path;
    below.folders.erase(below.folders.begin(), below.folders.begin() + static_cast<std::ptrdiff_t>(std::min(shared, path.folders.size())));
    for (const std::string& name : std::set<std::string>{path.text(), stem(path.text()), below.text(), stem(below.text()), path.file, stem(path.file)}) {
      const auto [at, is_new] = by_name.emplace(name, static_cast<std::int64_t>(i));
      if (!is_new) at->second = kTwoOfThisName;
    }
  }
  return by_name;
}

// Its place, or one of the two above.
std::int64_t picture_named(const std::map<std::string, std::int64_t>& by_name, const std::string& cell) {
  const auto at = by_name.find(cell.empty() ? cell : own_path(cell).text());
  return at == by_name.end() ? kNoneOfThisName : at->second;
}

} // namespace

bool OwnPictures::wants(std::string_view name, std::uint64_t size) {
  const OwnPath path = own_path(name);
  switch (path.kind) {
  case PathKind::system: ++system_files_; return false;
  case PathKind::unsafe: skip(name, {"own_unsafe_name", "", {}}); return false;
  case PathKind::long_name: skip(name, {"own_long_name", "", {std::to_string(kPathBytesMost), std::to_string(kPathFoldersMost)}}); return false;
  case PathKind::other: skip(name, {"own_not_picture", "", {}}); return false;
  case PathKind::table:
    if (tables_.size() < kPictureTablesMost && size <= kPictureTableBytesMost - table_bytes_) return true;
    skip(name, {"own_many_tables", "", {std::to_string(kPictureTablesMost), std::to_string(kPictureTableBytesMost >> 20)}});
    return false;
  case PathKind::picture:
  case PathKind::idx: break;
  }
  if (size > kPictureBytesMost) {
    skip(name, {"too_large", "", {std::to_string(kPictureBytesMost)}});
    return false;
  }
  if (paths_.size() < static_cast<std::size_t>(kOwnExamplesMost)) return true;
  full_ = true;
  return false;
}

void OwnPictures::skip(std::string_view name, UserError why) { told_.add({why.code, shortened(name, kPathBytesMost), why.with}); }

void OwnPictures::add(std::string_view name, std::span<const std::uint8_t> bytes) {
  OwnPath path = own_path(name);
  if (path.kind == PathKind::table) {
    if (!wants(name, bytes.size())) return;
    table_bytes_ += bytes.size();
    auto table = table_text(bytes);
    if (!table) return skip(name, table.error());
    tables_.push_back({path.text(), std::move(*table)});
    return;
  }
  if (path.kind == PathKind::idx) return add_idx(path, bytes);
  if (path.kind != PathKind::picture) return;
  full_ = full_ || paths_.size() == static_cast<std::size_t>(kOwnExamplesMost);
  if (full_) return;
  if (!seen_.emplace(path.text(), root_).second) return skip(name, {"own_twice", "", {}});
  auto picture = read_picture(bytes);
  if (!picture) return skip(name, picture.error());
  add_square(std::move(path), *picture);
}

void OwnPictures::add_square(OwnPath path, const GreyPicture& picture) {
  const auto square = grey_square(picture, look_);
  pixels_.insert(pixels_.end(), square.begin(), square.end());
  paths_.push_back(std::move(path));
  roots_.push_back(root_);
}

void OwnPictures::add_idx(const OwnPath& path, std::span<const std::uint8_t> bytes) {
  Idx one{path.text(), {bytes.begin(), bytes.end()}};
  if (is_gzip(bytes)) {
    auto content = gunzip(bytes, kTableBytesMost);
    if (!content) return skip(one.name, content.error());
    one.content = std::move(*content);
  }
  // "train-images-idx3-ubyte" and "train-labels-idx1-ubyte" are "train-"
  OwnPath pair = path;
  pair.file = path.file.substr(0, std::min({path.file.find("images"), path.file.find("labels"), path.file.find("idx")}));
  const auto other = idx_.find(pair.text());
  if (other == idx_.end()) return void(idx_.emplace(pair.text(), std::move(one)));
  const auto of_images = [](const Idx& file) { return own_path(file.name).file.find("idx3-ubyte") != std::string::npos; };
  if (of_images(one) == of_images(other->second)) return skip(one.name, {"own_twice", "", {}});
  add_pair(pair, of_images(one) ? one : other->second, of_images(one) ? other->second : one);
  idx_.erase(other);
}

void OwnPictures::add_pair(const OwnPath& path, const Idx& images, const Idx& labels) {
  const auto examples = read_idx(images.content, labels.content, 256);
  if (!examples) return skip(images.name, examples.error());
  const auto at = [&](std::size_t byte) {
    return std::int64_t{images.content[byte]} << 8 | images.content[byte + 1];
  }; // read_idx has seen that it is below 2^16
  GreyPicture picture{at(14), at(10), {}};
  const auto area = static_cast<std::size_t>(examples->features);
  for (std::size_t i = 0; i < examples->labels.size() && !full_; ++i) {
    const std::string number = std::to_string(i);
    OwnPath each = path;
    if (path.file.starts_with("train")) each.folders.emplace_back("train");
    if (path.file.starts_with("t10k") || path.file.starts_with("test")) each.folders.emplace_back("test");
    each.folders.push_back(std::to_string(examples->labels[i]));
    each.file = std::string(number.size() < 6 ? 6 - number.size() : 0, '0') + number;
    full_ = paths_.size() == static_cast<std::size_t>(kOwnExamplesMost);
    if (full_) return;
    if (!seen_.emplace(each.text(), root_).second) return skip(images.name, {"own_twice", "", {}});
    picture.grey.assign(examples->pixels.begin() + static_cast<std::ptrdiff_t>(i * area),
                        examples->pixels.begin() + static_cast<std::ptrdiff_t>((i + 1) * area));
    add_square(std::move(each), picture);
  }
}

std::vector<std::uint32_t> OwnPictures::in_order() const {
  std::vector<std::string> texts;
  for (const OwnPath& path : paths_) texts.push_back(path.text());
  std::vector<std::uint32_t> order(paths_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return std::tie(texts[a], roots_[a]) < std::tie(texts[b], roots_[b]); });
  return order;
}

std::optional<OwnPart> OwnPictures::part_of(const OwnPath& path) const {
  return path.folders.size() > shared_ ? part_named(path.folders[shared_]) : std::nullopt;
}

// Whether the first folders are parts: train, and one to test with. A class may be called one of these.
bool OwnPictures::parted() const {
  bool train = false, others = false;
  for (const OwnPath& path : paths_)
    if (const auto part = part_of(path)) (*part == OwnPart::train ? train : others) = true;
  return train && others;
}

OwnPictures::Chosen OwnPictures::by_folder(const std::vector<std::uint32_t>& order) {
  Chosen chosen;
  const bool parts = parted();
  const bool together = std::all_of(paths_.begin(), paths_.end(), [&](const OwnPath& path) { return path.folders.size() == shared_; });
  for (const std::uint32_t i : order) {
    const auto& folders = paths_[i].folders;
    const auto part = part_of(paths_[i]);
    std::size_t at = parts ? shared_ + 1 : shared_;
    if (together && shared_ > 0) at = shared_ - 1; // one folder is one class
    if (at >= folders.size() || (parts && !part)) {
      skip(paths_[i].text(), {"own_no_class", "", {}});
      continue;
    }
    chosen.pictures.push_back(i);
    chosen.answers.labels.push_back(line_of(folders[at]));
    if (parts) chosen.answers.parts.push_back(*part);
  }
  return chosen;
}

OwnPictures::Look OwnPictures::look_at(Table& table) const {
  const auto first = table.text.first();
  const auto names = [&](const std::string& cell) { return !digits(cell_text(cell)) && picture_named(*by_name_, cell_text(cell)) != kNoneOfThisName; };
  if (table.text.named && std::any_of(first.begin(), first.end(), names)) table.text.take_names_back();
  return {table.text.rows(), std::vector<std::size_t>(table.text.columns.size()), 0, {}};
}

// A bare number may be anything beside pictures called 0.png, 1.png: it names one where the column is called so, or, where columns have no names, in the
// first one, each but once.
bool OwnPictures::names_picture(const Table& table, Look& look, std::size_t column, const std::string& cell) const {
  const std::int64_t picture = picture_named(*by_name_, cell);
  if (picture == kNoneOfThisName) return false;
  if (!digits(cell) || names_files(table.text.columns[column])) return true;
  return !table.text.named && column == 0 && look.by_number.insert(picture).second;
}

void OwnPictures::looked(std::size_t table, const Look& look) {
  const auto most = std::max_element(look.named.begin(), look.named.end());
  if (*most == 0 || *most * 2 < look.rows)
    skip(tables_[table].name, {"own_table_unused", "", {}});
  else if (names_)
    skip(tables_[table].name, {"own_table_second", "", {tables_[names_->first].name}});
  else
    names_ = {table, static_cast<std::size_t>(most - look.named.begin())};
  if (!names_ || names_->first != table) tables_[table].text = {}; // it may be large
}

bool OwnPictures::advance() {
  if (paths_.empty()) return false;
  if (!by_name_) {
    shared_ = shared_folders(paths_);
    if (!tables_.empty()) by_name_ = names_of(paths_, shared_);
    std::sort(tables_.begin(), tables_.end(), [](const Table& a, const Table& b) { return a.name < b.name; });
  }
  std::vector<std::string> fields;
  for (std::size_t cells = 0; cells < kCellsAtOnce && looked_ < tables_.size();) {
    if (!look_under_way_) look_under_way_ = look_at(tables_[looked_]);
    Look& look = *look_under_way_;
    if (look.records.next(fields)) {
      cells += look.records.count();
      if (look.records.count() != look.named.size()) continue;
      ++look.rows;
      for (std::size_t c = 0; c < fields.size(); ++c)
        if (names_picture(tables_[looked_], look, c, cell_text(fields[c]))) ++look.named[c];
      continue;
    }
    looked(looked_++, look);
    look_under_way_.reset();
  }
  return looked_ < tables_.size();
}

Result<OwnPictures::Chosen> OwnPictures::by_table(const std::vector<std::uint32_t>& order, const Table& table, const OwnChoice& choice) {
  const std::size_t names = names_->second;
  const auto answer = answer_column(table.text, choice, names);
  if (!answer) return UserError{answer.error().code, table.name, answer.error().with};
  const auto& columns = table.text.columns;
  const auto tell = [&](UserError what) { told_.add({what.code, table.name, what.with}); };
  NumberStyle style(table.text.separator);
  std::vector<std::string> cells;
  for (CsvRecords records = table.text.rows(); records.next(cells);)
    if (records.count() == columns.size()) style.see(cell_text(cells[*answer]));
  AnswerSurvey survey;
  std::map<std::uint32_t, std::string> answers; // by picture
  CsvRecords records = table.text.rows();
  while (records.next(cells)) {
    const std::string line = std::to_string(records.line());
    if (std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.empty(); })) continue;
    if (records.count() != columns.size()) {
      tell({"own_ragged", "", {line, std::to_string(records.count()), std::to_string(columns.size())}});
      continue;
    }
    const std::string name = cell_text(cells[names]), said = cell_text(cells[*answer]);
    const std::int64_t picture = picture_named(*by_name_, name);
    if (picture < 0)
      tell({picture == kTwoOfThisName ? "own_two_of_name" : "own_no_such_picture", "", {line, quoted_name(name)}});
    else if (said.empty())
      tell({"own_missing", "", {line, columns[*answer]}});
    else if (!answers.emplace(static_cast<std::uint32_t>(picture), said).second)
      tell({"own_listed_twice", "", {line, quoted_name(name)}});
    else
      survey.see(said, style);
  }
  if (records.bad()) tell({"own_quote", "", {std::to_string(records.line())}});
  const bool classes = survey.classes(columns[*answer], choice.kind);
  survey.tell(columns[*answer], choice.kind, table.name, told_);
  Chosen chosen;
  chosen.column = columns[*answer];
  for (const std::uint32_t i : order) {
    const auto at = answers.find(i);
    double value = 0;
    if (at == answers.end())
      skip(paths_[i].text(), {"own_not_listed", "", {table.name}});
    else if (!classes && !style.read(at->second, value))
      skip(paths_[i].text(), {"own_no_number", "", {columns[*answer], quoted_name(at->second)}});
    else {
      chosen.pictures.push_back(i);
      if (classes)
        chosen.answers.labels.push_back(line_of(at->second));
      else
        chosen.answers.numbers.push_back(static_cast<float>(value));
    }
  }
  if (!parted()) return chosen;
  for (const std::uint32_t i : chosen.pictures)
    if (const auto part = part_of(paths_[i])) chosen.answers.parts.push_back(*part);
  if (chosen.answers.parts.size() < chosen.pictures.size()) { // some lie in none
    chosen.answers.parts.clear();
    told_.add({"own_parts_unused", "", {}});
  }
  return chosen;
}

Result<OwnData> OwnPictures::finish(const OwnChoice& choice, const OwnSplit& split) {
  while (advance()) {
  }
  if (told_before_) told_.back_to(*told_before_);
  told_before_ = told_.count();
  if (system_files_ > 0) told_.add({"own_system_files", "", {std::to_string(system_files_)}});
  for (const auto& [name, one] : idx_) skip(one.name, {"own_idx_alone", "", {}});
  if (full_) return UserError{"own_many_pictures", "", {std::to_string(kOwnExamplesMost)}};
  if (paths_.empty()) return UserError{"own_no_pictures", "", {}};
  const auto order = in_order();
  auto chosen = names_ ? by_table(order, tables_[names_->first], choice) : by_folder(order);
  if (!chosen) return chosen.error();
  if (chosen->pictures.empty()) return UserError{"own_no_pictures", "", {}};
  OwnData data;
  data.shape = {look_.side, look_.side};
  data.answer = chosen->column;
  auto dealt = deal(data, chosen->answers, split, chosen->column, told_);
  if (!dealt) return dealt.error();
  for (auto* rows : {&dealt->train, &dealt->validation, &dealt->test})
    for (std::uint32_t& row : *rows) row = chosen->pictures[row];
  place(data, *dealt, pixels_, area());
  return data;
}

} // namespace downhill
