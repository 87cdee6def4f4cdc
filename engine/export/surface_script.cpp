#include "export/surface_script.hpp"

#include "document/json_text.hpp"
#include "export/script_text.hpp"
#include "surfaces/formula.hpp"

namespace downhill {
namespace {

class SurfaceScript : ScriptText {
public:
  SurfaceScript(const SurfaceSettings& surface, const WalkSettings& lane, const std::string& name, const ScriptOptions& options)
      : ScriptText(options), surface_(surface), s_(lane), name_(name), entry_(entry_of(surfaces(), surface.surface.name)),
        count_(static_cast<std::int64_t>(surface.points.size())) {}

  std::string write() {
    const std::string f = entry_.over_points() ? "" : Formula::read(formula_of(surface_))->python();
    heading(f.find("math.") != std::string::npos || (s_.schedule.name == "cosine" && warmup(s_.schedule) > 0));
    settings();
    section("曲面", "surface");
    if (entry_.over_points())
      points();
    else
      block("def f(x, y):\n    return " + f + "\n");
    way();
    return std::move(out_);
  }

private:
  bool batches() const { return s_.batch > 0 && s_.batch < count_; }
  std::int64_t steps_per_epoch() const { return batches() ? (count_ + s_.batch - 1) / s_.batch : 1; }

  void heading(bool math) {
    title();
    line(said("由 Downhill 导出：同样的曲面、起点、规则和学习率，打印每一步的位置和高度（只差浮点舍入）。",
              "Exported by Downhill: the same surface, start, rule and rates; prints place and height of every step, the same up to rounding."));
    line();
    line(said("用法：python3 script.py", "Usage: python3 script.py"));
    line("\"\"\"");
    if (math) line("import math");
    if (math) line();
    if (batches()) line("import numpy as np");
    line("import torch");
    if (entry_.over_points()) line("from torch import nn");
  }

  void settings() {
    section("设置", "settings");
    // a label is any text: as JSON it is a Python literal, too
    line("LANE = " + Json(name_.find_first_of(",\"") == std::string::npos ? name_ : quoted()).dump());
    line("START = [" + shortest_text(s_.start.x) + ", " + shortest_text(s_.start.y) + "]");
    line("STEPS = " + std::to_string(s_.steps));
    if (s_.schedule.name == "cosine") line("EPOCHS = " + std::to_string((s_.steps + steps_per_epoch() - 1) / steps_per_epoch()));
    line("LR = " + shortest_text(s_.optimizer.values[0]));
    if (!batches()) return;
    line("BATCH = " + std::to_string(s_.batch));
    line("SEED = " + std::to_string(s_.seed));
  }
  std::string quoted() const {
    std::string out = "\"";
    for (const char c : name_) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  }

  void tensor(const char* name, float Point::* number) {
    std::string all;
    for (const Point& point : surface_.points) all += (all.empty() ? "" : ", ") + shortest_text(static_cast<double>(point.*number));
    line(std::string(name) + " = torch.tensor([" + all + "], dtype=torch.float32)");
  }

  void points() {
    if (entry_.images && !surface_.along.empty()) {
      const auto whole = [&](std::size_t i) { return std::to_string(static_cast<int>(surface_.surface.values[i])); };
      remark("",
             "Fashion-MNIST 第 " + whole(0) + " 类（T 为 0）和第 " + whole(1) + " 类（T 为 1）共 " + whole(2) + " 张图像；X、Y 是它们沿 " + surface_.along[0] +
                 "、" + surface_.along[1] + " 两个方向的坐标",
             whole(2) + " images of Fashion-MNIST's classes " + whole(0) + " (T 0) and " + whole(1) + " (T 1); X and Y are their coordinates along " +
                 surface_.along[0] + " and " + surface_.along[1]);
    }
    tensor("X", &Point::x);
    if (entry_.images) tensor("Y", &Point::y);
    tensor("T", &Point::t);
    line();
    line();
    line(entry_.images ? "def f(w, b, x=X, y=Y, t=T):" : "def f(w, b, x=X, t=T):");
    line("    return " + std::string(entry_of(entry_.losses, surface_.loss).torch));
    if (!batches()) return;
    line();
    line();
    line("def batch(step):");
    remark("    ", "每轮重新洗牌：给每个点一个随机数，按大小排序", "shuffled anew each epoch: a random number for each point, sorted");
    line("    epoch, place = divmod(step, " + std::to_string(steps_per_epoch()) + ")");
    line("    words = np.random.Philox(key=[SEED, 6 * 2**32], counter=[0, epoch, 0, 0]).random_raw(len(X))");
    line("    return torch.from_numpy(np.argsort(words, kind='stable')[place * BATCH:(place + 1) * BATCH])");
  }

  void way() {
    section("下山", "down the hill");
    line("point = torch.tensor(START, dtype=torch.float32, requires_grad=True)");
    const std::int64_t epoch = steps_per_epoch();
    rule(s_.optimizer, s_.schedule, "[point]", "", epoch == 1 ? "step" : "step // " + std::to_string(epoch));
    block("\nprint('lane,step,x,y,f')\n"
          "for step in range(STEPS + 1):\n"
          "    optimizer.zero_grad()\n"
          "    height = f(point[0], point[1])\n");
    if (batches()) {
      remark("    ", "高度按全部点算，梯度只看这一批", "the height is over all points, the gradient over this batch");
      block("    rows = batch(step)\n"
            "    f(point[0], point[1], " +
            std::string(entry_.images ? "X[rows], Y[rows], T[rows]" : "X[rows], T[rows]") + ").backward()\n");
    } else
      line("    height.backward()");
    block("    print(f'{LANE},{step},{point[0].item():.9g},{point[1].item():.9g},{height.item():.9g}')\n"
          "    if step == STEPS or not all(value.isfinite().all() for value in (point, height, point.grad)):\n"
          "        break\n");
    if (warmup(s_.schedule) > 0) line("    optimizer.param_groups[0]['lr'] = rate(step)");
    line("    optimizer.step()");
    if (!scheduled(s_.schedule) || warmup(s_.schedule) > 0) return;
    if (epoch > 1) line("    if (step + 1) % " + std::to_string(epoch) + " == 0:");
    line(std::string(epoch > 1 ? "        " : "    ") + "scheduler.step()");
  }

  const SurfaceSettings& surface_;
  const WalkSettings& s_;
  const std::string& name_;
  const SurfaceEntry& entry_;
  std::int64_t count_;
};

} // namespace

std::string surface_script(const SurfaceSettings& surface, const WalkSettings& lane, const std::string& name, const ScriptOptions& options) {
  return SurfaceScript(surface, lane, name, options).write();
}

} // namespace downhill
