#include "inspect/draws.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace downhill {

// Examples and pairs are counted; each share is one division.
Disagreement disagreement_of(std::span<const std::uint8_t> labels, std::span<const std::vector<std::uint8_t>> said, std::int64_t classes) {
  const std::size_t runs = said.size(), examples = labels.size();
  assert(runs >= 1 && runs <= kDrawsMost && examples >= 1);
  Disagreement out;
  std::vector<std::int64_t> wrong(runs);
  std::int64_t all_wrong = 0, majority_wrong = 0, differing = 0;
  std::vector<std::int64_t> votes(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < examples; ++i) {
    std::fill(votes.begin(), votes.end(), 0);
    for (std::size_t k = 0; k < runs; ++k) {
      ++votes[said[k][i]];
      wrong[k] += said[k][i] != labels[i];
    }
    const auto most = std::max_element(votes.begin(), votes.end());
    out.said.push_back(static_cast<std::uint8_t>(most - votes.begin()));
    out.votes.push_back(static_cast<std::uint8_t>(*most));
    const std::int64_t right = votes[labels[i]];
    out.wrong.push_back(static_cast<std::uint8_t>(static_cast<std::int64_t>(runs) - right));
    all_wrong += static_cast<std::int64_t>(runs) - right;
    majority_wrong += out.said.back() != labels[i];
    for (const std::int64_t v : votes) differing += v * (static_cast<std::int64_t>(runs) - v); // each pair twice
  }
  const auto n = static_cast<double>(examples), k = static_cast<double>(runs);
  for (const std::int64_t w : wrong) out.errors.push_back(static_cast<double>(w) / n);
  out.mean_error = static_cast<double>(all_wrong) / (n * k);
  out.majority_error = static_cast<double>(majority_wrong) / n;
  if (runs < 2) return out;
  out.disagreement = static_cast<double>(differing) / (n * k * (k - 1));
  double squares = 0;
  for (const double e : out.errors) squares += (e - out.mean_error) * (e - out.mean_error);
  out.deviation = std::sqrt(squares / (k - 1));
  return out;
}

} // namespace downhill
