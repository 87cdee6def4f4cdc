// The pictures of a case, or the rows of a user's own table, in their three parts, with what is to be learned of them.
#pragma once
#include "cases/cases_document.hpp"
#include "data/source.hpp"

namespace downhill {

/// Where a picture comes from: its class (−1: it has none), and its place in the draw of a part of the source, which is the official training
/// or test part, or one of the user's own file's three. `row` is its row in the source it was drawn from, which is the official one alone
/// where the source is whole.
struct CaseExample {
  std::uint32_t row = 0, place = 0;
  CasePart from = CasePart::train;
  int kind = 0;
};

/// Training and validation pictures come from the official training part, one after the other in its draw, test pictures from the
/// official test part. Where pictures were rated, all three come from those that were: the first by place for training, and so on.
/// Own data that have a validation part give theirs from that. So no picture is in two parts.
struct CaseData {
  std::vector<CaseExample> examples[3];  ///< by CasePart
  std::shared_ptr<const Subset> learned; ///< what the trainer takes: training, and validation in its test part
  std::shared_ptr<const Subset> held;    ///< the test pictures in its test part; the same in its training part

  std::int64_t size(CasePart part) const { return static_cast<std::int64_t>(examples[static_cast<std::size_t>(part)].size()); }
  const Subset& subset(CasePart part) const { return part == CasePart::test ? *held : *learned; }
  /// Of a subset: what has to be learned of a part.
  const Part& answers(CasePart part) const { return subset(part).part(part == CasePart::train); }
  /// What the examples were drawn from, but for its examples: shape, and of own data the names of classes and columns.
  const Source& source() const { return *learned->source; }
  /// Height×width bytes; empty of a table.
  std::span<const std::uint8_t> picture(CasePart part, std::size_t i) const;
  /// What the network is given of an example: bytes as v/255, numbers of a table as they are.
  std::vector<float> input(CasePart part, std::size_t i) const;
};

/// What is to be known of the user's own file before anything is drawn of it.
struct CaseFile {
  std::string hash;                ///< 16 hex digits
  std::vector<std::int64_t> shape; ///< of its examples
  bool packed = false;             ///< a .downhill-data file, which tells what its examples are: neither a folder of IDX files nor a table as it is
  std::int64_t classes = 0;        ///< 0: its answers are numbers
  std::vector<int> occurring;      ///< the classes that occur in training or testing
  bool validation = false;         ///< it has a part for validation
};
CaseFile file_of(const Source& source);

/// The settings with what a document leaves to the user's own file: shape, classes where it names none, where validation examples come from.
/// Others come back as they are. Null: there is no file. Errors: needs_file, other_file, case_needs_packed, case_needs_numbers,
/// case_needs_classes, own_needs_two, one_class, no_such_class.
Result<CaseSettings> settings_with(const CaseSettings& settings, const CaseFile* file);
Result<CaseSettings> settings_with(const CaseSettings& settings, const std::shared_ptr<const Source>& source);

/// Of settings_with. Errors: needs_images, too_few_rated, no_such_place, too_many_to_validate, own_to_validate, and those of draw_part and draw_validation with
/// the place of the part that asks for too many.
Result<CaseData> case_data(const std::shared_ptr<const Source>& source, const CaseSettings& settings);
/// How many pictures of the draws of the official training and test part these settings take, so that a source of those alone gives the
/// same case_data: whole rounds of the classes, in which a draw is dealt out. Of own data (settings_with) also of their validation part.
struct PicturesNeeded {
  std::int64_t train = 0, test = 0, validation = 0;
};
PicturesNeeded pictures_needed(const CaseSettings& settings);
/// As many examples for the three parts as can be drawn of own data that offer so many of each, and a case may have; where there are none for
/// validation, a fifth of those for training, which it takes from their end. Those for training are at least one.
struct CaseCounts {
  std::int64_t train = 0, validation = 0, test = 0;
};
CaseCounts counts_of_file(const CaseCounts& most, std::int64_t classes);
/// Whether as many pictures are rated as the parts ask for; needs no data. Error: too_few_rated.
std::optional<UserError> too_few_rated(const CaseSettings& settings);

/// The training pictures of each batch of an epoch, as places in the training part, in their order: what the trainer takes.
std::vector<std::vector<std::uint32_t>> case_batches(const CaseSettings& settings, std::int64_t epoch);

/// How well whoever knows nothing of a picture does: the error of the training scores' mean in points, or the share of the commonest
/// class of the part.
double case_baseline(const CaseData& data, CasePart part);

} // namespace downhill
