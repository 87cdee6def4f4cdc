// The script module: the PyTorch script of a lane, apart from the app, since few ask for it. One function, no glue: whoever
// calls it (web/page/torch_script.ts) writes into the module's memory and makes an instance for each script, so nothing is freed.
#include "export/script.hpp"
#include "experiment/experiment.hpp"

#include <emscripten.h>

namespace {
std::string script;
}

extern "C" {

/// Python source for what the app's verb `script` answers: {"experiment", "lane", "title", "language"}.
EMSCRIPTEN_KEEPALIVE const char* torch_script_of(const char* text) {
  using namespace downhill;
  const auto asked = read_json(text);
  assert(asked.ok());
  const auto experiment = experiment_from_json((*asked)["experiment"]);
  assert(experiment.ok());
  const Language language = (*asked)["language"] == "en" ? Language::en : Language::zh;
  script = torch_script(experiment->lanes[(*asked)["lane"].get<std::size_t>()].settings, {(*asked)["title"].get<std::string>(), language});
  return script.c_str();
}
}
