// downhill, the command line: reads experiments, trains their lanes one after the other, writes curves and weights.
// The same program natively and, run by node, as WebAssembly.
#include "bench/bench.hpp"
#include "cli/files.hpp"
#include "core/hash.hpp"
#include "experiment/experiment.hpp"
#include "export/script.hpp"
#include "network/safetensors.hpp"
#include "trainer/trainer.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <sys/stat.h>

namespace downhill {
namespace {

constexpr const char* kUsage = "usage: downhill train EXPERIMENT.json [--data DIR] [--out DIR]   curves, weights\n"
                               "       downhill hash  EXPERIMENT.json [--data DIR]               a hash of each lane's weights\n"
                               "       downhill export EXPERIMENT.json [--lane N] [--out script.py] [--lang zh|en]   a lane as a PyTorch script\n"
                               "       downhill check EXPERIMENT.json                            says what is wrong\n"
                               "       downhill bench                                            how fast this machine trains\n";

struct Arguments {
  std::string experiment, data, out, lane = "1", lang = "zh";
};

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int complain(const UserError& error) {
  std::fprintf(stderr, "downhill: %s\n", error.sentence(Language::en).c_str());
  return error.code == "memory" ? 3 : 2;
}

Result<Experiment> experiment_from_file(const std::string& path) {
  const auto bytes = read_file(path, kTextMost);
  if (!bytes) return bytes.error();
  auto experiment = read_experiment(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
  if (!experiment)
    return UserError{experiment.error().code, path + (experiment.error().place.empty() ? "" : " " + experiment.error().place), experiment.error().with};
  return experiment;
}

std::string lane_label(const Lane& lane, std::size_t index) {
  std::string label = label_text(lane.label, Language::en, lane.settings.optimizer.name + " " + std::to_string(index + 1));
  for (char& c : label)
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  return label;
}

// A field of a CSV file, quoted where it must be (RFC 4180).
std::string csv(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

struct Run {
  Experiment experiment;
  std::shared_ptr<const Subset> data;
};

Result<std::shared_ptr<const Source>> source_for(const DataSettings& data, const std::string& path) {
  if (entry_of(sources(), data.source).generated) return std::shared_ptr<const Source>();
  if (data.source == "own" && path.empty()) return UserError{"needs_file", "--data", {}};
  auto source = data.source == "own" ? read_own(path) : read_fashion_mnist(path.empty() ? kDataFolder : path);
  if (!source) return source.error();
  return std::shared_ptr<const Source>(std::make_shared<Source>(std::move(*source)));
}

Result<Run> prepare(const Arguments& arguments) {
  auto experiment = experiment_from_file(arguments.experiment);
  if (!experiment) return experiment.error();
  const DataSettings& data = experiment->lanes.front().settings.data;
  auto source = source_for(data, arguments.data);
  if (!source) return source.error();
  auto subset = draw_subset(*source, data);
  if (!subset) return subset.error();
  for (const Lane& lane : experiment->lanes)
    if (auto error = misfit(lane.settings, *subset)) return *error;
  return Run{std::move(*experiment), std::make_shared<Subset>(std::move(*subset))};
}

// Trains to the end; `on_piece` sees each completed step and evaluation.
void drive(Trainer& trainer, const std::function<void(Trainer::Piece)>& on_piece) {
  for (;;) {
    const bool training = trainer.next_is_training();
    const double start = now_s();
    const Trainer::Piece piece = trainer.advance();
    if (training) trainer.add_seconds(now_s() - start);
    if (piece == Trainer::Piece::end) return;
    if (piece != Trainer::Piece::part) on_piece(piece);
  }
}

int hash(const Arguments& arguments) {
  auto run = prepare(arguments);
  if (!run) return complain(run.error());
  for (std::size_t i = 0; i < run->experiment.lanes.size(); ++i) {
    const Lane& lane = run->experiment.lanes[i];
    Hash all;
    for (std::int64_t repeat = 0; repeat < lane.settings.repeats; ++repeat) {
      Trainer trainer(lane.settings.repeat(repeat), run->data);
      drive(trainer, [](Trainer::Piece) {});
      trainer.add_to(all);
    }
    std::printf("%s\t%s\n", lane_label(lane, i).c_str(), hex16(all.value()).c_str());
    std::fflush(stdout);
  }
  return 0;
}

// A number of curves.csv; empty where there is none (the accuracy of a regression).
std::string cell(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return value != value ? "" : text;
}

int train(const Arguments& arguments) {
  auto run = prepare(arguments);
  if (!run) return complain(run.error());
  if (!arguments.out.empty()) mkdir(arguments.out.c_str(), 0777); // a failure shows at the first file
  std::string curves = "lane,repeat,step,epoch,examples,seconds,lr,train_loss,train_accuracy,test_loss,test_accuracy\n";
  std::string batches = "lane,repeat,step,batch_loss\n";
  std::printf("%-24s %8s %10s %11s %11s %11s %11s\n", "lane", "step", "seconds", "train loss", "test loss", "test acc.", "best acc.");
  for (std::size_t i = 0; i < run->experiment.lanes.size(); ++i) {
    const Lane& lane = run->experiment.lanes[i];
    for (std::int64_t repeat = 0; repeat < lane.settings.repeats; ++repeat) {
      const std::string label = lane_label(lane, i), row = csv(label) + "," + std::to_string(repeat) + ",";
      Trainer trainer(lane.settings.repeat(repeat), run->data);
      double best = 0;
      drive(trainer, [&](Trainer::Piece piece) {
        if (piece == Trainer::Piece::step) {
          batches += row + std::to_string(trainer.step()) + "," + cell(trainer.batch_loss()) + "\n";
          return;
        }
        const Evaluation& e = trainer.last_evaluation();
        best = std::max(best, e.test_accuracy);
        char seconds[40];
        std::snprintf(seconds, sizeof seconds, "%.6f", e.seconds);
        curves += row + std::to_string(e.step) + "," + cell(e.epoch) + "," + std::to_string(e.examples) + "," + seconds + "," + cell(e.lr) + "," +
                  cell(e.train_loss) + "," + cell(e.train_accuracy) + "," + cell(e.test_loss) + "," + cell(e.test_accuracy) + "\n";
      });
      const Evaluation& e = trainer.last_evaluation();
      std::printf("%-24s %8lld %10.3f %11.4f %11.4f", label.c_str(), static_cast<long long>(trainer.step()), trainer.seconds(), e.train_loss, e.test_loss);
      if (run->data->classes > 0) std::printf(" %10.1f%% %10.1f%%", 100 * e.test_accuracy, 100 * best);
      std::printf("%s\n", trainer.verdict() == Verdict::diverged ? "  diverged" : "");
      std::fflush(stdout);
      if (arguments.out.empty()) continue;
      const std::string name = "/lane" + std::to_string(i + 1) + (lane.settings.repeats > 1 ? "_repeat" + std::to_string(repeat + 1) : "");
      if (auto done = write_file(arguments.out + name + ".safetensors", safetensors(trainer.network(), {{"lane", label}, {"hash", hex16(trainer.hash())}}));
          !done)
        return complain(done.error());
    }
  }
  if (arguments.out.empty()) return 0;
  if (auto done = write_file(arguments.out + "/curves.csv", curves); !done) return complain(done.error());
  if (auto done = write_file(arguments.out + "/batches.csv", batches); !done) return complain(done.error());
  return 0;
}

int check(const Arguments& arguments) {
  auto experiment = experiment_from_file(arguments.experiment);
  if (!experiment) return complain(experiment.error());
  std::printf("%s: %zu lanes, nothing wrong\n", arguments.experiment.c_str(), experiment->lanes.size());
  return 0;
}

int export_script(const Arguments& arguments) {
  auto experiment = experiment_from_file(arguments.experiment);
  if (!experiment) return complain(experiment.error());
  const std::size_t count = experiment->lanes.size();
  const bool digits = !arguments.lane.empty() && arguments.lane.size() < 4 && arguments.lane.find_first_not_of("0123456789") == std::string::npos;
  const std::size_t number = digits ? std::stoul(arguments.lane) : 0;
  if (number < 1 || number > count) return complain({"no_such_lane", "--lane", {arguments.lane, std::to_string(count)}});
  if (arguments.lang != "zh" && arguments.lang != "en") return complain({"not_a_choice", "--lang", {arguments.lang, "zh, en"}});
  const Language language = arguments.lang == "zh" ? Language::zh : Language::en;
  const Lane& lane = experiment->lanes[number - 1];
  const std::string title = label_text(experiment->title, language, "Downhill"), label = label_text(lane.label, language, lane.settings.optimizer.name);
  std::string heading;
  for (const char c : title + (language == Language::zh ? "：" : ": ") + label)
    heading += c == '"' || c == '\\' || c == '\n' ? ' ' : c; // it stands in a docstring
  const std::string script = torch_script(lane.settings, {heading, language});
  if (arguments.out.empty()) return std::fputs(script.c_str(), stdout), 0;
  if (auto done = write_file(arguments.out, script); !done) return complain(done.error());
  return 0;
}

int bench(const Arguments&) {
  run_bench(now_s, [](const BenchRow& row) {
    std::puts(bench_line(row).c_str());
    std::fflush(stdout);
  });
  return 0;
}

int main_with(const std::vector<std::string>& words) {
  Arguments arguments;
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--help" || words[i] == "-h") return std::fputs(kUsage, stdout), 0;
    std::string* option = nullptr;
    for (const auto& [name, value] :
         {std::pair{"--data", &arguments.data}, {"--out", &arguments.out}, {"--lane", &arguments.lane}, {"--lang", &arguments.lang}})
      if (words[i] == name) option = value;
    if (option && i + 1 < words.size())
      *option = words[++i];
    else if (words[i].starts_with("--"))
      return std::fprintf(stderr, "downhill: %s: no such option, or its value is missing; try --help\n", words[i].c_str()), 2;
    else
      plain.push_back(words[i]);
  }
  struct Verb {
    const char* name;
    std::size_t files;
    int (*run)(const Arguments&);
  };
  static constexpr Verb kVerbs[] = {{"train", 1, train}, {"hash", 1, hash}, {"export", 1, export_script}, {"check", 1, check}, {"bench", 0, bench}};
  if (!plain.empty())
    for (const Verb& verb : kVerbs)
      if (plain[0] == verb.name && plain.size() == 1 + verb.files) {
        if (verb.files == 1) arguments.experiment = plain[1];
        return verb.run(arguments);
      }
  return std::fputs(kUsage, stderr), 2;
}

} // namespace
} // namespace downhill

int downhill_main(int count, char** words);
int downhill_main(int count, char** words) {
  // without exceptions a failed allocation comes here; what was written so far stands under other names (see write_file)
  std::set_new_handler([] {
    static constexpr char kSentence[] = "downhill: out of memory; use fewer examples, units or lanes\n";
    std::fwrite(kSentence, 1, sizeof kSentence - 1, stderr);
    std::_Exit(3);
  });
  return downhill::main_with({words + 1, words + count});
}

#ifndef DOWNHILL_NO_MAIN
int main(int count, char** words) { return downhill_main(count, words); }
#endif
