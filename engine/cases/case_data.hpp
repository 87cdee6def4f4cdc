// The pictures of a case in their three parts, with what is to be learned of them.
#pragma once
#include "cases/cases_document.hpp"
#include "data/source.hpp"

namespace downhill {

/// Where a picture comes from: its class, and its place in the draw of the official training or test part. `row` is its row in the source
/// it was drawn from, which is the official one alone where the source is whole.
struct CaseExample {
  std::uint32_t row = 0, place = 0;
  bool from_train = true;
  int kind = 0;
};

/// Training and validation pictures come from the official training part, one after the other in its draw, test pictures from the
/// official test part. Where pictures were rated, all three come from those that were: the first by place for training, and so on.
/// So no picture is in two parts.
struct CaseData {
  std::vector<CaseExample> examples[3];  ///< by CasePart
  std::shared_ptr<const Subset> learned; ///< what the trainer takes: training, and validation in its test part
  std::shared_ptr<const Subset> held;    ///< the test pictures in its test part; the same in its training part

  std::int64_t size(CasePart part) const { return static_cast<std::int64_t>(examples[static_cast<std::size_t>(part)].size()); }
  const Subset& subset(CasePart part) const { return part == CasePart::test ? *held : *learned; }
  /// Of a subset: what has to be learned of a part.
  const Part& answers(CasePart part) const { return subset(part).part(part == CasePart::train); }
  /// 28×28 bytes.
  std::span<const std::uint8_t> picture(CasePart part, std::size_t i) const;
};

/// Errors: needs_images, too_few_rated, no_such_place, too_many_to_validate, and those of draw_part with the place of the part that asks for
/// too many.
Result<CaseData> case_data(const std::shared_ptr<const Source>& source, const CaseSettings& settings);
/// How many pictures of the draws of the official training and test part these settings take, so that a source of those alone gives the
/// same case_data: whole rounds of the classes, in which a draw is dealt out.
struct PicturesNeeded {
  std::int64_t train = 0, test = 0;
};
PicturesNeeded pictures_needed(const CaseSettings& settings);
/// Whether as many pictures are rated as the parts ask for; needs no data. Error: too_few_rated.
std::optional<UserError> too_few_rated(const CaseSettings& settings);

/// The training pictures of each batch of an epoch, as places in the training part, in their order: what the trainer takes.
std::vector<std::vector<std::uint32_t>> case_batches(const CaseSettings& settings, std::int64_t epoch);

/// How well whoever knows nothing of a picture does: the error of the training scores' mean in points, or the share of the commonest
/// class of the part.
double case_baseline(const CaseData& data, CasePart part);

} // namespace downhill
