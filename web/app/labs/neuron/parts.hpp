// The pieces of the lab Neuron: each draws from the model, and reports what was pressed to it.
#pragma once
#include "app/core/neuron_images.hpp"
#include "app/core/neuron_model.hpp"
#include "app/labs/document_lab.hpp"
#include "app/panels/height_picture.hpp"
#include "app/ui/image_sheet.hpp"
#include "app/ui/layout.hpp"
#include "app/ui/plot.hpp"

namespace downhill::cell {

using namespace ui;
using Which = NeuronModel::Which;

/// What the document does not say and a link does.
struct Looks {
  int of_train = 0; ///< the mistakes that are shown are of the training images
};

/// A line that is held: which unit's, and, where it is turned, about what, with weights of which length.
struct HeldLine {
  Which which = Which::unit;
  bool turned = false;
  Place pivot;
  double size = 1;
  Unit before; ///< at the press
};

/// A threshold that is held on a picture of sums: its scale stays, or it would run away from the pointer.
struct HeldCut {
  double low, high, before;
};

/// What the drawing keeps.
struct Kept {
  Brush brush;
  int sign = 0;                             ///< of the brush: +, −, eraser
  std::optional<std::array<double, 2>> pen; ///< where it was in the last frame
  Painting before_stroke{};
  std::array<int, 2> cursor{14, 14}; ///< column and row, for those who paint by keys
  bool cursor_shown = false;
  std::optional<HeldLine> line;
  std::optional<HeldCut> cut;
  float yaw = 0.5F, pitch = 0.45F; ///< of the cube
  ImageSheet painted, learned, worst, means;
  PlotView loss, output, accuracy;
};

class NeuronLab;
/// What every piece is given.
struct Scene {
  Ui& ui;
  NeuronLab& lab;
  NeuronModel& model;
  NeuronImages& images;
  Looks& looks;
  Kept& kept;
};

class NeuronLab final : public DocumentLab {
public:
  NeuronLab(LabWorld& world, const LabRow& row);
  std::optional<UserError> open(const Json& document, Opening how) override;
  bool undo() override { return followed(DocumentLab::undo()); }
  bool redo() override { return followed(DocumentLab::redo()); }
  std::optional<UserError> set_field(const std::string& id, const Json& value) override;
  std::optional<UserError> reset_field(const std::string& id) override;
  void add_shown(Json& shown) const override { shown["train"] = looks_.of_train != 0; }
  void show(const Json& wanted) override {
    if (wanted.contains("train")) looks_.of_train = wanted["train"].get<bool>() ? 1 : 0;
  }
  void look_anew() override { looks_ = {}; }
  void draw(Rect box) override;
  std::uint64_t news() const override { return version() + images_.version() + model_.news(); }
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override { return followed(DocumentLab::type(id, text)); }
  Transport transport() const override;
  bool started() const override { return transport() != Transport::ready; }
  bool waiting() const override { return learn_when_ready_ && model_.settings().part == NeuronPart::image; }
  int tick(double now_s) override;
  Json results(bool curves) const override;
  std::vector<std::string_view> columns() const override;
  const std::optional<UserError>& problem() const override;
  bool ask(double now_s) override;
  void leave() override { model_.pause(), drop_learning(); }
  void take(std::size_t worker, const protocol::ToApp& message) override;
  void worker_lost() override { learn_when_ready_ = images_.forget() || learn_when_ready_; }
  std::string spoken(bool ended) const override;
  std::optional<UserError> take_complaint() override {
    auto own = std::exchange(refused_, {});
    return own ? own : DocumentLab::take_complaint();
  }

  /// What the part that is shown runs: rows, steps of the weight, or learning.
  void start();
  void pause();
  void reset();
  void step(int steps) { model_.go(steps); }
  /// A refusal is told to the user.
  void keep(std::optional<UserError> error) {
    if (error) refused_ = std::move(error);
  }
  void let_go() { document_.let_go(); }
  FieldInfo field_of(const FieldId& id) const { return document_.field(id); }
  /// Sets a field by its pointer; in a drag `held`.
  void put(std::string_view pointer, const Json& value, bool held = false) { set({{}, std::string(pointer)}, value, held); }
  /// Every field of the document.
  const Json& complete() const { return document_.now().complete; }
  /// A preset's document as it came, before anything was run or asked for: what is to be found out is not told yet.
  bool untried() const;
  /// Of the document that is shown.
  bool score_is_new() const { return images_.is_of(document_.now().complete); }
  bool learned_is_new() const { return images_.learned_of(document_.now().complete); }
  /// The score is of an earlier document, and none of this one can come as things are.
  bool score_is_old() const;
  /// The score, where it may be told as that of the document: it is, or an answer is on its way.
  const protocol::NeuronScore* told_score() const { return score_is_old() ? nullptr : images_.score(); }
  /// Why there are no images, in a sentence, or that they are being fetched.
  std::string waiting_words() const;
  Answer script_of() const;

private:
  void set(const FieldId& id, const Json& value, bool held = false) override;
  template <class Done> Done followed(Done done) { return model_.follow(), done; }
  DataSettings data() const;
  void post_to_last(const protocol::ToTrainer& message) const;
  void drop_learning() { learn_when_ready_ = false, images_.stop(); }
  const std::optional<UserError>& score_problem() const;

  NeuronModel model_{document_};
  NeuronImages images_;
  bool learn_when_ready_ = false, retry_ = false, moving_ = false; // retry: images that could not be fetched
  mutable std::pair<std::uint64_t, std::string> compared_;         // version and preset that `untouched_` is of
  mutable bool untouched_ = false;
  Looks looks_;
  Kept kept_;
  std::optional<UserError> refused_;
};

/// A field's slider with its number, at steps of 1/parts within a range that may be narrower than the field's.
void field_slider(const Scene& scene, Rect box, std::string_view pointer, const SliderRange& range, float label_px, float number_px = 56,
                  std::string_view shown = {});
/// A field's choices side by side.
void field_segments(const Scene& scene, Column& column, std::string_view pointer, const std::string& id);
std::string choice_name(std::string_view pointer, std::string_view id);

/// The line of a threshold on a picture of sums from low to high: what is dragged sets the field, `most` at most to either side.
void drag_cut(const Scene& scene, const std::string& id, Rect grip, Rect area, double low, double high, std::string_view pointer, double parts, double most);

void logic_setup(const Scene& scene, Column& column);
void truth_table(const Scene& scene, Column& column);
/// Start, one step, and back to the beginning.
void run_buttons(const Scene& scene, Column& column);
void verdict(const Scene& scene, Column& column);
/// The picture that suits the number of inputs: plane, cube, or sums on a line.
void logic_picture(const Scene& scene, Rect box);

void canvas(const Scene& scene, Rect box);
/// How it does, in a line under the canvas, where the rest has to be scrolled to.
void score_line(const Scene& scene, Rect box);
void brushes(const Scene& scene, Column& column);
void score(const Scene& scene, Column& column);
void learning(const Scene& scene, Column& column);

void soft_setup(const Scene& scene, Column& column);
void soft_output_plot(const Scene& scene, Rect box);
void soft_loss_plot(const Scene& scene, Rect box);

} // namespace downhill::cell
