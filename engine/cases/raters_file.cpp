#include "cases/raters_file.hpp"

#include "cases/cases_document.hpp"

namespace downhill {

std::string raters_file(const Json& raters) {
  std::string lines; // a rater a line: people look into such files
  for (const Json& rater : raters) lines += (lines.empty() ? "\n" : ",\n") + rater.dump();
  return "{\"downhill_raters\": " + std::to_string(kRatersFormat) + ", \"raters\": [" + lines + "\n]}\n";
}

Result<Json> raters_from_file(std::string_view text) {
  auto file = read_json(text);
  if (!file) return file;
  if (!file->is_object() || !file->contains("downhill_raters")) return UserError{"not_raters", "", {}};
  const Json& format = (*file)["downhill_raters"];
  if (format != kRatersFormat) return UserError{"version", "/downhill_raters", {brief(format), std::to_string(kRatersFormat)}};
  if (auto failure = check_known(*file, {"downhill_raters", "raters"}, "")) return *failure;
  if (!file->contains("raters")) return UserError{"missing", "", {"raters"}};
  Json raters = (*file)["raters"];
  if (auto failure = complete_field(raters, *kCasesFormat.field_at("/raters"), "/raters")) return *failure;
  if (raters.empty()) return UserError{"out_of_range", "/raters", {"0", "1", std::to_string(kRatersMost)}};
  return raters;
}

} // namespace downhill
