#include "worker/trainer_host.hpp"

#include "bench/bench.hpp"
#include "cases/suited_training.hpp"
#include "core/hash.hpp"
#include "data/own_file.hpp"
#include "data/pack.hpp"
#include "experiment/experiment.hpp"
#include "network/safetensors.hpp"
#include "worker/drawn.hpp"
#include "worker/fits.hpp"
#include "worker/looks.hpp"
#include "worker/maps.hpp"
#include "worker/neurons.hpp"
#include "worker/planes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace downhill {

using namespace protocol;

namespace {
constexpr double kReportEvery_s = 1.0 / 30;
// A lost worker costs its lanes this much time; copies larger than this are too dear, such lanes begin anew.
constexpr double kShareEvery_s = 2;
constexpr std::size_t kShareMost_bytes = 16U << 20;
constexpr double kJobsShare = 0.25; // of a slice, while there is training to do
// Races of one page may be of different data; runs keep their own subset alive.
constexpr std::size_t kSubsetsMost = 4;

template <class... F> struct Overloaded : F... {
  using F::operator()...;
};

/// Names the lane that is worked on for as long as it is.
struct Working {
  std::optional<LaneKey>& slot;
  Working(std::optional<LaneKey>& where, const LaneKey& key) : slot(where) { slot = key; }
  ~Working() { slot.reset(); }
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;
};
} // namespace

void TrainerHost::receive(std::span<const std::uint8_t> bytes) {
  const auto message = decode<ToTrainer>(bytes);
  if (!message) return;
  std::visit(Overloaded{
                 [&](const StartLane& m) { start(m); },
                 [&](const Grant& m) {
                   if (Runner* runner = find(m.key)) {
                     if (!m.hash_at_rest) runner->trainer.leave_extra();
                     runner->granted = m.steps;
                     runner->owes_hash = m.hash_at_rest;
                   }
                 },
                 [&](const Seek& m) { seek(m); },
                 [&](const DropLane& m) {
                   runners_.erase(m.key);
                   std::erase_if(looks_, [&](const auto& look) { return look.second.key == m.key; });
                   std::erase_if(jobs_, [&](const auto& job) { return job.second->about(m.key); });
                 },
                 [&](const AskImages& m) { send_images(m); },
                 [&](const AskLook& m) {
                   jobs_.erase({Asked::look, m.slot});
                   looks_[m.slot] = m;
                 },
                 [&](const DropLook& m) {
                   jobs_.erase({Asked::look, m.slot});
                   looks_.erase(m.slot);
                 },
                 [&](const AskMap& m) { start_map(m); },
                 [&](const DropMap& m) { jobs_.erase({Asked::map, m.slot}); },
                 [&](const AskPlane& m) { start_plane(m); },
                 [&](const DropPlane& m) { jobs_.erase({Asked::plane, m.slot}); },
                 [&](const AskPoints& m) { send_points(m); },
                 [&](const AskDrawn& m) { send_drawn(m); },
                 [&](const AskNeuron& m) { send_score(m); },
                 [&](const AskLearning& m) { start_learning(m); },
                 [&](const DropLearning& m) { jobs_.erase({Asked::learning, m.slot}); },
                 [&](const AskFits& m) { start_fit(m); },
                 [&](const AskFitCapacity& m) { start_fit(m); },
                 [&](const AskFitRun& m) { start_fit(m); },
                 [&](const DropFits& m) { jobs_.erase({Asked::fit, m.slot}); },
                 [&](const AskWeights& m) {
                   if (const Runner* runner = find(m.key)) {
                     const std::string file = safetensors(runner->trainer.network(), {{"step", std::to_string(runner->trainer.step())}});
                     post_(Weights{m.key, {file.begin(), file.end()}});
                   }
                 },
                 [&](const AskBench&) {
                   BenchReport report;
                   run_bench(now_s_, [&](const BenchRow& row) { report.lines.push_back(bench_line(row)); });
                   post_(report);
                 },
             },
             *message);
}

void TrainerHost::open_pack(const std::string& id, std::span<const std::uint8_t> packed, const std::string& hash) {
  opening_ = id;
  Hash actual;
  actual.add_bytes(packed);
  if (hex16(actual.value()) != hash) return opened({}, UserError{"pack_damaged", "", {}});
  auto source = read_pack(packed);
  opened(source ? std::make_shared<Source>(std::move(*source)) : nullptr, source ? UserError{} : source.error());
}

void TrainerHost::open_files(const std::string& id, const IdxFiles& files, const std::string& hash) {
  opening_ = id;
  auto source = read_idx_files(files, 256);
  if (!source) return opened({}, source.error());
  if (hex16(source->file_hash) != hash) return opened({}, UserError{"other_data", "", {}});
  source->file_hash = 0; // the same data as the pack's
  opened(std::make_shared<Source>(std::move(*source)), {});
}

void TrainerHost::opened(std::shared_ptr<const Source> source, const UserError& error) {
  if (source) {
    source_ = std::move(source);
    subsets_.clear();
  }
  post_(PackOpened{std::exchange(opening_, ""), error.code, error.with, {}});
}

namespace {
OwnFacts facts_of(const Source& source) {
  OwnFacts facts;
  facts.hash = hex16(source.file_hash);
  facts.shape = source.shape;
  facts.features = static_cast<std::uint32_t>(source.train.features);
  facts.pictures = !source.train.pixels.empty();
  facts.classes = source.names;
  facts.answer = source.answer;
  facts.columns = source.columns;
  facts.largest = largest_answer(source.train);
  const auto count = [&](const Examples& part, std::vector<std::uint32_t>& counts) {
    counts = source.classes == 0 ? std::vector{static_cast<std::uint32_t>(part.size())} : label_counts(part, source.classes);
  };
  count(source.train, facts.train), count(source.validation, facts.validation), count(source.test, facts.test);
  return facts;
}
} // namespace

void TrainerHost::open_own(const std::string& hash, std::span<const std::uint8_t> file) {
  opening_ = "own:" + hash;
  auto source = own_source(file);
  if (!source) return opened({}, source.error());
  if (const std::string actual = hex16(source->file_hash); !hash.empty() && hash != actual) return opened({}, UserError{"other_file", "", {actual, hash}});
  const OwnFacts facts = facts_of(*source);
  own_ = std::make_shared<Source>(std::move(*source));
  subsets_.clear();
  opening_.clear();
  post_(PackOpened{"own:" + facts.hash, "", {}, {facts}});
}

const std::shared_ptr<const Source>& TrainerHost::source_for(const DataSettings& data) const { return data.source == "own" ? own_ : source_; }

void TrainerHost::out_of_memory() {
  if (!opening_.empty()) post_(PackOpened{opening_, "memory", {}, {}});
  if (working_on_) post_(LaneProblem{*working_on_, "memory", "", {}});
  if (last_words_) post_(*last_words_);
}

bool TrainerHost::has_room(std::size_t bytes) {
  // no new: its handler would end the trainer; volatile: a compiler may take it that an allocation which is only freed succeeds
  void* const volatile room = std::malloc(bytes);
  std::free(room);
  return room != nullptr;
}

Result<std::shared_ptr<const Subset>> TrainerHost::subset_for(const DataSettings& data) {
  for (const auto& [settings, subset] : subsets_)
    if (settings == data) return subset;
  const auto& source = source_for(data);
  if (!source && !entry_of(sources(), data.source).generated) return UserError{"needs_larger_pack", "", {}};
  auto subset = draw_subset(source, data);
  if (!subset) return subset.error();
  if (subsets_.size() == kSubsetsMost) subsets_.erase(subsets_.begin());
  subsets_.emplace_back(data, std::make_shared<Subset>(std::move(*subset)));
  return subsets_.back().second;
}

void TrainerHost::start(const StartLane& message) {
  const Working working(working_on_, message.key);
  const auto problem = [&](const UserError& error) { post_(LaneProblem{message.key, error.code, error.place, error.with}); };
  const auto experiment = read_experiment(message.experiment);
  if (!experiment) return problem(experiment.error());
  LaneSettings settings = experiment->lanes.front().settings.repeat(message.key.repeat);
  settings.data.draw = std::min<std::int64_t>(message.draw, kDrawsMost - 1);
  const auto subset = subset_for(settings.data);
  if (!subset) return problem(subset.error());
  if (auto error = misfit(settings, **subset)) return problem(*error);
  runners_.erase(message.key);
  auto& runner =
      runners_.emplace(message.key, Runner{message.key, Trainer(settings, *subset), History(message.keeps_history ? history_bytes_most_ : 0)}).first->second;
  // one that does not fit leaves the lane at its beginning, which is as good
  if (!message.checkpoint.empty()) static_cast<void>(runner.trainer.restore(message.checkpoint));
  runner.shared_step = runner.trainer.step();
  runner.shared_s = now_s_();
}

TrainerHost::Runner* TrainerHost::find(const LaneKey& key) {
  const auto it = runners_.find(key);
  return it == runners_.end() ? nullptr : &it->second;
}

void TrainerHost::seek(const Seek& message) {
  Runner* runner = find(message.key);
  if (!runner) return;
  const std::int64_t step = std::clamp<std::int64_t>(message.step, 0, runner->trainer.steps());
  if (runner->history.aim(runner->trainer, step)) {
    runner->losses.clear();
    runner->evaluated_step = -1;
  } else if (step > runner->trainer.step()) {
    runner->trainer.leave_extra();
  }
  runner->granted = step;
  runner->turn = message.turn;
  runner->owes_hash = true;
  runner->news = true;
}

void TrainerHost::send_images(const AskImages& message) {
  const auto experiment = read_experiment(message.experiment);
  if (!experiment) return;
  const auto subset = subset_for(experiment->lanes.front().settings.data);
  if (!subset) return;
  const Examples& examples = message.train ? (*subset)->source->train : (*subset)->source->test;
  if (examples.pixels.empty()) return; // no images to show
  const auto side = static_cast<std::uint32_t>(std::lround(std::sqrt(static_cast<double>(examples.features))));
  const auto& shape = (*subset)->source->shape;
  Images images{message.request, side, side, message.train, {}, {}, {}, {}};
  if (shape.size() == 2) images.height = static_cast<std::uint32_t>(shape[0]), images.width = static_cast<std::uint32_t>(shape[1]);
  const Part& part = (*subset)->part(message.train);
  for (const std::uint32_t place : message.places) {
    if (place >= part.rows.size()) continue;
    const auto begin = examples.pixels.begin() + static_cast<std::ptrdiff_t>(part.rows[place]) * examples.features;
    images.pixels.insert(images.pixels.end(), begin, begin + examples.features);
    images.places.push_back(place);
    images.labels.push_back(part.labels.empty() ? std::uint8_t{0} : part.labels[place]);
    images.true_labels.push_back(part.labels.empty() ? std::uint8_t{0} : part.true_labels[place]);
    if (!part.targets.empty()) images.targets.push_back(part.targets[place]);
  }
  post_(images);
}

// A view is answered from between two steps, where a lane's numbers belong together.
void TrainerHost::answer_looks() {
  for (auto it = looks_.begin(); it != looks_.end();) {
    const Runner* runner = find(it->second.key);
    if (runner && !runner->between_steps()) {
      ++it;
      continue;
    }
    if (runner) {
      last_words_ = LookProblem{{it->second.slot, it->second.key, runner->trainer.step()}};
      if (!room_(memory_for(runner->trainer, it->second)))
        post_(*last_words_);
      else if (auto job = look_job(runner->trainer, runner->history, it->second))
        jobs_[{Asked::look, it->second.slot}] = std::move(job);
      else if (const auto answer = look(runner->trainer, it->second))
        post_(*answer);
      last_words_.reset();
    }
    it = looks_.erase(it);
  }
}

void TrainerHost::start_map(const AskMap& message) {
  last_words_ = MapProblem{message.slot, message.request, "memory", "", {}};
  const JobKey key{Asked::map, message.slot};
  if (auto job = map_job(message))
    jobs_[key] = std::move(*job);
  else {
    jobs_.erase(key);
    post_(MapProblem{message.slot, message.request, job.error().code, job.error().place, job.error().with});
  }
  last_words_.reset();
}

void TrainerHost::send_points(const AskPoints& message) {
  last_words_ = Points{message.request, {}, "memory", "", {}};
  Points answer{message.request, {}, "", "", {}};
  if (const auto points = points_asked(message, source_))
    for (const Point& p : *points) answer.numbers.insert(answer.numbers.end(), {p.x, p.y, p.t});
  else
    answer.code = points.error().code, answer.place = points.error().place, answer.with = points.error().with;
  post_(answer);
  last_words_.reset();
}

void TrainerHost::send_score(const AskNeuron& message) {
  NeuronScore none{};
  none.request = message.request, none.code = "memory";
  last_words_ = none;
  if (const auto score = neuron_score(message, source_)) {
    post_(*score);
  } else {
    none.code = score.error().code, none.place = score.error().place, none.with = score.error().with;
    post_(none);
  }
  last_words_.reset();
}

void TrainerHost::send_drawn(const AskDrawn& message) {
  DrawnPictures none{message.request, {}, {}, {}, "memory", "", {}};
  last_words_ = none;
  if (const auto pictures = drawn_pictures(message, message.file.empty() ? source_ : own_)) {
    post_(*pictures);
  } else {
    none.code = pictures.error().code, none.place = pictures.error().place, none.with = pictures.error().with;
    post_(none);
  }
  last_words_.reset();
}

void TrainerHost::start_learning(const AskLearning& message) {
  last_words_ = LearningProblem{message.slot, message.request, "memory", "", {}};
  const JobKey key{Asked::learning, message.slot};
  if (auto job = learning_job(message, source_))
    jobs_[key] = std::move(*job);
  else {
    jobs_.erase(key);
    post_(LearningProblem{message.slot, message.request, job.error().code, job.error().place, job.error().with});
  }
  last_words_.reset();
}

template <class Ask> void TrainerHost::start_fit(const Ask& message) {
  last_words_ = FitProblem{message.slot, message.request, "memory", "", {}};
  const JobKey key{Asked::fit, message.slot};
  jobs_.erase(key);
  if (auto job = fit_job(message))
    jobs_[key] = std::move(*job);
  else
    post_(FitProblem{message.slot, message.request, job.error().code, job.error().place, job.error().with});
  last_words_.reset();
}

void TrainerHost::start_plane(const AskPlane& message) {
  last_words_ = PlaneProblem{message.slot, message.request, "memory", "", {}};
  const JobKey key{Asked::plane, message.slot};
  jobs_.erase(key);
  std::size_t bytes = 64U << 20; // what comes of the courses: the directions, the networks, a block of examples
  for (const Course& course : message.courses) bytes += course.weights.size() * sizeof(float);
  if (!message.courses.empty()) bytes += 14 * message.courses[0].weights.size() / std::max<std::size_t>(1, message.courses[0].size()) * sizeof(float);
  if (!room_(bytes)) return post_(*last_words_), last_words_.reset();
  const auto problem = [&](const UserError& error) { post_(PlaneProblem{message.slot, message.request, error.code, error.place, error.with}); };
  const auto make = [&]() -> Result<std::unique_ptr<Job>> {
    const auto experiment = read_experiment(message.experiment);
    if (!experiment) return experiment.error();
    const LaneSettings& settings = experiment->lanes.front().settings;
    const auto subset = subset_for(settings.data);
    if (!subset) return subset.error();
    if (auto error = misfit(settings, **subset)) return *error;
    return plane_job(message, settings, *subset);
  };
  auto job = make();
  if (job)
    jobs_[key] = std::move(*job);
  else
    problem(job.error());
  last_words_.reset();
}

// Long answers in turn, a piece each.
void TrainerHost::advance_jobs(double until_s) {
  while (!jobs_.empty() && now_s_() < until_s) {
    auto next = jobs_.upper_bound(last_job_);
    if (next == jobs_.end()) next = jobs_.begin();
    last_job_ = next->first;
    Job& job = *next->second;
    last_words_ = job.without_memory();
    if (!job.ended()) job.advance();
    if (job.ended()) {
      job.tell(post_);
      jobs_.erase(next);
    }
    last_words_.reset();
  }
}

void TrainerHost::tell_progress() {
  const double now = now_s_();
  const bool due = progress_s_ < 0 || now - progress_s_ >= kReportEvery_s || now < progress_s_;
  for (const auto& [key, job] : jobs_)
    if (due || job->eager()) {
      last_words_ = job->without_memory();
      job->tell(post_);
      last_words_.reset();
      if (due) progress_s_ = now;
    }
}

// Lanes that rest where no evaluation is due, and owe word of it, are measured there: what is compared must have been
// measured. Whether there are any.
bool TrainerHost::evaluate_at_rest() {
  bool any = false;
  for (auto& [key, runner] : runners_) {
    if (!runner.owes_hash || runner.can_work() || runner.rests()) continue;
    runner.trainer.evaluate_here();
    any = true;
  }
  return any;
}

// The lane that is furthest behind goes first: lanes stay close to each other even where credit is long.
TrainerHost::Runner* TrainerHost::next_runner() {
  Runner* next = nullptr;
  for (auto& [key, runner] : runners_)
    if (runner.can_work() && (!next || runner.trainer.epoch() < next->trainer.epoch())) next = &runner;
  return next;
}

bool TrainerHost::work(double budget_s) {
  const double start_s = now_s_(), training_s = jobs_.empty() ? budget_s : budget_s * (1 - kJobsShare);
  double now = start_s;
  Runner* runner = nullptr;
  while (((runner = next_runner()) || (evaluate_at_rest() && (runner = next_runner()))) && now - start_s < training_s) {
    const Working working(working_on_, runner->key);
    const bool training = runner->trainer.next_is_training();
    const Trainer::Piece piece = runner->trainer.advance();
    const double after = now_s_();
    if (training) runner->trainer.add_seconds(after - now);
    now = after;
    runner->news = true;
    if (piece == Trainer::Piece::step) runner->losses.push_back(static_cast<float>(runner->trainer.batch_loss()));
    if (piece == Trainer::Piece::evaluation) {
      const Evaluation row = runner->trainer.last_evaluation();
      if (runner->trainer.extra())
        runner->here.assign(1, row);
      else
        runner->evaluations.push_back(row);
      runner->evaluated_step = row.step;
    }
    note(*runner);
  }
  answer_looks();
  advance_jobs(std::max(start_s + budget_s, now_s_() + budget_s * kJobsShare));
  tell_progress();
  report(!runner);
  return runner != nullptr || !jobs_.empty();
}

std::size_t TrainerHost::history_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [key, runner] : runners_) bytes += runner.history.bytes();
  return bytes;
}

// Lanes of several races share the room: where it grows tight, whoever has most gives way.
void TrainerHost::note(Runner& runner) {
  const std::size_t before = runner.history.bytes();
  runner.history.note(runner.trainer);
  if (runner.history.bytes() <= before) return;
  while (history_bytes() > history_bytes_most_)
    std::max_element(runners_.begin(), runners_.end(), [](const auto& a, const auto& b) {
      return a.second.history.bytes() < b.second.history.bytes();
    })->second.history.thin();
}

void TrainerHost::share(Runner& runner) {
  const double now = now_s_();
  if (runner.key.repeat != 0 || !runner.between_steps() || runner.trainer.step() == runner.shared_step || now - runner.shared_s < kShareEvery_s) return;
  runner.shared_step = runner.trainer.step();
  runner.shared_s = now;
  if (runner.trainer.network().parameters().size_bytes() > kShareMost_bytes / 3) return; // weights and two states of an optimizer
  post_(Checkpoint{runner.key, runner.shared_step, runner.trainer.save()});
}

// At rest everything is told at once, otherwise 30 times a second.
void TrainerHost::report(bool at_rest) {
  const double now = now_s_();
  if (!at_rest && reported_s_ >= 0 && now - reported_s_ < kReportEvery_s && now >= reported_s_) return;
  reported_s_ = now;
  for (auto& [key, runner] : runners_) {
    const Trainer& t = runner.trainer;
    const bool ended = t.verdict() != Verdict::running;
    const bool with_hash = runner.rests() && (ended ? runner.news : runner.owes_hash);
    if (!runner.news && !with_hash) continue;
    Snapshot snapshot{key,
                      runner.turn,
                      LaneStatus::running,
                      t.step(),
                      t.steps(),
                      t.examples(),
                      t.epoch(),
                      t.seconds(),
                      t.batch_loss(),
                      0,
                      {},
                      {},
                      t.step() - static_cast<std::int64_t>(runner.losses.size()),
                      {}};
    if (t.verdict() == Verdict::finished) snapshot.status = LaneStatus::finished;
    if (t.verdict() == Verdict::diverged) snapshot.status = LaneStatus::diverged;
    if (with_hash) {
      snapshot.hash = t.hash();
      runner.owes_hash = false;
    }
    snapshot.evaluations.swap(runner.evaluations);
    snapshot.here.swap(runner.here);
    snapshot.losses.swap(runner.losses);
    runner.news = false;
    post_(snapshot);
    share(runner);
  }
}

} // namespace downhill
