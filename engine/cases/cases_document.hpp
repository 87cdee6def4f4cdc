// The document of the lab Cases: one of three cases (a score, yes or no, one of several classes), walked through from the data to the
// prediction of one picture. It has no lanes.
#pragma once
#include "cases/scores.hpp"
#include "document/document.hpp"
#include "experiment/settings.hpp"

namespace downhill {

enum class CaseKind : std::uint8_t { scores, yes_no, one_of_ten };
enum class CaseStation : std::uint8_t { data, dataset, loader, look, model, training, prediction };
inline constexpr std::string_view kCaseStations[] = {"data", "dataset", "loader", "look", "model", "training", "prediction"};
enum class CasePart : std::uint8_t { train, validation, test };
inline constexpr std::string_view kCaseParts[] = {"train", "validation", "test"};

/// Its fields, and what they ask of each other.
extern const DocumentFormat kCasesFormat;

struct CaseSettings {
  CaseKind kind = CaseKind::one_of_ten;
  CaseStation station = CaseStation::data; ///< which is shown
  bool own = false;                        ///< the user's own pictures, or rows of their own table, instead of Fashion-MNIST's pictures
  std::string file;                        ///< of own data: its hash, 16 hex digits; empty: any
  std::uint64_t data_seed = 1;
  std::int64_t counts[3] = {}; ///< of pictures by CasePart
  std::vector<int> classes;    ///< that pictures are drawn of; of yes or no: no, then yes; empty: all of an own file, or it has numbers for answers
  std::string score;           ///< of scores: a row of scores(), "raters", or "file", the numbers that an own file has for answers
  std::vector<Rater> raters;
  std::int64_t items = 0; ///< that whoever rates is shown, besides those that come a second time (rating_order)
  std::size_t rater = 0;  ///< who rates here: a place in `raters`; from their number on somebody who has given no score yet
  bool one_output = true; ///< of yes or no: one logit with BCEWithLogitsLoss; else two outputs with cross-entropy
  std::vector<HiddenLayer> hidden;
  std::int64_t batch = 0; ///< 0: all training pictures at once
  bool drop_last = false, shuffle = true;
  std::int64_t workers = 0; ///< processes that read data; they change no number
  std::int64_t epochs = 0;
  Choice optimizer;
  std::uint64_t seed = 1;
  double threshold = 0.5;   ///< of yes or no: yes from this probability on
  std::int64_t picture = 0; ///< which of the test pictures is predicted
  /// Of an example: {height, width} of a picture, {columns} of a table's row. Of own data a document can't say it: empty until settings_with.
  std::vector<std::int64_t> shape;
  bool own_validation = false; ///< the own file has a part for validation; else the examples after those for training are taken; by settings_with

  std::int64_t count(CasePart part) const { return counts[static_cast<std::size_t>(part)]; }
  bool rated() const { return kind == CaseKind::scores && score == "raters"; }
  /// Rows of a table, not pictures.
  bool table() const { return shape.size() == 1; }
  /// Numbers of an example; 0: not known yet.
  std::int64_t features() const {
    std::int64_t product = shape.empty() ? 0 : 1;
    for (const std::int64_t size : shape) product *= size;
    return product;
  }
  /// One number is given, which is the score, or the logit of yes.
  bool one_number() const { return kind == CaseKind::scores || (kind == CaseKind::yes_no && one_output); }
  /// "mse", "bce" or "cross_entropy".
  std::string_view loss() const { return kind == CaseKind::scores ? "mse" : one_number() ? "bce" : "cross_entropy"; }
  std::int64_t outputs() const { return one_number() ? 1 : static_cast<std::int64_t>(classes.size()); }
  std::int64_t batch_size() const { return batch == 0 ? count(CasePart::train) : batch; }
  /// ⌈N/B⌉, or, where the last smaller batch is dropped, ⌊N/B⌋.
  std::int64_t iterations() const {
    const std::int64_t n = count(CasePart::train), b = batch_size();
    return drop_last ? n / b : (n + b - 1) / b;
  }
  /// What is measured beside the loss: "mae" (mean absolute error in points) or "accuracy".
  std::string_view metric() const { return kind == CaseKind::scores ? "mae" : "accuracy"; }
};

struct CasesDocument {
  Json title;    ///< string, {"zh","en"}, or null
  Json complete; ///< with every field
  CaseSettings settings;

  /// The whole document as JSON that cases_document_from_json takes back unchanged.
  Json json() const { return Document{title, complete, {}}.json(kCasesFormat); }
};

inline constexpr double kItemsLeast = 40, kItemsMost = 300;
inline constexpr double kCaseTrainMost = 10000, kCaseOthersMost = 5000;

/// Errors: those of document_from_json, no_such_class, duplicate_class, one_class, case_needs_two, case_takes_no_hidden, other_draw,
/// batch_above_train; of own data only_own_file, own_has_answers, no_classes; of others score_of_file.
Result<CasesDocument> cases_document_from_json(const Json& json);
/// What a document says that was read already.
CasesDocument cases_settings(const Document& document);

/// The settings of the trainer's lane that this case is.
LaneSettings lane_of_case(const CaseSettings& settings);
/// The experiment of the Race whose only lane trains to the same weights, bit for bit; its test images are this case's, too. Null of
/// scores, which the Race has not, and where batches are dropped or not shuffled. Own data of a file are those of the Race, too.
Json race_of_case(const CasesDocument& document);

} // namespace downhill
