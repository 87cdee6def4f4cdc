// The document of a lab that is no experiment: JSON by a table of fields (document/document.hpp), edits, undo. No ImGui, no browser.
// The Race keeps its own, since a change of it has runs to care for.
#pragma once
#include "app/core/field_info.hpp"
#include "app/core/undo.hpp"
#include "document/document.hpp"

namespace downhill {

class LabDocument {
public:
  /// Begins with the document `first`, which is a valid one.
  LabDocument(const DocumentFormat& format, const Json& first);

  const DocumentFormat& format() const { return format_; }
  const Document& now() const { return now_; }
  /// The value of a field of the base.
  const Json& at(const char* pointer) const { return now_.complete[Json::json_pointer(pointer)]; }
  Json json() const { return now_.json(format_); }
  /// As `json` would give it back; null: it can't be read.
  Json normal(const Json& json) const;
  /// Puts another document in its place, or says why not and leaves everything as it was. Errors: those of document_from_json.
  std::optional<UserError> open(const Json& json) { return let_go(), put(json, Step::opening); }
  /// The same for this document with some of its fields changed, rather than another one: see Undo.
  std::optional<UserError> change_to(const Json& json) { return let_go(), put(json, Step::change); }
  /// Grows with each change.
  std::uint64_t version() const { return version_; }

  // ---- its fields ----
  /// Without value: there is no such field.
  FieldInfo field(const FieldId& id) const;
  /// Sets it. In a lane the base's value is no difference: the lane then no longer speaks of it. Error: no_field, and as open.
  /// `held`: by a control that is held, whose changes of this field are one movement, until `let_go`: undo takes it back as one.
  std::optional<UserError> set(const FieldId& id, const Json& value, bool held = false);
  /// Several fields of the base at once, by their pointers: one step of undo. `held`: as in `set`.
  std::optional<UserError> set_all(const std::vector<std::pair<std::string, Json>>& values, bool held = false);
  void let_go() { held_.clear(); }
  /// Back to the base's value (lane) or to the default (base); a field without one stays.
  std::optional<UserError> reset(const FieldId& id);
  /// Sets what was typed. Error: wrong_type, and as set.
  std::optional<UserError> type(const FieldId& id, const std::string& typed, const FieldWords& words);
  /// Those of the base that a form has.
  std::vector<std::string> form_fields() const { return downhill::form_fields({format_, now_.complete}); }

  // ---- undo ----
  Undo& changes() { return undo_; }
  const Undo& changes() const { return undo_; }
  bool undo();
  bool redo();

private:
  enum class Step { opening, change, none }; // for undo
  std::optional<UserError> put(const Json& json, Step step);
  /// A change, or the next of the movement `moved` under way; empty: it is none.
  std::optional<UserError> put_change(const Json& json, const std::string& moved);
  void bring_back(const Json& json);
  std::optional<FieldValues> values_of(const FieldId& id) const;

  const DocumentFormat& format_;
  Document now_;
  Undo undo_;
  bool back_at_start_ = false; // the last movement came back to where it began
  std::string held_; // the field that a movement under way changes, once it has
  std::uint64_t version_ = 1;
};

} // namespace downhill
