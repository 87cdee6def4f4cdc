// One network of the lab Fit in training: asked of a worker, its curve and errors as they come. No ImGui.
#pragma once
#include "fit/fit_document.hpp"
#include "protocol/messages.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace downhill {

class FitTraining {
public:
  using Post = std::function<void(const protocol::ToTrainer&)>;
  /// `post` goes to one worker; `slot`: no other training has it there. What is under way is dropped with it.
  FitTraining(std::uint32_t slot, Post post) : slot_(slot), post_(std::move(post)) {}
  ~FitTraining() { stop(); }
  FitTraining(const FitTraining&) = delete;
  FitTraining& operator=(const FitTraining&) = delete;

  /// Trains the network of a document (with every field) on its one set; what was trained before goes on being told until there is
  /// something of this one. `beyond`: the curve reaches so far beyond both ends of the interval, in its widths, 0 to 1.
  void train(const Json& document, double beyond);
  void stop();
  /// Forgets what was trained.
  void forget() { stop(), state_.reset(), of_ = asked_ = Json(), problem_.reset(), ++version_; }
  bool running() const { return running_; }
  /// Whether that was asked for, and has been answered, to its end or until it was stopped; or is being answered.
  bool is_asked(const Json& document, double beyond) const { return asked_ == key_of(document, beyond); }
  /// Whether what there is is of this document.
  bool is_of(const Json& document, double beyond) const { return state_ && of_ == key_of(document, beyond); }

  struct State {
    std::vector<FitStand> stands;
    std::vector<double> x, curve;           ///< ŷ at equal distances, as far as it was asked for
    std::vector<std::vector<double>> units; ///< what each hidden unit adds to it, of a network with one hidden layer
    double bias = 0;                        ///< what the output's bias adds
    double progress = 0;                    ///< 1: it has ended
    bool diverged = false;
    /// The stand with the least expected error.
    std::size_t best() const;
  };
  /// Null: nothing yet.
  const State* state() const { return state_ ? &*state_ : nullptr; }

  /// What a worker said. False: it is no answer to this, or makes no sense.
  bool take(const protocol::ToApp& message);
  /// The worker is new. Whether it was training: then it is to be asked again.
  bool worker_lost();
  /// Why what was asked for last can't be trained.
  const std::optional<UserError>& problem() const { return problem_; }
  /// Grows with every change.
  std::uint64_t version() const { return version_; }

  static constexpr std::int64_t kPlaces = 201;
  static constexpr std::uint32_t kStands = 100;

private:
  static Json key_of(const Json& document, double beyond);
  bool fits(const protocol::FitRunPiece& piece) const;

  std::uint32_t slot_;
  Post post_;
  bool running_ = false, begun_ = false; // begun: the state is of what was asked for last
  std::uint32_t request_ = 0;
  Json asked_, of_; // what decides a training
  std::vector<double> x_;
  std::size_t units_ = 0; // that are told one by one
  std::optional<State> state_;
  std::optional<UserError> problem_;
  std::uint64_t version_ = 1;
};

} // namespace downhill
