#include "own/table.hpp"

#include "own/sentences.hpp"
#include "own/text.hpp"

#include <algorithm>

namespace downhill {
namespace {

constexpr std::size_t kCellsAtOnce = 20000;

} // namespace

OwnTable::OwnTable(TableText text, std::size_t feature_bytes_most)
    : text_(std::move(text)), style_(text_.separator), records_(text_.rows()), feature_bytes_most_(feature_bytes_most) {
  for (const std::string& name : text_.columns) columns_.push_back({name});
  const auto at = std::find(text_.columns.begin(), text_.columns.end(), "part");
  if (at != text_.columns.end()) called_part_ = static_cast<std::size_t>(at - text_.columns.begin());
}

Result<OwnTable> OwnTable::open(std::span<const std::uint8_t> bytes, std::size_t feature_bytes_most) {
  auto text = table_text(bytes);
  if (!text) return text.error();
  return OwnTable(std::move(*text), feature_bytes_most);
}

double OwnTable::progress() const {
  const double size = static_cast<double>(std::max<std::size_t>(1, text_.text->size())), read = 1 - static_cast<double>(records_.left()) / size;
  return reading_ == Reading::styles ? read / 2 : reading_ == Reading::columns ? 0.5 + read / 2 : reading_ == Reading::rows ? read : 1;
}

bool OwnTable::blank() const {
  return std::all_of(cells_.begin(), cells_.end(), [](const std::string& cell) { return cell_text(cell).empty(); });
}

bool OwnTable::advance() {
  for (std::size_t cells = 0; cells < kCellsAtOnce && reading_ != Reading::done;) {
    if (records_.next(cells_)) {
      cells += records_.count();
      if (reading_ == Reading::rows)
        take();
      else
        look();
      continue;
    }
    if (reading_ == Reading::rows && records_.bad()) told_.add({"own_quote", "", {std::to_string(records_.line())}});
    if (reading_ == Reading::styles) {
      reading_ = Reading::columns;
      surveys_.assign(columns_.size(), {});
      records_ = text_.rows();
    } else
      reading_ = Reading::done;
  }
  return reading_ != Reading::done;
}

// First how numbers are written, then which cells are some.
void OwnTable::look() {
  if (records_.count() != columns_.size() || blank()) return;
  if (reading_ == Reading::columns) ++rows_;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const std::string cell = cell_text(cells_[c]);
    if (reading_ == Reading::styles) {
      style_.see(cell);
      continue;
    }
    if (cell.empty()) continue;
    double value = 0;
    ++columns_[c].filled;
    if (style_.read(cell, value)) ++columns_[c].numbers;
    surveys_[c].see(cell, style_);
    if (c == called_part_ && part_named(cell)) ++part_cells_;
  }
}

Result<bool> OwnTable::choose(const OwnChoice& choice) {
  answers_ = {};
  values_ = {};
  told_ = {};
  told_before_.reset();
  part_ = rows_ > 0 && part_cells_ == rows_ ? called_part_ : std::nullopt;
  const auto answer = answer_column(text_, choice, part_.value_or(columns_.size()));
  if (!answer) return answer.error();
  answer_ = *answer;
  if (answer_ == part_) part_.reset();
  of_classes_ = surveys_[answer_].classes(columns_[answer_].name, choice.kind);
  surveys_[answer_].tell(columns_[answer_].name, choice.kind, "", told_);
  features_.clear();
  for (const std::string& name : choice.features) {
    OwnChoice one;
    one.target = name;
    const auto column = answer_column(text_, one);
    if (!column) return column.error();
    if (*column != answer_ && std::find(features_.begin(), features_.end(), *column) == features_.end()) features_.push_back(*column);
  }
  for (std::size_t c = 0; choice.features.empty() && c < columns_.size(); ++c) {
    if (c == answer_ || c == part_) continue;
    if (columns_[c].of_numbers(rows_) || rows_ == 0) // of no rows finish() tells
      features_.push_back(c);
    else
      told_.add({"own_column", "", {columns_[c].name, std::to_string(columns_[c].filled), std::to_string(columns_[c].numbers)}});
  }
  if (features_.empty()) return UserError{"own_no_features", "", {columns_[answer_].name}};
  if (features_.size() > static_cast<std::size_t>(kFeaturesMost))
    return UserError{"own_columns", "", {std::to_string(features_.size()), std::to_string(kFeaturesMost)}};
  std::sort(features_.begin(), features_.end());
  most_ = static_cast<std::size_t>(own_rows_most(features_.size(), feature_bytes_most_));
  seen_ = drawn_ = 0;
  draw_.reset();
  if (rows_ > most_) {
    draw_.emplace(stream_key(1, Purpose::rows));
    const bool wide = most_ < static_cast<std::size_t>(kOwnExamplesMost);
    told_.add({wide ? "own_wide" : "own_many", "", {std::to_string(rows_), std::to_string(most_), std::to_string(features_.size())}});
  }
  values_.reserve(std::min(rows_, most_) * features_.size());
  records_ = text_.rows();
  reading_ = Reading::rows;
  return true;
}

// The number of a chosen cell, or why its row is left out.
std::optional<double> OwnTable::number_in(std::size_t column) {
  const std::string cell = cell_text(cells_[column]);
  double value = 0;
  if (style_.read(cell, value)) return value;
  const std::string line = std::to_string(records_.line());
  if (cell.empty())
    told_.add({"own_missing", "", {line, columns_[column].name}});
  else
    told_.add({"own_cell", "", {line, columns_[column].name, quoted_name(cell)}});
  return {};
}

// Knuth's selection sampling: just so many of the rows, each as likely as any other.
bool OwnTable::drawn() {
  if (!draw_) return true;
  const bool taken = draw_->next_word() % (rows_ - seen_++) < most_ - drawn_;
  drawn_ += taken;
  return taken;
}

void OwnTable::take() {
  if (blank()) return;
  if (records_.count() != columns_.size()) {
    told_.add({"own_ragged", "", {std::to_string(records_.line()), std::to_string(records_.count()), std::to_string(columns_.size())}});
    return;
  }
  if (!drawn()) return;
  const std::size_t before = values_.size();
  for (const std::size_t column : features_) {
    const auto value = number_in(column);
    if (!value) return values_.resize(before);
    values_.push_back(static_cast<float>(*value));
  }
  if (of_classes_) {
    const std::string label = line_of(cell_text(cells_[answer_]));
    if (label.empty()) {
      told_.add({"own_missing", "", {std::to_string(records_.line()), columns_[answer_].name}});
      return values_.resize(before);
    }
    answers_.labels.push_back(label);
  } else {
    const auto value = number_in(answer_);
    if (!value) return values_.resize(before);
    answers_.numbers.push_back(static_cast<float>(*value));
  }
  if (part_) answers_.parts.push_back(*part_named(cell_text(cells_[*part_])));
}

Result<OwnData> OwnTable::finish(const OwnSplit& split) {
  if (told_before_) told_.back_to(*told_before_);
  told_before_ = told_.count();
  if (answers_.size() == 0) return UserError{"own_no_rows", "", {}};
  OwnData data;
  data.shape = {static_cast<std::int64_t>(features_.size())};
  for (const std::size_t column : features_) data.columns.push_back(columns_[column].name);
  data.answer = columns_[answer_].name;
  const auto dealt = deal(data, answers_, split, data.answer, told_);
  if (!dealt) return dealt.error();
  place(data, *dealt, values_, features_.size());
  return data;
}

} // namespace downhill
