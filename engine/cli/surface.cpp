#include "cli/surface.hpp"

#include "cli/files.hpp"
#include "core/printable.hpp"
#include "export/surface_script.hpp"
#include "surfaces/image_points.hpp"
#include "surfaces/map.hpp"
#include "surfaces/surface_document.hpp"
#include "surfaces/working.hpp"

#include <cstdio>
#include <cstdlib>

namespace downhill {
namespace {

// The shortest text that reads back as this float.
std::string shortest(float value) {
  if (value != value) return "nan"; // of either sign
  char text[40];
  for (int digits = 1; digits <= 9; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (std::strtof(text, nullptr) == value) break;
  }
  return text;
}

struct Asked {
  SurfaceDocument document;
  std::vector<std::string> names;
  Lanes lanes;
};
Result<Asked> asked(const Arguments& arguments, const Json& json) {
  auto document = surface_document_from_json(json);
  if (!document) return in_file(arguments.document, document.error());
  const auto lanes = lanes_asked(arguments, document->lanes.size());
  if (!lanes) return lanes.error();
  if (needs_images(document->surface)) {
    auto source = read_fashion_mnist(arguments.data.empty() ? kDataFolder : arguments.data);
    if (!source) return source.error();
    auto points = image_points(std::make_shared<Source>(std::move(*source)), document->surface);
    if (!points) return in_file(arguments.document, points.error());
    document->surface.points = std::move(*points);
  } else if (!arguments.data.empty())
    return UserError{"takes_no_data", "--data", {}};
  std::vector<std::string> names = lane_names(document->lanes);
  return Asked{std::move(*document), std::move(names), *lanes};
}

std::string paths(const Asked& asked) {
  const auto surface = make_surface(asked.document.surface);
  std::string out = "lane,step,x,y,f\n";
  for (std::size_t lane = asked.lanes.first; lane < asked.lanes.last; ++lane) {
    std::size_t step = 0;
    for (const Stand& stand : whole_path(Walk(surface, asked.document.lanes[lane].settings)))
      out += csv(asked.names[lane]) + "," + std::to_string(step++) + "," + shortest(stand.place[0]) + "," + shortest(stand.place[1]) + "," + shortest(stand.f) +
             "\n";
  }
  return out;
}

constexpr int kMapSide = 96;

// A row for each cell of one lane's map, the first unless --lane names another; of a rule without a second parameter there is
// one row of rates.
std::string map_of(const Asked& asked, MapKind kind) {
  const SurfaceSettings& settings = asked.document.surface;
  const WalkSettings& lane = asked.document.lanes[asked.lanes.first].settings;
  const Extent& view = entry_of(surfaces(), settings.surface.name).view;
  const auto [across, up] = map_axes(kind, lane, view);
  const int rows = up.name.empty() ? 1 : kMapSide;
  Map map(make_surface(settings), lane, across, up, kMapSide, rows, minima_of(settings, view), reach_in(view));
  while (map.advance()) {
  }
  std::string out = std::string(across.name) + (up.name.empty() ? "" : ",") + std::string(up.name) + ",steps,minimum_x,minimum_y,f\n";
  const auto number = [](double value) { return shortest(static_cast<float>(value)); };
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < kMapSide; ++column) {
      const Arrival& arrival = *map.at(column, row);
      const Place* minimum = arrival.minimum < 0 ? nullptr : &map.minima()[static_cast<std::size_t>(arrival.minimum)];
      out += number(across.at(column, kMapSide)) + (up.name.empty() ? "" : "," + number(up.at(row, rows))) + ",";
      out += arrival.diverged ? "diverged" : arrival.steps < 0 ? "" : std::to_string(arrival.steps);
      out += minimum ? "," + number(minimum->x) + "," + number(minimum->y) : ",,";
      out += "," + shortest(arrival.f) + "\n";
    }
  return out;
}

// Each lane's step of this number: a line for its name, then one for each formula, with x and y after tabs.
Result<std::string> workings(const Asked& asked, const std::string& number) {
  const auto surface = make_surface(asked.document.surface);
  const auto step = static_cast<std::int64_t>(number_of(number, 5));
  std::string out;
  for (std::size_t lane = asked.lanes.first; lane < asked.lanes.last; ++lane) {
    Walk walk(surface, asked.document.lanes[lane].settings);
    while (walk.step() + 1 < step && walk.advance()) {
    }
    const auto working = step < 1 ? std::nullopt : next_working(walk);
    if (!working) {
      while (walk.advance()) {
      }
      return UserError{"no_such_step", "--working", {asked.names[lane], number, std::to_string(walk.step())}};
    }
    out += asked.names[lane] + ", " + std::to_string(working->step) + "\n";
    for (const WorkingLine& line : working->lines) {
      out += line.symbolic();
      for (std::size_t axis = 0; axis < 2; ++axis) {
        const Filled& filled = line.filled[axis];
        out += (axis == 0 ? "\tx: " : "\ty: ") + (filled.formula == filled.result ? "" : filled.formula + " = ") + filled.result;
      }
      out += "\n";
    }
  }
  return out;
}

} // namespace

int surface(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const auto what = asked(arguments, *json);
  if (!what) return complain(what.error());
  const bool of_rates = arguments.map == "rates";
  if (!arguments.map.empty() && !of_rates && arguments.map != "starts") return complain({"not_a_choice", "--map", {arguments.map, "rates, starts"}});
  if (!arguments.map.empty() && !arguments.working.empty()) return complain({"one_or_other", "", {"--map", "--working"}});
  if (!arguments.working.empty()) {
    const auto text = workings(*what, arguments.working);
    return text ? hand_out(arguments, *text) : complain(text.error());
  }
  return hand_out(arguments, arguments.map.empty() ? paths(*what) : map_of(*what, of_rates ? MapKind::rates : MapKind::starts));
}

int check_surface(const Arguments& arguments, const Json& json) {
  auto document = surface_document_from_json(json);
  if (!document) return complain(in_file(arguments.document, document.error()));
  print("%s: %zu lanes, nothing wrong\n", printable(arguments.document).c_str(), document->lanes.size());
  return 0;
}

int hash_surface(const Arguments& arguments, const Json& json) {
  const auto what = asked(arguments, json);
  if (!what) return complain(what.error());
  const auto surface = make_surface(what->document.surface);
  for (std::size_t lane = what->lanes.first; lane < what->lanes.last; ++lane)
    print("%s\t%s\n", what->names[lane].c_str(), hex16(hash_of(whole_path(Walk(surface, what->document.lanes[lane].settings)))).c_str());
  return 0;
}

int export_surface(const Arguments& arguments, const Json& json) {
  const auto what = asked(arguments, json);
  if (!what) return complain(what.error());
  const auto language = language_asked(arguments);
  if (!language) return complain(language.error());
  const SurfaceLane& lane = what->document.lanes[what->lanes.first];
  return hand_out(arguments, surface_script(what->document.surface, lane.settings, what->names[what->lanes.first],
                                            script_options(what->document.title, lane.label, lane.settings.optimizer.name, *language)));
}

} // namespace downhill
