#include "export/script.hpp"

#include "data/toys.hpp"
#include "experiment/fields.hpp"
#include "export/script_text.hpp"
#include "network/activation.hpp"
#include "network/initializer.hpp"

#include <algorithm>

namespace downhill {
namespace {

class ScriptWriter : ScriptText {
public:
  ScriptWriter(const LaneSettings& settings, const ScriptOptions& options) : ScriptText(options), s_(settings), source_(entry_of(sources(), s_.data.source)) {}

  std::string write() {
    heading();
    settings();
    streams();
    data();
    network();
    training();
    return std::move(out_);
  }

private:
  bool regression() const { return source_.classes == 0; }
  bool own() const { return source_.id == "own"; }
  bool with_dropout() const {
    return std::any_of(s_.network.hidden.begin(), s_.network.hidden.end(), [](const HiddenLayer& h) { return h.dropout > 0; });
  }
  bool uses(std::string_view activation) const {
    return std::any_of(s_.network.hidden.begin(), s_.network.hidden.end(), [&](const HiddenLayer& h) { return h.activation.name == activation; });
  }
  bool normals_needed() const { return source_.generated || s_.network.init.name.ends_with("normal"); }

  void heading() {
    title();
    line(said("由 Downhill 导出：同样的样本、初始权重、批次顺序和 dropout 掩码，都由 NumPy 的 Philox 发生器重新抽出，",
              "Exported by Downhill: the same examples, start weights, batches and dropout masks, drawn again by"));
    line(said("因此这里的损失曲线与页面上的一致（只差浮点舍入）。", "NumPy's Philox generator, so that the losses are those of the page up to rounding."));
    line();
    line(said("用法：python3 script.py", "Usage: python3 script.py") +
         std::string(source_.generated ? ""
                     : own()           ? " --data FILE.downhill-data"
                                       : " [--data DIR]") +
         " [--seed N]");
    line("\"\"\"");
    line("import argparse");
    if (own()) line("import csv");
    if (!source_.generated) line("import gzip");
    if (own()) line("import json");
    if (s_.schedule.name == "cosine" && warmup(s_.schedule) > 0) line("import math");
    if (!source_.generated) line("from pathlib import Path");
    line("import sys");
    line();
    line("import numpy as np");
    line("import torch");
    line("from torch import nn");
    line("from torch.utils.data import DataLoader, Dataset, Sampler");
    line();
    line("parser = argparse.ArgumentParser()");
    if (own()) line("parser.add_argument('--data', required=True)");
    if (!source_.generated && !own()) line("parser.add_argument('--data', default='/usr/share/datasets/fashion-mnist')");
    line("parser.add_argument('--seed', type=int, default=" + std::to_string(s_.seed) + ")");
    line("options = parser.parse_args()");
  }

  void settings() {
    section("设置", "settings");
    line("SEED = options.seed" + std::string(8, ' ') + "# " + said("初始权重、批次顺序、dropout", "start weights, batches, dropout"));
    line("DATA_SEED = " + std::to_string(s_.data.seed) + std::string(10, ' ') + "# " + said("抽取哪些样本", "which examples are drawn"));
    line("TRAIN, TEST = " + std::to_string(s_.data.train) + ", " + std::to_string(s_.data.test));
    if (!regression()) {
      std::string classes;
      for (const int label : s_.data.classes) classes += (classes.empty() ? "" : ", ") + std::to_string(label);
      line("CLASSES = [" + classes + "]" + (classes.empty() ? said("  # 空：全部类别", "  # empty: all classes") : ""));
    }
    if (s_.data.label_noise > 0) line("LABEL_NOISE = " + shortest_text(s_.data.label_noise));
    if (source_.generated) line("NOISE = " + shortest_text(s_.data.noise));
    line("BATCH = " + (s_.batch == 0 ? std::string("TRAIN") : std::to_string(s_.batch)));
    line("EPOCHS = " + std::to_string(s_.epochs));
    line("LR = " + shortest_text(s_.optimizer.values[0]));
    if (s_.l1 > 0) line("L1 = " + shortest_text(s_.l1));
    if (s_.l2 > 0) line("L2 = " + shortest_text(s_.l2));
  }

  void streams() {
    section("随机数", "random numbers");
    remark("", "每种用途一个独立的随机流，由（种子，用途，序号）决定；计数器指明从哪里读起。",
           "One stream for each purpose, named by (seed, purpose, index); the counter says where to read.");
    block("TRAIN_SUBSET, TEST_SUBSET, NOISE_OF_LABELS, WEIGHTS, BIASES, ORDER, DROPOUT, TOY = range(1, 9)\n\n\n"
          "def stream(seed, purpose, index=0, counter=(0, 0, 0)):\n"
          "    return np.random.Philox(key=[seed, purpose * 2**32 + index], counter=[*counter, 0])\n\n\n"
          "def uniforms(words):\n");
    remark("    ", "64 位整数的高 53 位，化为 [0, 1) 上的小数", "the upper 53 of 64 bits as a number in [0, 1)");
    block("    return (words >> np.uint64(11)) * 2.0**-53\n");
    if (!normals_needed()) return;
    block("\n\ndef normals(words):\n");
    remark("    ", "Box–Muller 变换：每两个均匀随机数给出两个正态随机数", "Box and Muller: two uniforms give two normals");
    block("    u = uniforms(words).reshape(-1, 2)\n"
          "    r = np.sqrt(-2 * np.log(1 - u[:, 0]))\n"
          "    return np.stack([r * np.cos(2 * np.pi * u[:, 1]), r * np.sin(2 * np.pi * u[:, 1])], 1).ravel()\n");
  }

  void data() {
    section("数据", "data");
    if (source_.generated)
      toy_data();
    else
      file_data();
    block("\n\nclass Examples(Dataset):\n"
          "    def __init__(self, x, y):\n"
          "        self.x = torch.from_numpy(x)\n"
          "        self.y = torch.from_numpy(y)\n\n"
          "    def __len__(self):\n"
          "        return len(self.x)\n\n"
          "    def __getitem__(self, i):\n"
          "        return self.x[i], self.y[i]\n\n\n"
          "class EpochOrder(Sampler):\n");
    line("    \"\"\"" + said("每轮重新洗牌：给每个样本一个随机数，按大小排序。", "Shuffled anew each epoch: a random number for each example, sorted.") +
         "\"\"\"");
    block("    epoch = 0\n\n"
          "    def __init__(self, n):\n"
          "        self.n = n\n\n"
          "    def __iter__(self):\n"
          "        words = stream(SEED, ORDER, counter=(0, self.epoch, 0)).random_raw(self.n)\n"
          "        return iter(np.argsort(words, kind='stable').tolist())\n\n"
          "    def __len__(self):\n"
          "        return self.n\n\n\n"
          "train_set = Examples(*examples(True))\n"
          "test_set = Examples(*examples(False))\n"
          "order = EpochOrder(TRAIN)\n"
          "train_loader = DataLoader(train_set, batch_size=BATCH, sampler=order)\n");
  }

  void label_noise(const std::string& classes) {
    if (s_.data.label_noise <= 0) return;
    line("    if train:");
    remark("        ", "一部分训练标签换成别的类别", "some training labels become another class");
    line("        words = stream(DATA_SEED, NOISE_OF_LABELS).random_raw(2 * n).reshape(n, 2)");
    line("        wrong = uniforms(words[:, 0]) < LABEL_NOISE");
    line("        shift = 1 + (words[:, 1] % np.uint64(" + classes + " - 1)).astype(np.int64)");
    line("        y = np.where(wrong, (y + shift) % " + classes + ", y)");
  }

  void toy_data() {
    const ToyEntry& toy = entry_of(toys(), source_.id);
    block("def examples(train):\n"
          "    n = TRAIN if train else TEST\n");
    if (!regression()) {
      remark("    ", "两类交替生成，再留下所选的类别", "the two classes in turn, of which the chosen ones are kept");
      line("    made = 2 * -(-n // len(CLASSES))");
    } else
      line("    made = n");
    block("    words = stream(DATA_SEED, TOY, 0 if train else 1).random_raw(4 * made).reshape(made, 4)\n"
          "    u, v = uniforms(words[:, 0]), uniforms(words[:, 1])\n"
          "    n1, n2 = normals(words[:, 2:].ravel()).reshape(made, 2).T\n"
          "    noise = NOISE\n");
    if (!regression()) line("    label = np.arange(made) % 2");
    std::string text(toy.numpy);
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      line("    " + text.substr(begin, end - begin));
      begin = end + 1;
    }
    if (regression()) {
      line("    return x.astype(np.float32).reshape(n, 1), y.astype(np.float32)");
      return;
    }
    line("    x = np.stack([x, y], 1).astype(np.float32)");
    line("    y = np.arange(n, dtype=np.int64) % len(CLASSES)");
    line("    rows = [np.flatnonzero(label == CLASSES[y[i]])[i // len(CLASSES)] for i in range(n)]");
    label_noise("len(CLASSES)");
    line("    return x[rows], y");
  }

  void file_data() {
    image_readers();
    if (own()) {
      block("def read_table(path, train):\n"
            "    with open(path, newline='', encoding='utf-8-sig') as file:\n"
            "        table = csv.DictReader(file)\n"
            "        rows = list(table)\n"
            "    if len(set(table.fieldnames)) < len(table.fieldnames):\n");
      line("        sys.exit('" + said("CSV 有两列同名，请给其中一列改名", "two columns of the CSV have the same name; rename one") + "')");
      block("    def in_part(i, row):\n"
            "        return row['part'] == 'train' if 'part' in row else i % 5 != 4\n"
            "    def value_first(label):\n"
            "        try:\n"
            "            value = float(label) if set(label) <= set('0123456789+-.eE') else np.inf\n"
            "        except ValueError:\n"
            "            value = np.inf\n"
            "        return (0, value, label) if np.isfinite(np.float32(value)) else (1, 0.0, label)\n"
            "    part = [row for i, row in enumerate(rows) if in_part(i, row) == train]\n"
            "    features = [name for name in rows[0] if name not in ('label', 'target', 'part')]\n"
            "    x = np.array([[float(row[name]) for name in features] for row in part], np.float32)\n"
            "    if 'target' in rows[0]:\n"
            "        return x, np.array([float(row['target']) for row in part], np.float32)\n"
            "    names = sorted({row['label'] for row in rows}, key=value_first)\n"
            "    return x, np.array([names.index(row['label']) for row in part], np.int64)\n\n\n");
      block("def read_own(path, train):\n"
            "    with gzip.open(path) as file:\n"
            "        head, data = json.loads(file.readline()), file.read()\n"
            "    features, at = int(np.prod(head['shape'])), 0\n"
            "    for part in ('train', 'validation', 'test'):\n"
            "        n = head['parts'][part]\n"
            "        x = np.frombuffer(data, np.uint8 if head['features'] == 'pixels' else '<f4', n * features, at).reshape(n, features)\n"
            "        y = np.frombuffer(data, np.uint8 if head['answers'] == 'classes' else '<f4', n, at + x.nbytes)\n"
            "        at += x.nbytes + y.nbytes\n"
            "        if part == ('train' if train else 'test'):\n"
            "            x = x.astype(np.float32) / np.float32(255 if head['features'] == 'pixels' else 1)\n"
            "            return x, y.astype(np.int64 if head['answers'] == 'classes' else np.float32)\n\n\n");
      block("def read(train):\n"
            "    path = Path(options.data)\n"
            "    if path.is_dir():\n"
            "        return read_images(path, train)\n"
            "    packed = path.open('rb').read(2) == b'\\x1f\\x8b'\n"
            "    return read_own(path, train) if packed else read_table(path, train)\n\n\n"
            "REGRESSION = read(True)[1].dtype == np.float32\n");
      line(s_.data.label_noise > 0 ? "if REGRESSION:" : "if REGRESSION and CLASSES:");
      line("    sys.exit('" + said("回归数据没有类别，请去掉类别和标签噪声", "regression data has no classes; leave classes and label noise out") + "')");
      line("if not REGRESSION:");
      line("    CLASSES = CLASSES or np.union1d(read(True)[1], read(False)[1]).tolist()");
      block("\n\n");
    }
    block("def examples(train):\n"
          "    n = TRAIN if train else TEST\n");
    line(own() ? "    x, labels = read(train)" : "    x, labels = read_images(options.data, train)");
    remark("    ", "每一类内部随机排序，然后各类轮流取一个", "each class in random order, then one of each class in turn");
    block("    purpose = TRAIN_SUBSET if train else TEST_SUBSET\n"
          "    drawn = []\n");
    line(own() ? "    for c in CLASSES or [0]:" : "    for c in CLASSES:");
    line(own() ? "        members = np.flatnonzero(labels == c) if CLASSES else np.arange(len(labels))" : "        members = np.flatnonzero(labels == c)");
    block("        words = stream(DATA_SEED, purpose, c).random_raw(len(members))\n"
          "        drawn.append(members[np.argsort(words, kind='stable')])\n"
          "    rows = [drawn[i % len(drawn)][i // len(drawn)] for i in range(n)]\n");
    if (own()) block("    if REGRESSION:\n        return x[rows], labels[rows]\n");
    line("    y = np.arange(n, dtype=np.int64) % len(CLASSES)");
    label_noise("len(CLASSES)");
    line("    return x[rows], y");
  }

  // what PyTorch has no module for
  void own_modules() {
    if (uses("step")) step_module();
    if (uses("crelu")) crelu_module();
    if (with_dropout()) dropout_module();
  }

  // NumPy for one layer's weights, from words or from its own shape
  std::string initial_weights() const {
    const Choice& init = s_.network.init;
    const auto p = [&](std::size_t i) { return shortest_text(init.values[i]); };
    const std::string normal = "normals(words(WEIGHTS, size + size % 2))[:size]", uniform = "uniforms(words(WEIGHTS, size))";
    const std::string gain = init.name.starts_with("kaiming") ? "np.sqrt(2 / (1 + " + p(0) + "**2))" : "";
    const auto within = [&](const std::string& bound) { return "bound = " + bound + "\n        weight = -bound + 2 * bound * " + uniform; };
    if (init.name == "pytorch") return within("1 / np.sqrt(inputs)");
    if (init.name == "constant") return "weight = np.full(size, " + p(0) + ")";
    if (init.name == "normal") return "weight = " + p(0) + " + " + p(1) + " * " + normal;
    if (init.name == "uniform") return "weight = " + p(0) + " + (" + p(1) + " - " + p(0) + ") * " + uniform;
    if (init.name == "xavier_uniform") return within(p(0) + " * np.sqrt(6 / (inputs + outputs))");
    if (init.name == "xavier_normal") return "weight = " + p(0) + " * np.sqrt(2 / (inputs + outputs)) * " + normal;
    if (init.name == "kaiming_uniform") return within(gain + " * np.sqrt(3 / inputs)");
    assert(init.name == "kaiming_normal");
    return "weight = " + gain + " / np.sqrt(inputs) * " + normal;
  }

  void network() {
    section("网络", "network");
    own_modules();
    line("class Net(nn.Module):");
    line("    def __init__(self):");
    line("        super().__init__()");
    line("        self.layers = nn.Sequential(");
    std::string inputs = own() ? "train_set.x.shape[1]" : std::to_string(source_.features);
    for (std::size_t l = 0; l < s_.network.hidden.size(); ++l) {
      const HiddenLayer& hidden = s_.network.hidden[l];
      line("            nn.Linear(" + inputs + ", " + std::to_string(hidden.units) + "), " + activation(hidden.activation) + ",");
      if (hidden.dropout > 0) line("            Dropout(" + shortest_text(hidden.dropout) + ", layer=" + std::to_string(l) + "),");
      inputs = std::to_string(hidden.units * entry_of(activations(), hidden.activation.name).width);
    }
    const LossEntry& loss = entry_of(losses(), s_.loss.name);
    const std::string outputs = regression() || loss.one_logit ? "1" : own() ? "1 if REGRESSION else len(CLASSES)" : std::to_string(s_.data.classes.size());
    line("            nn.Linear(" + inputs + ", " + outputs + "))");
    line();
    line("    def forward(self, x):");
    line("        return self.layers(x)");
    line();
    line();
    line("net = Net()");
    line("linears = [module for module in net.layers if isinstance(module, nn.Linear)]");
    remark("", ("初始化：" + std::string(entry_of(initializers(), s_.network.init.name).torch) + " 的分布，用自己的随机流抽取").c_str(),
           ("initialisation: as " + std::string(entry_of(initializers(), s_.network.init.name).torch) + ", drawn from our own streams").c_str());
    block("with torch.no_grad():\n"
          "    for layer, linear in enumerate(linears):\n"
          "        outputs, inputs = linear.weight.shape\n"
          "        size = outputs * inputs\n"
          "        words = lambda purpose, n: stream(SEED, purpose, layer).random_raw(n)\n");
    line("        " + initial_weights());
    line(s_.network.init.name == "pytorch" ? "        bias = -bound + 2 * bound * uniforms(words(BIASES, outputs))" : "        bias = np.zeros(outputs)");
    block("        linear.weight.copy_(torch.from_numpy(weight.astype(np.float32).reshape(outputs, inputs)))\n"
          "        linear.bias.copy_(torch.from_numpy(bias.astype(np.float32)))\n"
          "print(net, file=sys.stderr)\n");
  }

  void training() {
    section("训练", "training");
    const std::string loss = s_.loss.name;
    const LossEntry& entry = entry_of(losses(), loss);
    line("loss_function = " + std::string(entry.torch) + "(" + (loss == "huber" ? "delta=" + shortest_text(s_.loss.values[0]) : "") + ")");
    rule(s_.optimizer, s_.schedule, "net.parameters()", s_.l2 > 0 && s_.optimizer.name != "adamw" ? ", weight_decay=L2" : "", "step // len(train_loader)");
    line();
    line();
    line("def answers(y):");
    if (loss == "cross_entropy")
      line("    return y");
    else if (entry.one_logit)
      line("    return y.float().unsqueeze(1)");
    else if (regression())
      line("    return y.unsqueeze(1)");
    else {
      remark("    ", "平方误差等损失把类别看作独热编码", "to these losses a class is its one-hot code");
      const std::string one_hot = "nn.functional.one_hot(y, len(CLASSES)).float()";
      line(own() ? "    return y.unsqueeze(1) if REGRESSION else " + one_hot : "    return " + one_hot);
    }
    line();
    line();
    line("def evaluate(examples):");
    line("    net.eval()");
    line("    with torch.no_grad():");
    line("        z = net(examples.x)");
    line("        loss = loss_function(z, answers(examples.y)).item()");
    if (regression())
      line("        return f'loss {loss:.4f}'");
    else {
      if (own()) line("        if REGRESSION:\n            return f'loss {loss:.4f}'");
      line(std::string("        predicted = ") + (entry.one_logit ? "(z[:, 0] > 0).long()" : "z.argmax(1)"));
      line("        return f'loss {loss:.4f}, accuracy {(predicted == examples.y).float().mean():.3f}'");
    }
    line();
    line();
    line("print('step,batch_loss')");
    line("step = 0");
    line("for epoch in range(EPOCHS):");
    line("    net.train()");
    line("    order.epoch = epoch");
    if (with_dropout()) line("    Dropout.epoch, Dropout.position = epoch, 0");
    line("    for x, y in train_loader:");
    line("        optimizer.zero_grad()");
    line("        loss = loss_function(net(x), answers(y))" + std::string(5, ' ') + "# " + said("前向传播", "forward"));
    line("        loss.backward()" + std::string(30, ' ') + "# " + said("反向传播", "backward"));
    if (s_.l2 > 0 && s_.optimizer.name == "adamw") {
      line("        for w in net.parameters():");
      line("            w.grad += L2 * w.detach()" + std::string(16, ' ') + "# " + said("L2 正则项的梯度", "the gradient of the L2 term"));
    }
    if (s_.l1 > 0) {
      line("        for w in net.parameters():");
      line("            w.grad += L1 * w.detach().sign()" + std::string(9, ' ') + "# " + said("L1 正则项的梯度", "the gradient of the L1 term"));
    }
    if (warmup(s_.schedule) > 0) line("        optimizer.param_groups[0]['lr'] = rate(step)");
    line("        optimizer.step()" + std::string(29, ' ') + "# " + said("更新权重", "update"));
    line("        step += 1");
    if (with_dropout()) line("        Dropout.position += len(x)");
    line("        print(f'{step},{loss.item():.9g}')");
    if (scheduled(s_.schedule) && warmup(s_.schedule) == 0) line("    scheduler.step()");
    line("    print(f'epoch {epoch + 1}: test {evaluate(test_set)}', file=sys.stderr)");
  }

  const LaneSettings& s_;
  const SourceEntry& source_;
};

} // namespace

ScriptOptions script_options(const Json& title, const Json& label, const std::string& rule, Language language) {
  return {label_text(title, language, "Downhill") + (language == Language::zh ? "：" : ": ") + label_text(label, language, rule), language};
}

std::string torch_script(const LaneSettings& settings, const ScriptOptions& options) { return ScriptWriter(settings, options).write(); }

} // namespace downhill
