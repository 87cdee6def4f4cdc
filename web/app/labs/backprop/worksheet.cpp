// A page to print: the network with its given numbers, what is asked, and lines to write on or the solutions.
#include "app/labs/backprop/parts.hpp"

#include "backprop/scalar_formulas.hpp"
#include "core/worked_text.hpp"

#include <algorithm>

namespace downhill::chain {
namespace {

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

constexpr std::string_view kStyle =
    "body{font:15px/1.6 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2em "
    ".7em;text-align:right}"
    "li{margin:.7em 0}.line{display:inline-block;min-width:16em;border-bottom:1px solid #555}.way{color:#444}@media print{li{break-inside:avoid}}";

std::string given_rows(const BackpropModel& model) {
  const BackpropSettings& settings = model.settings();
  const auto u8 = [](std::size_t n) { return static_cast<std::uint8_t>(n); };
  std::string out;
  const auto row = [&](const std::string& name, const std::vector<Quantity>& numbers) {
    out += "<tr><th>" + plain(name) + "</th><td>";
    for (std::size_t i = 0; i < numbers.size(); ++i)
      out += (i > 0 ? ", " : "") + plain(symbol_of(settings, numbers[i]) + " = " + exact_number(model.truth().of(numbers[i])).text);
    out += "</td></tr>\n";
  };
  for (std::size_t e = 0; e < settings.examples.size(); ++e) {
    std::vector<Quantity> inputs, targets;
    for (std::size_t i = 0; i < settings.examples[e].input.size(); ++i) inputs.push_back({QuantityKind::input, u8(e), 0, u8(i), 0});
    for (std::size_t o = 0; o < settings.examples[e].target.size(); ++o) targets.push_back({QuantityKind::target, u8(e), 0, u8(o), 0});
    row(fill(tr("backprop.input_of"), {std::to_string(e + 1)}), inputs);
    row(fill(tr("backprop.target_of"), {std::to_string(e + 1)}), targets);
  }
  for (std::size_t l = 0; l < settings.layers.size(); ++l)
    for (std::size_t o = 0; o < settings.layers[l].units(); ++o) {
      std::vector<Quantity> numbers;
      for (std::size_t i = 0; i < settings.layers[l].inputs; ++i) numbers.push_back({QuantityKind::weight, 0, u8(l), u8(o), u8(i)});
      numbers.push_back({QuantityKind::bias, 0, u8(l), u8(o), 0});
      row(unit_name(settings, l, o) + " · " + std::string(tr_id("activation." + settings.layers[l].activation.name)), numbers);
    }
  return out;
}

} // namespace

std::string worksheet_html(const BackpropModel& model, bool solutions, std::string_view language) {
  const BackpropSettings& settings = model.settings();
  std::string out = "<!doctype html><html lang=\"" + std::string(language) + "\"><meta charset=\"utf-8\"><title>" + plain(tr("backprop.sheet_title")) +
                    "</title><style>" + std::string(kStyle) + "</style>\n";
  out += "<h1>" + plain(tr("backprop.sheet_title")) + "</h1>\n<p>" +
         plain(fill(tr("backprop.sheet_settings"),
                    {tr_id("loss." + settings.loss), tr_id("method." + settings.optimizer.name), exact_number(settings.optimizer.values[0]).text,
                     settings.train_bias ? tr("backprop.biases_trained") : tr("backprop.biases_held")})) +
         "</p>\n<table>\n" + given_rows(model) + "</table>\n";
  if (model.hidden().empty()) out += "<p>" + plain(tr("backprop.sheet_nothing")) + "</p>\n";
  out += "<ol>\n";
  for (const Quantity& q : model.hidden()) {
    const BackpropWorking working = working_of(model.truth(), q);
    out += "<li>" + plain(symbol_of(settings, q)) + " = ";
    if (!solutions) out += "<span class=\"line\">&nbsp;</span>";
    if (solutions) {
      out += "<b>" + written(model.truth().of(q)) + "</b>";
      for (const WorkedLine& line : working.lines)
        out += "<br><span class=\"way\">" + plain(line.symbol + " = " + line.formula + " = " + line.filled + " = " + line.result) + "</span>";
    }
    out += "</li>\n";
  }
  return out + "</ol>\n<p>" + plain(tr("backprop.sheet_digits")) + "</p></html>\n";
}

} // namespace downhill::chain
