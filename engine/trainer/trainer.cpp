#include "trainer/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace downhill {
namespace {

// A block is as many rows as take about a millisecond or two, so that a driver can stop often;
// the results don't depend on it.
constexpr double kBlockFlops = 60e6;
std::int64_t block_rows_for(const Network& network) {
  const auto rows = static_cast<std::int64_t>(kBlockFlops / (3.0 * network.flops_per_row()));
  return std::clamp<std::int64_t>(rows / 4 * 4, 4, 128);
}

} // namespace

// Layout: magic and version, fingerprint of settings and data, position, sums of what is half done, the last
// evaluation, then arrays with their lengths. Little-endian, as core/archive.hpp writes. A new layout takes a new version.
struct Trainer::Checkpoint {
  std::uint32_t magic = 0x4b434844; // "DHCK"
  std::uint32_t version = 1;
  std::uint64_t fingerprint = 0;
  std::int64_t step = 0, block_begin = 0, correct = 0;
  Phase phase{};
  Verdict verdict{};
  double loss_sum = 0, batch_loss = 0, seconds = 0;
  Evaluation evaluation;
  Vector parameters, state0, state1;
  Vector gradient; // only within a batch
  void fields(auto& a) {
    a(magic, version, fingerprint, step, block_begin, correct, phase, verdict, loss_sum, batch_loss, seconds, evaluation, parameters, state0, state1, gradient);
  }
};

std::optional<UserError> misfit(const LaneSettings& settings, const Subset& data) {
  const LossEntry& loss = entry_of(losses(), settings.loss.name);
  if (data.classes == 0 && !loss.for_numbers) return UserError{"loss_needs_classes", "/loss", {std::string(loss.id)}};
  if (data.classes > 0 && loss.one_logit && data.classes != 2) return UserError{"loss_needs_two", "/loss", {std::string(loss.id)}};
  if (data.features() > kFeaturesMost) return UserError{"too_many_features", "/data", {std::to_string(data.features()), std::to_string(kFeaturesMost)}};
  return {};
}

Trainer::Trainer(const LaneSettings& settings, std::shared_ptr<const Subset> data)
    : settings_(settings), data_(std::move(data)), optimizer_(&entry_of(optimizers(), settings.optimizer.name)), loss_(&entry_of(losses(), settings.loss.name)),
      schedule_(&entry_of(schedules(), settings.schedule.name)),
      network_(settings.network, data_->features(), outputs_for(*loss_, data_->classes), settings.seed, data_->zeros()) {
  assert(!misfit(settings_, *data_));
  const std::size_t size = network_.parameters().size();
  if (!optimizer_->state.empty()) state0_.resize(size);
  if (optimizer_->state.size() > 1) state1_.resize(size);
  batch_ = settings_.batch == 0 ? train_count() : settings_.batch;
  steps_per_epoch_ = settings_.drop_last ? train_count() / batch_ : (train_count() + batch_ - 1) / batch_;
  steps_ = steps_per_epoch_ * settings_.epochs;
  block_rows_ = block_rows_for(network_);
  input_.resize(block_rows_, data_->features());
  begin_evaluation();
}

Trainer::Piece Trainer::advance() {
  switch (phase_) {
  case Phase::evaluate_train:
  case Phase::evaluate_test: {
    evaluate_block();
    if (phase_ == Phase::train || phase_ == Phase::done) return Piece::evaluation;
    return Piece::part;
  }
  case Phase::train: {
    const std::int64_t size = next_batch_size();
    train_block();
    if (block_begin_ < size) return Piece::part;
    block_begin_ = 0;
    batch_loss_ = sum_.loss / static_cast<double>(size);
    if (!std::isfinite(batch_loss_)) {
      verdict_ = Verdict::diverged;
      phase_ = Phase::done;
      return Piece::end;
    }
    if (in_one_pass())
      update_in_one_pass();
    else
      update();
    ++step_;
    if (evaluation_due(step_)) begin_evaluation();
    return Piece::step;
  }
  case Phase::done: break;
  }
  return Piece::end;
}

void Trainer::begin_evaluation() {
  phase_ = Phase::evaluate_train;
  block_begin_ = 0;
  sum_ = {};
}

void Trainer::evaluate_here() {
  assert(between_steps());
  begin_evaluation();
}

void Trainer::leave_extra() {
  if (extra()) leave_evaluation();
}

void Trainer::leave_evaluation() {
  if (step_ == steps_ || phase_ > Phase::evaluate_test) return;
  phase_ = Phase::train;
  block_begin_ = 0;
  sum_ = {};
}

std::int64_t Trainer::evaluated_count(bool train) const { return train ? std::min(train_count(), kEvaluateTrainMost) : data_->test.size(); }

void Trainer::evaluate_block() {
  const bool train = phase_ == Phase::evaluate_train;
  const std::int64_t count = evaluated_count(train), rows = std::min(block_rows_, count - block_begin_);
  std::vector<std::uint32_t> which(static_cast<std::size_t>(rows));
  std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(block_begin_));
  gather(*data_, train, which, input_, gathered_);
  loss_->evaluate(network_.evaluate(input_, rows), gathered_.answers(), settings_.loss.values, sum_);
  block_begin_ += rows;
  if (block_begin_ < count) return;

  const double loss = sum_.loss / static_cast<double>(count);
  const double accuracy = data_->classes == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(sum_.correct) / static_cast<double>(count);
  block_begin_ = 0;
  sum_ = {};
  if (train) {
    evaluation_.step = step_;
    evaluation_.examples = examples();
    evaluation_.epoch = epoch();
    evaluation_.seconds = seconds_;
    evaluation_.lr = lr_at(step_);
    evaluation_.train_loss = loss;
    evaluation_.train_accuracy = accuracy;
    phase_ = Phase::evaluate_test;
    return;
  }
  evaluation_.test_loss = loss;
  evaluation_.test_accuracy = accuracy;
  phase_ = Phase::train;
  if (extra()) {
    evaluation_.gradient_norm = evaluation_.update_norm = evaluation_.weight_norm = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  if (!std::isfinite(evaluation_.train_loss) || !std::isfinite(loss)) {
    verdict_ = Verdict::diverged;
    phase_ = Phase::done;
  } else if (step_ == steps_) {
    verdict_ = Verdict::finished;
    phase_ = Phase::done;
  }
}

std::vector<std::uint32_t> Trainer::order_of(std::int64_t epoch) const {
  if (!settings_.shuffle) {
    std::vector<std::uint32_t> order(data_->train.rows.size());
    std::iota(order.begin(), order.end(), 0U);
    return order;
  }
  return random_order(PhiloxStream(stream_key(settings_.seed, Purpose::order), {0, static_cast<std::uint64_t>(epoch), 0}), data_->train.rows.size());
}

std::vector<std::uint32_t> Trainer::batch_of(std::int64_t step) const {
  const auto order = order_of(step / steps_per_epoch_);
  const auto begin = order.begin() + step % steps_per_epoch_ * batch_;
  return {begin, begin + batch_size_at(step)};
}

void Trainer::train_block() {
  const std::int64_t size = next_batch_size(), epoch = step_ / steps_per_epoch_;
  if (order_epoch_ != epoch) {
    order_epoch_ = epoch;
    order_ = order_of(epoch);
  }
  if (block_begin_ == 0) sum_ = {};
  const std::int64_t rows = std::min(block_rows_, size - block_begin_), position = step_ % steps_per_epoch_ * batch_ + block_begin_;
  gather(*data_, true, std::span(order_).subspan(static_cast<std::size_t>(position), static_cast<std::size_t>(rows)), input_, gathered_);
  Matrix& output = network_.forward(input_, rows, {settings_.seed, epoch, position});
  loss_->differentiate(output, gathered_.answers(), static_cast<float>(1.0 / static_cast<double>(size)), settings_.loss.values, sum_);
  if (!in_one_pass()) network_.backward(input_, rows, block_begin_ == 0);
  block_begin_ += rows;
}

double Trainer::lr_at(std::int64_t step) const {
  return schedule_->rate_at(settings_.optimizer.values[0], {step, step / steps_per_epoch_, settings_.epochs}, settings_.schedule.values);
}

namespace {
Decay decay_of(const LaneSettings& settings) { return {static_cast<float>(settings.l1), static_cast<float>(settings.l2)}; }
} // namespace

void add_decay(const LaneSettings& settings, std::span<const float> weights, std::span<float> gradient) {
  const Decay decay = decay_of(settings);
  if (decay.none()) return;
  for (std::size_t i = 0; i < weights.size(); ++i) gradient[i] = decay.added_to(gradient[i], weights[i]);
}

// The norms that an evaluation tells are of the whole gradient.
bool Trainer::in_one_pass() const { return next_batch_size() == 1 && !keeps_gradient_ && !evaluation_due(step_ + 1); }

void Trainer::update_in_one_pass() {
  const std::int64_t step = step_ + 1;
  const double lr = lr_at(step_);
  network_.backward_of_one(input_, [&](const Network::OneLayer& layer) {
    const auto here = [&](Vector& state) { return state.empty() ? std::span<float>() : std::span(state).subspan(layer.weight, layer.parameters.size()); };
    return optimizer_->update_by_one({layer.parameters, {}, here(state0_), here(state1_), step, lr}, {layer.given, layer.d, decay_of(settings_)},
                                     settings_.optimizer.values);
  });
}

void Trainer::update() {
  const std::span<float> weights = network_.parameters(), gradient = network_.gradient();
  add_decay(settings_, weights, gradient);
  // the sizes are looked at only where an evaluation will tell them
  const bool measure = evaluation_due(step_ + 1);
  Vector before;
  if (measure) before.assign(weights.begin(), weights.end());
  const Update step{weights, gradient, state0_, state1_, step_ + 1, lr_at(step_)};
  optimizer_->update(step, settings_.optimizer.values);
  optimizer_->settle(step);
  if (!measure) return;
  for (std::size_t i = 0; i < weights.size(); ++i) before[i] = weights[i] - before[i];
  evaluation_.gradient_norm = norm(gradient);
  evaluation_.update_norm = norm(before);
  evaluation_.weight_norm = norm(weights);
}

bool Trainer::evaluation_due(std::int64_t step) const {
  const std::int64_t every = settings_.evaluate.count;
  if (step == steps_) return true;
  switch (settings_.evaluate.unit) {
  case Interval::Unit::epochs: return step % steps_per_epoch_ == 0;
  case Interval::Unit::steps: return step % every == 0;
  case Interval::Unit::examples: return examples_at(step) / every != examples_at(step - 1) / every;
  }
  return false;
}

void Trainer::add_to(Hash& hash) const {
  for (Index l = 0; l < network_.layer_count(); ++l) hash.add_floats(network_.torch_parameters(l));
}

std::uint64_t Trainer::hash() const {
  Hash hash;
  add_to(hash);
  return hash.value();
}

void Trainer::reset() {
  network_ = Network(settings_.network, data_->features(), outputs_for(*loss_, data_->classes), settings_.seed, data_->zeros());
  std::fill(state0_.begin(), state0_.end(), 0.0F);
  std::fill(state1_.begin(), state1_.end(), 0.0F);
  step_ = 0;
  verdict_ = Verdict::running;
  batch_loss_ = seconds_ = 0;
  evaluation_ = {};
  begin_evaluation();
}

void Trainer::drop_batch() {
  if (phase_ == Phase::train) block_begin_ = 0;
}

std::uint64_t Trainer::fingerprint() const {
  archive::Writer writer;
  writer(settings_, data_->source->file_hash);
  if (settings_.drop_last || !settings_.shuffle) writer(settings_.drop_last, settings_.shuffle); // those of an experiment keep theirs
  Hash hash;
  hash.add_bytes(writer.take());
  return hash.value();
}

archive::Bytes Trainer::save() const {
  Checkpoint c;
  c.fingerprint = fingerprint();
  c.step = step_;
  c.block_begin = block_begin_;
  c.correct = sum_.correct;
  c.loss_sum = sum_.loss;
  c.phase = phase_;
  c.verdict = verdict_;
  c.batch_loss = batch_loss_;
  c.seconds = seconds_;
  c.evaluation = evaluation_;
  const auto parameters = network_.parameters(), gradient = network_.gradient();
  c.parameters.assign(parameters.begin(), parameters.end());
  c.state0 = state0_;
  c.state1 = state1_;
  if (phase_ == Phase::train && block_begin_ > 0) c.gradient.assign(gradient.begin(), gradient.end());
  archive::Writer writer;
  writer(c);
  return writer.take();
}

Result<bool> Trainer::restore(std::span<const std::uint8_t> bytes) {
  Checkpoint c;
  archive::Reader reader(bytes);
  reader(c);
  const std::uint32_t magic = Checkpoint{}.magic, version = Checkpoint{}.version;
  if (!reader.good() || !reader.at_end() || c.magic != magic || c.version != version) return UserError{"checkpoint_damaged", "", {}};
  if (c.fingerprint != fingerprint()) return UserError{"checkpoint_other", "", {}};
  const std::size_t size = network_.parameters().size();
  const bool in_batch = c.phase == Phase::train && c.block_begin > 0;
  // what block_begin may be: whole blocks of what is being worked off
  const std::int64_t rows = c.phase == Phase::done || c.step < 0 || c.step > steps_ ? 0
                            : c.phase == Phase::train                               ? (c.step < steps_ ? batch_size_at(c.step) : 0)
                                                                                    : evaluated_count(c.phase == Phase::evaluate_train);
  const bool in_place = c.phase == Phase::done ? c.block_begin == 0 : c.block_begin >= 0 && c.block_begin < rows && c.block_begin % block_rows_ == 0;
  const bool fits = c.step >= 0 && c.step <= steps_ && in_place && (c.verdict == Verdict::running) == (c.phase != Phase::done) && c.parameters.size() == size &&
                    c.state0.size() == state0_.size() && c.state1.size() == state1_.size() && c.gradient.size() == (in_batch ? size : 0);
  if (!fits) return UserError{"checkpoint_damaged", "", {}};
  step_ = c.step;
  block_begin_ = c.block_begin;
  sum_ = {c.loss_sum, c.correct};
  phase_ = c.phase;
  verdict_ = c.verdict;
  batch_loss_ = c.batch_loss;
  seconds_ = c.seconds;
  evaluation_ = c.evaluation;
  std::copy(c.parameters.begin(), c.parameters.end(), network_.parameters().begin());
  state0_ = std::move(c.state0);
  state1_ = std::move(c.state1);
  std::copy(c.gradient.begin(), c.gradient.end(), network_.gradient().begin());
  return true;
}

} // namespace downhill
