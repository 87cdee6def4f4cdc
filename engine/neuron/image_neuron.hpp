// A unit that looks at images of two classes: a weight for each of 28×28 pixels, painted by hand, and a threshold; and the same unit
// with a sigmoid, taught by gradient descent. It fires for one of the classes, where Σ weight·pixel is at least the threshold.
#pragma once
#include "data/source.hpp"

#include <array>

namespace downhill {

inline constexpr std::size_t kNeuronSide = 28, kNeuronPixels = kNeuronSide * kNeuronSide;
/// A painted weight is a whole number of hundredths, at most 1.27 in size: a painting is a short text, and its sums are exact.
inline constexpr int kPaintMost = 127;
inline constexpr double kPaintParts = 100, kPixelMost = 255;
using Painting = std::array<std::int8_t, kNeuronPixels>;

/// As base64 of its bytes, row by row; nothing painted is the empty text.
std::string text_of(const Painting& painting);
/// nullopt: that is no painting.
std::optional<Painting> painting_from(std::string_view text);

struct ImageSettings {
  int quiet = 0, fires = 1; ///< the classes for which it shall stay silent, and fire
  std::int64_t train = 400, test = 200;
  Painting painting{};
  double threshold = 0;
  bool from_painting = false; ///< learning starts from what was painted; else from zeros
  double rate = 0.01;
  std::int64_t steps = 100;
};

/// Images of the two classes: label 1 where the unit shall fire.
struct TwoClasses {
  std::shared_ptr<const Source> source;
  Part parts[2]; ///< training, test
  const Part& part(bool train) const { return parts[train ? 0 : 1]; }
  std::span<const std::uint8_t> image(bool train, std::size_t i) const {
    const Examples& all = train ? source->train : source->test;
    return std::span(all.pixels).subspan(part(train).rows[i] * kNeuronPixels, kNeuronPixels);
  }
};
/// The first images of the two classes in the draw of `data_seed`, alternately one of each class.
/// Errors: needs_images (no source, or its images are of another size), no_such_class, those of draw_part.
Result<TwoClasses> two_classes(const std::shared_ptr<const Source>& source, const ImageSettings& settings, std::uint64_t data_seed = 1);

/// Σ weight·pixel of each image, times kPaintParts·kPixelMost: whole numbers, so no order of summing matters.
std::vector<std::int32_t> painted_sums(const TwoClasses& images, bool train, const Painting& painting);
inline double painted_z(std::int32_t sum) { return sum / (kPaintParts * kPixelMost); }

struct PaintedScore {
  std::int64_t right = 0, count = 0;
  std::vector<std::uint32_t> worst; ///< places in the part that it gets wrong, those furthest on the wrong side first
};
/// `worst_most`: of them at most so many.
PaintedScore painted_score(const Part& part, std::span<const std::int32_t> sums, double threshold, std::size_t worst_most);
/// A threshold that gets most of them right, in the widest gap between sums where several do; in hundredths where that is as good.
double best_threshold(const Part& part, std::span<const std::int32_t> sums);
/// The mean training image of a class, or of one less the other's, in hundredths; 1 is a white pixel.
Painting mean_of_class(const TwoClasses& images, int label);
Painting mean_difference(const TwoClasses& images);

/// The unit with a sigmoid, by gradient descent on the mean cross-entropy of all training images at once, in float64: z from 0, pixels
/// ascending, the bias last; gradients from 0, images ascending. The bias is the threshold with the other sign.
class ImageLearning {
public:
  ImageLearning(TwoClasses images, const ImageSettings& settings);
  struct Stand {
    double loss = 0; ///< of the training images
    std::int64_t right[2] = {};
  };
  /// One piece: some images. Whether there is more.
  bool advance();
  bool ended() const { return static_cast<std::int64_t>(stands_.size()) > steps_; }
  /// Of step 0, 1, …, as far as it has got; all of them are steps + 1.
  const std::vector<Stand>& stands() const { return stands_; }
  std::int64_t steps() const { return steps_; }
  std::span<const double> weights() const { return std::span(weights_).first(kNeuronPixels); }
  double bias() const { return weights_.back(); }
  const TwoClasses& images() const { return images_; }
  std::uint64_t hash() const;

private:
  void look_at(bool train, std::size_t i);
  TwoClasses images_;
  double rate_;
  std::int64_t steps_;
  std::vector<double> weights_, gradient_; // kNeuronPixels, then the bias
  std::vector<Stand> stands_;
  Stand now_;
  std::size_t next_ = 0; // image: training ones, then test ones
};

} // namespace downhill
