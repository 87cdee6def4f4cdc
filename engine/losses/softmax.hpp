// Softmax and cross-entropy of a few logits, number by number, and what a softmax too many does to them.
#pragma once
#include <cstddef>
#include <vector>

namespace downhill {

inline constexpr std::size_t kLogitsLeast = 2, kLogitsMost = 10;

struct SoftmaxSettings {
  std::vector<double> logits{2, 1, 0, -1}; ///< kLogitsLeast to kLogitsMost
  std::size_t label = 0;                   ///< the right class
  double temperature = 1;                  ///< T: the softmax is of logits / T
  bool twice = false;                      ///< nn.CrossEntropyLoss, which has a softmax within, is given probabilities for logits
};

struct SoftmaxStand {
  std::vector<double> probabilities; ///< p = softmax(logits / T), which come to 1
  std::vector<double> again;         ///< `twice`: q = softmax(p), which the loss is of; else empty
  double loss = 0;                   ///< −ln p[label], or −ln q[label]
  std::vector<double> gradient;      ///< ∂loss/∂logit: (p − y) / T, or what comes back through both
  double steepness = 0;              ///< length of the gradient: the root of the sum of squares
  double floor = 0;                  ///< what the loss can't fall below, whatever the logits: 0, or least_twice
};
SoftmaxStand softmax_stand(const SoftmaxSettings& settings);

/// The least loss with a softmax too many: that of p = 1 for the right class, ln(1 + (C − 1)/e); 1.461 for ten classes.
double least_twice(std::size_t classes);
/// softmax(logits / T), in float64, logits ascending.
std::vector<double> softmax_of(const std::vector<double>& logits, double temperature);
/// log softmax(logits): taken again it stays as it is, since its exponentials come to 1 already.
std::vector<double> log_softmax_of(const std::vector<double>& logits);

} // namespace downhill
