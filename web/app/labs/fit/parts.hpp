// The lab Fit: its parts, each behind a tab of its own. A part draws from the model, reports what was pressed to it, and has what runs
// for it; the lab hands on to the part that is shown.
#pragma once
#include "app/core/fit_model.hpp"
#include "app/labs/document_lab.hpp"
#include "app/ui/layout.hpp"
#include "app/ui/plot.hpp"

#include <array>

namespace downhill::fitting {

using namespace ui;

class FitLab;

class Part {
public:
  explicit Part(FitLab& lab) : lab_(lab) {}
  virtual ~Part() = default;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  virtual void draw(Rect box, Room room) = 0;
  /// The document was changed; while the part is shown, and when it comes to be.
  virtual void follow() {}
  /// Another document was opened: nothing that was reached before is kept.
  virtual void forget() {}
  /// Grows with every piece of news that is to be drawn.
  virtual std::uint64_t news() const { return 0; }
  /// The numbers of its picture ("view") or of the errors beside it ("curves"). Empty: there is no such plot.
  virtual std::string csv(std::string_view plot) const = 0;
  /// What was typed into a field of its own, which no field of the document is.
  virtual std::optional<UserError> type(const std::string& id, const std::string& text) { return static_cast<void>(id), static_cast<void>(text), std::nullopt; }
  /// Adds the form view's rows of what it has besides the document's fields, and of its buttons.
  virtual void add_fields(Json&) const {}
  /// A choice of those.
  virtual std::optional<UserError> choose_field(const std::string& id, const std::string& to) { return static_cast<void>(to), no_field(id); }
  /// A button of those. Whether it is one of its.
  virtual bool press(const std::string& id) { return static_cast<void>(id), false; }
  virtual void add_shown(Json&) const {}
  virtual void show(const Json&) {}
  virtual void look_anew() {}

  // ---- what runs in it ----
  virtual Transport transport() const { return Transport::ready; }
  virtual void start() {}
  virtual void pause() {}
  virtual void reset() {}
  virtual bool waiting() const { return false; }
  /// It is not looked at any more: nothing of it runs on.
  virtual void leave() { pause(); }
  virtual void take(std::size_t worker, const protocol::ToApp& message) { static_cast<void>(worker), static_cast<void>(message); }
  virtual void worker_lost() {}
  virtual bool ask(double now_s) { return static_cast<void>(now_s), false; }
  virtual const std::optional<UserError>& problem() const {
    static const std::optional<UserError> none;
    return none;
  }
  /// Adds to the one row of the lab's results; `curve` is its table, if it is wanted.
  virtual void add_results(Json& row, Json* curve) const = 0;
  virtual std::string spoken() const = 0;

protected:
  FitLab& lab_;
};

std::unique_ptr<Part> approximate_part(FitLab& lab);
std::unique_ptr<Part> capacity_part(FitLab& lab);
std::unique_ptr<Part> sets_part(FitLab& lab);
std::unique_ptr<Part> diagnosis_part(FitLab& lab);

inline constexpr std::string_view kTabs[] = {"approximate", "capacity", "sets", "diagnosis"};
inline constexpr std::size_t kDiagnosisTab = 3; ///< the others are the document's parts

class FitLab final : public DocumentLab {
public:
  FitLab(LabWorld& world, const LabRow& row);
  std::optional<UserError> open(const Json& document, Opening how) override;
  bool undo() override { return followed(DocumentLab::undo()); }
  bool redo() override { return followed(DocumentLab::redo()); }
  std::optional<UserError> set_field(const std::string& id, const Json& value) override;
  std::optional<UserError> reset_field(const std::string& id) override { return followed(DocumentLab::reset_field(id)); }
  // form.cpp
  Json fields() const override;
  Json field(const std::string& id) const override;
  Json tables() const override;
  std::optional<UserError> type_cell(const std::string& table, std::size_t row, std::size_t column, const std::string& text) override;
  std::optional<UserError> add_row(const std::string& table) override;
  std::optional<UserError> remove_row(const std::string& table, std::size_t row) override;
  void add_shown(Json& shown) const override;
  void show(const Json& wanted) override;
  void look_anew() override;
  void draw(Rect box) override;
  std::uint64_t news() const override;
  std::string csv(std::string_view plot) const override { return part().csv(plot); }
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  Transport transport() const override { return part().transport(); }
  bool started() const override { return transport() != Transport::ready; }
  bool waiting() const override { return part().waiting(); }
  Json results(bool curves) const override;
  std::vector<std::string_view> columns() const override;
  const std::optional<UserError>& problem() const override { return part().problem(); }
  bool ask(double now_s) override { return part().ask(now_s); }
  void leave() override;
  void take(std::size_t worker, const protocol::ToApp& message) override;
  void worker_lost() override;
  std::string spoken(bool ended) const override { return static_cast<void>(ended), part().spoken(); }
  std::optional<UserError> take_complaint() override {
    auto own = std::exchange(refused_, {});
    return own ? own : DocumentLab::take_complaint();
  }

  // ---- for its parts ----
  Ui& controls() { return ui(); }
  FitLabModel& model() { return model_; }
  const FitLabModel& model() const { return model_; }
  /// Every field of the document.
  const Json& complete() const { return document_.now().complete; }
  FieldInfo field_of(std::string_view pointer) const { return document_.field({{}, std::string(pointer)}); }
  /// Sets a field by its pointer; in a drag `held`.
  void put(std::string_view pointer, const Json& value, bool held = false) { set({{}, std::string(pointer)}, value, held); }
  void let_go() { document_.let_go(); }
  /// A drag is given up: the document is as it was `before` it.
  void give_up(const Json& before) {
    if (document() != before) undo();
  }
  /// A refusal is told to the user.
  void keep(std::optional<UserError> error) {
    if (error) refused_ = std::move(error);
  }
  std::size_t worker_count() const { return world_.packs.worker_count(); }
  void post(std::size_t worker, const protocol::ToTrainer& message) const { world_.post(worker, message); }
  /// Tells this lab's questions from others' in a worker, `which` of several.
  std::uint32_t slot(std::uint32_t which) const { return (row().number << 8) + which; }
  /// The preset's document as it came, before anything was run or asked for: what is to be found out is not told yet.
  bool untried() const;
  /// Another preset, of whichever lab.
  void lead_to(const std::string& preset) const {
    if (world_.lead) world_.lead({{"preset", preset}});
  }
  /// To the lab of this document, which opens there; `show`: what is looked at, as a preset has it.
  void lead_with(Json document, Json show) const {
    if (world_.lead) world_.lead({{"document", std::move(document)}, {"show", std::move(show)}});
  }
  Answer script_of() const;

  Part& part() const { return *parts_[tab_]; }

private:
  void set(const FieldId& id, const Json& value, bool held = false) override;
  template <class Done> Done followed(Done done) { return follow(), done; }
  /// After the document was changed, or another tab is wanted.
  void follow();

  FitLabModel model_{document_};
  std::array<std::unique_ptr<Part>, std::size(kTabs)> parts_;
  std::size_t tab_ = 0; // the document's part, or the diagnosis
  bool diagnosis_ = false;
  mutable std::pair<std::uint64_t, std::string> compared_; // version and preset that `untouched_` is of
  mutable bool untouched_ = false;
  std::optional<UserError> refused_;
};

// ---- what the parts share (controls.cpp, picture.cpp) ----

/// A field's slider with its number, within a range that may be narrower than the field's.
void field_slider(FitLab& lab, Rect box, std::string_view pointer, const SliderRange& range, float label_px = 92, float number_px = 60);
/// A field's choices side by side, behind its label.
void field_segments(FitLab& lab, Column& column, std::string_view pointer, const std::string& id);
/// The weight decay: 0, or a power of ten.
void decay_slider(FitLab& lab, Rect box);
/// A row of the form view; a button has no value, a choice is one of `ids` by the strings `choices` + id.
Json form_line(const std::string& id, std::string_view label, std::string_view help, const std::string& value);
Json form_button(const std::string& id, std::string_view label, std::string_view help);
/// Text with a place among the items, for who reads by ear, and for tests.
void say(FitLab& lab, Column& column, const char* id, std::string_view label, const std::string& text, std::uint32_t color);
/// Buttons side by side that break into rows. Which was pressed.
struct ButtonText {
  std::string id, label, help = {}; ///< help: what it does; empty: help.control.ID
  bool accent = false, enabled = true;
};
std::optional<std::size_t> buttons(Ui& ui, Column& column, std::span<const ButtonText> all);

/// Which function f is: of the table, typed, or drawn, and over which interval. `height`: the one of a drawn f that keys move.
void target_setup(FitLab& lab, Column& column, int& height);
/// How many points are drawn, and how. `chosen`: the one that keys move.
void points_setup(FitLab& lab, Column& column, int& chosen);
/// Polynomial or network, its capacity and what else it has. `or_polynomial`: it may be one.
void model_setup(FitLab& lab, Column& column, bool or_polynomial);

/// What the hand does on a picture: it holds one of its grips, draws, or taps where there is none.
struct Hand {
  int held = -1; ///< which grip
  bool down = false, moved = false;
  ImVec2 pressed_at{};
  FitPoint last{};                 ///< where it was in the last frame, by the axes
  std::array<double, 2> y_range{}; ///< of the picture: it stays while the hand is down, or what is dragged would run away
  Json before;                     ///< of the document, for a drag that is given up
};
struct HandNews {
  enum class What : std::uint8_t { none, moves, let_go, given_up, taps } what = What::none;
  int grip = -1; ///< −1: no grip
  FitPoint from{}, at{};
};
/// To be called next after the picture's `plot`, which has no view.
HandNews hand_on(Ui& ui, const PlotFrame& frame, std::span<const ImVec2> grips, Hand& hand);
/// What it does to points, and to a drawn f where there is none: a tap adds a point, a drag moves it, or draws.
void hand_on_points(FitLab& lab, const HandNews& news, Hand& hand, int& chosen);
/// The points as dots, the chosen one of a student's own with a ring.
void draw_points(FitLab& lab, const PlotFrame& frame, int chosen);
/// Where the points are held; none where there are too many to be a student's own.
std::vector<ImVec2> point_grips(FitLab& lab, const PlotFrame& frame);
/// The picture's axes and f; the y axis stays while the hand is down.
PlotSpec picture_spec(FitLab& lab, const Hand& hand);
Series target_series(FitLab& lab);
/// Training and expected error over epochs, of a training; `best`: the least expected one is marked.
void epochs_plot(FitLab& lab, Rect box, const std::vector<FitStand>& stands, bool best, PlotView& view);
/// Training and expected error over degrees or widths, of fits to the one set, the least expected one marked; the fit that is shown has
/// `now`. The capacity that it was moved to, where that is asked for by `moves`.
std::optional<double> capacity_plot(FitLab& lab, Rect box, const std::vector<CapacityFit>& fits, const std::string& id, PlotView& view, bool moves = false);
/// The shortest decimal that reads back equal, or "nan".
std::string csv_cell(double number);
/// "epoch,train,expected" and "capacity,train,expected".
std::string stands_csv(const std::vector<FitStand>& stands);
/// "x,y": the points that the model is fitted to.
std::string training_csv(const FitLabModel& model);
std::string capacities_csv(const std::vector<CapacityFit>& fits);
/// What was typed into a field of target_setup, points_setup or model_setup.
std::optional<UserError> type_shared(FitLab& lab, const std::string& id, const std::string& text, int& height, int& point);
/// How an error is written: as many digits as tell.
std::string error_text(double error);

} // namespace downhill::fitting
