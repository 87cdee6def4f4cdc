#include "cli/fit.hpp"

#include "cli/side_by_side.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "export/fit_script.hpp"
#include "fit/fit_csv.hpp"

namespace downhill {
namespace {

Result<FitDocument> asked(const Arguments& arguments, const Json& json) {
  auto document = fit_document_from_json(json);
  if (!document) return in_file(arguments.document, document.error());
  if (const auto lanes = lanes_asked(arguments, 0); !lanes) return lanes.error(); // there are none
  if (!arguments.data.empty()) return UserError{"takes_no_data", "--data", {}};
  return document;
}

template <class Job> void finish(Job& job) {
  while (job.advance()) {
  }
}

// What the document's part comes to. A set, or a capacity, is the same whichever thread works it out.
struct Outcome {
  std::string csv, fits, points;
  Hash hash;
};

Outcome of_sets(const FitSettings& settings) {
  const Target target(settings);
  std::vector<SetFit> fits(static_cast<std::size_t>(settings.sets));
  const auto fit_one = [&](std::size_t i) {
    const auto set = static_cast<std::int64_t>(i);
    FitSets one(settings, set, set + 1);
    finish(one);
    fits[i] = one.fits().front();
  };
  side_by_side(fits.size(), cores(), fit_one, [](std::size_t) { return true; });
  Outcome out{decomposition_csv(decompose(settings, target, fits)), fits_csv(settings, fits), points_csv(settings, target), {}};
  for (const SetFit& fit : fits) out.hash.add_doubles(fit.predictions);
  return out;
}

// The one fit of the other parts, as set 1.
void add_one_fit(const FitSettings& settings, const FitRun& run, Outcome& out) {
  const std::vector<SetFit> fits{{0, false, 0, 0, 0, run.predict(even_places(settings, settings.at))}};
  out.fits = fits_csv(settings, fits);
  out.points = points_csv(run.points());
  out.hash.add_doubles(fits.front().predictions);
}

Outcome of_capacity(const FitSettings& settings) {
  const std::vector<std::int64_t> capacities = fit_capacities(settings.model);
  std::vector<CapacityFit> results(capacities.size());
  const auto fit_one = [&](std::size_t i) { // the largest first: they take longest
    const std::size_t at = capacities.size() - 1 - i;
    CapacityRun run(settings, capacities[at], true);
    finish(run);
    results[at] = run.result();
  };
  side_by_side(results.size(), cores(), fit_one, [](std::size_t) { return true; });
  Outcome out{sweep_csv(results), {}, {}, {}};
  for (const CapacityFit& c : results) {
    const double numbers[] = {c.train_error, c.expected_error, c.mean_train_error, c.mean_expected_error, c.bias2, c.variance};
    out.hash.add_doubles(numbers);
  }
  const auto target = std::make_shared<Target>(settings);
  FitRun run(settings, target, first_points(settings, *target));
  finish(run);
  add_one_fit(settings, run, out);
  return out;
}

Outcome of_approximation(const FitSettings& settings) {
  const auto target = std::make_shared<Target>(settings);
  FitRun run(settings, target, first_points(settings, *target));
  finish(run);
  Outcome out{approximation_csv(settings, *target, run), {}, {}, {}};
  add_one_fit(settings, run, out);
  const double towers[] = {tower_deviation(settings, *target)};
  out.hash.add_doubles(towers);
  return out;
}

Outcome outcome_of(const FitDocument& document) {
  switch (document.part) {
  case FitPart::approximate: return of_approximation(document.settings);
  case FitPart::capacity: return of_capacity(document.settings);
  default: return of_sets(document.settings);
  }
}

} // namespace

int fit(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const auto document = asked(arguments, *json);
  if (!document) return complain(document.error());
  const std::pair<const std::string&, std::string Outcome::*> files[] = {{arguments.fits, &Outcome::fits}, {arguments.points, &Outcome::points}};
  for (const auto& [path, unused] : files)
    if (!path.empty())
      if (const auto error = unwritable(path)) return complain(*error);
  const Outcome outcome = outcome_of(*document);
  for (const auto& [path, text] : files)
    if (!path.empty())
      if (const auto written = write_file(path, outcome.*text); !written) return complain(written.error());
  return hand_out(arguments, outcome.csv);
}

int check_fit(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json);
  if (!document) return complain(document.error());
  print("%s: nothing wrong\n", printable(arguments.document).c_str());
  return 0;
}

int hash_fit(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json);
  if (!document) return complain(document.error());
  print("%s\t%s\n", std::string(kFitFormat.lab).c_str(), hex16(outcome_of(*document).hash.value()).c_str());
  return 0;
}

int export_fit(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json);
  if (!document) return complain(document.error());
  const auto language = language_asked(arguments);
  if (!language) return complain(language.error());
  return hand_out(arguments, fit_script(*document, script_options(document->title, {}, *language == Language::zh ? "拟合" : "A fit", *language)));
}

} // namespace downhill
