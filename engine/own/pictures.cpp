#include "own/pictures.hpp"

#include "own/sentences.hpp"
#include "own/text.hpp"

#include <algorithm>
#include <numeric>

namespace downhill {
namespace {

constexpr std::int64_t kTwoOfThisName = -1;

std::string stem(const std::string& file) { return file.substr(0, file.rfind('.')); }

// How many folders all of these pictures lie in
std::size_t shared_folders(const std::vector<OwnPath>& paths) {
  std::size_t shared = paths.front().folders.size();
  for (const OwnPath& path : paths) {
    const auto& first = paths.front().folders;
    shared = std::min(shared, path.folders.size());
    shared =
        static_cast<std::size_t>(std::mismatch(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(shared), path.folders.begin()).first - first.begin());
  }
  return shared;
}

// All that a table may call a picture
std::map<std::string, std::int64_t> names_of(const std::vector<OwnPath>& paths) {
  std::map<std::string, std::int64_t> by_name;
  const std::size_t shared = shared_folders(paths);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const OwnPath& path = paths[i];
    OwnPath below = path;
    below.folders.erase(below.folders.begin(), below.folders.begin() + static_cast<std::ptrdiff_t>(shared));
    for (const std::string& name : std::set<std::string>{path.text(), stem(path.text()), below.text(), stem(below.text()), path.file, stem(path.file)}) {
      const auto [at, is_new] = by_name.emplace(name, static_cast<std::int64_t>(i));
      if (!is_new) at->second = kTwoOfThisName;
    }
  }
  return by_name;
}

std::optional<std::size_t> picture_named(const std::map<std::string, std::int64_t>& by_name, const std::string& cell) {
  const auto at = by_name.find(cell.empty() ? cell : own_path(cell).text());
  if (at == by_name.end() || at->second == kTwoOfThisName) return {};
  return static_cast<std::size_t>(at->second);
}

} // namespace

bool OwnPictures::wants(std::string_view name, std::uint64_t size) {
  const OwnPath path = own_path(name);
  switch (path.kind) {
  case PathKind::system: ++system_files_; return false;
  case PathKind::unsafe: skip(name, {"own_unsafe_name", "", {}}); return false;
  case PathKind::other: skip(name, {"own_not_picture", "", {}}); return false;
  case PathKind::table:
    if (size <= kTableBytesMost) return true;
    skip(name, {"too_large", "", {std::to_string(kTableBytesMost)}});
    return false;
  case PathKind::picture: break;
  }
  if (size > kPictureBytesMost) {
    skip(name, {"too_large", "", {std::to_string(kPictureBytesMost)}});
    return false;
  }
  if (paths_.size() < static_cast<std::size_t>(kOwnExamplesMost)) return true;
  if (!full_) told_.add({"own_many", "", {std::to_string(kOwnExamplesMost)}});
  full_ = true;
  return false;
}

void OwnPictures::skip(std::string_view name, UserError why) { told_.add({why.code, std::string(name), why.with}); }

void OwnPictures::add(std::string_view name, std::span<const std::uint8_t> bytes) {
  OwnPath path = own_path(name);
  if (path.kind == PathKind::table) {
    auto table = table_text(bytes);
    if (!table) return skip(name, table.error());
    tables_.push_back({path.text(), std::move(*table)});
    return;
  }
  if (path.kind != PathKind::picture || paths_.size() >= static_cast<std::size_t>(kOwnExamplesMost)) return;
  if (!seen_.insert(path.text()).second) return skip(name, {"own_twice", "", {}});
  auto picture = read_picture(bytes);
  if (!picture) return skip(name, picture.error());
  const auto square = grey_square(*picture, look_);
  pixels_.insert(pixels_.end(), square.begin(), square.end());
  paths_.push_back(std::move(path));
}

std::vector<std::uint32_t> OwnPictures::in_order() const {
  std::vector<std::string> texts;
  for (const OwnPath& path : paths_) texts.push_back(path.text());
  std::vector<std::uint32_t> order(paths_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return texts[a] < texts[b]; });
  return order;
}

OwnPictures::Chosen OwnPictures::by_folder(const std::vector<std::uint32_t>& order) {
  Chosen chosen;
  const std::size_t shared = shared_folders(paths_);
  const bool parted =
      std::all_of(paths_.begin(), paths_.end(), [&](const OwnPath& path) { return path.folders.size() > shared + 1 && part_named(path.folders[shared]); });
  const bool together = std::all_of(paths_.begin(), paths_.end(), [&](const OwnPath& path) { return path.folders.size() == shared; });
  for (const std::uint32_t i : order) {
    const auto& folders = paths_[i].folders;
    std::size_t at = parted ? shared + 1 : shared;
    if (together && shared > 0) at = shared - 1; // one folder is one class
    if (at >= folders.size()) {
      skip(paths_[i].text(), {"own_no_class", "", {}});
      continue;
    }
    chosen.pictures.push_back(i);
    chosen.answers.labels.push_back(tidy_name(folders[at]));
    if (parted) chosen.answers.parts.push_back(*part_named(folders[shared]));
  }
  return chosen;
}

std::optional<std::size_t> OwnPictures::column_of_names(const Table& table, const std::map<std::string, std::int64_t>& by_name) const {
  std::vector<std::size_t> named(table.text.columns.size());
  std::size_t rows = 0;
  CsvRecords records = table.text.rows();
  for (std::vector<std::string> cells; records.next(cells);) {
    if (cells.size() != named.size()) continue;
    ++rows;
    for (std::size_t c = 0; c < cells.size(); ++c)
      if (picture_named(by_name, cell_text(cells[c]))) ++named[c];
  }
  const auto most = std::max_element(named.begin(), named.end());
  if (*most == 0 || *most * 2 < rows) return {};
  return static_cast<std::size_t>(most - named.begin());
}

Result<OwnPictures::Chosen> OwnPictures::by_table(const std::vector<std::uint32_t>& order, const Table& table, std::size_t names,
                                                  const std::map<std::string, std::int64_t>& by_name, const OwnChoice& choice) {
  const auto answer = answer_column(table.text, choice, names);
  if (!answer) return UserError{answer.error().code, table.name, answer.error().with};
  const auto& columns = table.text.columns;
  const auto tell = [&](UserError what) { told_.add({what.code, table.name, what.with}); };
  NumberStyle style(table.text.separator);
  std::vector<std::string> cells;
  for (CsvRecords records = table.text.rows(); records.next(cells);)
    if (cells.size() == columns.size()) style.see(cell_text(cells[*answer]));
  AnswerSurvey survey;
  std::map<std::uint32_t, std::string> answers; // by picture
  CsvRecords records = table.text.rows();
  while (records.next(cells)) {
    const std::string line = std::to_string(records.line());
    if (std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.empty(); })) continue;
    if (cells.size() != columns.size()) {
      tell({"own_ragged", "", {line, std::to_string(cells.size()), std::to_string(columns.size())}});
      continue;
    }
    const std::string name = cell_text(cells[names]), said = cell_text(cells[*answer]);
    const auto picture = picture_named(by_name, name);
    if (!picture)
      tell({"own_no_such_picture", "", {line, tidy_name(name)}});
    else if (said.empty())
      tell({"own_missing", "", {line, columns[*answer]}});
    else if (!answers.emplace(static_cast<std::uint32_t>(*picture), said).second)
      tell({"own_listed_twice", "", {line, tidy_name(name)}});
    else
      survey.see(said, style);
  }
  if (records.bad()) tell({"own_quote", "", {std::to_string(records.line())}});
  const bool classes = survey.classes(columns[*answer], choice.kind);
  Chosen chosen;
  chosen.column = columns[*answer];
  for (const std::uint32_t i : order) {
    const auto at = answers.find(i);
    double value = 0;
    if (at == answers.end())
      skip(paths_[i].text(), {"own_not_listed", "", {table.name}});
    else if (!classes && !style.read(at->second, value))
      skip(paths_[i].text(), {"own_no_number", "", {columns[*answer], tidy_name(at->second)}});
    else {
      chosen.pictures.push_back(i);
      if (classes)
        chosen.answers.labels.push_back(tidy_name(at->second));
      else
        chosen.answers.numbers.push_back(static_cast<float>(value));
    }
  }
  return chosen;
}

Result<OwnData> OwnPictures::finish(const OwnChoice& choice, const OwnSplit& split) {
  if (system_files_ > 0) told_.add({"own_system_files", "", {std::to_string(system_files_)}});
  if (paths_.empty()) return UserError{"own_no_pictures", "", {}};
  const auto order = in_order();
  std::optional<Chosen> chosen;
  if (!tables_.empty()) {
    const auto by_name = names_of(paths_);
    std::sort(tables_.begin(), tables_.end(), [](const Table& a, const Table& b) { return a.name < b.name; });
    for (const Table& table : tables_) {
      const auto names = chosen ? std::optional<std::size_t>() : column_of_names(table, by_name);
      if (!names) {
        skip(table.name, {"own_table_unused", "", {}});
        continue;
      }
      auto found = by_table(order, table, *names, by_name, choice);
      if (!found) return found.error();
      chosen = std::move(*found);
    }
  }
  if (!chosen) chosen = by_folder(order);
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
