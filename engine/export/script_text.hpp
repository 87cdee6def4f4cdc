// What the scripts of every lab are made of: lines in one of two languages, the rule and the schedule in PyTorch.
#pragma once
#include "core/parameters.hpp"
#include "export/script.hpp"

namespace downhill {

class ScriptText {
protected:
  explicit ScriptText(const ScriptOptions& options) : options_(options) {}

  void line(const std::string& text = "") { out_ += text + "\n"; }
  void block(std::string_view text) { out_ += text; }
  // a comment or a text in the language of the script
  std::string said(std::string_view zh, std::string_view en) const { return std::string(options_.language == Language::zh ? zh : en); }
  void remark(const std::string& indent, const std::string& zh, const std::string& en) { line(indent + "# " + said(zh, en)); }
  void section(const char* zh, const char* en);
  // the title within a docstring, which begins here
  void title();

  // a function that reads an IDX file, .gz or plain, as bytes: read_idx(path, header)
  void idx_reader();
  // functions that read images and labels from the four IDX files: read_images(folder, train)
  void image_readers();

  // the module of an activation; Step and CReLU are no modules of PyTorch
  static std::string activation(const Choice& choice);
  void step_module();
  void crelu_module();
  // masks from our own streams: needs stream(), SEED and DROPOUT; whoever trains sets Dropout.epoch and Dropout.position
  void dropout_module();

  static double parameter(const Choice& choice, const std::vector<ParameterSpec>& specs, std::string_view name);
  static bool scheduled(const Choice& schedule);
  static double warmup(const Choice& schedule);
  // the rule's constructor over `parameters`, at the rate LR; `decay` is a last argument or empty
  static std::string optimizer(const Choice& rule, const std::string& parameters, const std::string& decay);
  // `optimizer = …` and, where the rate moves, `scheduler = …` or, with a warm-up, rate(step); over EPOCHS epochs. `epoch` is
  // Python that works out the epoch of a step.
  void rule(const Choice& rule, const Choice& schedule, const std::string& parameters, const std::string& decay, const std::string& epoch);

  const ScriptOptions& options_;
  std::string out_;

private:
  void scheduler(const Choice& schedule, const std::string& epoch);
};

} // namespace downhill
