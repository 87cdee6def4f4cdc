#include "export/cases_script.hpp"

#include "export/script_text.hpp"
#include "network/activation.hpp"
#include "network/loss.hpp"
#include "trainer/trainer.hpp"

#include <algorithm>
#include <utility>

namespace downhill {
namespace {

constexpr std::size_t kLineMost = 120; // characters in a line of ratings

template <class Items, class Text> std::string list_of(const Items& items, Text text) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + text(item);
  return "[" + out + "]";
}

class CasesScript : ScriptText {
public:
  CasesScript(const CasesDocument& document, const ScriptOptions& options) : ScriptText(options), s_(document.settings) {}

  std::vector<ScriptPiece> write() {
    settings();
    end_of("settings");
    void (CasesScript::* const stations[])() = {&CasesScript::data,  &CasesScript::dataset,  &CasesScript::loader,    &CasesScript::look,
                                                &CasesScript::model, &CasesScript::training, &CasesScript::prediction};
    for (std::size_t i = 0; i < std::size(stations); ++i) {
      (this->*stations[i])();
      end_of(kCaseStations[i]);
    }
    return std::move(pieces_);
  }

private:
  bool scored() const { return s_.kind == CaseKind::scores; }
  bool yes_no() const { return s_.kind == CaseKind::yes_no; }
  bool own() const { return s_.own; }
  std::string metric() const { return std::string(s_.metric()); }

  void end_of(std::string_view id) {
    ScriptPiece piece{id, {}, std::exchange(marks_, {})};
    for (std::size_t begin = 0; begin < out_.size();) {
      const std::size_t end = out_.find('\n', begin);
      piece.lines.push_back(out_.substr(begin, end - begin));
      begin = end + 1;
    }
    pieces_.push_back(std::move(piece));
    out_.clear();
  }
  // `text` and a remark, which begin in the same column of neighbouring lines
  void noted(const std::string& text, const std::string& zh, const std::string& en, std::size_t column = 0) {
    line(text + std::string(column > text.size() ? column - text.size() : 0, ' ') + "  # " + said(zh, en));
  }
  // `text` in several lines where it is too long for one, broken after commas; the others begin with `indent`
  void folded(std::string text, const std::string& indent) {
    while (text.size() > kLineMost) {
      const std::size_t comma = text.rfind(", ", kLineMost - 1);
      line(text.substr(0, comma + 1));
      text = indent + text.substr(comma + 2);
    }
    line(text);
  }
  // the line that comes next
  void mark(const char* id) {
    const auto* known = std::find(std::begin(kScriptMarks), std::end(kScriptMarks), id);
    assert(known != std::end(kScriptMarks));
    marks_.push_back({*known, static_cast<std::size_t>(std::count(out_.begin(), out_.end(), '\n'))});
  }
  void doc(const std::string& indent, const std::string& zh, const std::string& en) { line(indent + "\"\"\"" + said(zh, en) + "\"\"\""); }

  void settings() {
    title();
    line(own() ? said("由 Downhill 导出：同样的样本、初始权重和批次顺序，打印的与 downhill cases 相同（只差浮点舍入）。",
                      "Exported by Downhill: the same examples, start weights and batches; it prints what downhill cases prints, up to rounding.")
               : said("由 Downhill 导出：同样的图片、初始权重和批次顺序，打印的与 downhill cases 相同（只差浮点舍入）。",
                      "Exported by Downhill: the same pictures, start weights and batches; it prints what downhill cases prints, up to rounding."));
    line();
    line(said("用法：python3 script.py ", "Usage: python3 script.py ") + (own() ? "--data FILE.downhill-data" : "[--data DIR]"));
    line("\"\"\"");
    block("import argparse\n"
          "import gzip\n");
    if (own()) line("import json");
    if (s_.workers > 0) line("import multiprocessing");
    if (!own()) line("from pathlib import Path");
    block("import sys\n\n"
          "import numpy as np\n"
          "import torch\n"
          "from torch import nn\n");
    line(std::string("from torch.utils.data import DataLoader, Dataset") + (s_.shuffle ? ", Sampler" : "") + (looks_at_few() ? ", Subset" : ""));
    block("\nparser = argparse.ArgumentParser()\n");
    line(own() ? "parser.add_argument('--data', required=True)" : "parser.add_argument('--data', default='/usr/share/datasets/fashion-mnist')");
    own() ? remark("", "Jupyter 里没有命令行参数：请把上一行改成 default='文件'", "in Jupyter there are no arguments: say default='FILE' above")
          : remark("", "Jupyter 里没有命令行参数：请改上一行的 default", "in Jupyter there are no arguments: change the default above");
    line("options = parser.parse_args([] if 'ipykernel' in sys.modules else None)");
    line();
    const std::size_t column = 13;
    noted("SEED = " + std::to_string(s_.seed), "初始权重、批次顺序", "start weights, batches", column);
    noted("DATA_SEED = " + std::to_string(s_.data_seed), own() ? "抽取哪些样本" : "抽取哪些图片",
          own() ? "which examples are drawn" : "which pictures are drawn", column);
    const auto counts =
        std::to_string(s_.count(CasePart::train)) + ", " + std::to_string(s_.count(CasePart::validation)) + ", " + std::to_string(s_.count(CasePart::test));
    line("TRAIN, VALIDATION, TEST = " + counts);
    const std::string classes = "CLASSES = " + list_of(s_.classes, [](int label) { return std::to_string(label); });
    if (own() && s_.classes.empty()) {
      if (!scored())
        noted(classes, yes_no() ? "空：文件里的两类，先否后是" : "空：全部类别",
              yes_no() ? "empty: the file's two classes, no before yes" : "empty: all classes");
    } else if (yes_no())
      noted(classes, "否，是", "no, yes");
    else
      line(classes);
    line("BATCH = " + (s_.batch == 0 ? std::string("TRAIN") : std::to_string(s_.batch)));
    if (s_.workers > 0) {
      remark("", "读数据的进程数，不影响结果；这些进程由 fork 产生，没有 fork 的系统（Windows）上不另开进程",
             "how many processes read data; they change no result. They are made by fork: on a system without it (Windows) there are none");
      line("FORK = 'fork' if 'fork' in multiprocessing.get_all_start_methods() else None");
      line("WORKERS = " + std::to_string(s_.workers) + " if FORK else 0");
    }
    line("EPOCHS = " + std::to_string(s_.epochs));
    line("LR = " + shortest_text(s_.optimizer.values[0]));
    if (yes_no()) noted("THRESHOLD = " + shortest_text(s_.threshold), "概率不低于它，就说“是”", "yes is said from this probability on");
    if (own())
      noted("EXAMPLE = " + std::to_string(s_.picture), "预测第几个测试样本", "which test example is predicted");
    else
      noted("PICTURE = " + std::to_string(s_.picture), "预测第几张测试图片", "which test picture is predicted");
  }

  void scores_of_pictures() {
    if (s_.rated()) {
      remark("", "每位评分者打的分：图片在抽样中的序号，以及各次的分数", "each rater's scores: a picture's place in the draw, and each time's score");
      line("RATINGS = [");
      for (const Rater& rater : s_.raters) {
        std::map<std::uint32_t, std::vector<double>> by_place;
        for (const Rating& rating : rater.ratings) by_place[rating.place].push_back(rating.score);
        std::string text;
        for (const auto& [place, given] : by_place) text += (text.empty() ? "" : ", ") + std::to_string(place) + ": " + list_of(given, shortest_text);
        folded("    {" + text + "},", "     ");
      }
      line("]");
      block("RATED = sorted(set().union(*RATINGS))\n\n\n"
            "def score_of(place):\n");
      doc("    ", "先求每位评分者自己的平均，再求各位的平均。", "The mean over raters of each one's own mean.");
      block("    means = [sum(r[place]) / len(r[place]) for r in RATINGS if place in r]\n"
            "    return sum(means) / len(means)\n\n\n");
      return;
    }
    line("def " + s_.score + "(p):");
    if (s_.score == "height_to_width")
      doc("    ", "图案的高与宽：1 分是宽为高的两倍，3 分是一样，5 分是高为宽的两倍。",
          "The drawing's height to its width: 1 is twice as wide as high, 3 as wide as high, 5 twice as high as wide.");
    if (s_.score == "ink")
      doc("    ", "像素的平均值：全是 0 得 1 分，平均到 255 的一半，就是 5 分。", "The mean pixel: 1 where all are 0, 5 where it is half of 255 or more.");
    if (s_.score == "symmetry")
      doc("    ", "与左右镜像有多像：完全一样 5 分，毫不重叠 1 分。", "How much it is like its mirror image: 5 the very same, 1 nothing in common.");
    const std::string text(entry_of(scores(), s_.score).numpy);
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      line("    " + text.substr(begin, end - begin));
      begin = end + 1;
    }
    line();
    line();
  }

  void data() {
    section("1 数据", "1 data");
    remark("", "每种用途一个独立的随机流，由（种子，用途，序号）决定；计数器指明从哪里读起",
           "one stream for each purpose, named by (seed, purpose, index); the counter says where to read");
    block("TRAIN_SUBSET, TEST_SUBSET, _, WEIGHTS, BIASES, ORDER = range(1, 7)\n\n\n"
          "def stream(seed, purpose, index=0, counter=(0, 0, 0)):\n"
          "    return np.random.Philox(key=[seed, purpose * 2**32 + index], counter=[*counter, 0])\n\n\n");
    if (own()) return own_parts();
    idx_reader();
    block("def draw(train, places):\n");
    doc("    ", "每一类内部随机排序，然后各类轮流取一张；返回图片（N×28×28 字节）和类别的序号。",
        "Each class in random order, then one of each class in turn: pictures (N×28×28 bytes), and the index of each one's class.");
    block("    name = 'train' if train else 't10k'\n"
          "    pixels = read_idx(f'{options.data}/{name}-images-idx3-ubyte', 16).reshape(-1, 28, 28)\n"
          "    labels = read_idx(f'{options.data}/{name}-labels-idx1-ubyte', 8)\n"
          "    drawn = []\n"
          "    for c in CLASSES:\n"
          "        members = np.flatnonzero(labels == c)\n"
          "        words = stream(DATA_SEED, TRAIN_SUBSET if train else TEST_SUBSET, c).random_raw(len(members))\n"
          "        drawn.append(members[np.argsort(words, kind='stable')])\n"
          "    rows = [drawn[i % len(CLASSES)][i // len(CLASSES)] for i in places]\n"
          "    return pixels[rows], np.array(places, dtype=np.int64) % len(CLASSES)\n\n\n");
    if (scored()) scores_of_pictures();
    std::string part = "draw";
    if (s_.one_number()) {
      part = "part";
      line("def part(train, places):");
      line("    pixels, labels = draw(train, places)");
      if (s_.rated())
        line("    y = np.array([score_of(place) for place in places])");
      else if (scored())
        line("    y = " + s_.score + "(pixels.astype(np.int64))");
      noted(std::string("    return pixels, ") + (scored() ? "y" : "labels") + ".astype(np.float32).reshape(-1, 1)",
            scored() ? "N×1：每张图片一个数" : "N×1：1 是，0 否", scored() ? "N×1: one number for each picture" : "N×1: 1 yes, 0 no");
      line();
      line();
    }
    remark("", "三部分互不重叠：训练用来学，验证用来挑选，测试到最后才看",
           "three parts with no picture in common: to learn from, to choose by, to look at last");
    const auto places = [&](const char* rated, const char* drawn) {
      return s_.rated() ? "(True, RATED[" + std::string(rated) + "])" : "(" + std::string(drawn) + ")";
    };
    mark("train_part");
    line("train_part = " + part + places(":TRAIN", "True, range(TRAIN)"));
    mark("validation_part");
    line("validation_part = " + part + places("TRAIN:TRAIN + VALIDATION", "True, range(TRAIN, TRAIN + VALIDATION)"));
    mark("test_part");
    line("test_part = " + part + places("TRAIN + VALIDATION:TRAIN + VALIDATION + TEST", "False, range(TEST)"));
  }

  // the user's own file, and what is drawn of its parts
  void own_parts() {
    block("def read_own(path):\n");
    doc("    ", "文件是一行 JSON，后面依次是三部分的特征和答案。", "A line of JSON, then the features and the answers of each of three parts.");
    block("    with gzip.open(path) as file:\n"
          "        head, data = json.loads(file.readline()), file.read()\n"
          "    pixels, classes = head['features'] == 'pixels', head['answers'] == 'classes'\n"
          "    shape, parts, at = ([1] if pixels else []) + head['shape'], {}, 0\n"
          "    for name in ('train', 'validation', 'test'):\n"
          "        n = head['parts'][name]\n"
          "        x = np.frombuffer(data, np.uint8 if pixels else '<f4', n * int(np.prod(shape)), at).reshape(n, *shape)\n"
          "        y = np.frombuffer(data, np.uint8 if classes else '<f4', n, at + x.nbytes)\n"
          "        at += x.nbytes + y.nbytes\n"
          "        parts[name] = x, y\n"
          "    return head, parts\n\n\n"
          "HEAD, PARTS = read_own(options.data)\n"
          "FEATURES = int(np.prod(HEAD['shape']))\n");
    noted("SCALE = 255 if HEAD['features'] == 'pixels' else 1", "像素从 0 到 255；表格的数照原样",
          "pixels go from 0 to 255; a table's numbers stay as they are");
    line(std::string("if HEAD['answers'] != '") + (scored() ? "numbers" : "classes") + "':");
    line("    sys.exit('" +
         (scored() ? said("这里学的是数，这个文件的答案却是类别", "numbers are learned here, but the answers of this file are classes")
                   : said("这里学的是类别，这个文件的答案却是数", "classes are learned here, but the answers of this file are numbers")) +
         "')");
    if (!scored() && s_.classes.empty()) line("CLASSES = np.union1d(PARTS['train'][1], PARTS['test'][1]).tolist()");
    if (yes_no() && s_.classes.empty()) {
      line("if len(CLASSES) != 2:");
      line("    sys.exit('" + said("“是或否”要恰好两个类别，请在 CLASSES 里选两个", "yes or no takes two classes; name two in CLASSES") + "')");
    }
    block("\n\ndef draw(part, places):\n");
    if (scored())
      doc("    ", "随机排序，取这些位置上的样本：特征，和答案（N×1）。", "In random order, those at these places: features, and answers (N×1).");
    else
      doc("    ", "每一类内部随机排序，然后各类轮流取一个；返回特征和类别的序号。",
          "Each class in random order, then one of each class in turn: features, and the index of each one's class.");
    line(std::string("    x, ") + (scored() ? "y" : "labels") + " = PARTS[part]");
    line("    purpose = TRAIN_SUBSET if part == 'train' else TEST_SUBSET");
    if (scored())
      block("    words = stream(DATA_SEED, purpose).random_raw(len(y))\n"
            "    rows = np.argsort(words, kind='stable')[list(places)]\n"
            "    return x[rows], y[rows].reshape(-1, 1)\n\n\n");
    else
      block("    drawn = []\n"
            "    for c in CLASSES:\n"
            "        members = np.flatnonzero(labels == c)\n"
            "        words = stream(DATA_SEED, purpose, c).random_raw(len(members))\n"
            "        drawn.append(members[np.argsort(words, kind='stable')])\n"
            "    rows = [drawn[i % len(CLASSES)][i // len(CLASSES)] for i in places]\n");
    if (!scored() && s_.one_number())
      noted("    return x[rows], (np.array(places) % 2).astype(np.float32).reshape(-1, 1)", "N×1：1 是，0 否", "N×1: 1 yes, 0 no");
    else if (!scored())
      line("    return x[rows], np.array(places, dtype=np.int64) % len(CLASSES)");
    if (!scored()) block("\n\n");
    remark("", "三部分互不重叠：训练用来学，验证用来挑选，测试到最后才看",
           "three parts with no example in common: to learn from, to choose by, to look at last");
    mark("train_part");
    block("train_part = draw('train', range(TRAIN))\n"
          "if HEAD['parts']['validation']:\n");
    mark("validation_part");
    line("    validation_part = draw('validation', range(VALIDATION))");
    noted("else:", "文件没有验证集，就从训练集接着取", "the file has none: those that come next in the training set");
    line("    validation_part = draw('train', range(TRAIN, TRAIN + VALIDATION))");
    mark("test_part");
    line("test_part = draw('test', range(TEST))");
  }

  void dataset() {
    section(own() ? "2 Dataset：一个一个地取" : "2 Dataset：一张一张地取", "2 Dataset: one by one");
    line(own() ? "class Examples(Dataset):" : "class Pictures(Dataset):");
    const std::string x = own() ? "x" : "pixels";
    mark("init");
    line("    def __init__(self, " + x + ", y):");
    line("        self." + x + " = " + x);
    block("        self.y = y\n\n");
    mark("len");
    block("    def __len__(self):\n");
    line("        return len(self." + x + ")");
    line();
    mark("getitem");
    line("    def __getitem__(self, i):");
    if (own())
      noted("        x = torch.from_numpy(self.x[i]).float() / SCALE", "图片：1×高×宽，0 到 1；表格：各列的数",
            "a picture: 1×height×width, from 0 to 1; a table: its columns");
    else
      noted("        x = torch.from_numpy(self.pixels[i]).unsqueeze(0).float() / 255", "1×28×28，0 到 1", "1×28×28, from 0 to 1");
    if (s_.one_number())
      noted("        y = torch.tensor(self.y[i])", "形状 [1]，float32", "shape [1], float32");
    else
      noted("        y = torch.tensor(self.y[i])", "类别的序号，int64", "the class's index, int64");
    block("        return x, y\n\n\n");
    for (const char* part : {"train", "validation", "test"}) line(std::string(part) + "_set = " + (own() ? "Examples" : "Pictures") + "(*" + part + "_part)");
    block("x, y = train_set[0]\n"
          "print(len(train_set), x.shape, x.dtype, y, file=sys.stderr)\n");
  }

  void loader() {
    section("3 DataLoader：一批一批地取", "3 DataLoader: batch by batch");
    if (s_.shuffle) {
      line("class EpochOrder(Sampler):");
      doc("    ", "每轮重新洗牌（就是 shuffle=True 的做法）：给每个样本一个随机数，按大小排序。",
          "Shuffled anew each epoch, as shuffle=True does: a random number for each example, sorted.");
      block("    epoch = 0\n\n"
            "    def __init__(self, n):\n"
            "        self.n = n\n\n");
      mark("order");
      block("    def __iter__(self):\n"
            "        words = stream(SEED, ORDER, counter=(0, self.epoch, 0)).random_raw(self.n)\n"
            "        return iter(np.argsort(words, kind='stable').tolist())\n\n"
            "    def __len__(self):\n"
            "        return self.n\n\n\n"
            "order = EpochOrder(len(train_set))\n");
    }
    const std::string workers = s_.workers > 0 ? ", num_workers=WORKERS, multiprocessing_context=FORK" : "";
    mark("loader");
    line(std::string("train_loader = DataLoader(train_set, batch_size=BATCH, ") + (s_.shuffle ? "sampler=order" : "shuffle=False") +
         (s_.drop_last ? ", drop_last=True" : "") + workers + ")");
    line("validation_loader = DataLoader(validation_set, batch_size=256" + workers + ")");
    line("test_loader = DataLoader(test_set, batch_size=256" + workers + ")");
    noted("print(len(train_loader), file=sys.stderr)", std::string("每轮的迭代次数：") + (s_.drop_last ? "⌊TRAIN / BATCH⌋，剩下的不要" : "⌈TRAIN / BATCH⌉"),
          std::string("iterations of an epoch: ") + (s_.drop_last ? "⌊TRAIN / BATCH⌋, what is left over is dropped" : "⌈TRAIN / BATCH⌉"));
  }

  void look() {
    section("4 看一看", "4 look at it");
    mark("batch");
    block("x, y = next(iter(train_loader))\n"
          "print(x.shape, x.dtype, y.shape, y.dtype, file=sys.stderr)\n");
    const std::string drawn = "print(''.join(' .:-=+*#%@'[int(9.99 * v)] for v in row), file=sys.stderr)\n";
    if (own()) {
      remark("", "第一个：图片用字符画出来，表格列出各列的数", "the first one: a picture is drawn with characters, a table's columns are listed");
      block("if HEAD['features'] == 'pixels':\n"
            "    for row in x[0, 0]:\n"
            "        " +
            drawn +
            "else:\n"
            "    for name, v in zip(HEAD['columns'], x[0]):\n"
            "        print(f'{name}: {v:g}', file=sys.stderr)\n");
    } else {
      remark("", "第一张，用字符画出来", "the first one, drawn with characters");
      block("for row in x[0, 0]:\n    " + drawn);
    }
    block("print(y[0], file=sys.stderr)\n");
  }

  void model() {
    section("5 模型", "5 the model");
    const auto uses = [&](std::string_view id) {
      return std::any_of(s_.hidden.begin(), s_.hidden.end(), [&](const HiddenLayer& h) { return h.activation.name == id; });
    };
    if (uses("step")) step_module();
    if (uses("crelu")) crelu_module();
    line("class Model(nn.Module):");
    mark("layers");
    block("    def __init__(self):\n"
          "        super().__init__()\n");
    mark("flatten");
    if (own())
      noted("        self.flatten = nn.Flatten()", "一个样本的数排成一行", "an example's numbers in one row");
    else
      noted("        self.flatten = nn.Flatten()", "1×28×28 → 784", "1×28×28 → 784");
    std::string inputs = own() ? "FEATURES" : "784", call = "self.flatten(x)";
    for (const HiddenLayer& layer : s_.hidden) {
      mark("hidden");
      line("        self.hidden = nn.Linear(" + inputs + ", " + std::to_string(layer.units) + ")");
      mark("activation");
      line("        self.activation = " + activation(layer.activation));
      inputs = std::to_string(layer.units * entry_of(activations(), layer.activation.name).width);
      call = "self.activation(self.hidden(" + call + "))";
    }
    const char* last = s_.hidden.empty() ? "linear" : "output";
    mark("output");
    line(std::string("        self.") + last + " = nn.Linear(" + inputs + ", " + (own() && !s_.one_number() ? "len(CLASSES)" : std::to_string(s_.outputs())) +
         ")");
    line();
    mark("forward");
    line("    def forward(self, x):");
    noted(std::string("        return self.") + last + "(" + call + ")",
          scored()          ? "分数"
          : s_.one_number() ? "“是”的 logit；sigmoid 在损失函数里"
                            : "每类一个 logit；softmax 在损失函数里",
          scored()          ? "the score"
          : s_.one_number() ? "the logit of yes; the sigmoid is in the loss"
                            : "a logit for each class; the softmax is in the loss");
    line();
    line();
    line("model = Model()");
    remark("", "PyTorch 的默认初始化，用 Downhill 的随机流抽取", "PyTorch's own initialisation, drawn from Downhill's streams");
    block("with torch.no_grad():\n"
          "    for layer, linear in enumerate(m for m in model.modules() if isinstance(m, nn.Linear)):\n"
          "        bound = 1 / np.sqrt(linear.in_features)\n"
          "        for values, purpose in ((linear.weight, WEIGHTS), (linear.bias, BIASES)):\n"
          "            words = stream(SEED, purpose, layer).random_raw(values.numel())\n"
          "            drawn = -bound + 2 * bound * ((words >> np.uint64(11)) * 2.0**-53)\n"
          "            values.copy_(torch.from_numpy(drawn.astype(np.float32)).reshape(values.shape))\n\n");
    remark("", "逐层：输出的形状，参数的个数", "layer by layer: the output's shape, the parameters");
    block("with torch.no_grad():\n"
          "    for layer in model.children():\n"
          "        x = layer(x)\n"
          "        print(layer, tuple(x.shape), sum(p.numel() for p in layer.parameters()), file=sys.stderr)\n"
          "print(sum(p.numel() for p in model.parameters()), file=sys.stderr)\n");
  }

  bool looks_at_few() const { return s_.count(CasePart::train) > kEvaluateTrainMost; }

  void training() {
    section("6 训练", "6 training");
    mark("loss");
    line("loss_function = " + std::string(entry_of(losses(), s_.loss()).torch) + "()");
    mark("optimizer");
    rule(s_.optimizer, lane_of_case(s_).schedule, "model.parameters()", "", "");
    if (looks_at_few()) {
      noted("seen_set = Subset(train_set, range(" + std::to_string(kEvaluateTrainMost) + "))", "训练集上的损失只看前面这些",
            "the training loss is measured on these first ones");
    }
    line(std::string("seen_loader = DataLoader(") + (looks_at_few() ? "seen_set" : "train_set") + ", batch_size=256" +
         (s_.workers > 0 ? ", num_workers=WORKERS, multiprocessing_context=FORK" : "") + ")");
    line();
    line();
    line("def measure(z, y):");
    if (scored())
      noted("    return (z - y).abs().sum().item()", own() ? "一共差多少" : "一共差几分", "points that they are off by, in all");
    else
      noted(std::string("    return ") + (s_.one_number() ? "((z > 0) == (y == 1))" : "(z.argmax(1) == y)") + ".sum().item()", own() ? "答对几个" : "答对几张",
            "how many are right");
    block("\n\ndef finite(loss):\n");
    doc("    ", "损失不再是有限的数，就是发散了：到此为止。", "A loss that is no finite number any more has diverged: that is the end.");
    block("    if not np.isfinite(loss):\n"
          "        print('diverged')\n");
    line("        sys.exit('" + said("发散了，请调小 LR", "diverged; take a smaller LR") + "')");
    block("    return loss\n\n\n"
          "def evaluate(loader):\n"
          "    model.eval()\n"
          "    loss = metric = count = 0\n"
          "    with torch.no_grad():\n"
          "        for x, y in loader:\n"
          "            z = model(x)\n"
          "            loss += loss_function(z, y).item() * len(y)\n"
          "            metric += measure(z, y)\n"
          "            count += len(y)\n"
          "    return finite(loss / count), metric / count\n\n\n"
          "def row(head, *numbers):\n"
          "    print(head, *('' if n != n else f'{n:.9g}' for n in numbers), sep=',')\n\n\n");
    line("print('epoch,train_loss,train_" + metric() + ",validation_loss,validation_" + metric() + "')");
    line("row(0, *evaluate(seen_loader), *evaluate(validation_loader))");
    mark("epoch");
    line("for epoch in range(EPOCHS):");
    line("    model.train()");
    if (s_.shuffle) line("    order.epoch = epoch");
    mark("step_batch");
    line("    for x, y in train_loader:");
    const std::size_t column = 42;
    mark("zero_grad");
    line("        optimizer.zero_grad()");
    mark("step_forward");
    noted("        loss = loss_function(model(x), y)", "前向传播", "forward", column);
    line("        finite(loss.item())");
    mark("step_backward");
    noted("        loss.backward()", "反向传播", "backward", column);
    mark("step_update");
    noted("        optimizer.step()", "更新权重", "update", column);
    mark("validation");
    line("    row(epoch + 1, *evaluate(seen_loader), *evaluate(validation_loader))");
  }

  void prediction() {
    section("7 预测", "7 prediction");
    remark("", "测试集到这时才用", "the test part is used only now");
    line("print('part,loss," + metric() + "')");
    mark("test");
    line("row('test', *evaluate(test_loader))");
    if (yes_no()) thresholds();
    mark("picture");
    const std::string which = own() ? "EXAMPLE" : "PICTURE", head = own() ? "print('example,truth,said" : "print('picture,truth,said";
    line("x, y = test_set[" + which + "]");
    block("model.eval()\n"
          "with torch.no_grad():\n");
    noted("    z = model(x.unsqueeze(0))[0]", own() ? "一个样本也要成一批" : "一张图片也要成一批",
          own() ? "one example is a batch, too" : "one picture is a batch, too");
    if (scored()) {
      line(head + "')");
      line("row(" + which + ", y.item(), z.item())");
      return;
    }
    if (s_.one_number())
      block("p = torch.sigmoid(z.double()).item()\n"
            "p = [1 - p, p]\n");
    else
      line("p = torch.softmax(z.double(), 0).tolist()");
    line(std::string("said = ") + (yes_no() ? "int(p[1] >= THRESHOLD)" : "int(z.argmax())"));
    line(head + ",probability')");
    line("row(" + which + ", CLASSES[int(y)], CLASSES[said], p[said])");
  }

  void thresholds() {
    block("\n\ndef probabilities_of_yes(loader):\n"
          "    with torch.no_grad():\n"
          "        z = torch.cat([model(x) for x, y in loader]).double()\n");
    line(std::string("    return ") + (s_.one_number() ? "torch.sigmoid(z)[:, 0]" : "torch.softmax(z, 1)[:, 1]"));
    block("\n\ndef share(of, among):\n"
          "    return of.sum().item() / among.sum().item() if among.any() else float('nan')\n\n\n"
          "print('threshold,part,accuracy,precision,recall')\n"
          "for name, loader in ('validation', validation_loader), ('test', test_loader):\n"
          "    said = probabilities_of_yes(loader) >= THRESHOLD\n"
          "    yes = torch.from_numpy(loader.dataset.y).flatten() == 1\n");
    noted("    accuracy = (said == yes).double().mean().item()", "对的占多少", "the share that is right");
    noted("    precision = share(said & yes, said)", "精确率：说“是”的里面，真是的占多少", "precision: of those said to be yes");
    noted("    recall = share(said & yes, yes)", "召回率：真是的里面，找到了多少", "recall: of those that are yes");
    block("    row(f'{THRESHOLD:.9g},{name}', accuracy, precision, recall)\n");
  }

  const CaseSettings& s_;
  std::vector<ScriptPiece> pieces_;
  std::vector<ScriptMark> marks_; // of the piece that is written
};

} // namespace

std::vector<ScriptPiece> cases_script_pieces(const CasesDocument& document, const ScriptOptions& options) { return CasesScript(document, options).write(); }

std::string cases_script(const CasesDocument& document, const ScriptOptions& options) {
  std::string out;
  for (const ScriptPiece& piece : cases_script_pieces(document, options))
    for (const std::string& line : piece.lines) out += line + "\n";
  return out;
}

} // namespace downhill
