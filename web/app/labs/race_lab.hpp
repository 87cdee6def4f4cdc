// What labs with lanes have in common: a Race that is the lab's document, the panels that show it, and, where the lab has one, a
// second Race on a toy, which follows from the first.
#pragma once
#include "app/labs/lab.hpp"
#include "app/panels/panels.hpp"

namespace downhill {

class RaceLab : public Lab {
public:
  RaceLab(LabWorld& world, const LabRow& row);

  Json document() const override { return race_.experiment().json(); }
  Json standard() const override;
  std::optional<UserError> open(const Json& document, Opening how) override;
  std::optional<UserError> open_text(const std::string& text) override;
  Json normal(const Json& document) const override;
  std::uint64_t version() const override { return race_.experiment_version(); }
  bool can_undo() const override { return race_.changes().can_undo(); }
  bool can_redo() const override { return race_.changes().can_redo(); }
  bool undo() override { return race_.undo(); }
  bool redo() override { return race_.redo(); }

  void add_shown(Json& shown) const override;
  void show(const Json& wanted) override;
  void look_anew() override;

  void draw(ui::Rect box) final;
  std::uint64_t news() const override { return race_.news() + toy_.news() + views_news_; }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void explain_control(Json& out) const override;
  std::optional<UserError> take_complaint() override { return std::exchange(view_.complaint, {}); }

  std::vector<Race*> races() override { return toy_.experiment().lanes.empty() ? std::vector{&race_} : std::vector{&race_, &toy_}; }
  Transport transport() const override { return race_.transport(); }
  bool waiting() const override { return race_.waiting(); }
  bool started() const override;
  const std::optional<UserError>& problem() const override { return race_.problem(); }
  void leave() override;
  void take(std::size_t worker, const protocol::ToApp& message) override;
  void worker_lost() override;
  int tick(double now_s) override;
  int stage() const override;
  bool ask(double now_s) override;
  Json results(bool curves) const override;
  std::vector<std::string_view> columns() const override;

  Json fields() const override;
  Json field(const std::string& id) const override;
  std::optional<UserError> set_field(const std::string& id, const Json& value) override;
  std::optional<UserError> reset_field(const std::string& id) override;

  Race& race() { return race_; }
  RaceView& view() { return view_; }
  LabWorld& world() { return world_; }

protected:
  /// The lab itself, in the whole window.
  virtual void draw_lab(ui::Rect box) = 0;
  /// After a frame: what is to follow from it, the toy; or why it could not.
  virtual std::optional<UserError> follow() { return {}; }
  ui::Ui& ui() const { return world_.ui; }

  Race race_, toy_;
  RaceView view_;

private:
  void foresee() const;

  std::uint64_t views_news_ = 0; // of what views themselves were told
};

/// What every lab with lanes is like: the verbs of transport and lanes; curves, and views of a lane, to look at.
extern const LabRoom kLanesRoom;

} // namespace downhill
