// What the lab Fit decides: what a press, a drag or a stroke makes of its document, and what follows from that. No ImGui, no words.
#pragma once
#include "app/core/lab_document.hpp"
#include "fit/decomposition.hpp"
#include "fit/fit_document.hpp"
#include "fit/towers.hpp"

#include <span>

namespace downhill {

/// What became of a fit: its curve at the model's places, and its errors.
struct FitOutcome {
  std::vector<double> curve;
  double train_error = 0, expected_error = 0;
};

/// What may help, with the setting that it changes.
enum class FitRemedy : std::uint8_t { capacity, weight_decay, dropout, data, early_stop };
struct RemedyOffer {
  FitRemedy kind;
  double from, to;
};

/// How a model's capacity does beside the others, all else as it is.
struct Fitness {
  enum class Side : std::uint8_t { under, just, over };
  Side side = Side::just; ///< just: the expected error is within a tenth of the least
  std::int64_t best = 0;  ///< the capacity with the least
  double least = 0;
};
/// Of a model with this capacity and expected error, which need not be one of `fits`. nullopt: none of them is finite.
std::optional<Fitness> fitness_of(std::span<const CapacityFit> fits, std::int64_t capacity, double expected_error);
/// The lowest and the highest capacity whose expected error is within a tenth of the least; nullopt: as above.
std::optional<std::array<std::int64_t, 2>> just_fitting(std::span<const CapacityFit> fits);

class FitLabModel {
public:
  explicit FitLabModel(LabDocument& document) : document_(document) { follow(); }
  /// After the document was changed otherwise.
  void follow();
  const FitSettings& settings() const { return settings_; }
  FitPart part() const { return part_; }
  const Target& target() const { return *target_; }
  std::shared_ptr<const Target> shared_target() const { return target_; }

  // ---- what is shown: f at equal distances, beyond the interval, too, where approximating is the matter ----
  double shown_low() const { return places_.front(); }
  double shown_high() const { return places_.back(); }
  const std::vector<double>& places() const { return places_; }
  const std::vector<double>& f() const { return f_; }
  /// The lowest and the highest of f over the interval and of the points and towers, with some room.
  std::array<double, 2> heights_shown() const;

  // ---- the target ----
  const std::string& target_name() const { return target_name_; } ///< of fit_targets(), "formula" or "drawn"
  /// Another one, over the interval that suits it; towers come along. Of "formula" the one that is shown is the first, of "drawn" heights
  /// of what is shown.
  std::optional<UserError> choose_target(std::string_view id);
  /// Errors: those of read_target, target_value.
  std::optional<UserError> type_formula(const std::string& text);
  static constexpr std::size_t kHeights = 41;
  /// The target follows a stroke of the hand from one place to another; the first makes it a drawn one. `held`: until the hand lets go
  /// it is one step of undo.
  std::optional<UserError> stroke(FitPoint from, FitPoint to, bool held);
  /// One of a drawn target's heights.
  std::optional<UserError> set_height(std::size_t which, double y, bool held);
  /// All of them, as they are.
  std::optional<UserError> put_heights(std::span<const double> heights, bool held);
  double height_place(std::size_t which) const;
  /// Both ends; those of a table's target that would be no interval are refused.
  std::optional<UserError> set_interval(double low, double high);

  // ---- towers ----
  const std::vector<Tower>& towers() const { return settings_.towers; }
  const std::vector<double>& towers_curve() const { return towers_curve_; } ///< at the places
  double towers_deviation() const { return deviation_; }
  bool goal_reached() const { return deviation_ <= settings_.goal; }
  bool can_add_tower() const { return towers().size() < kTowersMost; }
  /// Where the interval is emptiest.
  std::optional<UserError> add_tower();
  std::optional<UserError> remove_tower(std::size_t which);
  enum class Edge : std::uint8_t { left, right, top };
  /// Rounded, within the interval, an edge no further than the other.
  std::optional<UserError> move_tower(std::size_t which, Edge edge, double to, bool held);
  /// So many side by side, each as high as f in its middle.
  std::optional<UserError> spread_towers(std::size_t count);
  std::optional<UserError> put_towers(const std::vector<Tower>& towers, bool held);

  // ---- points ----
  const std::vector<FitPoint>& points() const { return points_; }
  bool own_points() const { return !settings_.own.empty(); }
  bool can_add_point() const { return points_.size() < kOwnPointsMost; }
  /// The points become the student's own: those that were drawn, and this one.
  std::optional<UserError> add_point(FitPoint at);
  /// On f, in the interval's middle.
  std::optional<UserError> add_middle_point();
  std::optional<UserError> move_point(std::size_t which, FitPoint to, bool held);
  /// The last one is not taken away.
  std::optional<UserError> remove_point(std::size_t which);
  std::optional<UserError> put_points(std::span<const FitPoint> points, bool held);
  /// Points are drawn again.
  std::optional<UserError> draw_points();
  /// Another draw.
  std::optional<UserError> draw_anew();
  /// Steps of what is dragged, along x and along y.
  double grain_x() const;
  double grain_y() const;

  // ---- the fit ----
  bool network() const { return settings_.model.network; }
  std::int64_t capacity() const { return capacity_of(settings_.model); }
  std::optional<UserError> choose_model(bool network);
  /// The degree, or the width of every hidden layer; a network without one gets one.
  std::optional<UserError> set_capacity(std::int64_t capacity, bool held);
  /// Of a network's hidden layers, whichever model is chosen; 0: there are none.
  std::int64_t width() const { return settings_.model.hidden.empty() ? 0 : settings_.model.hidden.front().units; }
  static constexpr std::int64_t kWidthMost = 256;
  static constexpr std::size_t kLayersMost = 4;
  static constexpr double kDropMost = 0.9;
  std::optional<UserError> set_width(std::int64_t width, bool held);
  /// More are like the last of those that there are.
  std::optional<UserError> set_layers(std::size_t layers);
  std::optional<UserError> set_activation(std::string_view id);
  std::optional<UserError> set_dropout(double p, bool held);
  double dropout() const { return settings_.model.hidden.empty() ? 0 : settings_.model.hidden.front().dropout; }
  /// A polynomial's; null: the model is a network, which workers train.
  const FitOutcome* polynomial() const;
  /// Polynomials of all degrees on the same points.
  const std::vector<CapacityFit>& degrees() const;

  // ---- in two dimensions ----
  /// How many points there would be in a plane: as many as here, as an experiment of points takes them.
  std::int64_t points_in_plane() const;
  /// The experiment, which says its batch, with so many training examples (all at once, where they are fewer than that), and with this
  /// document's seed for weights and points; with a network, and where there is room, that as one more lane of this label, with its
  /// weight decay.
  Json in_plane(const Json& experiment, const Json& label) const;

  // ---- remedies ----
  /// Those that there are. `best_capacity`: with the least expected error, where that is known; `best_epoch`: likewise.
  std::vector<RemedyOffer> remedies(std::optional<std::int64_t> best_capacity, std::optional<std::int64_t> best_epoch) const;
  /// Does it; `now`: what became of the fit without it.
  std::optional<UserError> apply(const RemedyOffer& offer, const FitOutcome& now);
  struct Before {
    RemedyOffer offer;
    FitOutcome outcome;
    std::uint64_t version; ///< of the document that the remedy made
  };
  /// What was before the last remedy, as long as nothing else was changed; else null.
  const Before* before() const { return before_ && before_->version == document_.version() ? &*before_ : nullptr; }
  void forget_before() { before_.reset(); }

private:
  using Values = std::vector<std::pair<std::string, Json>>;
  std::optional<UserError> put(const Values& values, bool held = false);
  std::optional<UserError> change(Json json);
  /// Heights of what is shown, at equal distances over the interval.
  std::vector<double> shown_heights() const;
  std::optional<UserError> set_hidden(const Json& hidden, bool held);
  /// The hidden layers, or, where there is none, the one that there would be.
  Json some_hidden() const;
  Json sweep_key() const;
  FitPoint kept_within(FitPoint at) const;

  LabDocument& document_;
  FitSettings settings_;
  FitPart part_ = FitPart::capacity;
  std::string target_name_;
  std::shared_ptr<const Target> target_;
  std::vector<double> places_, f_, towers_curve_;
  std::vector<FitPoint> points_;
  double deviation_ = 0;
  std::uint64_t followed_ = 0;
  mutable std::uint64_t fitted_ = 0, swept_ = 0; // the versions that these are of
  mutable FitOutcome polynomial_;
  mutable Json swept_key_;
  mutable std::vector<CapacityFit> degrees_;
  std::optional<Before> before_;
};

} // namespace downhill
