// Approximating: f by towers that are set by hand, or by a network that a worker trains, with what each of its hidden units adds.
#pragma once
#include "app/core/fit_course.hpp"
#include "app/labs/fit/parts.hpp"

namespace downhill::fitting {

inline constexpr std::string_view kFitBy[] = {"towers", "network"}; ///< by what f is approximated

class ApproximatePart final : public Part {
public:
  explicit ApproximatePart(FitLab& lab)
      : Part(lab), course_(lab.slot(0), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); }),
        widths_(lab.slot(1), [&lab](std::size_t worker, const protocol::ToTrainer& m) { lab.post(worker, m); }) {}
  void draw(Rect box, Room room) override;
  void follow() override;
  void forget() override { course_.forget(), widths_.forget(), wanted_ = widths_wanted_ = false; }
  std::uint64_t news() const override { return course_.version() + widths_.version() + presses_; }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void add_shown(Json& shown) const override { shown["by"] = kFitBy[by_]; }
  void show(const Json& wanted) override {
    if (wanted.contains("by")) choose(wanted["by"] == kFitBy[1] ? 1 : 0);
  }
  void look_anew() override { by_ = 0, tower_ = 0; }
  void add_fields(Json& out) const override;
  std::optional<UserError> choose_field(const std::string& id, const std::string& to) override;
  bool press(const std::string& id) override;
  Transport transport() const override;
  void start() override;
  void pause() override { course_.stop(), widths_.cancel(), wanted_ = widths_wanted_ = false, ++presses_; }
  void reset() override { forget(), ++presses_; }
  bool waiting() const override { return wanted_; }
  void take(std::size_t worker, const protocol::ToApp& message) override {
    if (!course_.take(worker, message)) widths_.take(worker, message);
  }
  void worker_lost() override {
    if (course_.worker_lost()) wanted_ = true;
    widths_.worker_lost();
  }
  bool ask(double now_s) override;
  const std::optional<UserError>& problem() const override { return by_ == 0 ? Part::problem() : course_.problem() ? course_.problem() : widths_.problem(); }
  void add_results(Json& row, Json* curve) const override;
  std::string spoken() const override;

private:
  Ui& ui() const { return lab_.controls(); }
  bool by_network() const { return by_ == 1; }
  /// By towers, or by a network. What is trained is not trained on where nobody sees it.
  void choose(int by) {
    if (by == by_) return;
    if (by == 0 && transport() == Transport::running) pause();
    by_ = by, ++presses_;
  }
  /// The same as a press: by a network there is one.
  void choose_by(int by) {
    choose(by);
    if (by_network() && !lab_.model().network()) lab_.put("/model/name", "network");
  }
  /// How many towers are spread evenly when that is asked for.
  std::size_t spread_count() const;
  void spread();
  void toggle_widths();
  bool deep() const { return lab_.model().settings().model.hidden.size() != 1; }
  /// What kind of network it is, while there is none yet.
  std::string_view network_kind() const {
    return lab_.model().settings().model.hidden.empty() ? ui()("fit.no_hidden") : deep() ? ui()("fit.network_says_deep") : ui()("fit.network_says");
  }
  bool has_model() const { return course_.is_of(lab_.complete()) && !course_.predictions().empty(); }
  /// Of the network over the interval.
  double model_deviation() const;
  /// The same over what is shown beyond it; NaN: f has no values there.
  double outside_deviation() const;
  std::vector<double> asked_places() const;
  void setup(Column& column);
  void network_words(Column& column);
  void widths(Column& column);
  void picture(Rect box);
  std::string sum_words(double x) const;
  // approximate_towers.cpp
  void towers_setup(Column& column);
  void towers_words(Column& column);
  void towers_theory(Column& column);
  void towers_on(const PlotFrame& frame);
  void take_hand(const HandNews& news);

  int by_ = 0, tower_ = 0, height_ = 0, point_ = 0;
  Hand hand_;
  FitCourse course_;
  DealtCapacities widths_;
  bool wanted_ = false, widths_wanted_ = false;
  std::uint64_t presses_ = 0;
  PlotView epochs_, over_width_;
  std::uint64_t drawn_ = 0; // the course's version that these are of
  std::vector<std::vector<double>> units_;
};

} // namespace downhill::fitting
