// A fully connected network: dense layers, activations, dropout; forward and backward over blocks of
// rows. It knows neither losses nor update rules: the trainer hands the output's gradient in.
// Shapes: R rows of a block, I inputs and O outputs of a layer, P parameters in all.
#pragma once
#include "experiment/settings.hpp"
#include "kernels/product.hpp"
#include "network/activation.hpp"

#include <cstdint>
#include <functional>

namespace downhill {

/// Where in the run a block of training rows lies: what a dropout mask hangs on, and nothing else.
struct DropoutPlace {
  std::uint64_t seed;
  std::int64_t epoch;    ///< 0 is the first
  std::int64_t position; ///< of the block's first row in the epoch's order
};

class Network {
public:
  /// `inputs` → hidden layers → `outputs`; weights as `settings.init` draws them from `seed`.
  Network(const NetworkSettings& settings, Index inputs, Index outputs, std::uint64_t seed, Zeros zeros_in_input = Zeros::few);

  /// Output (R×O) for `input` (R×I, its first `rows` rows) with all units kept.
  Matrix& evaluate(const Matrix& input, Index rows);
  /// The same with dropout, remembering what backward() needs.
  Matrix& forward(const Matrix& input, Index rows, const DropoutPlace& place);
  /// Given in the forward pass's output matrix the gradient of the loss by the output, adds the gradient by every
  /// parameter to gradient(); rows in ascending order, so that blocks of any size give the same sums.
  /// The first block of a batch replaces what was there.
  void backward(const Matrix& input, Index rows, bool first_block);
  /// The same for one row, without writing the gradient down: `change` gets each layer from the last to the first, when nothing
  /// needs its weights any more, with its weights and biases ((I+1)·O, from parameters()[weight] on), what it was given (I) and
  /// the gradient by its z (O), whose products the gradient is. It may change them and returns whether what it wrote is finite.
  struct OneLayer {
    std::size_t weight;
    std::span<float> parameters;
    std::span<const float> given, d;
  };
  void backward_of_one(const Matrix& input, const std::function<bool(const OneLayer&)>& change);

  /// Whoever may write into them: they are no longer known to be finite.
  std::span<float> parameters() {
    known_finite_ = false;
    return parameters_;
  }
  std::span<const float> parameters() const { return parameters_; }
  std::span<float> gradient() { return gradient_; }
  std::span<const float> gradient() const { return gradient_; }
  Index layer_count() const { return static_cast<Index>(layers_.size()); }
  double flops_per_row() const; ///< of one forward pass

  /// Weight of layer `l` as nn.Linear holds it (O×I, row-major), then its bias; for hashing and export.
  std::vector<float> torch_parameters(Index l) const;
  /// Sets them from the same form.
  void set_torch_parameters(Index l, std::span<const float> values);
  struct LayerShape {
    Index inputs, outputs;    ///< of the weight
    Index given;              ///< outputs after activation (crelu: twice as many)
    std::size_t weight, bias; ///< where in parameters(); the weight lies there I×O
    double dropout;
    const ActivationEntry* activation;
  };
  LayerShape shape(Index l) const;
  const ParameterValues& activation_values(Index l) const { return layers_[static_cast<std::size_t>(l)].values; }
  /// What layer `l` gave in the last pass, R×given, before dropout; the last layer's are the network's outputs. After
  /// backward() d_output(l) is the gradient by its z, R×O; not kept for the last layer, whose gradient came from outside.
  const Matrix& output(Index l) const { return layers_[static_cast<std::size_t>(l)].output; }
  /// What tells f′ of layer `l` in the last pass: its z or its outputs, as its activation wants; not of the last layer.
  const Matrix& seen(Index l) const {
    const Layer& layer = layers_[static_cast<std::size_t>(l)];
    return layer.activation->from_input ? layer.input : layer.output;
  }
  const Matrix& d_output(Index l) const { return layers_[static_cast<std::size_t>(l)].d_output; }

private:
  struct Layer {
    Index inputs, outputs;
    std::size_t weight, bias; // where in parameters_; the weight is kept I×O, so that outputs lie side by side
    const ActivationEntry* activation;
    ParameterValues values;
    double dropout;
    Index given;                                                                   // O times the activation's width: what the next layer gets
    Matrix input;                                                                  // R×O, z; used only where the activation is no function in place
    Matrix output;                                                                 // R×given after activation
    Matrix kept;                                                                   // R×given after dropout; used only where dropout > 0
    Matrix scale;                                                                  // R×given, the mask: 0 or 1/(1 − p)
    Matrix d_output;                                                               // R×O, by z
    Matrix d_given;                                                                // R×given, by y; used only where that is wider
    bool apart() const { return activation->from_input || activation->width > 1; } // z and y in memory of their own
  };
  Matrix& run(const Matrix& input, Index rows, const DropoutPlace* place);
  template <class Take> void walk_back(const Matrix& input, Index rows, Take take);
  Zeros zeros_in(std::size_t l) const; // in what layer l is given
  void activate(Layer& layer, Index rows);
  void differentiate_activation(Layer& layer, Index rows, const Matrix& dy);
  void drop(Layer& layer, std::uint32_t index, Index rows, const DropoutPlace& place);
  const Matrix& given_to_next(const Layer& layer) const { return layer.dropout > 0 ? layer.kept : layer.output; }

  std::vector<Layer> layers_;
  Zeros zeros_in_input_;
  std::vector<float> parameters_, gradient_;
  bool known_finite_ = false; // all parameters; looked into where one row's forward pass gains by it
  ProductScratch scratch_;
};

/// Fills `mask` with 0 where a unit is dropped and 1/(1 − p) where it is kept, for one row: unit u takes the u-th
/// 32-bit half (low half first) of the words of stream (seed, dropout, layer) at counter (·, position, epoch) and is
/// dropped if that number is below p·2^32.
void fill_mask(const DropoutPlace& place, std::uint32_t layer, double p, std::span<float> mask);

} // namespace downhill
