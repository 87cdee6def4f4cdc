#include "fit/polynomial.hpp"

#include <Eigen/QR>

#include <cassert>
#include <cmath>

namespace downhill {
namespace {
double scaled(double x, double low, double high) { return (2 * x - low - high) / (high - low); }
} // namespace

double Polynomial::at(double x) const {
  const double u = scaled(x, low, high);
  double value = 0;
  for (std::size_t k = coefficients.size(); k-- > 0;) value = value * u + coefficients[k];
  return value;
}

Polynomial fit_polynomial(std::span<const FitPoint> points, double low, double high, int degree, double weight_decay) {
  assert(!points.empty() && degree >= 0 && degree <= kDegreeMost);
  const auto count = static_cast<Eigen::Index>(points.size()), terms = static_cast<Eigen::Index>(degree) + 1;
  const Eigen::Index penalties = weight_decay > 0 ? terms - 1 : 0; // of all but the constant
  Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(count + penalties, terms);
  Eigen::VectorXd wanted = Eigen::VectorXd::Zero(count + penalties);
  for (Eigen::Index i = 0; i < count; ++i) {
    const FitPoint& point = points[static_cast<std::size_t>(i)];
    const double u = scaled(point.x, low, high);
    double power = 1;
    for (Eigen::Index k = 0; k < terms; ++k, power *= u) rows(i, k) = power;
    wanted(i) = point.y;
  }
  const double weight = std::sqrt(weight_decay * static_cast<double>(count));
  for (Eigen::Index k = 0; k < penalties; ++k) rows(count + k, k + 1) = weight;
  // rows fewer than terms, or places that coincide, leave some freedom: then the least coefficients, as numpy.linalg.lstsq has them
  const Eigen::VectorXd solved = Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd>(rows).solve(wanted);
  return {low, high, {solved.data(), solved.data() + solved.size()}};
}

} // namespace downhill
