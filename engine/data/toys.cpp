#include "data/toys.hpp"

#include "core/elementary.hpp"

#include <cmath>

namespace downhill {
namespace {

double cos_of(double turns) { return exact::cos_turns(turns - std::floor(turns)); }
double sin_of(double turns) { return exact::sin_turns(turns - std::floor(turns)); }

ToyPoint noisy(const ToyDraw& d, double x, double y) { return {x + d.noise * d.n1, y + d.noise * d.n2}; }

Examples make_part(const ToyEntry& toy, const DataSettings& data, bool train, std::int64_t count) {
  Examples examples;
  examples.features = toy.features;
  const PhiloxKey key = stream_key(data.seed, Purpose::toy, train ? 0 : 1);
  for (std::int64_t i = 0; i < count; ++i) {
    PhiloxStream stream(key, {static_cast<std::uint64_t>(i)});
    ToyDraw draw{};
    draw.u = stream.next_uniform();
    draw.v = stream.next_uniform();
    double normals[2];
    fill_normal(stream, normals);
    draw.n1 = normals[0];
    draw.n2 = normals[1];
    draw.label = static_cast<int>(i % 2);
    draw.noise = data.noise;
    const ToyPoint point = toy.make(draw);
    examples.values.push_back(static_cast<float>(point.x));
    if (toy.classes == 0)
      examples.targets.push_back(static_cast<float>(point.y));
    else {
      examples.values.push_back(static_cast<float>(point.y));
      examples.labels.push_back(static_cast<std::uint8_t>(draw.label));
    }
  }
  return examples;
}

} // namespace

const std::vector<ToyEntry>& toys() {
  static const std::vector<ToyEntry> table{
      // two rings about the origin, of radius 1 and 1/2
      {"circles", 2, 2,
       [](const ToyDraw& d) {
         const double radius = d.label == 0 ? 1.0 : 0.5;
         return noisy(d, radius * cos_of(d.u), radius * sin_of(d.u));
       },
       "radius = np.where(label == 0, 1.0, 0.5)\n"
       "x = radius * np.cos(2 * np.pi * u) + noise * n1\n"
       "y = radius * np.sin(2 * np.pi * u) + noise * n2"},
      // two half-rings that reach into each other
      {"moons", 2, 2,
       [](const ToyDraw& d) {
         const double x = cos_of(d.u / 2), y = sin_of(d.u / 2);
         return d.label == 0 ? noisy(d, x - 0.5, y - 0.25) : noisy(d, 0.5 - x, 0.25 - y);
       },
       "sign = np.where(label == 0, 1.0, -1.0)\n"
       "x = sign * (np.cos(np.pi * u) - 0.5) + noise * n1\n"
       "y = sign * (np.sin(np.pi * u) - 0.25) + noise * n2"},
      // the square [−1, 1]²: class 0 where x and y have the same sign
      {"xor", 2, 2,
       [](const ToyDraw& d) {
         const double x = 2 * d.u - 1, y = 2 * d.v - 1;
         return noisy(d, x, (d.label == 0) == ((x < 0) == (y < 0)) ? y : -y);
       },
       "x, y = 2 * u - 1, 2 * v - 1\n"
       "same = (x < 0) == (y < 0)\n"
       "y = np.where((label == 0) == same, y, -y) + noise * n2\n"
       "x = x + noise * n1"},
      // two arms of 1¾ turns from the centre to radius 1
      {"spiral", 2, 2,
       [](const ToyDraw& d) {
         const double turns = 1.75 * d.u + 0.5 * d.label;
         return noisy(d, d.u * sin_of(turns), d.u * cos_of(turns));
       },
       "angle = 2 * np.pi * (1.75 * u + 0.5 * label)\n"
       "x = u * np.sin(angle) + noise * n1\n"
       "y = u * np.cos(angle) + noise * n2"},
      // a cloud about (−½, −½) and one about (½, ½), of spread noise
      {"gauss", 2, 2,
       [](const ToyDraw& d) {
         const double centre = d.label == 0 ? -0.5 : 0.5;
         return noisy(d, centre, centre);
       },
       "centre = np.where(label == 0, -0.5, 0.5)\n"
       "x = centre + noise * n1\n"
       "y = centre + noise * n2"},
      // t = sin(2πx) over −1 ≤ x < 1
      {"sine", 0, 1,
       [](const ToyDraw& d) {
         const double x = 2 * d.u - 1;
         return ToyPoint{x, sin_of(x) + d.noise * d.n1};
       },
       "x = 2 * u - 1\n"
       "y = np.sin(2 * np.pi * x) + noise * n1"},
      // t = the fifth below: −1, −½, 0, ½, 1 in five equal steps over −1 ≤ x < 1
      {"steps", 0, 1,
       [](const ToyDraw& d) {
         const double x = 2 * d.u - 1;
         return ToyPoint{x, 0.5 * std::floor(5 * d.u) - 1 + d.noise * d.n1};
       },
       "x = 2 * u - 1\n"
       "y = 0.5 * np.floor(5 * u) - 1 + noise * n1"},
  };
  return table;
}

double toy_target(const ToyEntry& toy, double x) {
  ToyDraw draw{};
  draw.u = (x + 1) / 2;
  return toy.make(draw).y;
}

Source toy_source(const ToyEntry& toy, const DataSettings& data) {
  Source source;
  source.classes = toy.classes;
  source.drawn_seed = data.seed;
  const auto enough = [&](std::int64_t count) { return toy.classes == 0 ? count : count + count % 2; }; // of both classes
  source.train = make_part(toy, data, true, enough(data.train * (data.draw + 1)));
  source.test = make_part(toy, data, false, enough(data.test));
  return source;
}

} // namespace downhill
