#include "export/fit_script.hpp"

#include "experiment/fields.hpp"
#include "export/script_text.hpp"
#include "fit/decomposition.hpp"
#include "network/activation.hpp"

#include <algorithm>

namespace downhill {
namespace {

template <class Items, class Text> std::string list_of(const Items& items, Text text) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + text(item);
  return "[" + out + "]";
}

class FitScript : ScriptText {
public:
  FitScript(const FitDocument& document, const ScriptOptions& options) : ScriptText(options), part_(document.part), s_(document.settings), model_(s_.model) {
    if (part_ == FitPart::capacity && model_.network) model_ = with_capacity(s_, capacity_of(model_)).model; // at least one hidden layer
  }

  std::string write() {
    heading();
    settings();
    target_and_points();
    if (model_.network)
      network();
    else
      polynomial();
    switch (part_) {
    case FitPart::approximate: approximate(); break;
    case FitPart::capacity: capacity(); break;
    case FitPart::sets: sets(); break;
    }
    return std::move(out_);
  }

private:
  bool with_own() const { return part_ != FitPart::sets && !s_.own.empty(); }
  bool by_capacity() const { return part_ == FitPart::capacity; }
  bool uses(std::string_view activation) const {
    return std::any_of(model_.hidden.begin(), model_.hidden.end(), [&](const HiddenLayer& h) { return h.activation.name == activation; });
  }
  bool with_dropout() const {
    return std::any_of(model_.hidden.begin(), model_.hidden.end(), [](const HiddenLayer& h) { return h.dropout > 0; });
  }

  void heading() {
    title();
    line(said("由 Downhill 导出：同一个函数、同样的点、同样的模型；打印的与 downhill fit 相同。",
              "Exported by Downhill: the same function, points and models; it prints what downhill fit prints."));
    line();
    line(said("用法：python3 script.py", "Usage: python3 script.py"));
    line("\"\"\"");
    line("import math");
    line();
    line("import numpy as np");
    if (!model_.network) return;
    line("import torch");
    line("from torch import nn");
  }

  void settings() {
    section("设置", "settings");
    line("SEED = " + std::to_string(s_.seed));
    line("LOW, HIGH = " + shortest_text(s_.low) + ", " + shortest_text(s_.high));
    line("POINTS = " + std::to_string(s_.points));
    line("NOISE = " + shortest_text(s_.noise));
    if (part_ != FitPart::approximate) line("SETS = " + std::to_string(s_.sets));
    line("AT = " + std::to_string(s_.at) + said("  # 考察的位置数", "  # places looked at"));
    line("FINE = " + std::to_string(kFitFine) + said("  # 求整个区间上的平均时用的位置数", "  # places for means over the interval"));
    if (model_.network) {
      line("EPOCHS = " + std::to_string(model_.epochs));
      line("LR = " + shortest_text(model_.optimizer.values[0]));
      if (model_.weight_decay > 0) line("L2 = " + shortest_text(model_.weight_decay));
    } else {
      if (!by_capacity()) line("DEGREE = " + std::to_string(model_.degree));
      line("DECAY = " + shortest_text(model_.weight_decay));
    }
  }

  void target_and_points() {
    section("目标函数与数据点", "the function and its points");
    line("def f(x):");
    if (s_.target.formula.empty()) {
      line("    heights = " + list_of(s_.target.heights, shortest_text));
      line("    return np.interp(x, np.linspace(LOW, HIGH, len(heights)), heights)");
    } else {
      std::string formula = read_target(s_.target.formula)->python();
      for (std::size_t at = 0; (at = formula.find("torch.", at)) != std::string::npos;) formula.replace(at, 6, "np.");
      line("    return " + formula);
    }
    block("\n\ndef stream(seed, purpose, index=0, counter=(0, 0, 0)):\n"
          "    return np.random.Philox(key=[seed, purpose * 2**32 + index], counter=[*counter, 0])\n\n\n"
          "def uniforms(words):\n");
    remark("    ", "64 位整数的高 53 位，化为 [0, 1) 上的小数", "the upper 53 of 64 bits as a number in [0, 1)");
    block("    return (words >> np.uint64(11)) * 2.0**-53\n\n\n"
          "def middles(n):\n"
          "    return LOW + (HIGH - LOW) * (np.arange(n) + 0.5) / n\n\n\n"
          "def points(s):\n");
    line("    \"\"\"" + said("第 s 个训练集；噪声由 Box–Muller 变换得到。", "Training set s; noise by Box and Muller.") + "\"\"\"");
    block("    u = uniforms(stream(SEED, 11, 0, (0, s, 0)).random_raw(4 * POINTS).reshape(POINTS, 4))\n"
          "    noise = np.sqrt(-2 * np.log(1 - u[:, 2])) * np.cos(2 * np.pi * u[:, 3])\n");
    line(std::string("    x = ") + (s_.random_x ? "LOW + u[:, 0] * (HIGH - LOW)" : "middles(POINTS)"));
    line("    return x, f(x) + NOISE * noise");
    if (with_own()) {
      line();
      line();
      line("OWN = np.array(" + list_of(s_.own, [](FitPoint p) { return "[" + shortest_text(p.x) + ", " + shortest_text(p.y) + "]"; }) + ", float)");
    }
  }

  void polynomial() {
    section("模型：多项式，最小二乘", "the model: a polynomial, by least squares");
    line(std::string("def fit(x, y, degree") + (by_capacity() ? "" : "=DEGREE") + "):");
    block("    def powers(x):\n");
    remark("        ", "x 先缩放到 [-1, 1]", "x is scaled to [-1, 1]");
    block("        return ((2 * x - LOW - HIGH) / (HIGH - LOW))[:, None] ** np.arange(degree + 1)\n\n"
          "    rows = powers(x)\n");
    if (model_.weight_decay > 0) {
      remark("    ", "权重衰减：误差的平均再加上 DECAY·Σa²，常数项除外", "weight decay: DECAY·Σa² is added to the mean error, the constant left out");
      block("    rows = np.vstack([rows, np.sqrt(DECAY * len(x)) * np.eye(degree + 1)[1:]])\n"
            "    y = np.append(y, np.zeros(degree))\n");
    }
    block("    coefficients = np.linalg.lstsq(rows, y, rcond=None)[0]\n"
          "    return lambda x: powers(x) @ coefficients\n");
  }

  // The layers as arguments of nn.Sequential.
  void layers() {
    std::string inputs = "1";
    for (std::size_t l = 0; l < model_.hidden.size(); ++l) {
      const HiddenLayer& hidden = model_.hidden[l];
      const std::string units = by_capacity() ? "units" : std::to_string(hidden.units);
      line("        nn.Linear(" + inputs + ", " + units + "), " + activation(hidden.activation) + ",");
      if (hidden.dropout > 0) line("        Dropout(" + shortest_text(hidden.dropout) + ", layer=" + std::to_string(l) + "),");
      const int width = entry_of(activations(), hidden.activation.name).width;
      inputs = (width > 1 ? std::to_string(width) + " * " : "") + units;
    }
    line("        nn.Linear(" + inputs + ", 1))");
  }

  void network() {
    section("模型：神经网络", "the model: a network");
    block("WEIGHTS, BIASES, ORDER, DROPOUT = range(4, 8)\n\n\n");
    if (uses("step")) step_module();
    if (uses("crelu")) crelu_module();
    if (with_dropout()) dropout_module();
    block("def as_input(x):\n");
    remark("    ", "x 先缩放到 [-3, 3]", "x is scaled to [-3, 3]");
    block("    return torch.from_numpy((3 * (2 * x - LOW - HIGH) / (HIGH - LOW)).astype(np.float32)[:, None])\n\n\n");
    line(std::string("def fit(x, y") + (by_capacity() ? ", units" : "") + "):");
    line("    net = nn.Sequential(");
    layers();
    block("    linears = [module for module in net if isinstance(module, nn.Linear)]\n"
          "    with torch.no_grad():\n"
          "        for layer, linear in enumerate(linears):\n"
          "            outputs, inputs = linear.weight.shape\n"
          "            bound = 1 / np.sqrt(inputs)\n"
          "            for values, purpose in ((linear.weight, WEIGHTS), (linear.bias, BIASES)):\n"
          "                drawn = -bound + 2 * bound * uniforms(stream(SEED, purpose, layer).random_raw(values.numel()))\n"
          "                values.copy_(torch.from_numpy(drawn.astype(np.float32)).reshape(values.shape))\n");
    const bool apart = model_.weight_decay > 0 && model_.optimizer.name == "adamw"; // whose own decay is another
    line("    optimizer = torch.optim." + optimizer(model_.optimizer, "net.parameters()", model_.weight_decay > 0 && !apart ? ", weight_decay=L2" : ""));
    line("    batch = " + (model_.batch == 0 ? std::string("len(x)") : std::to_string(model_.batch)));
    block("    inputs, targets = as_input(x), torch.from_numpy(y.astype(np.float32)[:, None])\n"
          "    net.train()\n"
          "    for epoch in range(EPOCHS):\n"
          "        order = np.argsort(stream(SEED, ORDER, counter=(0, epoch, 0)).random_raw(len(x)), kind='stable')\n"
          "        for begin in range(0, len(x), batch):\n");
    if (with_dropout()) line("            Dropout.epoch, Dropout.position = epoch, begin");
    block("            rows = torch.from_numpy(order[begin:begin + batch])\n"
          "            optimizer.zero_grad()\n"
          "            loss = nn.functional.mse_loss(net(inputs[rows]), targets[rows])\n"
          "            loss.backward()\n");
    if (apart) block("            for w in net.parameters():\n                w.grad += L2 * w.detach()\n");
    block("            optimizer.step()\n"
          "    net.eval()\n\n"
          "    def predict(x):\n"
          "        with torch.no_grad():\n"
          "            return net(as_input(x))[:, 0].numpy().astype(float)\n\n"
          "    return predict\n");
  }

  void sets() {
    section("偏差与方差", "bias and variance");
    block("at = np.linspace(LOW, HIGH, AT)\n"
          "fits = np.array([fit(*points(s))(at) for s in range(SETS)])\n"
          "mean = fits.mean(0)\n"
          "bias2, variance = (f(at) - mean) ** 2, fits.var(0)\n"
          "print('x,f,mean,bias2,variance')\n"
          "for row in zip(at, f(at), mean, bias2, variance):\n"
          "    print(*(repr(float(number)) for number in row), sep=',')\n"
          "print('average', '', '', repr(float(bias2.mean())), repr(float(variance.mean())), sep=',')\n");
  }

  std::string one_set() const { return with_own() ? "OWN.T" : "points(0)"; }

  void capacity() {
    section("容量从小到大", "capacity from small to large");
    block("at, fine = np.linspace(LOW, HIGH, AT), middles(FINE)\n\n\n"
          "def errors(x, y, predict):\n");
    remark("    ", "训练误差；期望损失：f 已知，所以是算出来的，不是估计", "training error; expected loss, worked out since f is known");
    block("    return np.mean((y - predict(x)) ** 2), NOISE**2 + np.mean((f(fine) - predict(fine)) ** 2)\n\n\n"
          "print('capacity,train,expected,mean_train,mean_expected,bias2,variance')\n");
    line("for capacity in " + list_of(fit_capacities(model_), [](std::int64_t c) { return std::to_string(c); }) + ":");
    line("    x, y = " + one_set());
    block("    one = errors(x, y, fit(x, y, capacity))\n"
          "    models = [fit(*points(s), capacity) for s in range(SETS)]\n"
          "    mean = np.mean([errors(*points(s), model) for s, model in enumerate(models)], 0)\n"
          "    fits = np.array([model(at) for model in models])\n"
          "    bias2, variance = np.mean((f(at) - fits.mean(0)) ** 2), np.mean(fits.var(0))\n"
          "    print(capacity, *(repr(float(number)) for number in (*one, *mean, bias2, variance)), sep=',')\n");
  }

  void approximate() {
    section("用塔逼近", "towers");
    line("STEEPNESS = " + shortest_text(s_.steepness));
    line("TOWERS = " +
         list_of(s_.towers, [](const Tower& t) { return "(" + shortest_text(t.from) + ", " + shortest_text(t.to) + ", " + shortest_text(t.height) + ")"; }));
    block("\n\ndef sigmoid(z):\n"
          "    return 0.5 + 0.5 * np.tanh(z / 2)\n\n\n"
          "def towers(x):\n"
          "    w = STEEPNESS / (HIGH - LOW)\n"
          "    return sum((h * (sigmoid(w * (x - a)) - sigmoid(w * (x - b))) for a, b, h in TOWERS), 0 * x)\n\n\n");
    line("model = fit(*" + one_set() + ")");
    block("at, fine = np.linspace(LOW, HIGH, AT), middles(FINE)\n"
          "print('x,f,towers,model')\n"
          "for row in zip(at, f(at), towers(at), model(at)):\n"
          "    print(*(repr(float(number)) for number in row), sep=',')\n"
          "print('deviation', '', *(repr(float(np.mean(np.abs(f(fine) - each(fine))))) for each in (towers, model)), sep=',')\n");
  }

  FitPart part_;
  const FitSettings& s_;
  FitModel model_;
};

} // namespace

std::string fit_script(const FitDocument& document, const ScriptOptions& options) { return FitScript(document, options).write(); }

} // namespace downhill
