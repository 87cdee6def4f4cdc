// A table of numbers, row by row, to data with a class or a number each. Read twice: first what its columns hold, then, with a choice among them,
// the rows. Each time in pieces, so that whoever drives it can show how far it is and stop.
#pragma once
#include "core/streams.hpp"
#include "own/choice.hpp"
#include "own/deal.hpp"

#include <set>

namespace downhill {

/// What the first reading says of a column.
struct TableColumn {
  std::string name;
  std::size_t filled = 0, numbers = 0; ///< cells
  /// Nine cells of ten that say something are numbers, and half of all cells do say something.
  bool of_numbers(std::size_t rows) const { return numbers > 0 && numbers * 10 >= filled * 9 && filled * 2 >= rows; }
};

class OwnTable {
public:
  /// Errors: table_text's. `feature_bytes_most`: of what is taken; tests have less.
  static Result<OwnTable> open(std::span<const std::uint8_t> bytes, std::size_t feature_bytes_most = kOwnFeatureBytesMost);

  /// Works off some thousand cells; false when the reading is done.
  bool advance();
  /// Of the reading under way, 0 … 1.
  double progress() const;

  const TableText& text() const { return text_; }
  /// After the first reading: what there is, and how many rows have as many cells as the first one.
  const std::vector<TableColumn>& columns() const { return columns_; }
  std::size_t rows() const { return rows_; }
  /// Begins the second reading, anew if there was one: nothing of that is kept. A row in which a chosen cell is missing or no number is left out and told; so
  /// is, where features are not chosen, a column that does not hold numbers. Of more rows than there can be of so many columns (own_rows_most) as many are
  /// drawn, each as likely, which is told: of a table that is sorted by class every common class is among them. A column named part, all of whose cells are
  /// train, validation or test, gives the parts. Errors: own_no_column, own_no_features, own_columns.
  Result<bool> choose(const OwnChoice& choice);
  /// Which columns were chosen, and whether answers are classes.
  const std::string& answer() const { return columns_[answer_].name; }
  const std::vector<std::size_t>& features() const { return features_; }
  bool of_classes() const { return of_classes_; }

  /// After the second reading; may be asked again with another split. Errors: own_no_rows and deal()'s.
  Result<OwnData> finish(const OwnSplit& split);
  const Told& told() const { return told_; }

private:
  OwnTable(TableText text, std::size_t feature_bytes_most);
  bool blank() const;
  bool drawn();
  void look();
  void take();
  std::optional<double> number_in(std::size_t column);

  TableText text_;
  NumberStyle style_;
  enum class Reading { styles, columns, rows, done } reading_ = Reading::styles;
  CsvRecords records_;
  std::vector<std::string> cells_;
  std::vector<TableColumn> columns_;
  std::size_t rows_ = 0;
  std::optional<std::size_t> called_part_, part_; // the latter if it is one
  std::size_t part_cells_ = 0;
  std::size_t answer_ = 0;
  std::vector<std::size_t> features_;
  std::vector<AnswerSurvey> surveys_;
  bool of_classes_ = true;
  OwnAnswers answers_;
  Vector values_;
  std::size_t feature_bytes_most_, most_ = 0, seen_ = 0, drawn_ = 0; // rows: that can be taken, that came, that were drawn of these
  std::optional<PhiloxStream> draw_;                                 // where there are more
  Told told_;
  std::optional<std::uint64_t> told_before_; // finish()
};

} // namespace downhill
