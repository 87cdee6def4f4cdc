#include "export/script_text.hpp"

#include "core/printable.hpp"
#include "document/json_text.hpp"
#include "network/activation.hpp"
#include "network/schedule.hpp"
#include "optimizers/list.hpp"

namespace downhill {

void ScriptText::section(const char* zh, const char* en) {
  line();
  line();
  line("# " + std::string(12, '-') + " " + said(zh, en) + " " + std::string(12, '-'));
}

void ScriptText::title() {
  std::string title = printable(options_.title);
  for (char& c : title)
    if (c == '"' || c == '\\') c = ' '; // would end the docstring, or change what it says
  line("\"\"\"" + title);
  line();
}

void ScriptText::idx_reader() {
  block("def read_idx(path, header):\n"
        "    path = Path(str(path) + '.gz') if Path(str(path) + '.gz').exists() else Path(path)\n"
        "    data = gzip.open(path).read() if path.suffix == '.gz' else path.read_bytes()\n"
        "    return np.frombuffer(data, np.uint8, offset=header)\n\n\n");
}

void ScriptText::image_readers() {
  idx_reader();
  block("def read_images(folder, train):\n"
        "    name = 'train' if train else 't10k'\n"
        "    labels = read_idx(f'{folder}/{name}-labels-idx1-ubyte', 8)\n"
        "    pixels = read_idx(f'{folder}/{name}-images-idx3-ubyte', 16).reshape(len(labels), -1)\n"
        "    return pixels.astype(np.float32) / np.float32(255), labels.astype(np.int64)\n\n\n");
}

std::string ScriptText::activation(const Choice& choice) {
  if (choice.name == "step") return "Step()";
  if (choice.name == "crelu") return "CReLU()";
  const ActivationEntry& entry = entry_of(activations(), choice.name);
  std::string arguments;
  for (std::size_t i = 0; i < entry.parameters.size(); ++i) {
    const std::string name = entry.parameters[i].name == "slope" ? "negative_slope" : std::string(entry.parameters[i].name);
    arguments += (arguments.empty() ? "" : ", ") + name + "=" + shortest_text(choice.values[i]);
  }
  return std::string(entry.torch) + "(" + arguments + ")";
}

void ScriptText::step_module() {
  block("class Step(nn.Module):\n"
        "    def forward(self, x):\n"
        "        return torch.heaviside(x.detach(), torch.ones(1)) + 0 * x\n\n\n");
}

void ScriptText::crelu_module() {
  block("class CReLU(nn.Module):\n"
        "    def forward(self, x):\n"
        "        return torch.cat([torch.relu(x), torch.relu(-x)], 1)\n\n\n");
}

void ScriptText::dropout_module() {
  line("class Dropout(nn.Module):");
  line("    \"\"\"" +
       said("nn.Dropout 的做法，但掩码只取决于（层，轮次，样本在本轮的位置），与批尺寸无关。",
            "As nn.Dropout, but a mask belongs to (layer, epoch, place of the example in the epoch).") +
       "\"\"\"");
  block("    epoch = position = 0\n\n"
        "    def __init__(self, p, layer):\n"
        "        super().__init__()\n"
        "        self.p, self.layer = p, layer\n\n"
        "    def forward(self, x):\n"
        "        if not self.training:\n"
        "            return x\n"
        "        n, units = x.shape\n"
        "        keep = []\n"
        "        for row in range(n):\n"
        "            counter = (0, Dropout.position + row, Dropout.epoch)\n"
        "            words = stream(SEED, DROPOUT, self.layer, counter).random_raw((units + 1) // 2)\n"
        "            keep.append(words.view(np.uint32)[:units] >= int(self.p * 2**32))\n"
        "        mask = np.stack(keep) * np.float32(1 / (1 - self.p))\n"
        "        return x * torch.from_numpy(mask.astype(np.float32))\n\n\n");
}

double ScriptText::parameter(const Choice& choice, const std::vector<ParameterSpec>& specs, std::string_view name) {
  for (std::size_t i = 0; i < specs.size(); ++i)
    if (specs[i].name == name) return choice.values[i];
  assert(false && "the table has it");
  return 0;
}

double ScriptText::warmup(const Choice& schedule) { return parameter(schedule, entry_of(schedules(), schedule.name).parameters, "warmup"); }
bool ScriptText::scheduled(const Choice& schedule) { return schedule.name != "constant" || warmup(schedule) > 0; }

namespace {
bool first_stage(const Choice& rule) { return rule.name == "adadelta" && rule.values.back() < 2; }
} // namespace

std::string ScriptText::optimizer(const Choice& rule, const std::string& parameters, const std::string& decay) {
  const std::string& name = rule.name;
  const auto value = [&](std::string_view parameter_name) { return parameter(rule, entry_of(optimizers(), name).parameters, parameter_name); };
  const auto p = [&](std::string_view parameter_name) { return shortest_text(value(parameter_name)); };
  const std::string arguments = "(" + parameters + ", lr=LR", momentum = name == "momentum" || name == "nesterov" ? ", momentum=" + p("momentum") : "";
  if (name == "sgd" || name == "momentum" || (name == "nesterov" && value("momentum") == 0)) return "SGD" + arguments + momentum + decay + ")";
  if (name == "nesterov") return "SGD" + arguments + momentum + ", nesterov=True" + decay + ")";
  if (name == "adagrad") return "Adagrad" + arguments + ", eps=" + p("eps") + decay + ")";
  if (name == "rmsprop") return "RMSprop" + arguments + ", alpha=" + p("alpha") + ", eps=" + p("eps") + decay + ")";
  if (first_stage(rule)) return "RMSprop" + arguments + ", alpha=" + p("rho") + ", eps=" + p("eps") + decay + ")";
  if (name == "adadelta") return "Adadelta" + arguments + ", rho=" + p("rho") + ", eps=" + p("eps") + decay + ")";
  const std::string adam = arguments + ", betas=(" + p("betas/0") + ", " + p("betas/1") + "), eps=" + p("eps");
  if (name == "adam") return "Adam" + adam + decay + ")";
  assert(name == "adamw");
  return "AdamW" + adam + ", weight_decay=" + p("weight_decay") + ")";
}

void ScriptText::rule(const Choice& rule, const Choice& schedule, const std::string& parameters, const std::string& decay, const std::string& epoch) {
  if (first_stage(rule)) remark("", "AdaDelta 的第一阶段与 RMSprop 是同一个公式", "AdaDelta's first stage has the very formula of RMSprop");
  line("optimizer = torch.optim." + optimizer(rule, parameters, decay));
  if (scheduled(schedule)) scheduler(schedule, epoch);
}

void ScriptText::scheduler(const Choice& schedule, const std::string& epoch) {
  const std::string& name = schedule.name;
  const auto value = [&](std::string_view of) { return parameter(schedule, entry_of(schedules(), name).parameters, of); };
  const auto p = [&](std::string_view of) { return shortest_text(value(of)); };
  const std::string period = name != "cosine" ? "" : value("T_max") > 0 ? p("T_max") : "EPOCHS";
  if (warmup(schedule) == 0) {
    remark("", "每轮结束时调整学习率", "the rate moves at the end of each epoch");
    line("scheduler = torch.optim.lr_scheduler." +
         (name == "step"          ? "StepLR(optimizer, step_size=" + p("step_size") + ", gamma=" + p("gamma")
          : name == "exponential" ? "ExponentialLR(optimizer, gamma=" + p("gamma")
                                  : "CosineAnnealingLR(optimizer, T_max=" + period + ", eta_min=" + p("eta_min")) +
         ")");
    return;
  }
  remark("", "每一步的学习率：先逐步升到设定值（预热），再按轮次变化",
         "the rate of a step: it rises step by step at first (warm-up), then changes with the epochs");
  line("def rate(step):");
  line("    epoch = " + epoch);
  line("    warm = min(1, (step + 1) / " + p("warmup") + ")");
  if (name == "constant") line("    return warm * LR");
  if (name == "step") line("    return warm * LR * " + p("gamma") + " ** (epoch // " + p("step_size") + ")");
  if (name == "exponential") line("    return warm * LR * " + p("gamma") + " ** epoch");
  if (name == "cosine") {
    line("    least = " + p("eta_min"));
    line("    return warm * (least + (LR - least) * (1 + math.cos(math.pi * epoch / " + period + ")) / 2)");
  }
}

} // namespace downhill
