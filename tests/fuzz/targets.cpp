#include "fuzz/targets.hpp"

#include "backprop/backprop_document.hpp"
#include "backprop/mistakes.hpp"
#include "backprop/trace_text.hpp"
#include "backprop/workings.hpp"
#include "cases/case_data.hpp"
#include "cases/raters_file.hpp"
#include "data/csv.hpp"
#include "data/gzip.hpp"
#include "data/idx.hpp"
#include "data/letters.hpp"
#include "data/own_file.hpp"
#include "data/pack.hpp"
#include "experiment/experiment.hpp"
#include "export/backprop_script.hpp"
#include "export/cases_script.hpp"
#include "export/fit_script.hpp"
#include "export/losses_script.hpp"
#include "export/neuron_script.hpp"
#include "export/surface_script.hpp"
#include "fit/fit_csv.hpp"
#include "fit/fit_document.hpp"
#include "losses/losses_csv.hpp"
#include "losses/losses_hash.hpp"
#include "neuron/neuron_csv.hpp"
#include "own/pictures.hpp"
#include "own/table.hpp"
#include "own/zip.hpp"
#include "surfaces/image_points.hpp"
#include "surfaces/surface_document.hpp"
#include "trainer/trainer.hpp"
#include "worker/trainer_host.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace downhill::fuzz {
namespace {

using Bytes = std::span<const std::uint8_t>;

void must(bool condition) {
  if (!condition) std::abort();
}

void json(Bytes bytes) {
  const auto experiment = read_experiment({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!experiment) {
    must(!experiment.error().sentence(Language::zh).empty());
    return;
  }
  const auto again = experiment_from_json(experiment->json());
  must(again.ok() && again->json() == experiment->json());
}

void surface(Bytes bytes) {
  const auto json = read_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!json) return;
  auto document = surface_document_from_json(*json);
  if (!document) {
    must(!document.error().sentence(Language::zh).empty());
    return;
  }
  const auto again = surface_document_from_json(document->json());
  must(again.ok() && again->json() == document->json());
  const SurfaceLane& lane = document->lanes.front();
  if (needs_images(document->surface)) { // noise will do
    static const auto source = [] {
      auto made = std::make_shared<Source>();
      made->classes = 10;
      made->train.features = 9;
      PhiloxStream stream({7, 7});
      for (int i = 0; i < 4000; ++i) {
        made->train.labels.push_back(static_cast<std::uint8_t>(i % 10));
        for (int f = 0; f < 9; ++f) made->train.pixels.push_back(static_cast<std::uint8_t>(stream.next_word()));
      }
      return made;
    }();
    const auto points = image_points(source, document->surface);
    must(points.ok() && points->size() == point_count(document->surface));
    document->surface.points = *points;
  }
  Walk walk(make_surface(document->surface), lane.settings);
  for (int i = 0; i < 50 && walk.advance(); ++i) {
  }
  must(!surface_script(document->surface, lane.settings, "lane", {"", Language::en}).empty());
}

void backprop(Bytes bytes) {
  const auto json = read_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!json) return;
  auto document = backprop_document_from_json(*json);
  if (!document) {
    must(!document.error().sentence(Language::zh).empty());
    return;
  }
  const auto again = backprop_document_from_json(document->json());
  must(again.ok() && again->json() == document->json());
  document->settings.steps = std::min<std::int64_t>(document->settings.steps, 20);
  const BackpropTrace trace = backprop_trace(document->settings);
  must(read_json(trace_json(trace)).ok());
  must(read_json(trace_json_with_steps(trace, document->settings, kBackpropDigits)).ok());
  for (const std::vector<Quantity>* list : {&document->hidden, &document->solved})
    for (const Quantity& quantity : *list) must(quantity_named(name_of(quantity), document->settings) == quantity);
  for (const Mistake& found : document->found) BackpropNumbers(document->settings, found);
  must(!backprop_script(document->settings, {"", Language::en}).empty());
}

void neuron(Bytes bytes) {
  const auto json = read_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!json) return;
  const auto document = neuron_document_from_json(*json);
  if (!document) {
    must(!document.error().sentence(Language::zh).empty());
    return;
  }
  const auto again = neuron_document_from_json(document->json());
  must(again.ok() && again->json() == document->json());
  must(!truth_table_csv(document->logic).empty());
  must(!soft_path_csv(document->soft).empty());
  must(painting_from(text_of(document->image.painting)) == document->image.painting);
  must(!neuron_script(*document, {"", Language::en}).empty());
}

void cases_documents(Bytes bytes) {
  const auto json = read_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!json) return;
  const auto document = cases_document_from_json(*json);
  if (!document) {
    must(!document.error().sentence(Language::zh).empty());
    return;
  }
  const auto again = cases_document_from_json(document->json());
  must(again.ok() && again->json() == document->json());
  const CaseSettings& settings = document->settings;
  if (const auto error = too_few_rated(settings)) must(!error->sentence(Language::zh).empty());
  const auto batches = case_batches(settings, 0);
  must(static_cast<std::int64_t>(batches.size()) == settings.iterations() && !batches.empty());
  must(!cases_script(*document, {"", Language::en}).empty());
  const Json race = race_of_case(*document);
  must(race.is_null() || experiment_from_json(race).ok());
}

void raters(Bytes bytes) {
  const auto read = raters_from_file({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!read) {
    must(!read.error().sentence(Language::zh).empty());
    return;
  }
  const auto again = raters_from_file(raters_file(*read));
  must(again.ok() && *again == *read);
  // a document takes them: of one draw at a time
  Json document = {{"downhill", 1}, {"lab", "cases"}, {"case", "scores"}};
  document["raters"] = Json::array({(*read)[0]});
  const auto taken = cases_document_from_json(document);
  must(taken.ok() || taken.error().place.starts_with("/data/")); // where its draw has no such class
}

void losses_documents(Bytes bytes) {
  const auto json = read_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!json) return;
  auto document = losses_document_from_json(*json);
  if (!document) {
    must(!document.error().sentence(Language::zh).empty());
    return;
  }
  const auto again = losses_document_from_json(document->json());
  must(again.ok() && again->json() == document->json());
  for (const FittedLine& line : fit_lines(document->line)) {
    must(std::isfinite(line.a) && std::isfinite(line.b));
    for (const double loss : line.losses) must(loss >= 0 && std::isfinite(loss));
  }
  const SoftmaxStand stand = softmax_stand(document->softmax);
  must(std::isfinite(stand.loss) && stand.loss >= stand.floor * (1 - 1e-14));
  for (const LossesPart part : {LossesPart::curves, LossesPart::softmax, LossesPart::line, LossesPart::neuron}) {
    document->part = part;
    must(!losses_csv(*document).empty());
    losses_hash(*document);
    must(!losses_script(*document, {"", Language::en}).empty());
  }
}

void fit(Bytes bytes) {
  const auto json = read_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!json) return;
  auto document = fit_document_from_json(*json);
  if (!document) {
    must(!document.error().sentence(Language::zh).empty());
    return;
  }
  const auto again = fit_document_from_json(document->json());
  must(again.ok() && again->json() == document->json());
  must(!fit_script(*document, {"", Language::en}).empty());
  FitSettings& s = document->settings;
  s.sets = 2;
  const auto target = std::make_shared<downhill::Target>(s);
  must(tower_deviation(s, *target) >= 0);
  std::size_t weights = 1;
  for (const HiddenLayer& layer : s.model.hidden) weights += static_cast<std::size_t>(layer.units * layer.units);
  if (s.model.network && weights > 20000) return; // right, but slow
  s.model.epochs = 1;
  FitRun run(s, target, first_points(s, *target));
  FitSets sets(s);
  while (run.advance() || sets.advance()) {
  }
  run.contributions(std::vector<double>{s.low, s.place});
  must(!approximation_csv(s, *target, run).empty());
  must(!decomposition_csv(sets.decomposition()).empty());
}

void formula(Bytes bytes) {
  const auto answer = answer_from({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!answer) must(!answer.error().sentence(Language::zh).empty());
  const auto read = Formula::read({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!read) {
    must(!read.error().sentence(Language::zh).empty());
    return;
  }
  for (const double x : {-1.5, 0.0, 2.0}) read->at(x, 0.5);
  must(!read->python().empty());
}

// the first two bytes say how many of the rest are the images
void idx(Bytes bytes) {
  if (bytes.size() < 2) return;
  const std::size_t images = std::min<std::size_t>(bytes[0] + 256U * bytes[1], bytes.size() - 2);
  const auto examples = read_idx(bytes.subspan(2, images), bytes.subspan(2 + images), 10);
  if (examples) must(examples->pixels.size() == static_cast<std::size_t>(examples->size() * examples->features));
}

// the four files together, each packed or not: three sizes of two bytes, then one file after the other
void idx_files(Bytes bytes) {
  if (bytes.size() < 6) return;
  std::array<Bytes, 4> files;
  Bytes rest = bytes.subspan(6);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t size = std::min<std::size_t>(bytes[2 * i] + 256U * bytes[2 * i + 1], rest.size());
    files[i] = rest.first(size);
    rest = rest.subspan(size);
  }
  files[3] = rest;
  const auto source = read_idx_files({files[0], files[1], files[2], files[3]}, 256);
  if (!source) {
    must(!source.error().sentence(Language::zh).empty());
    return;
  }
  must(source->train.features == source->test.features);
  for (const Examples* part : {&source->train, &source->test})
    for (const std::uint8_t label : part->labels) must(label < source->classes);
}

void gzip(Bytes bytes) {
  const auto content = gunzip(bytes, 1U << 20);
  if (content) must(content->size() <= 1U << 20);
}

void csv(Bytes bytes) {
  const auto source = read_csv(bytes);
  if (!source) return;
  for (const Examples* part : {&source->train, &source->test}) {
    must(part->values.size() == static_cast<std::size_t>(part->size() * part->features));
    for (const std::uint8_t label : part->labels) must(label < source->classes);
  }
}

void told_in_words(const Told& told) {
  for (const UserError& each : told.list()) must(!each.sentence(Language::zh).empty());
}

// of what is accepted another file can be made, which says the same
void usable(const OwnData& data) {
  const auto again = read_own_file(write_own_file(data));
  must(again.ok() && own_content(*again) == own_content(data));
}

void own_file(Bytes bytes) {
  const auto packed = read_own_file(bytes);
  if (!packed) must(!packed.error().sentence(Language::zh).empty());
  const auto data = packed ? packed : read_own_file(downhill::gzip(bytes)); // fuzzers don't pack
  if (data) usable(*data);
}

void own_picture(Bytes bytes) {
  if (bytes.size() > 1U << 20) return;
  const auto picture = read_picture(bytes);
  if (!picture) {
    must(!picture.error().sentence(Language::zh).empty());
    return;
  }
  must(picture->grey.size() == static_cast<std::size_t>(picture->width * picture->height));
  if (picture->grey.size() < 1U << 20)
    for (const bool fit : {false, true}) must(grey_square(*picture, {28, fit, true}).size() == 784);
}

void own_zip(Bytes bytes) {
  auto file = ZipFile::open(in_memory(bytes));
  if (!file) return;
  OwnPictures pictures({});
  for (int i = 0; i < 100; ++i) {
    const auto more = file->next();
    if (!more || !*more) break;
    if (!pictures.wants(file->name(), file->size())) continue;
    const auto content = file->read(1U << 20);
    if (content)
      pictures.add(file->name(), *content);
    else
      pictures.skip(file->name(), content.error());
  }
  const auto data = pictures.finish({}, {});
  told_in_words(pictures.told());
  if (data) usable(*data);
}

void own_table(Bytes bytes) {
  auto table = OwnTable::open(bytes);
  if (!table) {
    must(!table.error().sentence(Language::zh).empty());
    return;
  }
  while (table->advance()) {
  }
  for (const AnswerKind kind : {AnswerKind::guess, AnswerKind::classes, AnswerKind::numbers}) {
    if (!table->choose({"", {}, kind})) return;
    while (table->advance()) {
    }
    const auto data = table->finish({});
    told_in_words(table->told());
    if (data) usable(*data);
  }
}

void checkpoint(Bytes bytes) {
  static const Trainer start = [] {
    const auto experiment = read_experiment(
        R"({"downhill":1,"data":{"source":"moons","train":20,"test":4},"network":{"hidden":[{"units":3}]},"optimizer":"momentum","batch":8,"epochs":2,"lanes":[{}]})");
    const LaneSettings& settings = experiment->lanes.front().settings;
    return Trainer(settings, std::make_shared<Subset>(*draw_subset(nullptr, settings.data)));
  }();
  Trainer trainer = start;
  if (!trainer.restore(bytes)) return;
  for (int i = 0; i < 100 && trainer.advance() != Trainer::Piece::end; ++i) {
  }
}

void protocol(Bytes bytes) {
  if (const auto message = protocol::decode<protocol::ToApp>(bytes)) must(protocol::decode<protocol::ToApp>(protocol::encode(*message)).has_value());
  const auto message = protocol::decode<protocol::ToTrainer>(bytes);
  if (!message) return;
  must(protocol::decode<protocol::ToTrainer>(protocol::encode(*message)).has_value());
  if (std::holds_alternative<protocol::AskBench>(*message)) return; // takes seconds
  double now = 0;
  TrainerHost host([&] { return now += 0.001; }, [](const protocol::ToApp&) {});
  host.receive(bytes);
  host.work(0.002);
}

void pack(Bytes bytes) {
  const auto source = read_pack(bytes);
  if (source) must(source->train.pixels.size() == static_cast<std::size_t>(source->train.size() * source->train.features));
}

void letters(Bytes bytes) {
  const auto faces = read_letters(bytes);
  if (faces) must(read_letters(write_letters(*faces)) == faces);
}

} // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> table{{"json", json},
                                         {"surface", surface},
                                         {"backprop", backprop},
                                         {"neuron", neuron},
                                         {"losses", losses_documents},
                                         {"cases", cases_documents},
                                         {"raters", raters},
                                         {"fit", fit},
                                         {"formula", formula},
                                         {"idx", idx},
                                         {"idx_files", idx_files},
                                         {"gzip", gzip},
                                         {"csv", csv},
                                         {"checkpoint", checkpoint},
                                         {"protocol", protocol},
                                         {"pack", pack},
                                         {"letters", letters},
                                         {"own_file", own_file},
                                         {"own_picture", own_picture},
                                         {"own_zip", own_zip},
                                         {"own_table", own_table}};
  return table;
}

} // namespace downhill::fuzz
