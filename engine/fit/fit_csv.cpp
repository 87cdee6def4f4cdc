#include "fit/fit_csv.hpp"

#include "document/json_text.hpp"

namespace downhill {
namespace {

std::string row(std::initializer_list<double> numbers) {
  std::string out;
  for (const double number : numbers) out += (out.empty() ? "" : ",") + (number == number ? shortest_text(number) : "nan");
  return out + "\n";
}

constexpr const char* kPointHeads = "set,x,y\n";
void add_points(std::string& out, std::int64_t set, std::span<const FitPoint> points) {
  for (const FitPoint& point : points) out += std::to_string(set + 1) + "," + row({point.x, point.y});
}

} // namespace

std::string decomposition_csv(const Decomposition& d) {
  std::string out = "x,f,mean,bias2,variance\n";
  for (std::size_t i = 0; i < d.x.size(); ++i) out += row({d.x[i], d.f[i], d.mean[i], d.bias2[i], d.variance[i]});
  return out + "average,,," + row({d.average_bias2, d.average_variance});
}

std::string fits_csv(const FitSettings& settings, std::span<const SetFit> fits) {
  const std::vector<double> places = even_places(settings, settings.at);
  std::string out = "set,x,prediction\n";
  for (const SetFit& fit : fits)
    for (std::size_t i = 0; i < places.size(); ++i) out += std::to_string(fit.set + 1) + "," + row({places[i], fit.predictions[i]});
  return out;
}

std::string points_csv(const FitSettings& settings, const Target& target) {
  std::string out = kPointHeads;
  for (std::int64_t set = 0; set < settings.sets; ++set) add_points(out, set, drawn_points(settings, target, set));
  return out;
}

std::string points_csv(std::span<const FitPoint> points) {
  std::string out = kPointHeads;
  add_points(out, 0, points);
  return out;
}

std::string sweep_csv(std::span<const CapacityFit> fits) {
  std::string out = "capacity,train,expected,mean_train,mean_expected,bias2,variance\n";
  for (const CapacityFit& c : fits)
    out += std::to_string(c.capacity) + "," + row({c.train_error, c.expected_error, c.mean_train_error, c.mean_expected_error, c.bias2, c.variance});
  return out;
}

std::string approximation_csv(const FitSettings& settings, const Target& target, const FitRun& run) {
  const std::vector<double> places = even_places(settings, settings.at), model = run.predict(places);
  std::string out = "x,f,towers,model\n";
  for (std::size_t i = 0; i < places.size(); ++i) out += row({places[i], target.at(places[i]), towers_at(settings, places[i]), model[i]});
  const std::vector<double> fine = run.predict(middles(settings, kFitFine));
  return out + "deviation,," + row({tower_deviation(settings, target), mean_deviation(settings, target, fine)});
}

} // namespace downhill
