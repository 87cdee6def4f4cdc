#include "export/neuron_script.hpp"

#include "export/script_text.hpp"

namespace downhill {
namespace {

std::string row_of(const Unit& unit, int inputs) {
  std::string all;
  for (int i = 0; i < inputs; ++i) all += (i > 0 ? ", " : "") + shortest_text(unit.weights[static_cast<std::size_t>(i)]);
  return "[" + all + "]";
}

class NeuronScript : ScriptText {
public:
  NeuronScript(const NeuronDocument& document, const ScriptOptions& options) : ScriptText(options), d_(document) {}

  std::string write() {
    switch (d_.part) {
    case NeuronPart::logic: logic(); break;
    case NeuronPart::image: image(); break;
    case NeuronPart::soft: soft(); break;
    }
    return std::move(out_);
  }

private:
  void heading(const std::string& says, const char* usage) {
    title();
    line(says);
    line();
    line(said("用法：", "Usage: ") + usage);
    line("\"\"\"");
  }

  void logic() {
    const LogicSettings& s = d_.logic;
    heading(said("由 Downhill 导出：同一个神经元的真值表，就是 downhill neuron 打印的那张。",
                 "Exported by Downhill: the same unit's truth table, as downhill neuron prints it."),
            "python3 script.py");
    line("import torch");
    line();
    line("torch.set_default_dtype(torch.float64)");
    section("输入与目标", "inputs and targets");
    std::string targets;
    for (int row = 0; row < row_count(s.inputs); ++row) targets += std::string(row > 0 ? ", " : "") + (logic_row(s, row).wanted ? "1" : "0");
    line("N = " + std::to_string(s.inputs));
    line("X = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * N).reshape(-1, N)");
    line("T = torch.tensor([" + targets + "])");
    section("神经元", "the unit");
    remark("", "加权和达到阈值就发放：Σ ≥ θ（差不到 1e-9 也算达到）",
           "it fires where the sum reaches the threshold: Σ ≥ θ (or misses it by no more than 1e-9)");
    block("def step(z, threshold):\n"
          "    return (z >= threshold - 1e-9).double()\n\n\n");
    std::string heads, columns;
    for (int i = 0; i < s.inputs; ++i) heads += "x" + std::to_string(i + 1) + ",";
    if (s.two_layers) {
      line("W1 = torch.tensor([" + row_of(s.hidden[0], 2) + ", " + row_of(s.hidden[1], 2) + "], dtype=torch.float64)");
      line("THETA1 = torch.tensor([" + shortest_text(s.hidden[0].threshold) + ", " + shortest_text(s.hidden[1].threshold) + "], dtype=torch.float64)");
      line("W2 = torch.tensor(" + row_of(s.output, 2) + ", dtype=torch.float64)");
      line("THETA2 = " + shortest_text(s.output.threshold));
      block("H = step(X @ W1.T, THETA1)\n"
            "Z = H @ W2\n"
            "Y = step(Z, THETA2)\n");
      heads += "h1,h2,";
      columns = ", *(f'{v:g}' for v in H[r])";
    } else if (s.veto) {
      std::string signs;
      for (int i = 0; i < s.inputs; ++i) signs += std::string(i > 0 ? ", " : "") + (s.inhibits[static_cast<std::size_t>(i)] ? "1" : "0");
      line("INHIBITS = torch.tensor([" + signs + "]).bool()");
      line("THETA = " + shortest_text(s.unit.threshold));
      block("Z = X[:, ~INHIBITS].sum(1)\n"
            "VETO = X[:, INHIBITS].any(1)\n"
            "Y = step(Z, THETA) * ~VETO\n");
    } else {
      line("W = torch.tensor(" + row_of(s.unit, s.inputs) + ", dtype=torch.float64)");
      line("THETA = " + shortest_text(s.unit.threshold));
      block("Z = X @ W\n"
            "Y = step(Z, THETA)\n");
    }
    line("print('" + heads + "sum,fires,wanted')");
    block("for r in range(len(X)):\n");
    line("    print(*(f'{v:g}' for v in X[r])" + columns + ", f'{Z[r].item():.9g}', f'{Y[r].item():g}', T[r].item(), sep=',')");
  }

  void image() {
    const ImageSettings& s = d_.image;
    heading(
        said("由 Downhill 导出：同样的图像、同一幅画出来的权重，再让同一个神经元（换成 sigmoid）用梯度下降学习；打印的与 downhill neuron 相同。",
             "Exported by Downhill: the same images, the same painted weights, and the same unit, with a sigmoid, taught by gradient descent; it prints what "
             "downhill neuron prints."),
        "python3 script.py [--data DIR]");
    block("import argparse\n"
          "import base64\n"
          "import gzip\n"
          "from pathlib import Path\n\n"
          "import numpy as np\n"
          "import torch\n"
          "from torch import nn\n\n"
          "torch.set_default_dtype(torch.float64)\n"
          "parser = argparse.ArgumentParser()\n"
          "parser.add_argument('--data', default='/usr/share/datasets/fashion-mnist')\n"
          "options = parser.parse_args()\n");
    section("设置", "settings");
    line("QUIET, FIRES = " + std::to_string(s.quiet) + ", " + std::to_string(s.fires));
    line("TRAIN, TEST = " + std::to_string(s.train) + ", " + std::to_string(s.test));
    line("STEPS = " + std::to_string(s.steps));
    line("LR = " + shortest_text(s.rate));
    line("THETA = " + shortest_text(s.threshold));
    const std::string text = text_of(s.painting);
    if (text.empty()) {
      line("W = torch.zeros(784)");
    } else {
      remark("", "画出来的权重：每像素一个有符号字节，单位 0.01", "the painted weights: a signed byte for each pixel, in hundredths");
      line("PAINTED = (");
      for (std::size_t i = 0; i < text.size(); i += 96) line("    '" + text.substr(i, 96) + "'");
      line(")");
      line("W = torch.from_numpy(np.frombuffer(base64.b64decode(PAINTED), np.int8) / 100)");
    }
    section("数据", "data");
    image_readers();
    block("def examples(train):\n"
          "    n = TRAIN if train else TEST\n"
          "    x, labels = read_images(options.data, train)\n");
    remark("    ", "每一类内部随机排序，然后两类轮流取一个", "each class in random order, then one of each class in turn");
    block("    drawn = []\n"
          "    for c in (QUIET, FIRES):\n"
          "        members = np.flatnonzero(labels == c)\n"
          "        words = np.random.Philox(key=[1, (1 if train else 2) * 2**32 + c], counter=[0, 0, 0, 0]).random_raw(len(members))\n"
          "        drawn.append(members[np.argsort(words, kind='stable')])\n"
          "    rows = [drawn[i % 2][i // 2] for i in range(n)]\n");
    remark("    ", "像素 v/255，用 float64", "pixels v/255, in float64");
    block("    return torch.from_numpy(np.rint(x[rows].astype(np.float64) * 255) / 255), torch.arange(n) % 2\n\n\n"
          "parts = {'train': examples(True), 'test': examples(False)}\n");
    section("画出来的神经元", "the painted unit");
    block("def tell(name, fires):\n"
          "    for part, (x, y) in parts.items():\n"
          "        right = (fires(x) == (y == 1)).sum().item()\n"
          "        print(f'{name},{part},{len(y)},{right},{right / len(y):.6f}')\n\n\n"
          "print('weights,set,images,right,accuracy')\n");
    remark("", "加权和恰好等于阈值也发放；舍入误差远小于 1e-9", "a sum that equals the threshold fires; roundings are far below 1e-9");
    line("tell('painted', lambda x: x @ W >= THETA - 1e-9)");
    section("让它自己学", "let it learn");
    block("neuron = nn.Linear(784, 1)\n"
          "with torch.no_grad():\n");
    if (s.from_painting)
      block("    neuron.weight.copy_(W.reshape(1, -1))\n"
            "    neuron.bias.fill_(-THETA)\n");
    else
      block("    neuron.weight.zero_()\n"
            "    neuron.bias.zero_()\n");
    remark("", "sigmoid 已包含在 BCEWithLogitsLoss 里", "BCEWithLogitsLoss has the sigmoid in it");
    block("loss_function = nn.BCEWithLogitsLoss()\n"
          "optimizer = torch.optim.SGD(neuron.parameters(), lr=LR)\n"
          "x, y = parts['train']\n"
          "for step in range(STEPS):\n"
          "    optimizer.zero_grad()\n"
          "    loss = loss_function(neuron(x).squeeze(1), y.double())\n"
          "    loss.backward()\n"
          "    optimizer.step()\n"
          "with torch.no_grad():\n"
          "    tell('learned', lambda x: neuron(x).squeeze(1) >= 0)\n"
          "    loss = loss_function(neuron(x).squeeze(1), y.double()).item()\n"
          "    print(f'loss,{loss:.9g}')\n");
  }

  void soft() {
    const SoftSettings& s = d_.soft;
    heading(said("由 Downhill 导出：一个权重的梯度下降，打印的与 downhill neuron 相同。",
                 "Exported by Downhill: gradient descent of one weight; it prints what downhill neuron prints."),
            "python3 script.py");
    block("import torch\n\n"
          "torch.set_default_dtype(torch.float64)\n");
    std::string xs, targets;
    for (const SoftExample& e : kSoftExamples) {
      xs += (xs.empty() ? "" : ", ") + shortest_text(e.x);
      targets += (targets.empty() ? "" : ", ") + shortest_text(e.target);
    }
    line("X = torch.tensor([" + xs + "])");
    line("T = torch.tensor([" + targets + "]).double()");
    if (!s.hard) line("K = " + shortest_text(s.steepness));
    line("THETA = " + shortest_text(s.threshold));
    line("LR = " + shortest_text(s.rate));
    line("w = torch.tensor(" + shortest_text(s.weight) + ").double().requires_grad_()");
    line();
    line();
    line("def output(z):");
    if (s.hard) {
      remark("    ", "阶跃处处斜率为 0（或没有斜率）：loss 与 w 之间没有梯度可传",
             "the slope of a step is 0, or there is none: no gradient passes from the loss to w");
      line("    return (z >= THETA).double() + 0 * z");
    } else
      line("    return torch.sigmoid(K * (z - THETA))");
    block("\n\nprint('step,weight,loss,slope')\n");
    line("for step in range(" + std::to_string(s.steps) + " + 1):");
    block("    loss = ((output(w * X) - T) ** 2).mean()\n"
          "    w.grad = None\n"
          "    loss.backward()\n"
          "    print(f'{step},{w.item():.9g},{loss.item():.9g},{w.grad.item():.9g}')\n"
          "    with torch.no_grad():\n"
          "        w -= LR * w.grad\n");
  }

  const NeuronDocument& d_;
};

} // namespace

std::string neuron_script(const NeuronDocument& document, const ScriptOptions& options) { return NeuronScript(document, options).write(); }

} // namespace downhill
