// The pieces of the lab Losses: each draws from the model, and reports what was pressed to it.
#pragma once
#include "app/core/losses_model.hpp"
#include "app/labs/document_lab.hpp"
#include "app/panels/height_picture.hpp"
#include "app/ui/layout.hpp"
#include "app/ui/plot.hpp"

namespace downhill::cost {

using namespace ui;

/// A point, or the start of a way, that is held: the picture's scale stays, or it would run away from the pointer.
struct Held {
  std::size_t which;
  Extent extent;
  Place before;
};

/// What the drawing keeps.
struct Kept {
  std::size_t point = 0; ///< whose numbers the fields have
  std::optional<Held> point_held, start_held;
  std::array<HeightPicture, 2> maps;
  PlotView output, loss;
};

class LossesLab;
/// What every piece is given.
struct Scene {
  Ui& ui;
  LossesLab& lab;
  LossesModel& model;
  Kept& kept;
  Room room;
};

class LossesLab final : public DocumentLab {
public:
  LossesLab(LabWorld& world, const LabRow& row);
  std::optional<UserError> open(const Json& document, Opening how) override;
  bool undo() override { return followed(DocumentLab::undo()); }
  bool redo() override { return followed(DocumentLab::redo()); }
  std::optional<UserError> set_field(const std::string& id, const Json& value) override;
  std::optional<UserError> reset_field(const std::string& id) override { return followed(DocumentLab::reset_field(id)); }
  Json fields() const override;
  void draw(Rect box) override;
  std::uint64_t news() const override { return version() + model_.news(); }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void explain_control(Json& out) const override;
  Transport transport() const override { return model_.transport(); }
  bool started() const override { return transport() != Transport::ready; }
  int tick(double now_s) override { return moving_ = model_.tick(now_s), 0; } // no worker wants the processor
  bool ask(double) override { return moving_; }
  void leave() override { model_.pause(); }
  Json results(bool curves) const override;
  std::vector<std::string_view> columns() const override { return {"step", "output", "loss", "slope", "a", "b"}; }
  std::string spoken(bool ended) const override;
  std::optional<UserError> take_complaint() override {
    auto own = std::exchange(refused_, {});
    return own ? own : DocumentLab::take_complaint();
  }

  LossesModel& model() { return model_; }
  /// A refusal is told to the user.
  void keep(std::optional<UserError> error) {
    if (error) refused_ = std::move(error);
  }
  FieldInfo field_of(const std::string& pointer) const { return document_.field({{}, pointer}); }
  /// To another lab.
  void lead(Json where) const { world_.lead(std::move(where)); }
  Answer script_of() const;

private:
  template <class Done> Done followed(Done done) { return model_.follow(), done; }
  Json row_of(std::string_view name) const;
  /// Of the fields that are this lab's own.
  std::optional<UserError> type_own(const std::string& id, const std::string& text);

  LossesModel model_{document_};
  Kept kept_;
  bool moving_ = false;
  mutable std::pair<std::uint64_t, std::string> hashed_; // which version's
  std::optional<UserError> refused_;
};

/// How a loss looks wherever it is drawn.
struct LossLook {
  std::string_view id;
  std::uint32_t Tokens::* color;
  Dash dash;
};
const LossLook& look_of(std::string_view loss);
std::string loss_name(std::string_view loss);
std::string way_name(SigmoidLoss loss);
/// A number for a table: so many digits that matter.
std::string digits(double value, int count = 5);

/// A table of numbers: heads with how they look, then lines of one number for each head; the number `best` stands out.
struct TableHead {
  std::string name;
  const LossLook* look = nullptr;
};
void table_head(const Scene& scene, Column& column, std::span<const TableHead> heads, float label_px);
void table_line(const Scene& scene, Column& column, const std::string& id, std::string_view label, std::span<const std::string> values, float label_px,
                std::ptrdiff_t best = -1);
/// A line of a legend. Returns what is left of it.
Rect legend_entry(const Scene& scene, Rect line, const LossLook& look, std::string_view name);
/// A sentence of what came out, in a paragraph; also for those who hear it.
void say(const Scene& scene, Column& column, const char* id, std::string_view label, const std::string& text, std::uint32_t color);

void curves_picture(const Scene& scene, Rect box);
void curves_setup(const Scene& scene, Column& column);
void softmax_picture(const Scene& scene, Rect box);
void softmax_setup(const Scene& scene, Column& column);
void line_picture(const Scene& scene, Rect box);
void line_setup(const Scene& scene, Column& column);
void neuron_picture(const Scene& scene, Rect box);
void neuron_setup(const Scene& scene, Column& column);

} // namespace downhill::cost
