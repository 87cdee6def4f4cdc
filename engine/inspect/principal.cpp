#include "inspect/principal.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace downhill {

Principal principal_of(std::span<const double> products) {
  const auto n = static_cast<Eigen::Index>(std::lround(std::sqrt(static_cast<double>(products.size()))));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(Eigen::Map<const Eigen::MatrixXd>(products.data(), n, n));
  Principal out;
  for (Eigen::Index i = 0; i < n; ++i) out.all += std::max(0.0, solver.eigenvalues()(i));
  for (int d = 0; d < 2; ++d) {
    out.vectors[d].assign(static_cast<std::size_t>(n), 0.0);
    if (d >= n) continue;
    const double value = solver.eigenvalues()(n - 1 - d);
    if (!(value > 1e-10 * out.all)) continue;
    out.values[d] = value;
    for (Eigen::Index i = 0; i < n; ++i) out.vectors[d][static_cast<std::size_t>(i)] = solver.eigenvectors()(i, n - 1 - d);
  }
  return out;
}

} // namespace downhill
