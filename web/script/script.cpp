// The script module: the PyTorch script of a lane, apart from the app, since few ask for it. One function, no glue: whoever
// calls it (web/page/torch_script.ts) writes into the module's memory and makes an instance for each script, so nothing is freed.
#include "backprop/backprop_document.hpp"
#include "experiment/experiment.hpp"
#include "export/backprop_script.hpp"
#include "export/cases_script.hpp"
#include "export/fit_script.hpp"
#include "export/losses_script.hpp"
#include "export/neuron_script.hpp"
#include "export/surface_script.hpp"
#include "surfaces/surface_document.hpp"

#include <emscripten.h>

namespace {
std::string script;
}

extern "C" {

/// Python source for what the app's verb `script` answers: {"experiment", "lane", "title", "language"}; the experiment is the
/// document of the lab. With "points", [[x, y, t], …], of a surface over images.
EMSCRIPTEN_KEEPALIVE const char* torch_script_of(const char* text) {
  using namespace downhill;
  const auto asked = read_json(text);
  assert(asked.ok());
  const Json& document = (*asked)["experiment"];
  const auto lane = (*asked)["lane"].get<std::size_t>();
  const std::string title = (*asked)["title"].get<std::string>();
  const ScriptOptions options{title, (*asked)["language"] == "en" ? Language::en : Language::zh};
  if (document.value("lab", "") == kBackpropFormat.lab) {
    const auto backprop = backprop_document_from_json(document);
    assert(backprop.ok());
    script = backprop_script(backprop->settings, options);
  } else if (document.value("lab", "") == kSurfaceFormat.lab) {
    auto surface = surface_document_from_json(document);
    assert(surface.ok());
    for (const Json& point : asked->value("points", Json::array())) { // of images, which only the page has
      const auto number = [&](std::size_t i) { return static_cast<float>(point[i].get<double>()); };
      surface->surface.points.push_back({number(0), number(2), number(1)});
    }
    script = surface_script(surface->surface, surface->lanes[lane].settings, title, options);
  } else if (document.value("lab", "") == kNeuronFormat.lab) {
    const auto neuron = neuron_document_from_json(document);
    assert(neuron.ok());
    script = neuron_script(*neuron, options);
  } else if (document.value("lab", "") == kLossesFormat.lab) {
    const auto losses = losses_document_from_json(document);
    assert(losses.ok());
    script = losses_script(*losses, options);
  } else if (document.value("lab", "") == kFitFormat.lab) {
    const auto fit = fit_document_from_json(document);
    assert(fit.ok());
    script = fit_script(*fit, options);
  } else if (document.value("lab", "") == kCasesFormat.lab) {
    const auto cases = cases_document_from_json(document);
    assert(cases.ok());
    script = cases_script(*cases, options);
  } else {
    const auto experiment = experiment_from_json(document);
    assert(experiment.ok());
    script = torch_script(experiment->lanes[lane].settings, options);
  }
  return script.c_str();
}
}
