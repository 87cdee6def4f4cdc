// Bias and variance: the document's model fitted to many training sets, by all workers; what their mean and their spread are, and how
// they make the error.
#pragma once
#include "app/core/fit_darts.hpp"
#include "app/core/fit_sets.hpp"
#include "app/labs/fit/parts.hpp"

namespace downhill::fitting {

class SetsPart final : public Part {
public:
  explicit SetsPart(FitLab& lab);
  void draw(Rect box, Room room) override;
  void follow() override;
  void forget() override;
  std::uint64_t news() const override;
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void add_shown(Json& shown) const override { shown["set"] = set_; }
  void show(const Json& wanted) override {
    if (wanted.contains("set")) set_ = wanted["set"].get<int>();
  }
  void look_anew() override { set_ = 1; }
  void add_fields(Json& out) const override;
  bool press(const std::string& id) override;
  Transport transport() const override;
  void start() override;
  void pause() override;
  void leave() override { rest(); }
  void reset() override { forget(), ++presses_; }
  bool waiting() const override { return wanted_ && !fits_.any() && !problem(); }
  void take(std::size_t worker, const protocol::ToApp& message) override;
  void worker_lost() override;
  bool ask(double now_s) override;
  const std::optional<UserError>& problem() const override { return fits_.problem() ? fits_.problem() : sweep_.problem(); }
  void add_results(Json& row, Json* curve) const override;
  std::string spoken() const override;

private:
  Ui& ui() const { return lab_.controls(); }
  /// There are fits, and they are the document's.
  bool told() const { return fits_.any() && fits_.is_of(lab_.complete()); }
  /// The chosen set, from 0.
  std::size_t chosen() const;
  const FitDarts& darts_here() const;

  // sets.cpp
  /// Nothing is asked of workers any more, until `ask`.
  void rest();
  void setup(Column& column);
  void run_row(Column& column);
  void words(Column& column);
  void sweep_row(Column& column);
  bool sweeping() const { return sweep_wanted_ && wanted_ && !swept(); }
  bool swept() const { return sweep_.is_of(lab_.complete(), true) && sweep_.complete(); }
  void toggle_sweep();
  std::string sum_text(StringKey key, double bias2, double variance, double error, const std::string& where) const;
  // sets_plots.cpp
  void picture(Rect box);
  void capacity_areas(Rect box);
  void over_x(Rect box);
  // sets_darts.cpp
  void darts(Rect box);
  void quarters(Rect box);

  DealtFits fits_;
  DealtCapacities sweep_;
  std::array<std::unique_ptr<DealtFits>, std::size(kFitQuarters)> quarters_;
  bool wanted_ = false, sweep_wanted_ = false; // sweep_wanted_: of a network, where it takes long
  int set_ = 1;                                // that is looked at, from 1
  int height_ = 0, point_ = 0;                 // of a drawn f, that keys move; a point of the other parts
  std::uint64_t presses_ = 0;
  Hand hand_;
  PlotView areas_view_, x_view_;
  mutable std::optional<FitDarts> darts_;
  mutable std::pair<std::uint64_t, double> darts_of_; // version of the fits, and x
  std::array<FitDarts, std::size(kFitQuarters)> quarter_darts_;
  std::pair<std::uint64_t, double> quarter_darts_of_; // the versions' sum, and x
};

/// A target with its darts in a square, the middle f, `reach` at its rim; darts beyond it are hollow at the rim.
void draw_darts(Ui& ui, Rect square, const FitDarts& darts, double reach, const std::string& id, std::string_view label);

} // namespace downhill::fitting
