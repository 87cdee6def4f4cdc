#include "export/backprop_script.hpp"

#include "backprop/scalar_formulas.hpp"
#include "document/json_text.hpp"
#include "export/script_text.hpp"
#include "network/schedule.hpp"

#include <algorithm>

namespace downhill {
namespace {

std::string list(std::span<const double> values) {
  std::string all;
  for (const double value : values) all += (all.empty() ? "" : ", ") + shortest_text(value);
  return "[" + all + "]";
}

class BackpropScript : ScriptText {
public:
  BackpropScript(const BackpropSettings& settings, const ScriptOptions& options) : ScriptText(options), s_(settings) {}

  std::string write() {
    heading();
    settings();
    network();
    passes();
    updates();
    line("print(json.dumps(trace, indent=2))");
    return std::move(out_);
  }

private:
  void heading() {
    title();
    line(said(
        "由 Downhill 导出：同一个网络、样本、损失和更新规则，用 autograd 以 float64 算出 downhill trace 打印的全部数（只差浮点舍入）。",
        "Exported by Downhill: the same network, examples, loss and rule; autograd works out, in float64, all numbers that downhill trace prints, the same up "
        "to rounding."));
    line();
    line(said("用法：python3 script.py", "Usage: python3 script.py"));
    line("\"\"\"");
    line("import json");
    line();
    line("import torch");
    line("from torch import nn");
    line();
    line("torch.set_default_dtype(torch.float64)");
  }

  void tensor(const char* name, std::vector<double> BackpropExample::* numbers) {
    line(std::string(name) + " = torch.tensor([");
    for (const BackpropExample& example : s_.examples) line("    " + list(example.*numbers) + ",");
    line("], dtype=torch.float64)");
  }

  void settings() {
    section("设置", "settings");
    remark("", "每行一个样本", "a row for each example");
    tensor("X", &BackpropExample::input);
    tensor("T", &BackpropExample::target);
    remark("", "每层：权重（每行一个神经元，每列一个输入）、偏置", "each layer: weights (a row for each unit, a column for each input) and biases");
    line("LAYERS = [");
    for (const BackpropLayer& layer : s_.layers) {
      std::string rows;
      for (std::size_t o = 0; o < layer.units(); ++o) rows += (o > 0 ? ", " : "") + list(std::span(layer.weight).subspan(o * layer.inputs, layer.inputs));
      line("    ([" + rows + "], " + list(layer.bias) + "),");
    }
    line("]");
    line("STEPS = " + std::to_string(s_.steps));
    line("LR = " + shortest_text(s_.optimizer.values[0]));
  }

  void network() {
    section("网络", "network");
    if (std::any_of(s_.layers.begin(), s_.layers.end(), [](const BackpropLayer& layer) { return layer.activation.name == "step"; })) step_module();
    std::string all;
    for (const BackpropLayer& layer : s_.layers) all += (all.empty() ? "" : ", ") + activation(layer.activation);
    block("linears = []\n"
          "for weight, bias in LAYERS:\n"
          "    linear = nn.Linear(len(weight[0]), len(weight))\n"
          "    with torch.no_grad():\n"
          "        linear.weight.copy_(torch.tensor(weight, dtype=torch.float64))\n"
          "        linear.bias.copy_(torch.tensor(bias, dtype=torch.float64))\n"
          "    linears.append(linear)\n");
    line("activations = [" + all + "]");
    const ScalarLoss& loss = entry_of(scalar_losses(), s_.loss);
    if (loss.one_of_many)
      remark("", "softmax 已包含在 CrossEntropyLoss 里，目标值是概率", "CrossEntropyLoss has the softmax in it; targets are probabilities");
    else if (loss.of_logits)
      remark("", "sigmoid 已包含在 BCEWithLogitsLoss 里", "BCEWithLogitsLoss has the sigmoid in it");
    line("loss_function = " + std::string(loss.torch) + "()");
    block("\n\ndef forward(x):\n"
          "    passes = []\n"
          "    for linear, activation in zip(linears, activations):\n"
          "        z = linear(x)\n"
          "        x = activation(z)\n"
          "        passes.append((z, x))\n"
          "    return passes\n");
  }

  void passes() {
    section("前向与反向", "forward and back");
    line("X.requires_grad_()" + std::string(15, ' ') + "# " + said("留住 ∂L/∂x", "keeps ∂L/∂x"));
    block("passes = forward(X)\n"
          "for z, a in passes:\n");
    line("    z.retain_grad()" + std::string(12, ' ') + "# " + said("留住 δ = ∂L/∂z", "keeps δ = ∂L/∂z"));
    line("loss = loss_function(passes[-1][1], T)");
    line("loss.backward()");
    block("trace = {\n"
          "    'examples': [\n"
          "        {'layers': [{'z': z[e].tolist(), 'a': a[e].tolist(), 'delta': z.grad[e].tolist()} for z, a in passes],\n"
          "         'd_input': X.grad[e].tolist(),\n"
          "         'loss': loss_function(passes[-1][1][e:e + 1], T[e:e + 1]).item()}\n"
          "        for e in range(len(X))],\n"
          "    'loss': loss.item(),\n"
          "    'gradients': [{'weight': linear.weight.grad.tolist(), 'bias': linear.bias.grad.tolist()} for linear in linears],\n"
          "}\n");
  }

  void updates() {
    section("更新", "updates");
    if (s_.train_bias)
      line("trained = [p for linear in linears for p in (linear.weight, linear.bias)]");
    else {
      remark("", "偏置保持不变", "biases are held");
      line("trained = [linear.weight for linear in linears]");
    }
    rule(s_.optimizer, {"constant", standard_values(entry_of(schedules(), "constant"))}, "trained", "", "");
    block("for _ in range(STEPS):\n");
    line("    for linear in linears:" + std::string(5, ' ') + "# " + said("先清零，否则梯度会累加", "gradients would add up"));
    block("        linear.zero_grad()\n"
          "    loss_function(forward(X)[-1][1], T).backward()\n"
          "    optimizer.step()\n"
          "trace['after'] = {\n"
          "    'layers': [{'weight': linear.weight.tolist(), 'bias': linear.bias.tolist()} for linear in linears],\n"
          "    'loss': loss_function(forward(X)[-1][1], T).item(),\n"
          "}\n");
  }

  const BackpropSettings& s_;
};

} // namespace

std::string backprop_script(const BackpropSettings& settings, const ScriptOptions& options) { return BackpropScript(settings, options).write(); }

} // namespace downhill
