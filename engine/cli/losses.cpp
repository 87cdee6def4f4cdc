#include "cli/losses.hpp"

#include "core/printable.hpp"
#include "export/losses_script.hpp"
#include "losses/losses_csv.hpp"
#include "losses/losses_hash.hpp"

namespace downhill {
namespace {

Result<LossesDocument> asked_losses(const Arguments& arguments, const Json& json) {
  auto document = losses_document_from_json(json);
  if (!document) return in_file(arguments.document, document.error());
  if (const auto lanes = lanes_asked(arguments, 0); !lanes) return lanes.error(); // there are none
  if (!arguments.data.empty()) return UserError{"takes_no_data", "--data", {}};
  return document;
}

} // namespace

int losses_shown(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const auto document = asked_losses(arguments, *json);
  if (!document) return complain(document.error());
  return hand_out(arguments, losses_csv(*document));
}

int check_losses(const Arguments& arguments, const Json& json) {
  const auto document = asked_losses(arguments, json);
  if (!document) return complain(document.error());
  print("%s: nothing wrong\n", printable(arguments.document).c_str());
  return 0;
}

int hash_losses(const Arguments& arguments, const Json& json) {
  const auto document = asked_losses(arguments, json);
  if (!document) return complain(document.error());
  print("%s\t%s\n", std::string(kLossesFormat.lab).c_str(), hex16(losses_hash(*document)).c_str());
  return 0;
}

int export_losses(const Arguments& arguments, const Json& json) {
  const auto document = asked_losses(arguments, json);
  if (!document) return complain(document.error());
  const auto language = language_asked(arguments);
  if (!language) return complain(language.error());
  return hand_out(arguments, losses_script(*document, script_options(document->title, {}, *language == Language::zh ? "损失函数" : "Losses", *language)));
}

} // namespace downhill
