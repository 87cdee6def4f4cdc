#include "trainer/trainer.hpp"

#include "core/hash.hpp"

#include <algorithm>
#include <array>
#include <cmath>
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

// Bytes to floats as ToTensor() does: v / 255
const std::array<float, 256>& byte_floats() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> t{};
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<float>(i) / 255.0F;
    return t;
  }();
  return table;
}

} // namespace

Trainer::Trainer(const LaneSettings& settings, std::shared_ptr<const Subset> data)
    : settings_(settings), data_(std::move(data)), network_(settings.network, data_->features(), data_->classes, settings.seed),
      optimizer_(entry_of(optimizers(), settings.optimizer.name)), loss_(entry_of(losses(), settings.loss)),
      schedule_(entry_of(schedules(), settings.schedule.name)) {
  const std::size_t size = network_.parameters().size();
  if (optimizer_.slots > 0) state0_.resize(size);
  if (optimizer_.slots > 1) state1_.resize(size);
  batch_ = settings_.batch == 0 ? train_count() : settings_.batch;
  steps_per_epoch_ = (train_count() + batch_ - 1) / batch_;
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
    batch_loss_ = loss_sum_ / static_cast<double>(size);
    if (!std::isfinite(batch_loss_)) {
      verdict_ = Verdict::diverged;
      phase_ = Phase::done;
      return Piece::end;
    }
    update();
    const std::int64_t examples_before = examples_;
    ++step_;
    examples_ += size;
    epoch_position_ = (epoch_position_ + size) % train_count();
    if (step_ == steps_ || evaluation_due(examples_before)) begin_evaluation();
    return Piece::step;
  }
  case Phase::done: break;
  }
  return Piece::end;
}

// Rows of a block as floats; `which` are places in the part.
void Trainer::gather(const Part& part, bool train, std::span<const std::uint32_t> which) {
  const Examples& examples = train ? data_->source->train : data_->source->test;
  const auto features = static_cast<std::size_t>(examples.features);
  const auto& floats = byte_floats();
  labels_.resize(which.size());
  for (std::size_t i = 0; i < which.size(); ++i) {
    const std::uint8_t* from = examples.pixels.data() + part.rows[which[i]] * features;
    float* to = input_.data() + i * features;
    for (std::size_t f = 0; f < features; ++f) to[f] = floats[from[f]];
    labels_[i] = part.labels[which[i]];
  }
}

void Trainer::begin_evaluation() {
  phase_ = Phase::evaluate_train;
  block_begin_ = 0;
  loss_sum_ = 0;
  correct_ = 0;
}

void Trainer::evaluate_block() {
  const bool train = phase_ == Phase::evaluate_train;
  const Part& part = train ? data_->train : data_->test;
  const std::int64_t all = static_cast<std::int64_t>(part.rows.size());
  const std::int64_t count = train ? std::min(all, kEvaluateTrainMost) : all;
  const std::int64_t rows = std::min(block_rows_, count - block_begin_);
  std::vector<std::uint32_t> which(static_cast<std::size_t>(rows));
  std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(block_begin_));
  gather(part, train, which);
  loss_.evaluate(network_.evaluate(input_, rows), labels_, loss_sum_, correct_);
  block_begin_ += rows;
  if (block_begin_ < count) return;

  const double loss = loss_sum_ / static_cast<double>(count), accuracy = static_cast<double>(correct_) / static_cast<double>(count);
  block_begin_ = 0;
  loss_sum_ = 0;
  correct_ = 0;
  if (train) {
    evaluation_ = {step_, examples_, epoch(), seconds_, settings_.optimizer.values[0] * schedule_.factor(step_, steps_, settings_.schedule.values),
                   loss,  accuracy,  0,       0};
    phase_ = Phase::evaluate_test;
    return;
  }
  evaluation_.test_loss = loss;
  evaluation_.test_accuracy = accuracy;
  phase_ = Phase::train;
  if (!std::isfinite(evaluation_.train_loss) || !std::isfinite(loss)) {
    verdict_ = Verdict::diverged;
    phase_ = Phase::done;
  } else if (step_ == steps_) {
    verdict_ = Verdict::finished;
    phase_ = Phase::done;
  }
}

void Trainer::train_block() {
  const std::int64_t size = next_batch_size();
  if (block_begin_ == 0) {
    if (epoch_position_ == 0 && step_ / steps_per_epoch_ != epoch_index_) {
      epoch_index_ = step_ / steps_per_epoch_;
      const PhiloxCounter start{0, static_cast<std::uint64_t>(epoch_index_), 0};
      order_ = random_order(PhiloxStream(stream_key(settings_.seed, Purpose::order), start), data_->train.rows.size());
    }
    loss_sum_ = 0;
    correct_ = 0;
  }
  const std::int64_t rows = std::min(block_rows_, size - block_begin_), position = epoch_position_ + block_begin_;
  gather(data_->train, true, std::span(order_).subspan(static_cast<std::size_t>(position), static_cast<std::size_t>(rows)));
  Matrix& output = network_.forward(input_, rows, {settings_.seed, epoch_index_, position});
  loss_.differentiate(output, labels_, static_cast<float>(1.0 / static_cast<double>(size)), loss_sum_, correct_);
  network_.backward(input_, rows, block_begin_ == 0);
  block_begin_ += rows;
}

void Trainer::update() {
  const std::span<float> weights = network_.parameters(), gradient = network_.gradient();
  // weight decay joins the gradient before the rule, over weights and biases, as PyTorch's weight_decay
  if (settings_.l2 != 0) {
    const auto l2 = static_cast<float>(settings_.l2);
    for (std::size_t i = 0; i < weights.size(); ++i) gradient[i] += l2 * weights[i];
  }
  if (settings_.l1 != 0) {
    const auto l1 = static_cast<float>(settings_.l1);
    for (std::size_t i = 0; i < weights.size(); ++i) gradient[i] += weights[i] > 0 ? l1 : weights[i] < 0 ? -l1 : 0.0F;
  }
  const double lr = settings_.optimizer.values[0] * schedule_.factor(step_, steps_, settings_.schedule.values);
  optimizer_.update({weights, gradient, state0_, state1_, step_ + 1, lr}, settings_.optimizer.values);
}

bool Trainer::evaluation_due(std::int64_t examples_before) const {
  const std::int64_t every = settings_.evaluate.count;
  switch (settings_.evaluate.unit) {
  case Interval::Unit::epochs: return epoch_position_ == 0;
  case Interval::Unit::steps: return step_ % every == 0;
  case Interval::Unit::examples: return examples_ / every != examples_before / every;
  }
  return false;
}

std::uint64_t Trainer::hash() const {
  Hash hash;
  for (Index l = 0; l < network_.layer_count(); ++l) hash.add_floats(network_.torch_parameters(l));
  return hash.value();
}

} // namespace downhill
