// One setting of the base or of a lane, found by its JSON pointer: value, range, default, and how to change it. Pointers
// reach into named choices (/optimizer/lr, /optimizer/betas/0) and layers (/network/hidden/0/units).
#pragma once
#include "app/core/race.hpp"

namespace downhill {

/// A control's id names what it sets: "field:/batch" the base's, "lane:3:/batch" lane 3's.
struct FieldId {
  std::optional<std::size_t> lane;
  std::string pointer;
  std::string text() const { return lane ? "lane:" + std::to_string(*lane) + ":" + pointer : "field:" + pointer; }
  /// Empty if `id` names no field.
  static std::optional<FieldId> parse(const std::string& id);
};

/// Where a setting is looked for: a document's format, and its base or one of its lanes, with every field.
struct FieldValues {
  const DocumentFormat& format;
  const Json& base;
  const Json* lane = nullptr; ///< null: the base is meant
  const Json& own() const { return lane ? *lane : base; }
};

struct FieldInfo {
  Json value; ///< null if there is no such field
  FieldKind kind = FieldKind::number;
  double least = 0, most = 0;
  Json standard;                     ///< null: none to go back to
  std::vector<std::string_view> ids; ///< of a choice
  std::string choices;               ///< prefix of the choices' string keys
  std::string key;                   ///< "help." + key explains it, formulas of the page are by the same key
  bool lanes_may = true;
  bool differs = false; ///< a lane's, other than the base's
};

FieldInfo field_info(const FieldValues& values, const std::string& pointer);
/// An array can only be replaced whole in a lane. What is to be set, so that `pointer`, which there is, has this value: the pointer
/// itself, or, if it leads into an array, that array with the value in it.
std::pair<std::string, Json> whole_array(const Json& values, const std::string& pointer, Json value);
/// Takes a field out of a lane's patch, and the objects that are empty without it.
void take_out(Json& patch, const std::string& pointer);
/// Makes the patch of a lane of this base say that a field has this value: without a word, where the lane has it then. A choice of
/// another name takes the parameters of the one before along.
void put_in(Json& patch, const Json& base, const std::string& pointer, const Json& value);
/// The fields that a form has of the base, by their pointers: all that can be typed in one line or chosen, and the parameters of
/// what is chosen.
std::vector<std::string> form_fields(const FieldValues& values);

/// Of a race; a lane that there is not has no fields.
FieldInfo field_info(const Race& race, const FieldId& id);
/// Sets it. Layers are arrays, which a lane can only replace whole: that is done here.
std::optional<UserError> set_field(Race& race, const FieldId& id, const Json& value);
/// Back to the base's value (lane) or to the default (base).
std::optional<UserError> reset_field(Race& race, const FieldId& id);
/// The same of a race; its source is no field of the form, since other data are more than another name.
std::vector<std::string> form_fields(const Race& race);

/// What may be typed besides numbers, in the reader's language.
struct FieldWords {
  std::string_view full, epoch;
};
/// What was typed as the value that it means: "0.1", "1e-3", "20 %", "full", "全部", "500 examples", "1, 2" of a list; a text as it
/// is. Error: wrong_type.
Result<Json> typed_value(const FieldInfo& info, const std::string& typed, const FieldWords& words);

/// Two settings of a race that are no fields of its experiment, by their controls' ids "stop:accuracy" (in percent) and
/// "stop:no_improvement". Words switch a rule off. Error: out_of_range.
std::optional<UserError> set_stop_rule(Race& race, std::string_view id, const std::string& typed);

// ---- in words (field_text.cpp) ----
/// Sets what was typed.
std::optional<UserError> set_typed(Race& race, const FieldId& id, const std::string& typed);
/// What a setting is called, by its pointer: as in the settings; parameters by PyTorch's names, "betas[0]"; of a layer,
/// with the layer's number.
std::string field_label(const std::string& pointer);
/// What explains it, in a sentence: its own, or that of all parameters of its choice.
std::string_view field_help(const FieldInfo& info, const std::string& pointer);
/// The value as it is shown in a field.
std::string field_text(const FieldInfo& info);
/// A row of the form view: id, label, help, value, and the choices if it is one.
Json form_row(const FieldInfo& info, const FieldId& id);
/// Adds to `out` what an explanation of a field says besides its sentence: value, range, default, formula.
void explain_field(Json& out, const FieldInfo& info, const FieldId& id);

} // namespace downhill
