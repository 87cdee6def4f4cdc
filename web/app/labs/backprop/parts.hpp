// The pieces of the lab Backprop: each draws from the model, and reports what was pressed to it.
#pragma once
#include "app/core/backprop_model.hpp"
#include "app/labs/document_lab.hpp"
#include "app/ui/layout.hpp"
#include "app/ui/plot.hpp"

namespace downhill::chain {

using namespace ui;

inline constexpr std::string_view kPictures[] = {"network", "graph", "matrices"};
inline constexpr std::string_view kGrains[] = {"operation", "unit", "layer"};
inline constexpr std::string_view kTabs[] = {"working", "practice", "check", "setup", "tables"};
inline constexpr int kWorkingTab = 0, kPracticeTab = 1, kCheckTab = 2, kSetupTab = 3, kTablesTab = 4;
inline constexpr std::string_view kTables[] = {"weights", "units", "update"};

/// What the document does not say and a link does.
struct Looks {
  int picture = 0;
  int tab = kWorkingTab;
  int table = 0; ///< where there is no room for all
};

/// A picture that may be larger than its box, and is dragged about in it.
struct Pan {
  ImVec2 by{0, 0};
  std::optional<ImVec2> held;     ///< where it was when the drag began
  std::uint64_t followed = ~0ULL; ///< the news at which it was last moved to what is lit
};

/// A given number that is dragged, where it stands on the screen, and what it was.
struct Dragged {
  ImGuiID instance;
  Quantity of;
  double from;
};

/// What the drawing keeps.
struct Kept {
  Pan network, graph;
  std::optional<Dragged> dragged;
  PlotView error, losses;
  float speed = 0.436F; ///< of the slider, for the model's 2 stops a second
};

class BackpropLab;
/// What every piece is given.
struct Scene {
  Ui& ui;
  BackpropLab& lab;
  BackpropModel& model;
  Looks& looks;
  Kept& kept;

  const BackpropSettings& settings() const { return model.settings(); }
  std::string symbol(const Quantity& quantity) const { return symbol_of(model.settings(), quantity); }
};

class BackpropLab final : public DocumentLab {
public:
  BackpropLab(LabWorld& world, const LabRow& row);
  std::optional<UserError> open(const Json& document, Opening how) override;
  bool undo() override { return followed(DocumentLab::undo()); }
  bool redo() override { return followed(DocumentLab::redo()); }
  void add_shown(Json& shown) const override;
  void show(const Json& wanted) override;
  void look_anew() override;
  void draw(Rect box) override;
  std::uint64_t news() const override { return version() + model_.news(); }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  Json fields() const override;
  Json field(const std::string& id) const override;
  std::optional<UserError> set_field(const std::string& id, const Json& value) override;
  std::optional<UserError> reset_field(const std::string& id) override { return followed(DocumentLab::reset_field(id)); }
  Transport transport() const override { return model_.transport(); }
  bool started() const override { return model_.done() > 0; }
  int tick(double now_s) override;
  bool ask(double) override { return ticking_; }
  void leave() override { model_.pause(); }
  Json results(bool curves) const override;
  std::vector<std::string_view> columns() const override { return {"step", "loss", "loss_after"}; }
  std::string spoken(bool ended) const override;
  std::optional<UserError> take_complaint() override {
    auto own = std::exchange(refused_, {});
    return own ? own : DocumentLab::take_complaint();
  }

  BackpropModel& model() { return model_; }
  /// A refusal is told to the user.
  void keep(std::optional<UserError> error) {
    if (error) refused_ = std::move(error);
  }
  /// What changes the network while it is drawn is done when the frame has been drawn.
  void later(std::function<std::optional<UserError>()> edit) { later_ = std::move(edit); }
  void let_go() { document_.let_go(); }
  FieldInfo field_of(const FieldId& id) const { return document_.field(id); }
  std::string text_of(const FieldId& id) const { return field_text(document_.field(id)); }
  /// A page to print: the network, what is asked, room for answers or the answers.
  void save_worksheet(bool solutions) const;
  Answer script() const;
  using DocumentLab::set;

private:
  template <class Done> Done followed(Done done) { return model_.follow(), done; }
  BackpropModel model_{document_};
  Looks looks_;
  Kept kept_;
  bool ticking_ = false;
  std::optional<UserError> refused_;
  std::function<std::optional<UserError>()> later_;
};

/// The prefix of controls that are numbers, before their name.
inline constexpr std::string_view kNumberId = "backprop.q.", kGivenId = "backprop.given.", kAnswerId = "backprop.answer.";

// ---- numbers (numbers.cpp) ----
inline constexpr int kShortDigits = 4;
/// A number as it is seen now: itself, "?" where it is asked for, nothing where it is ahead.
std::string seen_text(const Scene& scene, const Quantity& quantity, int digits = kShortDigits);
/// Its colour by what it belongs to: forward, back, update.
std::uint32_t color_of(const Scene& scene, const Quantity& quantity);
struct NumberLook {
  std::string_view before = {}; ///< words before it: "z = "
  float size = kSmall;
  Align align = Align::center;
  int digits = kShortDigits;
};
/// A number that can be pressed: its working is shown then. Draws nothing while it is ahead.
void number(const Scene& scene, const Quantity& quantity, Rect box, const NumberLook& look = {});
/// A given number: typed when it is pressed, changed when it is dragged sideways.
void given(const Scene& scene, const Quantity& quantity, Rect box, std::string_view before = {}, Align align = Align::center);

/// Where a picture of `size` is drawn in `box`: in the middle if there is room, else as it was dragged, and moved so that `wanted`, which is
/// part of it, is seen when the pass has gone on. To be called before what is in it is drawn, and drag() after it.
ImVec2 placed(const Scene& scene, Rect box, ImVec2 size, std::optional<Rect> wanted, Pan& pan);
void drag(const Scene& scene, const std::string& id, Rect box, ImVec2 size, Pan& pan);

void network(const Scene& scene, Rect box);
void graph(const Scene& scene, Rect box);
void matrices(const Scene& scene, Rect box);
void working(const Scene& scene, Rect box);
void practice(const Scene& scene, Rect box);
void check(const Scene& scene, Rect box);
void setup(const Scene& scene, Rect box);
void tables(const Scene& scene, Rect box);
void transport(const Scene& scene, Rect box);
float transport_height(const Ui& ui, float width);

/// A page to print, with lines to write on or with the solutions.
std::string worksheet_html(const BackpropModel& model, bool solutions, std::string_view language);

/// Where the pass stands, in a few words: "backward 3 of 6".
std::string whereabouts(const Scene& scene);

} // namespace downhill::chain
