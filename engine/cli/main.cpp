// downhill, the command line: reads experiments, trains their lanes side by side, writes curves and weights.
// The same program natively and, run by node, as WebAssembly.
#include "bench/bench.hpp"
#include "cli/backprop.hpp"
#include "cli/cases.hpp"
#include "cli/command.hpp"
#include "cli/files.hpp"
#include "cli/fit.hpp"
#include "cli/losses.hpp"
#include "cli/neuron.hpp"
#include "cli/own.hpp"
#include "cli/side_by_side.hpp"
#include "cli/surface.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "experiment/experiment.hpp"
#include "export/script.hpp"
#include "inspect/course.hpp"
#include "inspect/draws.hpp"
#include "inspect/predictions.hpp"
#include "network/safetensors.hpp"
#include "trainer/trainer.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <new>
#include <sys/stat.h>
#include <utility>

namespace downhill {
namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// How many runs --jobs lets go on side by side.
Result<std::size_t> jobs_asked(const Arguments& arguments) {
  if (arguments.jobs.empty()) return cores();
  const std::size_t number = number_of(arguments.jobs);
  if (number < 1) return UserError{"not_a_choice", "--jobs", {arguments.jobs, "1 … 999"}};
  return number;
}

struct Run {
  Experiment experiment;
  std::vector<std::string> names;
  Lanes lanes;
  std::size_t jobs;
  std::shared_ptr<const Subset> data;
};

Result<std::shared_ptr<const Source>> source_for(const DataSettings& data, const std::string& path) {
  if (entry_of(sources(), data.source).generated) {
    if (!path.empty()) return UserError{"takes_no_file", "--data", {data.source}};
    return std::shared_ptr<const Source>();
  }
  if (data.source == "own" && path.empty()) return UserError{"needs_file", "--data", {}};
  auto source = data.source == "own" ? read_own(path) : read_fashion_mnist(path.empty() ? kDataFolder : path);
  if (!source) return source.error();
  return std::shared_ptr<const Source>(std::make_shared<Source>(std::move(*source)));
}

Result<Run> prepare(const Arguments& arguments, const Json& json) {
  auto experiment = experiment_from_json(json);
  if (!experiment) return in_file(arguments.document, experiment.error());
  const auto lanes = lanes_asked(arguments, experiment->lanes.size());
  if (!lanes) return lanes.error();
  const auto jobs = jobs_asked(arguments);
  if (!jobs) return jobs.error();
  const DataSettings& data = experiment->lanes.front().settings.data;
  auto source = source_for(data, arguments.data);
  if (!source) return source.error();
  auto subset = draw_subset(*source, data);
  if (!subset) return subset.error();
  for (const Lane& lane : experiment->lanes)
    if (auto error = misfit(lane.settings, *subset)) return *error;
  std::vector<std::string> names = lane_names(experiment->lanes);
  return Run{std::move(*experiment), std::move(names), *lanes, *jobs, std::make_shared<Subset>(std::move(*subset))};
}

// One training of one lane.
struct Training {
  std::size_t lane;
  std::int64_t repeat;
};
std::vector<Training> trainings(const Run& run) {
  std::vector<Training> all;
  for (std::size_t lane = run.lanes.first; lane < run.lanes.last; ++lane)
    for (std::int64_t repeat = 0; repeat < run.experiment.lanes[lane].settings.repeats; ++repeat) all.push_back({lane, repeat});
  return all;
}

// What progress counts: examples, and for each update as much as eight of them.
double work_of(std::int64_t examples, std::int64_t steps) { return static_cast<double>(examples + 8 * steps); }
Progress progress_of(const Run& run, const std::vector<Training>& all) {
  double work = 0;
  for (const Training& training : all) {
    const LaneSettings& settings = run.experiment.lanes[training.lane].settings;
    const std::int64_t examples = run.data->train.size(), batch = settings.batch == 0 ? examples : settings.batch;
    work += static_cast<double>(settings.epochs) * work_of(examples, (examples + batch - 1) / batch);
  }
  return Progress(all.size(), work, now_s);
}

// Trains to the end; `on_piece` sees each completed step and evaluation, and ends it by saying false.
void drive(Trainer& trainer, Progress& progress, const std::function<bool(Trainer::Piece)>& on_piece) {
  for (;;) {
    const bool training = trainer.next_is_training();
    const std::int64_t examples = training ? trainer.next_batch_size() : 0;
    const double start = now_s();
    const Trainer::Piece piece = trainer.advance();
    if (training) trainer.add_seconds(now_s() - start);
    if (piece == Trainer::Piece::step) progress.add(work_of(examples, 1));
    if (piece == Trainer::Piece::end) break;
    if (piece != Trainer::Piece::part && !on_piece(piece)) break;
  }
  const std::int64_t examples = trainer.data().train.size() * trainer.settings().epochs;
  progress.run_ended(work_of(examples - trainer.examples(), trainer.steps() - trainer.step()));
}

int hash_experiment(const Arguments& arguments, const Json& json) {
  auto run = prepare(arguments, json);
  if (!run) return complain(run.error());
  const auto all = trainings(*run);
  Progress progress = progress_of(*run, all);
  LastRun last(all.size());
  Hash sum;
  std::vector<std::vector<std::vector<float>>> weights(all.size()); // by run and layer, until it is their turn
  const auto train = [&](std::size_t i) {
    Trainer trainer(run->experiment.lanes[all[i].lane].settings.repeat(all[i].repeat), run->data);
    drive(trainer, progress, [&](Trainer::Piece) { return !last.is_before(i); });
    for (Index l = 0; l < trainer.network().layer_count(); ++l) weights[i].push_back(trainer.network().torch_parameters(l));
  };
  side_by_side(all.size(), run->jobs, train, [&](std::size_t i) {
    if (all[i].repeat == 0) sum = {};
    for (const std::vector<float>& layer : std::exchange(weights[i], {})) sum.add_floats(layer);
    if (all[i].repeat + 1 < run->experiment.lanes[all[i].lane].settings.repeats) return true;
    bool seen = false;
    progress.aside([&] {
      print("%s\t%s\n", run->names[all[i].lane].c_str(), hex16(sum.value()).c_str());
      seen = printed();
    });
    if (!seen) last.at_most(i);
    return seen;
  });
  return 0;
}

// A number of curves.csv; empty where there is none (the accuracy of a regression).
std::string cell(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return value != value ? "" : text;
}

std::string weights_file(const Arguments& arguments, const Run& run, std::size_t lane, std::int64_t repeat) {
  const bool single = run.experiment.lanes[lane].settings.repeats == 1;
  return arguments.out + "/lane" + std::to_string(lane + 1) + (single ? "" : "_repeat" + std::to_string(repeat + 1)) + ".safetensors";
}

// What train writes as it goes.
struct Tables {
  RowsInTurn curves, batches;
  Result<bool> flush(std::size_t run) {
    auto done = curves.flush(run);
    return done ? batches.flush(run) : done;
  }
  Result<bool> next() {
    auto done = curves.next();
    return done ? batches.next() : done;
  }
};

// Everything --out asks for is tried before anything is trained.
Result<Tables> open_tables(const Arguments& arguments, const Run& run, const std::vector<Training>& all) {
  mkdir(arguments.out.c_str(), 0777); // a failure shows at the first file
  // opened, a table is empty: nothing is while another output may still be refused
  std::vector<std::string> outputs{arguments.out + "/curves.csv", arguments.out + "/batches.csv"};
  for (const Training& training : all) outputs.push_back(weights_file(arguments, run, training.lane, training.repeat));
  for (const std::string& path : outputs)
    if (auto error = unwritable(path)) return *error;
  auto curves = Stream::open(outputs[0]);
  if (!curves) return curves.error();
  auto batches = Stream::open(outputs[1]);
  if (!batches) return batches.error();
  Tables tables{{std::move(*curves), outputs[0], all.size()}, {std::move(*batches), outputs[1], all.size()}};
  std::string heads = "lane,repeat";
  for (const EvaluationColumn& column : kEvaluationColumns)
    if (!column.of_step) heads += "," + std::string(column.id);
  tables.curves.write(0, heads + "\n");
  tables.batches.write(0, "lane,repeat,step,batch_loss\n");
  if (auto done = tables.flush(0); !done) return done.error();
  return tables;
}

// Which output of the network is which class of a user's file, where that isn't plain.
void print_classes(const Run& run, const DataSettings& data) {
  if (data.source != "own") return;
  const auto names = class_names(*run.data->source, data);
  std::string line;
  bool plain = true;
  for (std::size_t i = 0; i < names.size(); ++i) {
    plain = plain && names[i] == std::to_string(i);
    line += (i == 0 ? "" : ", ") + std::to_string(i) + " = " + printable(names[i]);
  }
  if (!plain) print("classes: %s\n", line.c_str());
}

// A row of curves.csv after the lane and the repeat.
std::string curve_row(const Evaluation& e) {
  std::string out;
  for (const EvaluationColumn& column : kEvaluationColumns) {
    if (column.of_step) continue;
    char seconds[40];
    std::snprintf(seconds, sizeof seconds, "%.6f", e.seconds);
    if (!out.empty()) out += ",";
    out += column.whole ? std::to_string(e.*column.whole) : column.number == &Evaluation::seconds ? std::string(seconds) : cell(e.*column.number);
  }
  return out + "\n";
}

// What is printed of a training that has ended.
std::string train_line(const std::string& name, const Trainer& trainer, double best_accuracy) {
  const Evaluation& e = trainer.last_evaluation();
  char numbers[160];
  int size = std::snprintf(numbers, sizeof numbers, " %8lld %10.3f %11.4f %11.4f", static_cast<long long>(trainer.step()), trainer.seconds(), e.train_loss,
                           e.test_loss);
  if (trainer.data().classes > 0)
    std::snprintf(numbers + size, sizeof numbers - static_cast<std::size_t>(size), " %10.1f%% %10.1f%%", 100 * e.test_accuracy, 100 * best_accuracy);
  return name + std::string(name.size() < 24 ? 24 - name.size() : 0, ' ') + numbers + (trainer.verdict() == Verdict::diverged ? "  diverged" : "") + "\n";
}

int train(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  auto run = prepare(arguments, *json);
  if (!run) return complain(run.error());
  const auto all = trainings(*run);
  std::optional<Tables> tables;
  if (!arguments.out.empty()) {
    auto opened = open_tables(arguments, *run, all);
    if (!opened) return complain(opened.error());
    tables.emplace(std::move(*opened));
  }
  print_classes(*run, run->experiment.lanes.front().settings.data);
  print("%-24s %8s %10s %11s %11s %11s %11s\n", "lane", "step", "seconds", "train loss", "test loss", "test acc.", "best acc.");
  if (!printed() && !tables) return 0; // nobody would see the rest; files are worth going on for

  Progress progress = progress_of(*run, all);
  std::vector<Result<bool>> done(all.size(), true);
  std::vector<std::string> lines(all.size());
  LastRun last(all.size());
  const auto train_one = [&](std::size_t i) {
    if (last.is_before(i)) return;
    const auto [lane, repeat] = all[i];
    const std::string& name = run->names[lane];
    const std::string row = csv(name) + "," + std::to_string(repeat) + ",";
    Trainer trainer(run->experiment.lanes[lane].settings.repeat(repeat), run->data);
    double best = 0;
    drive(trainer, progress, [&](Trainer::Piece piece) {
      if (last.is_before(i)) return false;
      if (piece == Trainer::Piece::step) {
        if (tables) tables->batches.write(i, row + std::to_string(trainer.step()) + "," + cell(trainer.batch_loss()) + "\n");
        return true;
      }
      best = std::max(best, trainer.last_evaluation().test_accuracy);
      if (!tables) return true;
      tables->curves.write(i, row + curve_row(trainer.last_evaluation()));
      done[i] = tables->flush(i);
      return done[i].ok();
    });
    if (last.is_before(i)) return;
    lines[i] = train_line(name, trainer, best);
    if (tables && done[i])
      done[i] = write_file(weights_file(arguments, *run, lane, repeat), safetensors(trainer.network(), {{"lane", name}, {"hash", hex16(trainer.hash())}}));
    if (tables && done[i]) done[i] = tables->flush(i);
    if (!done[i]) last.at_most(i);
  };
  std::optional<UserError> error;
  side_by_side(all.size(), run->jobs, train_one, [&](std::size_t i) {
    bool seen = true;
    if (done[i]) progress.aside([&] { print("%s", lines[i].c_str()), seen = printed(); });
    if (done[i] && tables) done[i] = tables->next();
    if (!done[i]) error = done[i].error();
    const bool go_on = !error && (seen || tables);
    if (!go_on) last.at_most(i);
    return go_on;
  });
  progress.aside([&] {
    if (error) complain(*error);
  });
  return error ? 2 : 0;
}

// A row for each run of a lane, on other training examples each; then a row for each lane, what its runs come to.
int draws(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const std::size_t count = arguments.draws.empty() ? 5 : number_of(arguments.draws);
  if (count < 2 || count > kDrawsMost) return complain({"not_a_choice", "--draws", {arguments.draws, "2 … " + std::to_string(kDrawsMost)}});
  auto run = prepare(arguments, *json);
  if (!run) return complain(run.error());
  if (run->data->classes == 0) return complain({"draws_need_classes", "/data/source", {}});
  std::vector<std::shared_ptr<const Subset>> subsets{run->data};
  while (subsets.size() < count) {
    DataSettings data = run->experiment.lanes.front().settings.data;
    data.draw = static_cast<std::int64_t>(subsets.size());
    auto subset = draw_subset(run->data->source, data);
    if (!subset) return complain(subset.error());
    subsets.push_back(std::make_shared<Subset>(std::move(*subset)));
  }
  std::vector<Training> all;
  for (std::size_t lane = run->lanes.first; lane < run->lanes.last; ++lane)
    for (std::size_t draw = 0; draw < count; ++draw) all.push_back({lane, static_cast<std::int64_t>(draw)});
  Progress progress = progress_of(*run, all);
  std::vector<std::vector<std::uint8_t>> said(all.size());
  std::vector<std::uint64_t> hashes(all.size());
  side_by_side(
      all.size(), run->jobs,
      [&](std::size_t i) {
        LaneSettings settings = run->experiment.lanes[all[i].lane].settings;
        settings.data.draw = all[i].repeat;
        Trainer trainer(settings, subsets[static_cast<std::size_t>(all[i].repeat)]);
        drive(trainer, progress, [](Trainer::Piece) { return true; });
        if (trainer.verdict() == Verdict::diverged) return; // what NaN say is no class
        for (const Prediction& p : predict_first(trainer, false, trainer.data().test.size())) said[i].push_back(static_cast<std::uint8_t>(p.predicted));
        hashes[i] = trainer.hash();
      },
      [](std::size_t) { return true; });
  std::string rows = "lane,draw,test_error,hash\n", sums = "lane,mean_error,deviation,disagreement,majority_error\n";
  for (std::size_t i = 0; i < all.size(); i += count) {
    const std::string name = csv(run->names[all[i].lane]);
    std::vector<std::vector<std::uint8_t>> well; // of the runs that did not diverge; their cells are empty
    for (std::size_t k = 0; k < count; ++k)
      if (!said[i + k].empty()) well.push_back(said[i + k]);
    const Disagreement d = well.empty() ? Disagreement() : disagreement_of(run->data->test.labels, well, run->data->classes);
    for (std::size_t k = 0, done = 0; k < count; ++k) {
      rows += name + "," + std::to_string(k + 1) + ","; // as the page counts them
      rows += said[i + k].empty() ? "," : cell(d.errors[done++]) + "," + hex16(hashes[i + k]);
      rows += "\n";
    }
    sums += name + ",";
    sums += well.size() < 2 ? ",,," : cell(d.mean_error) + "," + cell(d.deviation) + "," + cell(d.disagreement) + "," + cell(d.majority_error);
    sums += "\n";
  }
  return hand_out(arguments, rows + sums);
}

constexpr std::size_t kPlanePoints = 24; // of a lane
constexpr int kPlaneSide = 41;
constexpr std::int64_t kPlaneExamples = 1000;

// The lanes' ways through weight space, trained to their ends: those that have the first one's network and have not diverged.
struct Courses {
  std::vector<std::size_t> lanes;
  std::vector<Course> courses;
};
Courses courses_of(const Run& run) {
  std::vector<Training> all;
  for (std::size_t lane = run.lanes.first; lane < run.lanes.last; ++lane)
    if (same_network(run.experiment.lanes[lane].settings, run.experiment.lanes[run.lanes.first].settings)) all.push_back({lane, 0});
  Progress progress = progress_of(run, all);
  std::vector<std::optional<Course>> found(all.size());
  const auto train_one = [&](std::size_t i) {
    Trainer trainer(run.experiment.lanes[all[i].lane].settings, run.data);
    History history;
    drive(trainer, progress, [&](Trainer::Piece) { return history.note(trainer), true; });
    if (trainer.verdict() == Verdict::diverged) return;
    CourseSearch search(trainer, history, kPlanePoints);
    while (search.advance()) {
    }
    found[i] = search.take();
  };
  side_by_side(all.size(), run.jobs, train_one, [](std::size_t) { return true; });
  Courses out;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (found[i]) out.lanes.push_back(all[i].lane), out.courses.push_back(std::move(*found[i]));
  return out;
}

// A row for each crossing of the grid, then one for each point of the lanes' ways. --points: their weights, 32-bit floats, row after row
// as they are printed.
int plane(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const auto kind_at = std::find(std::begin(kPlaneKinds), std::end(kPlaneKinds), arguments.kind);
  if (kind_at == std::end(kPlaneKinds)) return complain({"not_a_choice", "--kind", {arguments.kind, "principal, ends, random, line"}});
  const auto kind = static_cast<PlaneKind>(kind_at - std::begin(kPlaneKinds));
  auto run = prepare(arguments, *json);
  if (!run) return complain(run.error());
  const auto [lanes, courses] = courses_of(*run);
  const std::size_t least = std::max<std::size_t>(1, corners_of(kind));
  if (lanes.size() < least) return complain({"plane_few_lanes", "", {std::to_string(least), std::to_string(lanes.size())}});
  const LaneSettings& settings = run->experiment.lanes[lanes.front()].settings;
  const Trainer trainer(settings, run->data);
  std::vector<std::size_t> corners;
  for (std::size_t corner = 0; corner < corners_of(kind); ++corner) corners.push_back(corner);
  PlaneSearch search(kind, courses, corners, trainer.network(), settings.seed, 1);
  while (search.advance()) {
  }
  const Plane found = search.take();
  const int rows = kind == PlaneKind::line ? 1 : kPlaneSide;
  LossPlane losses(settings, run->data, found, courses, true, kPlaneExamples, kPlaneSide, rows);
  while (losses.advance()) {
  }
  std::string out = "x,y,loss\n";
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < kPlaneSide; ++column)
      out += cell(LossPlane::at(found.view.x_least, found.view.x_most, column, kPlaneSide)) + "," +
             cell(LossPlane::at(found.view.y_least, found.view.y_most, row, rows)) + "," + cell(static_cast<double>(*losses.cells().at(column, row))) + "\n";
  out += "lane,step,x,y,distance,loss\n";
  std::string weights;
  std::size_t point = 0;
  for (std::size_t c = 0; c < courses.size(); ++c) {
    for (std::size_t i = 0; i < courses[c].size(); ++i, ++point) {
      const PlanePlace& at = found.places[c][i];
      out += csv(run->names[lanes[c]]) + "," + std::to_string(courses[c].steps[i]) + "," + cell(at.x) + "," + cell(at.y) + "," + cell(at.distance) + "," +
             cell(static_cast<double>(losses.course_losses()[point])) + "\n";
    }
    weights.append(reinterpret_cast<const char*>(courses[c].weights.data()), courses[c].weights.size() * sizeof(float));
  }
  if (!arguments.points.empty())
    if (const auto written = write_file(arguments.points, weights); !written) return complain(written.error());
  return hand_out(arguments, out);
}

int check_experiment(const Arguments& arguments, const Json& json) {
  auto experiment = experiment_from_json(json);
  if (!experiment) return complain(in_file(arguments.document, experiment.error()));
  print("%s: %zu lanes, nothing wrong\n", printable(arguments.document).c_str(), experiment->lanes.size());
  return 0;
}

int export_experiment(const Arguments& arguments, const Json& json) {
  if (!arguments.data.empty()) return complain({"takes_no_data", "--data", {}}); // the script reads them
  auto experiment = experiment_from_json(json);
  if (!experiment) return complain(in_file(arguments.document, experiment.error()));
  const auto asked = lanes_asked(arguments, experiment->lanes.size());
  if (!asked) return complain(asked.error());
  const auto language = language_asked(arguments);
  if (!language) return complain(language.error());
  const Lane& lane = experiment->lanes[asked->first];
  return hand_out(arguments, torch_script(lane.settings, script_options(experiment->title, lane.label, lane.settings.optimizer.name, *language)));
}

// What these verbs do with the documents of each lab.
struct Lab {
  std::string_view id;
  int (*check)(const Arguments&, const Json&);
  int (*hash)(const Arguments&, const Json&);
  int (*export_script)(const Arguments&, const Json&);
};
constexpr Lab kLabs[] = {
    {"race", check_experiment, hash_experiment, export_experiment},
    {"surface", check_surface, hash_surface, export_surface},
    {"backprop", check_backprop, hash_backprop, export_backprop},
    {"neuron", check_neuron, hash_neuron, export_neuron},
    {"losses", check_losses, hash_losses, export_losses},
    {"fit", check_fit, hash_fit, export_fit},
    {"cases", check_cases, hash_cases, export_cases},
};

template <int (*Lab::*verb)(const Arguments&, const Json&)> int by_lab(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const bool named = json->is_object() && json->contains("lab");
  std::string known;
  for (const Lab& lab : kLabs) {
    if (!named || (*json)["lab"] == lab.id) return (lab.*verb)(arguments, *json); // the first one's documents need no name
    known += (known.empty() ? "" : ", ") + std::string(lab.id);
  }
  return complain(in_file(arguments.document, {"not_a_choice", "/lab", {brief((*json)["lab"]), known}}));
}

int bench(const Arguments&) {
  run_bench(now_s, [](const BenchRow& row) {
    print("%s\n", bench_line(row).c_str());
    if (!printed()) std::exit(ended(0)); // nobody would see the rest
  });
  return 0;
}

struct Option {
  const char *name, *value; // the value as the usage shows it; empty: it takes none
  std::string Arguments::* to;
};
struct Verb {
  const char* name;
  const char* file; // what the usage calls it; empty: it takes none
  std::vector<Option> options;
  const char* says;
  int (*run)(const Arguments&);
  bool many = false; // files, not one

  std::string options_text() const {
    std::string text;
    for (const Option& option : options) text += std::string(" [") + option.name + (*option.value ? " " : "") + option.value + "]";
    return text;
  }
};

const std::vector<Verb>& verbs() {
  static const Option data{"--data", "DIR|FILE.csv|FILE.downhill-data", &Arguments::data}, images{"--data", "DIR", &Arguments::data},
      lane{"--lane", "N", &Arguments::lane}, jobs{"--jobs", "N", &Arguments::jobs};
  static const std::vector<Verb> table{
      {"train", "EXPERIMENT.json", {data, lane, jobs, {"--out", "DIR", &Arguments::out}}, "trains; writes curves and weights", train},
      {"surface",
       "SURFACE.json",
       {images, lane, {"--map", "rates|starts", &Arguments::map}, {"--working", "STEP", &Arguments::working}, {"--out", "FILE", &Arguments::out}},
       "every lane's path, step by step; a map of a lane's rates or starts; one step, worked out",
       surface},
      {"plane",
       "EXPERIMENT.json",
       {data,
        lane,
        jobs,
        {"--kind", "principal|ends|random|line", &Arguments::kind},
        {"--points", "FILE", &Arguments::points},
        {"--out", "FILE", &Arguments::out}},
       "trains; the loss over a plane of weight space through the lanes' ways, and where those lie by it",
       plane},
      {"draws",
       "EXPERIMENT.json",
       {data, lane, jobs, {"--draws", "K", &Arguments::draws}, {"--out", "FILE", &Arguments::out}},
       "trains each lane on K sets of training examples (2 to 20; 5 where K is not given); their test errors, and on how many test examples "
       "they differ",
       draws},
      {"trace",
       "BACKPROP.json",
       {{"--formulas", "DIGITS", &Arguments::formulas}, {"--out", "FILE", &Arguments::out}},
       "every number of a small network's way forward and back, and of its updates, as JSON; with each step's formula, filled in",
       trace},
      {"neuron",
       "NEURON.json",
       {images, {"--weights", "FILE", &Arguments::weights}, {"--out", "FILE", &Arguments::out}},
       "a unit's truth table; or how many images its painted and its learned weights get right; or the way of its weight",
       neuron},
      {"losses",
       "LOSSES.json",
       {{"--out", "FILE", &Arguments::out}},
       "curves of losses; or a softmax and its gradient; or lines through points under three losses; or a sigmoid unit's way under two",
       losses_shown},
      {"fit",
       "FIT.json",
       {{"--fits", "FILE", &Arguments::fits}, {"--points", "FILE", &Arguments::points}, {"--out", "FILE", &Arguments::out}},
       "bias and variance of many fits, at every place and on average; or errors over capacity; or how close an approximation comes",
       fit},
      {"cases",
       "CASE.json",
       {{"--data", "DIR|FILE.downhill-data", &Arguments::data}, {"--stations", "all|STATION", &Arguments::stations}, {"--out", "FILE", &Arguments::out}},
       "trains a model from Dataset to prediction; its curves and a prediction, or what is to be seen at each station, as JSON",
       cases},
      {"hash",
       "DOCUMENT.json",
       {data, lane, jobs},
       "a hash of each lane's or case's weights, or of its path, or of a trace, or of what a unit or a loss says, or of fits",
       by_lab<&Lab::hash>},
      {"export",
       "DOCUMENT.json",
       {images, lane, {"--out", "SCRIPT.py", &Arguments::out}, {"--lang", "zh|en", &Arguments::lang}},
       "a lane, a trace, a unit, losses, fits or a case as a PyTorch script",
       by_lab<&Lab::export_script>},
      {"data",
       "FOLDER|ZIP|CSV|PICTURE...",
       {{"--out", "FILE.downhill-data", &Arguments::out},
        {"--size", "28|32", &Arguments::size},
        {"--crop", "", &Arguments::crop},
        {"--fit", "", &Arguments::fit},
        {"--invert", "", &Arguments::invert},
        {"--target", "COLUMN", &Arguments::target},
        {"--as", "classes|numbers", &Arguments::as},
        {"--features", "COLUMN,...", &Arguments::features},
        {"--test", "PERCENT", &Arguments::test},
        {"--validation", "PERCENT", &Arguments::validation},
        {"--seed", "N", &Arguments::seed},
        {"--template", "", &Arguments::blank}},
       "your own pictures (a folder or zip, the class by folder or by a CSV) or your own table as data for --data; says what was left out, and "
       "why; --template makes the folder: a table of 196 scores to be filled, and how",
       own_data,
       true},
      {"check", "DOCUMENT.json", {}, "says what is wrong with a document", by_lab<&Lab::check>},
      {"bench", "", {}, "how fast this machine trains", bench},
  };
  return table;
}

std::string usage() {
  std::string text;
  for (const Verb& verb : verbs())
    text += std::string(text.empty() ? "usage: " : "       ") + "downhill " + verb.name + (*verb.file ? " " : "") + verb.file + verb.options_text() +
            "\n           " + verb.says + "\n";
  return text;
}

int misuse(const std::string& what) { return std::fprintf(stderr, "downhill: %s; try --help\n", printable(what).c_str()), 2; }

int main_with(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (word == "--help" || word == "-h") return print("%s", usage().c_str()), 0;
  const auto verb = std::find_if(verbs().begin(), verbs().end(), [&](const Verb& v) { return !words.empty() && words[0] == v.name; });
  if (verb == verbs().end()) return std::fputs(usage().c_str(), stderr), 2;
  Arguments arguments;
  std::vector<std::string> files;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) {
      files.push_back(words[i]);
      continue;
    }
    const auto option = std::find_if(verb->options.begin(), verb->options.end(), [&](const Option& o) { return words[i] == o.name; });
    if (option == verb->options.end())
      return misuse(words[i] + ": no such option of " + verb->name + ", which takes" + (verb->options.empty() ? " none" : verb->options_text()));
    if (*option->value == 0) {
      arguments.*option->to = "yes";
      continue;
    }
    if (i + 1 == words.size() || words[i + 1].empty() || words[i + 1].starts_with("--")) return misuse(words[i] + ": its value is missing: " + option->value);
    arguments.*option->to = words[++i];
  }
  if (verb->many && files.empty()) return misuse(std::string(verb->name) + " takes " + verb->file);
  if (!verb->many && files.size() != (*verb->file ? 1U : 0U))
    return misuse(std::string(verb->name) + (*verb->file ? " takes one document, a .json file" : " takes no file"));
  if (*verb->file) arguments.document = files[0];
  arguments.files = std::move(files);
  return verb->run(arguments);
}

// A standard stream that is closed would be given to the first file that is opened. What keeps its place can't be used, either.
void keep_standard_streams() {
  for (int stream = 0; stream < 3; ++stream)
    if (fcntl(stream, F_GETFD) == -1 && errno == EBADF) static_cast<void>(open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY));
}

} // namespace
} // namespace downhill

int downhill_main(int count, char** words);
int downhill_main(int count, char** words) {
  // without exceptions a failed allocation comes here; what was written so far stands
  std::set_new_handler([] {
    static constexpr char kSentence[] = "downhill: out of memory; use fewer examples, units or lanes\n";
    std::fwrite(kSentence, 1, sizeof kSentence - 1, stderr);
    std::_Exit(3);
  });
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN); // a reader gone, a file too large: told as any output that fails
  downhill::keep_standard_streams();
  return downhill::ended(downhill::main_with({words + 1, words + count}));
}

#ifndef DOWNHILL_NO_MAIN
int main(int count, char** words) { return downhill_main(count, words); }
#endif
