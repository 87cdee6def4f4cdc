#include "app/core/neuron_images.hpp"

#include "app/core/fresh_number.hpp"

#include <algorithm>
#include <cmath>

namespace downhill {

using namespace protocol;

namespace {

std::string text_of(const Json& image) { return Json{{"downhill", kFormatVersion}, {"lab", kNeuronFormat.lab}, {"part", "image"}, {"image", image}}.dump(); }

bool makes_sense(const NeuronScore& s) {
  const std::size_t worst = s.worst_train.size();
  if (s.right.size() != 2 || s.counts.size() != 2 || s.right[0] > s.counts[0] || s.right[1] > s.counts[1] || s.counts[0] == 0 || s.counts[1] == 0) return false;
  if (worst > 2 * NeuronScore::kWorst || s.worst_labels.size() != worst || s.worst_z.size() != worst || s.worst_pixels.size() != worst * kNeuronPixels)
    return false;
  if (s.bins.size() != 2 * NeuronScore::kBins || s.means.size() != 3 * kNeuronPixels) return false;
  return std::fabs(s.best_threshold) <= kImageThresholdMost && s.low <= s.high && std::fabs(s.low) <= kImageThresholdMost &&
         std::fabs(s.high) <= kImageThresholdMost;
}

} // namespace

Json NeuronImages::image_of(const Json& document) { return document["image"]; }

Json NeuronImages::learning_of(const Json& document) {
  Json image = document["image"];
  if (image["start"] != "painting") image.erase("weights"), image.erase("threshold");
  return image;
}

void NeuronImages::want(const Json& document) {
  if (waiting_) return;
  Json image = image_of(document);
  if (image == asked_ && (problem_ || score_)) return;
  asked_ = std::move(image);
  problem_.reset();
  waiting_ = true;
  request_ = fresh_request();
  post_(AskNeuron{request_, text_of(asked_)});
}

bool NeuronImages::scored_alike(const Json& document, std::initializer_list<const char*> keys) const {
  const Json image = image_of(document);
  return score_ && std::all_of(keys.begin(), keys.end(), [&](const char* key) { return image[key] == scored_[key]; });
}

std::optional<Painting> NeuronImages::mean(int which) const {
  if (!score_) return {};
  Painting out{};
  for (std::size_t p = 0; p < kNeuronPixels; ++p) out[p] = static_cast<std::int8_t>(score_->means[static_cast<std::size_t>(which) * kNeuronPixels + p]);
  return out;
}

void NeuronImages::learn(const Json& document) {
  learned_from_ = learning_of(document);
  learned_ = {};
  learned_.steps = document["image"]["steps"].get<std::int64_t>();
  learned_.counts = {document["image"]["train"].get<std::uint32_t>(), document["image"]["test"].get<std::uint32_t>()};
  learning_problem_.reset();
  learning_ = true;
  learning_request_ = fresh_request();
  ++version_;
  post_(AskLearning{slot_, learning_request_, text_of(image_of(document))});
}

void NeuronImages::stop() {
  if (!std::exchange(learning_, false)) return;
  ++version_;
  post_(DropLearning{slot_});
}

bool NeuronImages::fits(const LearningPiece& piece) const {
  const std::size_t more = piece.losses.size();
  const auto at_most = [](const std::vector<std::uint32_t>& right, std::uint32_t count) {
    return std::all_of(right.begin(), right.end(), [&](std::uint32_t each) { return each <= count; });
  };
  return piece.from == learned_.losses.size() && more > 0 && piece.from + more <= static_cast<std::size_t>(learned_.steps) + 1 &&
         piece.right_train.size() == more && piece.right_test.size() == more && piece.weights.size() == kNeuronPixels &&
         at_most(piece.right_train, learned_.counts[0]) && at_most(piece.right_test, learned_.counts[1]);
}

bool NeuronImages::take(const ToApp& message) {
  if (const auto* score = std::get_if<NeuronScore>(&message)) {
    if (!waiting_ || score->request != request_) return false;
    if (score->code.empty() && !makes_sense(*score)) return false;
    waiting_ = false;
    if (score->code.empty())
      score_ = *score, scored_ = asked_;
    else
      problem_ = UserError{score->code, score->place, score->with};
    return ++version_, true;
  }
  if (const auto* piece = std::get_if<LearningPiece>(&message)) {
    if (!learning_ || piece->request != learning_request_ || !fits(*piece)) return false;
    const auto add = [](auto& to, const auto& more) { to.insert(to.end(), more.begin(), more.end()); };
    add(learned_.losses, piece->losses), add(learned_.right_train, piece->right_train), add(learned_.right_test, piece->right_test);
    learned_.weights = piece->weights, learned_.bias = piece->bias, learned_.hash = piece->hash;
    if (learned_.step() == learned_.steps) learning_ = false;
    return ++version_, true;
  }
  if (const auto* problem = std::get_if<LearningProblem>(&message)) {
    if (!learning_ || problem->request != learning_request_) return false;
    learning_ = false;
    learning_problem_ = UserError{problem->code, problem->place, problem->with};
    return ++version_, true;
  }
  return false;
}

bool NeuronImages::forget() {
  if (std::exchange(waiting_, false)) asked_ = Json();
  if (!learning_) return false;
  stop(); // the worker that lives may be the one that teaches
  learned_ = {};
  return true;
}

} // namespace downhill
