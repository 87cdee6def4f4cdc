// downhill, the command line: reads experiments, trains their lanes one after the other, writes curves and weights.
// The same program natively and, run by node, as WebAssembly.
#include "bench/bench.hpp"
#include "cli/files.hpp"
#include "core/hash.hpp"
#include "experiment/experiment.hpp"
#include "network/safetensors.hpp"
#include "trainer/trainer.hpp"

#include <chrono>
#include <cstdio>
#include <functional>
#include <sys/stat.h>

namespace downhill {
namespace {

constexpr const char* kUsage = "usage: downhill train EXPERIMENT.json [--data DIR] [--out DIR]   curves, weights\n"
                               "       downhill hash  EXPERIMENT.json [--data DIR]               a hash of each lane's weights\n"
                               "       downhill check EXPERIMENT.json                            says what is wrong\n"
                               "       downhill bench                                            how fast this machine trains\n";

struct Arguments {
  std::string verb, experiment, data = kDataFolder, out;
};

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int complain(const UserError& error) {
  std::fprintf(stderr, "downhill: %s\n", error.sentence(Language::en).c_str());
  return 2;
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

Result<Run> prepare(const Arguments& arguments) {
  auto experiment = experiment_from_file(arguments.experiment);
  if (!experiment) return experiment.error();
  auto source = read_fashion_mnist(arguments.data);
  if (!source) return source.error();
  auto subset = draw_subset(std::make_shared<Source>(std::move(*source)), experiment->lanes.front().settings.data);
  if (!subset) return subset.error();
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
    Trainer trainer(lane.settings, run->data);
    drive(trainer, [](Trainer::Piece) {});
    std::printf("%s\t%s\n", lane_label(lane, i).c_str(), hex16(trainer.hash()).c_str());
    std::fflush(stdout);
  }
  return 0;
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
    const std::string label = lane_label(lane, i);
    Trainer trainer(lane.settings, run->data);
    double best = 0;
    char line[320];
    drive(trainer, [&](Trainer::Piece piece) {
      if (piece == Trainer::Piece::step) {
        std::snprintf(line, sizeof line, ",0,%lld,%.9g\n", static_cast<long long>(trainer.step()), trainer.batch_loss());
        batches += csv(label) + line;
        return;
      }
      const Evaluation& e = trainer.last_evaluation();
      best = std::max(best, e.test_accuracy);
      std::snprintf(line, sizeof line, ",0,%lld,%.9g,%lld,%.6f,%.9g,%.9g,%.9g,%.9g,%.9g\n", static_cast<long long>(e.step), e.epoch,
                    static_cast<long long>(e.examples), e.seconds, e.lr, e.train_loss, e.train_accuracy, e.test_loss, e.test_accuracy);
      curves += csv(label) + line;
    });
    const Evaluation& e = trainer.last_evaluation();
    std::printf("%-24s %8lld %10.3f %11.4f %11.4f %10.1f%% %10.1f%%%s\n", label.c_str(), static_cast<long long>(trainer.step()), trainer.seconds(),
                e.train_loss, e.test_loss, 100 * e.test_accuracy, 100 * best, trainer.verdict() == Verdict::diverged ? "  diverged" : "");
    std::fflush(stdout);
    if (arguments.out.empty()) continue;
    const std::string path = arguments.out + "/lane" + std::to_string(i + 1) + ".safetensors";
    if (auto done = write_file(path, safetensors(trainer.network(), {{"lane", label}, {"hash", hex16(trainer.hash())}})); !done) return complain(done.error());
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
    const bool option = words[i] == "--data" || words[i] == "--out";
    if (option && i + 1 < words.size()) {
      (words[i] == "--data" ? arguments.data : arguments.out) = words[i + 1];
      ++i;
    } else if (words[i].starts_with("--"))
      return std::fprintf(stderr, "downhill: %s: no such option, or its value is missing; try --help\n", words[i].c_str()), 2;
    else
      plain.push_back(words[i]);
  }
  struct Verb {
    const char* name;
    std::size_t files;
    int (*run)(const Arguments&);
  };
  static constexpr Verb kVerbs[] = {{"train", 1, train}, {"hash", 1, hash}, {"check", 1, check}, {"bench", 0, bench}};
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

int main(int count, char** words) { return downhill::main_with({words + 1, words + count}); }
