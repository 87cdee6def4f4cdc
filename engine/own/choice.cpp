#include "own/choice.hpp"

#include "own/sentences.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {
namespace {

constexpr std::string_view kClassNames[] = {"label", "class", "category", "species", "标签", "类别", "分类", "种类"};
constexpr std::string_view kNumberNames[] = {"target", "score", "rating", "y", "目标", "分数", "评分", "得分", "打分"};
constexpr std::string_view kFileNames[] = {"file", "files", "filename", "file_name", "path", "image", "images", "image_id", "img",  "picture", "photo", "name",
                                           "id",   "index", "文件",     "文件名",    "路径", "图片",  "图像",   "照片",     "名称", "编号",    "序号"};
constexpr std::size_t kFewValues = 10, kTwoValues = 2;

bool is_one_of(const std::string& name, std::span<const std::string_view> names) {
  std::string low = name;
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(names.begin(), names.end(), low) != names.end();
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 20; ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > 20 ? text + ", …" : text;
}

} // namespace

bool names_files(const std::string& column) { return is_one_of(column, kFileNames); }

Result<std::size_t> answer_column(const TableText& table, const OwnChoice& choice, std::size_t not_this) {
  const auto& columns = table.columns;
  if (!choice.target.empty()) {
    const auto at = std::find(columns.begin(), columns.end(), choice.target);
    if (at == columns.end()) return UserError{"own_no_column", "", {choice.target, list_of(columns)}};
    return static_cast<std::size_t>(at - columns.begin());
  }
  for (const auto names : {std::span<const std::string_view>(kClassNames), std::span<const std::string_view>(kNumberNames)})
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (i != not_this && is_one_of(columns[i], names)) return i;
  return columns.size() - 1 == not_this ? columns.size() - 2 : columns.size() - 1;
}

void AnswerSurvey::see(const std::string& cell, const NumberStyle& style) {
  if (cell.empty()) return;
  ++filled_;
  double value = 0;
  if (!style.read(cell, value)) return;
  ++numbers_;
  fractions_ = fractions_ || value != std::floor(value);
  if (values_.size() <= kFewValues && std::find(values_.begin(), values_.end(), value) == values_.end()) values_.push_back(value);
}

bool AnswerSurvey::classes(const std::string& column, AnswerKind kind) const {
  if (kind != AnswerKind::guess) return kind == AnswerKind::classes;
  if (is_one_of(column, kClassNames)) return true;
  if (numbers_ * 10 < filled_ * 9) return true;
  return !fractions_ && values_.size() <= (is_one_of(column, kNumberNames) ? kTwoValues : kFewValues);
}

void AnswerSurvey::tell(const std::string& column, AnswerKind kind, const std::string& place, Told& told) const {
  const bool said = kind != AnswerKind::guess || is_one_of(column, kClassNames);
  if (!said && numbers_ * 10 >= filled_ * 9 && classes(column, kind)) told.add({"own_as_classes", place, {column, std::to_string(values_.size())}});
}

} // namespace downhill
