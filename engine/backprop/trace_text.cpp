#include "backprop/trace_text.hpp"

#include "backprop/workings.hpp"
#include "core/hash.hpp"
#include "document/json_text.hpp"

#include <utility>

namespace downhill {
namespace {

// Visits all numbers in the order in which they are printed.
class Writer {
public:
  std::string text;
  Hash hash;

  void number(double value, bool hashed = true) {
    value += 0.0; // −0 is 0
    if (hashed) hash.add_doubles({&value, 1});
    text += value - value == 0 ? shortest_text(value) : "null";
  }
  void numbers(std::span<const double> values, bool hashed = true) {
    text += "[";
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) text += ", ";
      number(values[i], hashed);
    }
    text += "]";
  }
  // rows of `columns` numbers each
  void rows(std::span<const double> values, std::size_t columns) {
    text += "[";
    for (std::size_t at = 0; at < values.size(); at += columns) {
      if (at > 0) text += ", ";
      numbers(values.subspan(at, columns));
    }
    text += "]";
  }
  // {"weight": …, "bias": …}, a line for each layer
  template <class Layers> void layers(const Layers& of, const BackpropLayers& shapes) {
    for (std::size_t l = 0; l < of.size(); ++l) {
      text += std::string(l > 0 ? ",\n" : "") + "    {\"weight\": ";
      rows(of[l].weight, shapes[l].inputs);
      text += ", \"bias\": ";
      numbers(of[l].bias);
      text += "}";
    }
  }
};

Writer told(const BackpropTrace& trace) {
  Writer w;
  w.text = "{\n  \"examples\": [\n";
  for (std::size_t e = 0; e < trace.pass.examples.size(); ++e) {
    const ExamplePass& example = trace.pass.examples[e];
    w.text += std::string(e > 0 ? ",\n" : "") + "    {\"layers\": [\n";
    for (std::size_t l = 0; l < example.layers.size(); ++l) {
      w.text += std::string(l > 0 ? ",\n" : "") + "      {\"z\": ";
      w.numbers(example.layers[l].z);
      w.text += ", \"a\": ";
      w.numbers(example.layers[l].a);
      w.text += ", \"delta\": ";
      w.numbers(example.layers[l].delta);
      w.text += "}";
    }
    w.text += "], \"d_input\": ";
    w.numbers(example.d_input, false);
    w.text += ", \"loss\": ";
    w.number(example.loss);
    w.text += "}";
  }
  w.text += "],\n  \"loss\": ";
  w.number(trace.pass.loss);
  w.text += ",\n  \"gradients\": [\n";
  w.layers(trace.pass.gradients, trace.after);
  w.text += "],\n  \"after\": {\"layers\": [\n";
  w.layers(trace.after, trace.after);
  w.text += "], \"loss\": ";
  w.number(trace.after_loss);
  w.text += "}";
  return w;
}

void add_line(Writer& w, const WorkedLine& line) {
  for (const auto& [key, text] :
       {std::pair("symbol", &line.symbol), std::pair("formula", &line.formula), std::pair("filled", &line.filled), std::pair("result", &line.result)})
    w.text += std::string("\"") + key + "\": \"" + *text + "\", "; // no text of a formula has a quote
  w.text += "\"value\": ";
  w.number(line.value);
}

} // namespace

BackpropTrace backprop_trace(const BackpropSettings& settings) {
  BackpropTrace trace{backprop_pass(settings, settings.layers), layers_after(settings)};
  trace.after_loss = backprop_loss(settings, trace.after);
  return trace;
}

std::string trace_json(const BackpropTrace& trace) { return told(trace).text + "\n}\n"; }

std::string trace_json_with_steps(const BackpropTrace& trace, const BackpropSettings& settings, int digits) {
  Writer w = told(trace);
  const BackpropNumbers numbers(settings);
  w.text += ",\n  \"steps\": [";
  bool first = true;
  for (const Quantity& step : backprop_steps(settings)) {
    const std::vector<WorkedLine> lines = working_of(numbers, step, digits).lines;
    w.text += std::string(first ? "\n" : ",\n") + "    {\"name\": \"" + name_of(step) + "\", ";
    first = false;
    add_line(w, lines.back());
    for (std::size_t i = 0; lines.size() > 1 && i < lines.size(); ++i) {
      w.text += i == 0 ? ", \"lines\": [\n      {" : "},\n      {";
      add_line(w, lines[i]);
    }
    w.text += lines.size() > 1 ? "}]}" : "}";
  }
  w.text += "]\n}\n";
  return std::move(w.text);
}

std::uint64_t hash_of(const BackpropTrace& trace) { return told(trace).hash.value(); }

} // namespace downhill
