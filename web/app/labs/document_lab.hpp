// What labs without a race have in common: a document by a table of fields, which is opened, edited field by field, and undone.
// Such a lab says which format its document has, and draws itself.
#pragma once
#include "app/core/lab_document.hpp"
#include "app/labs/lab.hpp"

namespace downhill {

class DocumentLab : public Lab {
public:
  /// It opens with its preset; without one, with what the format gives.
  DocumentLab(LabWorld& world, const LabRow& row, const DocumentFormat& format);

  Json document() const override { return document_.json(); }
  Json standard() const override;
  std::optional<UserError> open(const Json& document, Opening how) override;
  Json normal(const Json& document) const override { return document_.normal(document); }
  std::uint64_t version() const override { return document_.version(); }
  bool can_undo() const override { return document_.changes().can_undo(); }
  bool can_redo() const override { return document_.changes().can_redo(); }
  bool undo() override { return document_.undo(); }
  bool redo() override { return document_.redo(); }

  /// Of controls that are named by their field, "field:/steps"; a lab's other fields are its own.
  std::optional<UserError> type(const std::string& id, const std::string& text) override;
  void explain_control(Json& out) const override;
  std::optional<UserError> take_complaint() override { return std::exchange(complaint_, {}); }

  Json fields() const override;
  Json field(const std::string& id) const override;
  std::optional<UserError> set_field(const std::string& id, const Json& value) override;
  std::optional<UserError> reset_field(const std::string& id) override;

  // ---- its controls, by the field's row ----
  /// A label that explains it, a slider from its least to its most, the number, which can be typed. Whole numbers stay whole. A drag is
  /// one step of undo.
  void slider(ui::Rect box, const FieldId& id, float label_px = 96, float number_px = 72);
  /// The same over a range of its own; `shown` is on the screen, where that is a shorter name.
  void slider(ui::Rect box, const FieldId& id, const SliderRange& range, float label_px, float number_px, std::string_view shown = {});
  /// A label that explains it, as long as there is room for it, and its choices side by side, as the controls ID.0, ID.1, …; a press does what the form's
  /// choice does (set_field).
  void segments(ui::Rect box, const FieldId& id, const std::string& control, float label_px = 76);
  /// A box with a tick.
  void check(ui::Rect box, const FieldId& id);

protected:
  ui::Ui& ui() const { return world_.ui; }
  /// What a control in the lab sets; a refusal is told to the user. `held`: see LabDocument::set. A lab whose model follows the document
  /// overrides it.
  virtual void set(const FieldId& id, const Json& value, bool held = false);

  LabDocument document_;

private:
  const Json first_;
  std::optional<UserError> complaint_;
};

} // namespace downhill
