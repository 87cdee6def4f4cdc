// What a user says of a table: which column is what.
#pragma once
#include "own/table_text.hpp"
#include "own/told.hpp"

namespace downhill {

enum class AnswerKind { guess, classes, numbers };

struct OwnChoice {
  std::string target;                ///< the column of answers; empty: by its name, else the last one
  std::vector<std::string> features; ///< of a table of numbers; empty: all others that hold numbers
  AnswerKind kind = AnswerKind::guess;
};

/// The column of answers; `not_this` is never it. A name counts that says so (label, class, target, score, 标签, 类别, 分数 …), else the last column.
/// Error: own_no_column.
Result<std::size_t> answer_column(const TableText& table, const OwnChoice& choice, std::size_t not_this = std::size_t(-1));

/// Whether a column's name says that it holds names of files (file, image, id, 文件名, 编号 …).
bool names_files(const std::string& column);

/// Whether a column of answers is one of classes. As chosen; else where its name says so (label, class …), or where more than a tenth of it is no
/// number. Of numbers those with fractions, or with more than ten different values, are numbers. Of others two are classes, and more are classes
/// but where the name says numbers (target, score …).
class AnswerSurvey {
public:
  void see(const std::string& cell, const NumberStyle& style);
  bool classes(const std::string& column, AnswerKind kind) const;
  /// Tells so where numbers are taken for classes and nobody said that they are.
  void tell(const std::string& column, AnswerKind kind, const std::string& place, Told& told) const;

private:
  std::size_t filled_ = 0, numbers_ = 0;
  bool fractions_ = false;
  std::vector<double> values_; // different ones, a few
};

} // namespace downhill
