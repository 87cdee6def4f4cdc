#include "cli/cases.hpp"

#include "cases/cases_csv.hpp"
#include "cases/stations.hpp"
#include "cli/files.hpp"
#include "core/printable.hpp"
#include "export/cases_script.hpp"

#include <algorithm>
#include <cstdio>

namespace downhill {
namespace {

Result<CasesDocument> asked_case(const Arguments& arguments, const Json& json, bool reads_data) {
  auto document = cases_document_from_json(json);
  if (!document) return in_file(arguments.document, document.error());
  if (const auto error = too_few_rated(document->settings)) return in_file(arguments.document, *error);
  if (const auto lanes = lanes_asked(arguments, 0); !lanes) return lanes.error(); // there are none
  if (!reads_data && !arguments.data.empty()) return UserError{"takes_no_data", "--data", {}};
  return document;
}

// Trained to its end.
Result<CaseRun> trained_case(const Arguments& arguments, const CasesDocument& document) {
  const bool own = document.settings.own;
  if (own && arguments.data.empty()) return UserError{"needs_file", "--data", {}};
  auto read = own ? read_own(arguments.data) : read_fashion_mnist(arguments.data.empty() ? kDataFolder : arguments.data);
  if (!read) return read.error();
  const auto source = std::make_shared<Source>(std::move(*read));
  auto settings = settings_with(document.settings, source);
  if (!settings) return in_file(arguments.document, settings.error());
  auto data = case_data(source, *settings);
  if (!data) return in_file(arguments.document, data.error());
  if (own && !settings->own_validation) // no mistake, but to be known
    std::fprintf(stderr, "downhill: %s has no validation set: %lld of its training examples are taken for validation instead\n",
                 printable(arguments.data).c_str(), static_cast<long long>(data->size(CasePart::validation)));
  CaseRun run(*settings, std::move(*data));
  while (run.advance()) {
  }
  return run;
}

struct Wanted {
  bool stations = false;
  std::optional<CaseStation> one;
};
Result<Wanted> stations_asked(const Arguments& arguments) {
  if (arguments.stations.empty() || arguments.stations == "all") return Wanted{!arguments.stations.empty(), {}};
  const auto found = std::find(std::begin(kCaseStations), std::end(kCaseStations), arguments.stations);
  if (found != std::end(kCaseStations)) return Wanted{true, static_cast<CaseStation>(found - std::begin(kCaseStations))};
  std::string known = "all";
  for (const std::string_view id : kCaseStations) known += ", " + std::string(id);
  return UserError{"not_a_choice", "--stations", {arguments.stations, known}};
}

} // namespace

int cases(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const auto document = asked_case(arguments, *json, true);
  if (!document) return complain(document.error());
  const auto wanted = stations_asked(arguments);
  if (!wanted) return complain(wanted.error());
  const auto run = trained_case(arguments, *document);
  if (!run) return complain(run.error());
  return hand_out(arguments, wanted->stations ? stations_json(*run, wanted->one) : cases_csv(*run));
}

int check_cases(const Arguments& arguments, const Json& json) {
  const auto document = asked_case(arguments, json, false);
  if (!document) return complain(document.error());
  print("%s: nothing wrong\n", printable(arguments.document).c_str());
  return 0;
}

int hash_cases(const Arguments& arguments, const Json& json) {
  const auto document = asked_case(arguments, json, true);
  if (!document) return complain(document.error());
  const auto run = trained_case(arguments, *document);
  if (!run) return complain(run.error());
  print("%s\t%s\n", std::string(kCasesFormat.lab).c_str(), hex16(run->trainer().hash()).c_str());
  return 0;
}

int export_cases(const Arguments& arguments, const Json& json) {
  const auto document = asked_case(arguments, json, false);
  if (!document) return complain(document.error());
  const auto language = language_asked(arguments);
  if (!language) return complain(language.error());
  return hand_out(arguments, cases_script(*document, script_options(document->title, {}, *language == Language::zh ? "案例" : "A case", *language)));
}

} // namespace downhill
