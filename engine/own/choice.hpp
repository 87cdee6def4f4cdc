// What a user says of a table: which column is what.
#pragma once
#include "own/table_text.hpp"

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

/// Whether a column of answers is one of classes. As chosen; else by its name; else numbers, if (nearly) all are and they have fractions or more
/// than ten different values.
class AnswerSurvey {
public:
  void see(const std::string& cell, const NumberStyle& style);
  bool classes(const std::string& column, AnswerKind kind) const;

private:
  std::size_t filled_ = 0, numbers_ = 0;
  bool fractions_ = false;
  std::vector<double> values_; // different ones, a few
};

} // namespace downhill
