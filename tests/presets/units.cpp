// The lab Neuron, as claims measure it: its one lane is the document's part. Images are five draws of them; a softened step begins with
// five weights that lie close together; of zeros and ones nothing is drawn, so that all five are alike. `at` is a step of the weight.
#include "measured.hpp"

#include "core/hash.hpp"
#include "neuron/neuron_csv.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace downhill {
namespace {

constexpr double kMissed = 0.02; // of the other start weights: a hand that drags it misses by no more

// The fewest rows that any unit of a fine grid gets wrong.
int least_wrong(LogicSettings s) {
  int least = row_count(s.inputs);
  for (int a = -8; a <= 8; ++a)
    for (int b = -8; b <= 8; ++b)
      for (int t = -16; t <= 16; ++t) {
        s.unit = {{a / 2.0, b / 2.0}, t / 2.0};
        least = std::min(least, wrong_rows(s));
      }
  return least;
}

class MeasuredUnit : public MeasuredLane {
public:
  MeasuredUnit(NeuronDocument document, std::optional<TwoClasses> images) : document_(std::move(document)), images_(std::move(images)) {
    if (!images_) return;
    learning_.emplace(*images_, document_.image);
    while (learning_->advance()) {
    }
  }

  double value(const Json& claim, std::optional<double> at) const override {
    const std::string name = claim["value"].get<std::string>();
    switch (document_.part) {
    case NeuronPart::logic: return of_logic(name);
    case NeuronPart::image: return of_images(name);
    default: return of_soft(name, at);
    }
  }
  std::uint64_t hash() const override {
    Hash hash;
    const std::string text = document_.complete.dump();
    hash.add_bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return learning_ ? learning_->hash() : hash.value();
  }

private:
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  double of_logic(const std::string& name) const {
    const LogicSettings& s = document_.logic;
    if (name == "wrong") return wrong_rows(s);
    if (name == "least_wrong") return least_wrong(s);
    if (name == "possible") return static_cast<double>(possible_count(s.inputs, s.veto));
    if (name == "contradiction") return contradiction_of(wanted_table(s), s.inputs) ? 1 : 0;
    for (int row = 0; row < row_count(s.inputs); ++row)
      if (name == "sum_" + std::to_string(row)) return logic_row(s, row).sum;
    return kNone;
  }

  double share(bool train, std::int64_t right) const { return static_cast<double>(right) / static_cast<double>(images_->part(train).size()); }
  double painted(bool train, const Painting& painting, double threshold) const {
    return share(train, painted_score(images_->part(train), painted_sums(*images_, train, painting), threshold, 0).right);
  }
  // of a painting with the threshold that suits the training images best
  double at_best(bool train, const Painting& painting) const {
    return painted(train, painting, best_threshold(images_->part(true), painted_sums(*images_, true, painting)));
  }

  double of_images(const std::string& name) const {
    const ImageSettings& s = document_.image;
    const ImageLearning::Stand &first = learning_->stands().front(), &last = learning_->stands().back();
    if (name == "train_accuracy") return painted(true, s.painting, s.threshold);
    if (name == "test_accuracy") return painted(false, s.painting, s.threshold);
    if (name == "best_test_accuracy") return at_best(false, s.painting);
    if (name == "mean_test_accuracy") return at_best(false, mean_of_class(*images_, 1));
    if (name == "difference_test_accuracy") return at_best(false, mean_difference(*images_));
    if (name == "learned_train_accuracy") return share(true, last.right[0]);
    if (name == "learned_test_accuracy") return share(false, last.right[1]);
    if (name == "learned_test_gain") return share(false, last.right[1] - first.right[1]);
    if (name == "learned_gap") { // the mean weight between the legs of trousers
      double sum = 0;
      for (std::size_t row = 12; row < kNeuronSide; ++row)
        for (const std::size_t column : {13U, 14U}) sum += learning_->weights()[row * kNeuronSide + column];
      return sum / 32;
    }
    if (name == "learned_loss") return last.loss;
    if (name == "first_loss") return first.loss;
    return kNone;
  }

  double of_soft(const std::string& name, std::optional<double> at) const {
    const auto path = soft_path(document_.soft);
    const SoftStand& stand = path[std::min(path.size() - 1, static_cast<std::size_t>(at.value_or(1e9)))];
    if (name == "weight") return stand.weight;
    if (name == "loss") return stand.loss;
    if (name == "slope") return stand.slope;
    if (name == "right") return soft_right(document_.soft, stand.weight);
    return kNone;
  }

  NeuronDocument document_;
  std::optional<TwoClasses> images_;
  std::optional<ImageLearning> learning_;
};

Result<std::unique_ptr<MeasuredLane>> measured_unit(const Json& json, std::uint64_t sample, const std::shared_ptr<const Source>& source) {
  auto document = neuron_document_from_json(json);
  if (!document) return document.error();
  document->soft.weight += kMissed * (static_cast<double>(sample) - 2) * (sample > 0 ? 1 : 0);
  std::optional<TwoClasses> images;
  if (document->part == NeuronPart::image) {
    auto drawn = two_classes(source, document->image, sample + 1);
    if (!drawn) return drawn.error();
    images = std::move(*drawn);
  }
  return std::unique_ptr<MeasuredLane>(std::make_unique<MeasuredUnit>(std::move(*document), std::move(images)));
}

} // namespace

Result<Course> measured_units(const Json& json, const Json& claims, std::uint64_t sample, const std::shared_ptr<const Source>& source) {
  Course course;
  auto own = measured_unit(json, sample, source);
  if (!own) return own.error();
  course.lanes.push_back(std::move(*own));
  for (ChangedLane& each : changed_lanes(claims)) {
    Json changed = json;
    merge_patch(changed, Json::parse(each.second));
    auto other = measured_unit(changed, sample, source);
    if (!other) return other.error();
    course.changed.emplace(std::move(each), std::move(*other));
  }
  return course;
}

} // namespace downhill
