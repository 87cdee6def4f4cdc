// What the lab Neuron is told by a worker, since only workers have images: how the painted unit does, the latest painting first, and
// what becomes of the same unit when it is taught. No ImGui.
#pragma once
#include "neuron/neuron_document.hpp"
#include "protocol/messages.hpp"

#include <array>
#include <functional>
#include <initializer_list>
#include <optional>

namespace downhill {

class NeuronImages {
public:
  using Post = std::function<void(const protocol::ToTrainer&)>;
  /// `post` goes to a worker; `slot` tells this lab's learning from others'.
  NeuronImages(std::uint32_t slot, Post post) : slot_(slot), post_(std::move(post)) {}

  /// To be called as long as scores are wanted and the worker has data: asks for this document, one question at a time, and when its
  /// answer has come for the document that is wanted then.
  void want(const Json& document);
  /// Of what was asked for last; null: nothing has been answered yet.
  const protocol::NeuronScore* score() const { return score_ ? &*score_ : nullptr; }
  /// Whether the score is of this document.
  bool is_of(const Json& document) const { return score_ && image_of(document) == scored_; }
  /// Whether its means, or its best threshold, are those of this document: of the same images, and of the same painting.
  bool has_means_of(const Json& document) const { return scored_alike(document, {"quiet", "fires", "train", "test"}); }
  bool has_best_of(const Json& document) const { return scored_alike(document, {"quiet", "fires", "train", "test", "weights"}); }
  /// The mean image of a class (0: for which it stays silent, 1: for which it fires), or of the second less the first (2).
  std::optional<Painting> mean(int which) const;

  /// Teaches the unit as the document says; what was learned before is no more.
  void learn(const Json& document);
  void stop();
  bool learning() const { return learning_; }
  /// Forgets what was learned.
  void unlearn() { stop(), learned_ = {}, learning_problem_.reset(), ++version_; }
  struct Learned {
    std::vector<float> losses, weights;
    std::vector<std::uint32_t> right_train, right_test;
    double bias = 0;
    std::uint64_t hash = 0;                ///< when it has ended
    std::array<std::uint32_t, 2> counts{}; ///< of the training and the test images that `right_…` are out of
    std::int64_t steps = 0;                ///< that it shall go
    std::int64_t step() const { return static_cast<std::int64_t>(losses.size()) - 1; }
    /// The share of the training images (0) or the test images (1) that it gets right.
    double accuracy(std::size_t part) const { return static_cast<double>((part == 0 ? right_train : right_test).back()) / counts[part]; }
  };
  /// Null: nothing yet.
  const Learned* learned() const { return learned_.losses.empty() ? nullptr : &learned_; }
  /// Whether that is of this document; a painting that it did not start from does not count.
  bool learned_of(const Json& document) const { return learned_from_ == learning_of(document); }

  /// What a worker said. False: it is no answer to this lab, or makes no sense.
  bool take(const protocol::ToApp& message);
  /// A worker is new: what has not been answered is asked for again. What was answered stays so, or what a worker died of would be
  /// asked of the next. Whether it was learning: that has ended, with whichever worker.
  bool forget();
  /// Why there is no answer to this document; it is not asked for again.
  const std::optional<UserError>& problem() const { return problem_; }
  /// Why what was to be learned last was not.
  const std::optional<UserError>& learning_problem() const { return learning_problem_; }
  /// Grows with every answer.
  std::uint64_t version() const { return version_; }

private:
  static Json image_of(const Json& document);
  static Json learning_of(const Json& document);
  bool scored_alike(const Json& document, std::initializer_list<const char*> keys) const;
  bool fits(const protocol::LearningPiece& piece) const;

  std::uint32_t slot_;
  Post post_;
  Json asked_, scored_; // the document's part about images
  bool waiting_ = false;
  std::uint32_t request_ = 0, learning_request_ = 0;
  std::optional<protocol::NeuronScore> score_;
  std::optional<UserError> problem_, learning_problem_;
  bool learning_ = false;
  Json learned_from_;
  Learned learned_;
  std::uint64_t version_ = 1;
};

} // namespace downhill
