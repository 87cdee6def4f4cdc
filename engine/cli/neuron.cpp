#include "cli/neuron.hpp"

#include "cli/files.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "export/neuron_script.hpp"
#include "neuron/neuron_csv.hpp"
#include "neuron/neuron_hash.hpp"

#include <cstdio>

namespace downhill {
namespace {

// `reads`: the verb reads data, which only images need; only they have weights to write, too.
Result<NeuronDocument> asked(const Arguments& arguments, const Json& json, bool reads) {
  auto document = neuron_document_from_json(json);
  if (!document) return in_file(arguments.document, document.error());
  if (const auto lanes = lanes_asked(arguments, 0); !lanes) return lanes.error(); // there are none
  if (!arguments.data.empty() && !(reads && document->part == NeuronPart::image)) return UserError{"takes_no_data", "--data", {}};
  if (!arguments.weights.empty() && document->part != NeuronPart::image) return UserError{"takes_no_weights", "--weights", {}};
  return document;
}

// Taught to its end.
Result<ImageLearning> taught(const Arguments& arguments, const NeuronDocument& document) {
  auto source = read_fashion_mnist(arguments.data.empty() ? kDataFolder : arguments.data);
  if (!source) return source.error();
  auto images = two_classes(std::make_shared<Source>(std::move(*source)), document.image);
  if (!images) return in_file(arguments.document, images.error());
  ImageLearning learning(std::move(*images), document.image);
  while (learning.advance()) {
  }
  return learning;
}

std::string score_line(const char* weights, bool train, std::int64_t right, std::size_t count) {
  char share[32];
  std::snprintf(share, sizeof share, "%.6f", static_cast<double>(right) / static_cast<double>(count));
  return std::string(weights) + (train ? ",train," : ",test,") + std::to_string(count) + "," + std::to_string(right) + "," + share + "\n";
}

std::string scores(const ImageLearning& learning, const ImageSettings& settings) {
  std::string out = "weights,set,images,right,accuracy\n";
  const TwoClasses& images = learning.images();
  for (const bool train : {true, false}) {
    const PaintedScore score = painted_score(images.part(train), painted_sums(images, train, settings.painting), settings.threshold, 0);
    out += score_line("painted", train, score.right, images.part(train).rows.size());
  }
  const ImageLearning::Stand& end = learning.stands().back();
  for (const bool train : {true, false}) out += score_line("learned", train, end.right[train ? 0 : 1], images.part(train).rows.size());
  return out + "loss," + nine_digits(end.loss) + "\n";
}

std::string weights_of(const ImageLearning& learning, const ImageSettings& settings) {
  std::string out = "row,column,painted,learned\n";
  for (std::size_t p = 0; p < kNeuronPixels; ++p)
    out += std::to_string(p / kNeuronSide) + "," + std::to_string(p % kNeuronSide) + "," + nine_digits(settings.painting[p] / kPaintParts) + "," +
           nine_digits(learning.weights()[p]) + "\n";
  return out + "threshold,," + nine_digits(settings.threshold) + "," + nine_digits(-learning.bias()) + "\n";
}

} // namespace

int neuron(const Arguments& arguments) {
  const auto json = json_from_file(arguments.document);
  if (!json) return complain(json.error());
  const auto document = asked(arguments, *json, true);
  if (!document) return complain(document.error());
  if (document->part == NeuronPart::logic) return hand_out(arguments, truth_table_csv(document->logic));
  if (document->part == NeuronPart::soft) return hand_out(arguments, soft_path_csv(document->soft));
  const auto learning = taught(arguments, *document);
  if (!learning) return complain(learning.error());
  if (!arguments.weights.empty())
    if (const auto written = write_file(arguments.weights, weights_of(*learning, document->image)); !written) return complain(written.error());
  return hand_out(arguments, scores(*learning, document->image));
}

int check_neuron(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json, false);
  if (!document) return complain(document.error());
  print("%s: nothing wrong\n", printable(arguments.document).c_str());
  return 0;
}

int hash_neuron(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json, true);
  if (!document) return complain(document.error());
  std::uint64_t hash = 0;
  if (document->part == NeuronPart::image) {
    const auto learning = taught(arguments, *document);
    if (!learning) return complain(learning.error());
    hash = learning->hash();
  } else {
    hash = neuron_hash(*document);
  }
  print("%s\t%s\n", std::string(kNeuronFormat.lab).c_str(), hex16(hash).c_str());
  return 0;
}

int export_neuron(const Arguments& arguments, const Json& json) {
  const auto document = asked(arguments, json, false);
  if (!document) return complain(document.error());
  const auto language = language_asked(arguments);
  if (!language) return complain(language.error());
  return hand_out(arguments, neuron_script(*document, script_options(document->title, {}, *language == Language::zh ? "神经元" : "A neuron", *language)));
}

} // namespace downhill
