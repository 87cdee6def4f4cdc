// The lab Cases: a walk through seven stations, from the data to the prediction of one picture. A station is a part: it draws from the
// model and reports what was pressed to it. The lab has the strip of stations, the code beside them, what runs, and what all share.
#pragma once
#include "app/core/case_said.hpp"
#include "app/core/cases_model.hpp"
#include "app/core/code_spans.hpp"
#include "app/labs/document_lab.hpp"
#include "app/ui/image_sheet.hpp"
#include "app/ui/layout.hpp"
#include "app/ui/plot.hpp"

#include <array>

namespace downhill::walk {

using namespace ui;

class CasesLab;

class Part {
public:
  explicit Part(CasesLab& lab) : lab_(lab) {}
  virtual ~Part() = default;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  /// What there is to be seen at the station, in a panel of its own; `box` is inside of it.
  virtual void picture(Rect box, Room room) = 0;
  /// The fields of the document that belong to the station, and its buttons, in a column that scrolls.
  virtual void setup(Column& column) = 0;
  /// Where picture and fields stand one above the other: the picture's share of the height.
  virtual float share() const { return 0.56F; }
  /// The document was changed; while the part is shown, and when it comes to be.
  virtual void follow() {}
  /// Another document was opened: nothing that was reached before is kept.
  virtual void forget() {}
  /// Grows with every piece of news that is to be drawn, besides the model's.
  virtual std::uint64_t news() const { return 0; }
  /// The numbers of its picture ("view") or of the curves ("curves"). Empty: there is no such plot.
  virtual std::string csv(std::string_view plot) const { return static_cast<void>(plot), std::string(); }
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
  /// Adds what an explanation of one of its controls says.
  virtual void explain(Json&) const {}
  /// What a screen reader is told of it, in a sentence. Empty: how the run stands.
  virtual std::string spoken() const { return {}; }
  /// It is not looked at any more.
  virtual void leave() {}

protected:
  CasesLab& lab_;
};

std::unique_ptr<Part> data_part(CasesLab& lab);
std::unique_ptr<Part> dataset_part(CasesLab& lab);
std::unique_ptr<Part> loader_part(CasesLab& lab);
std::unique_ptr<Part> look_part(CasesLab& lab);
std::unique_ptr<Part> model_part(CasesLab& lab);
std::unique_ptr<Part> training_part(CasesLab& lab);
std::unique_ptr<Part> prediction_part(CasesLab& lab);
/// "Rate it yourself": in place of the first station's, where scores are learned and it is asked for (CasesLab::rating).
class RatePart : public Part {
public:
  using Part::Part;
  /// Files that were chosen: a list of {"name", "text"}.
  virtual void open(const Json& files) = 0;
  /// What the browser kept of it; `works`: it keeps anything at all; `refused`: instead of keeping what it was last told to, since another
  /// window has had it keep something meanwhile.
  virtual void recalled(const std::string& text, bool works, bool refused) = 0;
  /// How far it is, with the picture that is to be rated now: for tests, and whoever rates by a script.
  virtual Json stand_json() = 0;
};
std::unique_ptr<RatePart> rate_part(CasesLab& lab);

/// A piece of a line of the code where it stands in the panel, from its top left corner.
struct PlacedCode {
  float x = 0, y = 0, width = 0;
  std::string text;
  CodeSpan span;
};
/// What the code's panel keeps.
struct CodeKept {
  bool whole = false;        ///< all pieces rather than the station's
  std::uint64_t made_of = 0; ///< what the pieces below are laid out of: the document's version …
  Language language = Language::zh;
  int station = -1;
  float width = 0;
  std::vector<PlacedCode> placed;
  std::vector<std::pair<std::string_view, std::pair<float, float>>> marks; ///< a line at work, and from where to where it reaches
  float height = 0;
  std::string_view lit; ///< that it has scrolled to
};

class CasesLab final : public DocumentLab {
public:
  CasesLab(LabWorld& world, const LabRow& row);
  std::optional<UserError> open(const Json& document, Opening how) override;
  bool undo() override { return followed(DocumentLab::undo()); }
  bool redo() override { return followed(DocumentLab::redo()); }
  std::optional<UserError> set_field(const std::string& id, const Json& value) override;
  std::optional<UserError> reset_field(const std::string& id) override { return followed(DocumentLab::reset_field(id)); }
  Json fields() const override;
  Json field(const std::string& id) const override;
  void add_shown(Json& shown) const override;
  void show(const Json& wanted) override;
  void look_anew() override;
  void draw(Rect box) override;
  std::uint64_t news() const override;
  /// Curves are those of the run, whatever station is shown.
  std::string csv(std::string_view plot) const override;
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void explain_control(Json& out) const override;
  Transport transport() const override { return model_.transport(); }
  bool started() const override { return transport() != Transport::ready; }
  bool waiting() const override { return !model_.data() && !problem(); }
  const std::optional<UserError>& problem() const override;
  int tick(double now_s) override { return moving_ = model_.tick(now_s), moving_ |= say_more(), 0; } // no worker wants the processor
  bool ask(double now_s) override;
  void leave() override;
  void take(std::size_t worker, const protocol::ToApp& message) override;
  void worker_lost() override { model_.worker_lost(); }
  Json results(bool curves) const override;
  std::vector<std::string_view> columns() const override;
  std::string spoken(bool ended) const override;
  std::optional<UserError> take_complaint() override {
    auto own = std::exchange(refused_, {});
    return own ? own : DocumentLab::take_complaint();
  }

  // ---- for its parts ----
  LabDocument& base() { return document_; }
  RatePart& rate() { return *rate_; }
  Ui& controls() { return ui(); }
  CasesModel& model() { return model_; }
  const CasesModel& model() const { return model_; }
  /// Every field of the document.
  const Json& complete() const { return document_.now().complete; }
  FieldInfo field_of(std::string_view pointer) const { return document_.field({{}, std::string(pointer)}); }
  /// Sets a field by its pointer; in a drag `held`.
  void put(std::string_view pointer, const Json& value, bool held = false) { set({{}, std::string(pointer)}, value, held); }
  /// Sets several at once, as one step of undo.
  void put_all(const std::vector<std::pair<std::string, Json>>& values);
  void let_go() { document_.let_go(); }
  /// A refusal is told to the user.
  void keep(std::optional<UserError> error) {
    if (error) refused_ = std::move(error);
  }
  /// Station 1 shows "Rate it yourself" instead of the data; of scores alone.
  bool rating() const { return rating_ && model_.settings().kind == CaseKind::scores && !model_.settings().own; }
  void set_rating(bool on) { rating_ = on, follow(); }
  void start();
  void pause() { model_.pause(); }
  void reset() { model_.reset(); }
  /// Pictures or a table of the user's own, which the page is asked to choose; from Fashion-MNIST and back.
  void ask_own() const {
    if (world_.ask_own) world_.ask_own();
  }
  /// What the user's own file is called on this device; may be empty.
  std::string own_name() const;
  Answer use_own(const std::string& hash, const std::string& name);
  Answer own_wanted() const;
  /// How many classes there are to choose from.
  int class_count() const;
  /// A class, by its official number, or by its number in the user's own file.
  std::string class_name(int kind) const;
  /// What is to be learned of a picture of a part, in words: a class, or a score.
  std::string answer_text(CasePart part, std::size_t i) const;
  /// The document's title and the lab's name head the script.
  ScriptOptions script_options_now() const;
  /// Text into the clipboard, in the course of a press.
  void copy(std::string text) const {
    if (world_.copy) world_.copy(std::move(text));
  }
  /// A file for the user.
  void save(const std::string& name, std::string_view text) const { world_.save(name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}); }
  /// An event for the page.
  void tell(const Json& event) const {
    if (world_.tell) world_.tell(event);
  }
  /// To another lab: {"preset": id} or {"document": …, "show": …}.
  void lead(Json where) const {
    if (world_.lead) world_.lead(std::move(where));
  }
  Answer script_of() const;
  /// What the trained model says of validation and test pictures, worked out while the last two stations are looked at.
  const CaseSaid& said() const { return said_; }
  /// The step that comes next, kept while the run stands.
  const CaseStep& step_at_hand(const CaseRun& run);

  Part& part() const { return rating() && model_.station() == CaseStation::data ? *rate_ : *parts_[static_cast<std::size_t>(model_.station())]; }

private:
  void set(const FieldId& id, const Json& value, bool held = false) override;
  template <class Done> Done followed(Done done) { return follow(), done; }
  /// After the document was changed.
  void follow();
  bool say_more();
  void strip(Rect box, Room room);
  void arrange(Rect box, Room room);

  CasesModel model_;
  std::array<std::unique_ptr<Part>, std::size(kCaseStations)> parts_;
  std::unique_ptr<RatePart> rate_;
  Part* shown_ = nullptr;
  bool rating_ = false, code_ = false; // code_: on a narrow screen, instead of the picture
  bool moving_ = false, retry_ = false;
  CodeKept code_kept_;
  CaseSaid said_;
  CaseStep step_;
  std::uint64_t step_news_ = 0; // of the model, when that was worked out
  std::optional<UserError> refused_;
};

// ---- what the parts share (cases.cpp, pictures.cpp, code.cpp) ----

/// The PyTorch code of this run: the station's piece, or all, with the line at work lit.
void code_panel(CasesLab& lab, Rect box, CodeKept& kept);
/// Pictures of a part by their places in it, side by side in one texture.
class CasePictures {
public:
  /// To be called in each frame that draws them; there must be data.
  void show(const CasesLab& lab, CasePart part, std::span<const std::uint32_t> places);
  void draw(const Ui& ui, std::span<const Rect> boxes);

private:
  ImageSheet sheet_;
  std::uint64_t version_ = 0;
  std::shared_ptr<const Subset> of_; // kept, so that no other has its address
  CasePart part_ = CasePart::train;
  std::vector<std::uint32_t> places_;
  std::vector<std::uint8_t> pixels_;
};
/// How many pixels a picture has from left to right, and from top to bottom; 1 of a table, which has none.
struct PictureSize {
  std::size_t width = 1, height = 1;
};
PictureSize picture_size(const CaseSettings& settings);
/// One picture large, a square a pixel, as wide as the box. Which of them the pointer is on.
std::optional<std::size_t> large_picture(const Ui& ui, Rect box, std::span<const std::uint8_t> picture, std::size_t width);

// ---- rows of a table, where others have pictures (rows.cpp) ----

/// Rows of a part below each other: their numbers, as many columns as there is room for, and their answers. Which one was pressed.
std::optional<std::size_t> row_table(CasesLab& lab, Column& column, CasePart part, std::span<const std::uint32_t> places, std::optional<std::size_t> chosen);
/// One row: a line for each of its columns, with its name.
void row_list(CasesLab& lab, Column& column, CasePart part, std::size_t i);
/// Weights of the first layer by column, a line a column, each with a bar.
void weight_list(CasesLab& lab, Column& column, std::span<const float> weights);
/// A slider of a station's own, for what is no field of the document; `text` is its value as it is shown. The value it was moved to.
std::optional<double> own_slider(CasesLab& lab, Column& column, const std::string& id, std::string_view label, std::string_view help, double value,
                                 const SliderRange& range, const std::string& text);
/// Which epoch, and which of its batches, is looked at: sliders, and a button for the next one.
void batch_choice(CasesLab& lab, Column& column);
/// The same in the form view; what was typed into it.
void add_batch_fields(const CasesLab& lab, Json& out);
std::optional<UserError> type_batch(CasesLab& lab, const std::string& id, const std::string& text);
bool press_batch(CasesLab& lab, const std::string& id);
/// A heading within a picture's panel, and what stands in a monospaced hand elsewhere: an expression of the code and what it gives.
void code_answer(CasesLab& lab, Column& column, const char* id, std::string_view mark, std::string_view code, const std::string& gives);

/// Start, pause, a step, a line, reset, how far it is.
void run_buttons(CasesLab& lab, Column& column);
/// A field's slider with its number, within a range that may be narrower than the field's.
void field_slider(CasesLab& lab, Column& column, std::string_view pointer, const SliderRange& range);
/// A field's choices side by side, behind its label; `id` is of the control.
void field_segments(CasesLab& lab, Column& column, std::string_view pointer, const std::string& id);
void field_check(CasesLab& lab, Column& column, std::string_view pointer);
/// Text with a place among the items, for who reads by ear, and for tests.
void say(CasesLab& lab, Column& column, const char* id, std::string_view label, const std::string& text, std::uint32_t color);
/// What a station shows while there is no data: why, or that it is on its way. Whether that is so.
bool without_data(CasesLab& lab, Rect box);
/// "1×28×28 torch.float32"; of one dimension "[64] torch.int64".
std::string tensor_text(const TensorLook& look);
/// A row of the form view; a button has no value.
Json form_line(const std::string& id, std::string_view label, std::string_view help, const std::string& value);
Json form_button(const std::string& id, std::string_view label, std::string_view help);

} // namespace downhill::walk
