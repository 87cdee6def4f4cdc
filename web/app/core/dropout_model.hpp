// What the dropout lab decides: the rates of a lane's layers, which units are drawn and which one is shown, what many masks come
// to, which toy follows. The lab draws from it and reports presses.
#pragma once
#include "app/core/slider_range.hpp"
#include "app/core/toy.hpp"

namespace downhill {

inline constexpr std::uint32_t kMasks = 200;                                        ///< of one test example, as an ensemble
inline constexpr SliderRange kRates{.least = 0, .most = kDropoutMost, .parts = 20}; ///< a drag is not a hundred experiments
inline constexpr SliderRange kMaskCounts{.least = 1, .most = kMasks, .parts = 1};

/// Units of a layer that are drawn: all of a small one, else so many, evenly spread.
inline constexpr std::size_t kUnitsDrawn = 14;
inline std::size_t drawn(std::size_t units) { return std::min(units, kUnitsDrawn); }
inline std::size_t unit_at(std::size_t dot, std::size_t units) { return units <= kUnitsDrawn ? dot : dot * (units - 1) / (kUnitsDrawn - 1); }

/// 1/(1 − p), by which a unit that is kept is scaled, in thousandths as it is shown.
double kept_scale(double p);
/// Units that are dropped for the first example of a batch, whose mask is drawn.
std::size_t dropped(const protocol::MaskLayer& layer);

/// Whether all that an answer is said to hold is in it.
bool is_whole(const protocol::EnsembleLook& look);
/// The probability of the true class.
struct MaskMeans {
  std::vector<double> each, mean; ///< by each mask alone; the mean over the masks up to it
  double evaluation = 0;          ///< without a mask
  /// The mean over the first n; 0 where there are fewer.
  double of(std::uint32_t n) const { return n >= 1 && n <= mean.size() ? mean[n - 1] : 0; }
};
MaskMeans mask_means(const protocol::EnsembleLook& look); ///< a whole one
/// Each mask's probabilities, and those of evaluation mode.
std::string ensemble_csv(const protocol::EnsembleLook& look);

class DropoutModel {
public:
  DropoutModel(Race& race, Race& toy) : race_(race), own_toy_(toy), toy_(toy) {}

  // ---- rates ----
  const LaneSettings& settings(std::size_t lane) const { return race_.experiment().lanes[lane].settings; }
  std::size_t layers(std::size_t lane) const { return settings(lane).network.hidden.size(); }
  double rate(std::size_t lane, std::size_t layer) const { return settings(lane).network.hidden[layer].dropout; }
  /// In one lane, and its label with it. Answers as Race::change_to.
  std::optional<UserError> set_rate(std::size_t lane, std::size_t layer, double p);
  /// Whether the control is a field of this lab.
  static bool has(std::string_view id);
  /// What was typed into "ensemble.n" or "drop.p.LAYER" (of `lane`).
  std::optional<UserError> type(std::string_view id, const std::string& text, std::size_t lane);

  // ---- what is shown ----
  std::size_t layer() const { return layer_; }
  void choose_unit(std::size_t layer, std::size_t unit) { layer_ = layer, unit_ = unit; }
  /// The chosen unit of `layer`, or, until one is chosen, of those that are drawn the one that speaks loudest in evaluation.
  /// `look` may be null.
  std::size_t unit_shown(const protocol::EnsembleLook* look) const;
  std::uint32_t masks() const { return masks_; } ///< so many of kMasks are in the mean
  void set_masks(double n) { masks_ = static_cast<std::uint32_t>(n); }
  /// The test example whose ensemble is shown.
  std::uint32_t image() const { return std::min(image_, images() - 1); }
  std::uint32_t images() const { return static_cast<std::uint32_t>(race_.data().test); }
  void set_image(std::uint32_t image) { image_ = image; }

  // ---- the toy ----
  /// Before a frame that shows this lane.
  void begin_frame(std::size_t lane);
  /// The race whose boundaries are shown: the toy, or the lab's own, if that has two lanes over points of the plane.
  Race& plane() { return itself() ? race_ : own_toy_; }
  /// It is in this frame.
  void show_plane();
  /// After a frame: the toy drops as the lane's first layer does, or half where that drops nothing.
  std::optional<UserError> follow(std::size_t lane);

private:
  bool itself() const { return race_.has_plane() && race_.lanes().size() > 1; }

  Race &race_, &own_toy_;
  Toy toy_;
  std::size_t layer_ = 0;
  std::optional<std::size_t> unit_;
  std::uint32_t masks_ = kMasks, image_ = 0;
};

} // namespace downhill
