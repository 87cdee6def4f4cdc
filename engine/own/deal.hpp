// From answers to classes and parts: the last step of every reader of own data.
#pragma once
#include "data/own_file.hpp"
#include "own/told.hpp"

namespace downhill {

enum class OwnPart : std::uint8_t { train, validation, test };

/// The part that a folder or a cell names, in English or Chinese.
std::optional<OwnPart> part_named(std::string_view name);

/// How many of each class are for what. Percent are whole: 0 … 50 for validation, 1 … 90 for test.
struct OwnSplit {
  std::uint64_t seed = 1;
  int test_percent = 20, validation_percent = 0;
};

/// What each example is to be answered with, examples in an order that does not depend on how they came.
struct OwnAnswers {
  std::vector<std::string> labels; ///< a class each, its whole name, or empty
  Vector numbers;                  ///< a number each, or empty
  std::vector<OwnPart> parts;      ///< given ones, or empty
  std::size_t size() const { return labels.empty() ? numbers.size() : labels.size(); }
};

/// Fills classes and answers of `data` and tells which examples come to which part, in their order. Given parts are kept if there are
/// examples for training and for testing among them; those for validation test where none is for that, which is told. Else, told where parts
/// were given, the members of each class (numbers count as one) are sorted by random words of
/// stream (seed, split, class): the first for testing, the next for validation, as many as the percentages say, rounded, at least one for
/// testing (and for validation, if asked, where there are three). A class of one example is left out and told.
/// Errors: own_few, own_many_classes, own_one_class, own_one_value (both with `column`).
struct Dealt {
  std::vector<std::uint32_t> train, validation, test;
};
Result<Dealt> deal(OwnData& data, const OwnAnswers& answers, const OwnSplit& split, const std::string& column, Told& told);

/// Puts the features of the dealt examples into the parts: `rows` is all examples', one after the other.
void place(OwnData& data, const Dealt& dealt, std::span<const std::uint8_t> pixels, std::size_t features);
void place(OwnData& data, const Dealt& dealt, std::span<const float> values, std::size_t features);

} // namespace downhill
