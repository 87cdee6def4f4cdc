#include "export/losses_script.hpp"

#include "export/script_text.hpp"
#include "losses/losses_csv.hpp"

namespace downhill {
namespace {

class LossesScript : ScriptText {
public:
  LossesScript(const LossesDocument& document, const ScriptOptions& options) : ScriptText(options), d_(document) {}

  std::string write() {
    title();
    line(said("由 Downhill 导出：用 PyTorch 算同样的数，打印的与 downhill losses 相同。",
              "Exported by Downhill: the same numbers by PyTorch; it prints what downhill losses prints."));
    line();
    line(said("用法：", "Usage: ") + "python3 script.py");
    line("\"\"\"");
    block("import torch\n"
          "from torch import nn\n\n"
          "torch.set_default_dtype(torch.float64)\n\n\n"
          "def row(*numbers):\n");
    remark("    ", "加 0.0：不打印 −0", "0.0 is added so that there is no −0");
    block("    return ','.join(f'{float(v) + 0.0:.9g}' for v in numbers)\n");
    switch (d_.part) {
    case LossesPart::curves: curves(); break;
    case LossesPart::softmax: softmax(); break;
    case LossesPart::line: lines(); break;
    case LossesPart::neuron: neuron(); break;
    }
    return std::move(out_);
  }

private:
  void setting(const char* name, double value) { line(std::string(name) + " = " + shortest_text(value)); }

  void curves() {
    const CurveSettings& s = d_.curves;
    const char* x = s.axis == LossAxis::logit ? "z" : "y_hat";
    section("设置", "settings");
    setting("T", s.target), setting("FROM", s.from), setting("TO", s.to);
    line("t = torch.tensor([T]).double()");
    line("label = torch.tensor(0)");
    section("损失：算法，以及在哪里有值", "losses: how each is worked out, and where it has a value");
    line("LOSSES = {");
    for (const std::string_view id : s.shown) {
      const LossCurve& curve = loss_curve(id, s.axis);
      line("    '" + std::string(id) + "': (lambda " + x + ": " + torch_of(curve, s) + ", lambda x: " + std::string(curve.where) + "),");
    }
    line("}");
    block("print('x' + ''.join(f',{name},{name}_slope' for name in LOSSES))\n");
    line("for i in range(" + std::to_string(kCurvePlaces) + "):");
    line("    x = TO if i == " + std::to_string(kCurvePlaces - 1) + " else FROM + (TO - FROM) * i / " + std::to_string(kCurvePlaces - 1));
    block("    line = row(x)\n"
          "    for loss, has_value in LOSSES.values():\n"
          "        if not has_value(x):\n"
          "            line += ',,'\n"
          "            continue\n"
          "        at = torch.tensor([x]).double().requires_grad_()\n"
          "        value = loss(at)\n"
          "        value.backward()\n"
          "        line += ',' + row(value, at.grad)\n"
          "    print(line)\n");
  }

  void softmax() {
    const SoftmaxSettings& s = d_.softmax;
    std::string logits;
    for (const double z : s.logits) logits += (logits.empty() ? "" : ", ") + shortest_text(z);
    section("设置", "settings");
    line("z = torch.tensor([" + logits + "]).double().requires_grad_()");
    line("label = torch.tensor(" + std::to_string(s.label) + ")");
    setting("T", s.temperature);
    section("概率、损失和梯度", "probabilities, loss and gradient");
    line("p = torch.softmax(z / T, 0)");
    if (s.twice) {
      remark("", "常见的错误：CrossEntropyLoss 自带 softmax，这里等于做了两次", "a common mistake: CrossEntropyLoss has a softmax within, so there are two");
      block("q = torch.softmax(p, 0)\n"
            "loss = nn.CrossEntropyLoss()(p, label)\n");
    } else
      line("loss = nn.CrossEntropyLoss()(z / T, label)");
    block("loss.backward()\n");
    line(std::string("print('class,logit,p,") + (s.twice ? "q," : "") + "y,gradient')");
    line("for c in range(len(z)):");
    line(std::string("    print(f'{c},' + row(z[c], p[c], ") + (s.twice ? "q[c], " : "") + "c == label, z.grad[c]))");
    block("print('loss,' + row(loss))\n"
          "print('steepness,' + row(z.grad.norm()))\n");
    line(s.twice ? "print('floor,' + row(torch.log(1 + (len(z) - 1) / torch.exp(torch.tensor(1.0)))))" : "print('floor,0')");
  }

  void lines() {
    const LineSettings& s = d_.line;
    std::string xs, ys;
    for (const LinePoint& p : s.points) {
      xs += (xs.empty() ? "" : ", ") + shortest_text(p.x);
      ys += (ys.empty() ? "" : ", ") + shortest_text(p.y);
    }
    section("设置", "settings");
    line("X = torch.tensor([" + xs + "]).double()");
    line("Y = torch.tensor([" + ys + "]).double()");
    setting("DELTA", s.delta);
    line(std::string("SLOPED = ") + (s.constant ? "False" : "True"));
    block("LOSSES = {'mse': nn.MSELoss(), 'mae': nn.L1Loss(), 'huber': nn.HuberLoss(delta=DELTA)}\n");
    remark("", "x 都相同时，线没有斜率可言，取 0", "where all x are equal a line has no slope to speak of; it is 0");
    line("APART = bool((X - X[0]).abs().max() >= 1e-9)");
    section("最好的直线和常数", "the best lines and constants");
    block("def columns(sloped):\n"
          "    return torch.stack([X, torch.ones_like(X)], 1) if sloped else torch.ones_like(X)[:, None]\n\n\n");
    block("def fit_mse(sloped):\n"
          "    return torch.linalg.lstsq(columns(sloped), Y[:, None]).solution[:, 0]\n\n\n");
    remark("", "绝对值损失：最好的直线总可以取成过两个点的，逐对试", "absolute error: a best line goes through two of the points; all pairs are tried");
    block("def fit_mae(sloped):\n"
          "    a = torch.tensor(0.0)\n"
          "    if sloped:\n"
          "        i, j = torch.combinations(torch.arange(len(X))).T\n"
          "        apart = (X[i] - X[j]).abs() >= 1e-9\n"
          "        i, j = i[apart], j[apart]\n"
          "        slopes = (Y[j] - Y[i]) / (X[j] - X[i])\n"
          "        sums = (Y - Y[i][:, None] - slopes[:, None] * (X - X[i][:, None])).abs().sum(1)\n"
          "        best = slopes[sums <= sums.min() + 1e-12 * (Y - Y.mean()).abs().sum()]\n"
          "        a = (best.min() + best.max()) / 2\n"
          "    rests = (Y - a * X).sort().values\n"
          "    b = (rests[(len(X) - 1) // 2] + rests[len(X) // 2]) / 2\n"
          "    return torch.stack([a, b]) if sloped else b[None]\n\n\n");
    remark("", "Huber：从最小二乘出发用牛顿法，梯度和二阶导数都由 PyTorch 求；同样好的直线不止一条时，找到的不一定是 Downhill 取的那条",
           "Huber: Newton's rule from least squares on, derivatives by PyTorch; where several lines do as well, it may find another than Downhill");
    block("def fit_huber(sloped):\n"
          "    loss = lambda at: LOSSES['huber'](columns(sloped) @ at, Y)\n"
          "    at = fit_mse(sloped)\n"
          "    for _ in range(100):\n"
          "        gradient = torch.autograd.functional.jacobian(loss, at)\n"
          "        step = torch.linalg.pinv(torch.autograd.functional.hessian(loss, at), hermitian=True) @ gradient\n"
          "        if not step.any():\n"
          "            step = gradient * len(X)\n"
          "        while loss(at - step) > loss(at) and step.abs().max() > 1e-15:\n"
          "            step = step / 2\n"
          "        at = at - step\n"
          "    return at\n\n\n"
          "def fitted(name, sloped):\n"
          "    at = {'mse': fit_mse, 'mae': fit_mae, 'huber': fit_huber}[name](sloped and APART)\n"
          "    return at if len(at) == 2 else torch.stack([torch.tensor(0.0), at[0]])\n\n\n"
          "print('fit,a,b,' + ','.join(LOSSES))\n"
          "for sloped in (True, False):\n"
          "    for name in LOSSES:\n"
          "        a, b = fitted(name, sloped)\n"
          "        means = [loss(a * X + b, Y) for loss in LOSSES.values()]\n"
          "        print(('line_' if sloped else 'constant_') + name + ',' + row(a, b, *means))\n"
          "print('x,y,' + ','.join(LOSSES))\n"
          "fits = [fitted(name, SLOPED) for name in LOSSES]\n"
          "for x, y in zip(X, Y):\n"
          "    print(row(x, y, *(y - (a * x + b) for a, b in fits)))\n");
  }

  void neuron() {
    const SigmoidSettings& s = d_.neuron;
    section("设置", "settings");
    setting("X", s.x), setting("T", s.y), setting("LR", s.rate);
    line("STEPS = " + std::to_string(s.steps));
    line("target = torch.tensor(T).double()");
    remark("", "平方误差取 ½(a − y)²；nn.MSELoss 是它的两倍", "squared error is ½(a − y)²; nn.MSELoss is twice that");
    block("LOSSES = {\n"
          "    'squared': lambda z: 0.5 * nn.MSELoss()(torch.sigmoid(z), target),\n"
          "    'cross_entropy': lambda z: nn.BCEWithLogitsLoss()(z, target),\n"
          "}\n"
          "BY_A = {\n"
          "    'squared': lambda z: torch.sigmoid(z) - T,\n"
          "    'cross_entropy': lambda z: (1 - T) * (1 + torch.exp(z)) - T * (1 + torch.exp(-z)),\n"
          "}\n\n"
          "print('loss,step,w,b,z,a,value,loss_by_a,a_by_z,loss_by_z,loss_by_w')\n"
          "for name, loss in LOSSES.items():\n");
    line("    w = torch.tensor(" + shortest_text(s.w) + ").double().requires_grad_()");
    line("    b = torch.tensor(" + shortest_text(s.b) + ").double().requires_grad_()");
    block("    optimizer = torch.optim.SGD([w, b], lr=LR)\n"
          "    for step in range(STEPS + 1):\n"
          "        z = w * X + b\n"
          "        z.retain_grad()\n"
          "        value = loss(z)\n"
          "        optimizer.zero_grad()\n"
          "        value.backward()\n"
          "        a_by_z = torch.sigmoid(z) * torch.sigmoid(-z)\n"
          "        print(f'{name},{step},' + row(w, b, z, torch.sigmoid(z), value, BY_A[name](z), a_by_z, z.grad, w.grad))\n"
          "        optimizer.step()\n");
  }

  const LossesDocument& d_;
};

} // namespace

std::string losses_script(const LossesDocument& document, const ScriptOptions& options) { return LossesScript(document, options).write(); }

} // namespace downhill
