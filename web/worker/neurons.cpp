#include "worker/neurons.hpp"

#include "neuron/neuron_document.hpp"

#include <algorithm>

namespace downhill {

using namespace protocol;

namespace {

Result<ImageSettings> settings_asked(const std::string& text) {
  if (text.size() > kTextMost) return UserError{"json_too_large", "", {std::to_string(kTextMost)}};
  const auto json = read_json(text);
  if (!json) return json.error();
  const auto document = neuron_document_from_json(*json);
  return document ? Result<ImageSettings>(document->image) : document.error();
}

void add_part(NeuronScore& out, const TwoClasses& images, bool train, std::span<const std::int32_t> sums, double threshold) {
  const Part& part = images.part(train);
  const PaintedScore score = painted_score(part, sums, threshold, NeuronScore::kWorst);
  out.right.push_back(static_cast<std::uint32_t>(score.right));
  out.counts.push_back(static_cast<std::uint32_t>(score.count));
  for (const std::uint32_t place : score.worst) {
    out.worst_train.push_back(train);
    out.worst_labels.push_back(part.labels[place]);
    out.worst_z.push_back(static_cast<float>(painted_z(sums[place])));
    const auto pixels = images.image(train, place);
    out.worst_pixels.insert(out.worst_pixels.end(), pixels.begin(), pixels.end());
  }
}

// How the training images' sums of each class are spread.
void add_bins(NeuronScore& out, const Part& part, std::span<const std::int32_t> sums) {
  const auto [least, most] = std::minmax_element(sums.begin(), sums.end());
  out.low = painted_z(*least), out.high = painted_z(*most);
  out.bins.assign(2 * NeuronScore::kBins, 0);
  const double width = out.high - out.low;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double share = width > 0 ? (painted_z(sums[i]) - out.low) / width : 0.5;
    const auto bin = std::min(NeuronScore::kBins - 1, static_cast<std::size_t>(share * static_cast<double>(NeuronScore::kBins)));
    ++out.bins[part.labels[i] * NeuronScore::kBins + bin];
  }
}

class LearningJob final : public Job {
public:
  LearningJob(const AskLearning& ask, TwoClasses images, const ImageSettings& settings)
      : slot_(ask.slot), request_(ask.request), learning_(std::move(images), settings) {}
  bool ended() const override { return learning_.ended(); }
  void advance() override { learning_.advance(); }
  void tell(const Post& post) override {
    const auto& stands = learning_.stands();
    if (stands.size() == told_) return;
    LearningPiece piece{slot_, request_, static_cast<std::uint32_t>(told_), {}, {}, {}, {}, learning_.bias(), 0};
    for (; told_ < stands.size(); ++told_) {
      piece.losses.push_back(static_cast<float>(stands[told_].loss));
      piece.right_train.push_back(static_cast<std::uint32_t>(stands[told_].right[0]));
      piece.right_test.push_back(static_cast<std::uint32_t>(stands[told_].right[1]));
    }
    for (const double w : learning_.weights()) piece.weights.push_back(static_cast<float>(w));
    if (ended()) piece.hash = learning_.hash();
    post(piece);
  }
  ToApp without_memory() const override { return LearningProblem{slot_, request_, "memory", "", {}}; }

private:
  std::uint32_t slot_, request_;
  ImageLearning learning_;
  std::size_t told_ = 0;
};

} // namespace

Result<NeuronScore> neuron_score(const AskNeuron& ask, const std::shared_ptr<const Source>& source) {
  const auto settings = settings_asked(ask.document);
  if (!settings) return settings.error();
  const auto images = two_classes(source, *settings);
  if (!images) return images.error();
  NeuronScore out{};
  out.request = ask.request;
  for (const bool train : {true, false}) {
    const auto sums = painted_sums(*images, train, settings->painting);
    add_part(out, *images, train, sums, settings->threshold);
    if (!train) continue;
    add_bins(out, images->part(true), sums);
    out.best_threshold = best_threshold(images->part(true), sums);
  }
  for (const Painting& each : {mean_of_class(*images, 0), mean_of_class(*images, 1), mean_difference(*images)})
    for (const std::int8_t w : each) out.means.push_back(static_cast<std::uint8_t>(w));
  return out;
}

Result<std::unique_ptr<Job>> learning_job(const AskLearning& ask, const std::shared_ptr<const Source>& source) {
  const auto settings = settings_asked(ask.document);
  if (!settings) return settings.error();
  auto images = two_classes(source, *settings);
  if (!images) return images.error();
  return std::unique_ptr<Job>(std::make_unique<LearningJob>(ask, std::move(*images), *settings));
}

} // namespace downhill
