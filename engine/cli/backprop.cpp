#include "cli/backprop.hpp"

#include "backprop/backprop_document.hpp"
#include "backprop/trace_text.hpp"
#include "backprop/workings.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "export/backprop_script.hpp"

namespace downhill {
namespace {

Result<BackpropDocument> asked(const Arguments& arguments, const Json& json) {
  auto document = backprop_document_from_json(json);
  if (!document) return in_file(arguments.document, document.error());
  if (const auto lanes = lanes_asked(arguments, 0); !lanes) return lanes.error(); // there are none
  if (!arguments.data.empty()) return UserError{"takes_no_data", "--data", {}};
  return document;
}

} // namespace

int trace(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const auto document = asked(arguments, *json);
  if (!document) return complain(document.error());
  const BackpropTrace trace = backprop_trace(document->settings);
  if (arguments.formulas.empty()) return hand_out(arguments, trace_json(trace));
  const auto digits = static_cast<int>(number_of(arguments.formulas, 2));
  if (digits < 1 || digits > kBackpropDigitsMost)
    return complain({"not_a_choice", "--formulas", {arguments.formulas, "1 … " + std::to_string(kBackpropDigitsMost)}});
  return hand_out(arguments, trace_json_with_steps(trace, document->settings, digits));
}

int check_backprop(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json);
  if (!document) return complain(document.error());
  print("%s: %zu layers, %zu examples, nothing wrong\n", printable(arguments.document).c_str(), document->settings.layers.size(),
        document->settings.examples.size());
  return 0;
}

int hash_backprop(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json);
  if (!document) return complain(document.error());
  print("%s\t%s\n", std::string(kBackpropFormat.lab).c_str(), hex16(hash_of(backprop_trace(document->settings))).c_str());
  return 0;
}

int export_backprop(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json);
  if (!document) return complain(document.error());
  const auto language = language_asked(arguments);
  if (!language) return complain(language.error());
  return hand_out(arguments, backprop_script(document->settings, script_options(document->title, {}, document->settings.optimizer.name, *language)));
}

} // namespace downhill
