// The script module: the PyTorch script of a lane, apart from the app, since few ask for it. One function, no glue: whoever
// calls it (web/page/torch_script.ts) writes into the module's memory and makes an instance for each script, so nothing is freed.
#include "experiment/experiment.hpp"
#include "export/surface_script.hpp"
#include "surfaces/surface_document.hpp"

#include <emscripten.h>

namespace {
std::string script;
}

extern "C" {

/// Python source for what the app's verb `script` answers: {"experiment", "lane", "title", "language"}; the experiment is the
/// document of the lab.
EMSCRIPTEN_KEEPALIVE const char* torch_script_of(const char* text) {
  using namespace downhill;
  const auto asked = read_json(text);
  assert(asked.ok());
  const Json& document = (*asked)["experiment"];
  const auto lane = (*asked)["lane"].get<std::size_t>();
  const std::string title = (*asked)["title"].get<std::string>();
  const ScriptOptions options{title, (*asked)["language"] == "en" ? Language::en : Language::zh};
  if (document.value("lab", "") == kSurfaceFormat.lab) {
    const auto surface = surface_document_from_json(document);
    assert(surface.ok());
    script = surface_script(surface->surface, surface->lanes[lane].settings, title, options);
  } else {
    const auto experiment = experiment_from_json(document);
    assert(experiment.ok());
    script = torch_script(experiment->lanes[lane].settings, options);
  }
  return script.c_str();
}
}
