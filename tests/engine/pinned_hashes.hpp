// Hashes of the weights after the runs of trainer_test.cpp, of the paths of surface_test.cpp and of what losses_test.cpp works out, equal in
// every build. `./dev bless` prints new ones; whoever pins them says in CHANGELOG.md why the numbers changed.
#pragma once
#include "core/hash.hpp"

#include <cstdio>
#include <cstdlib>

namespace downhill::fixtures {

struct PinnedHash {
  const char *run, *hash;
};

inline constexpr PinnedHash kPinnedHashes[] = {
    {"random 0", "a730e9b2a8ae5e9d"},
    {"random 10", "b223d9c97302d2cb"},
    {"random 20", "2bec77b1e0df0fd4"},
    {"random 30", "3753e974205e2c64"},
    {"random 40", "2516294a8a765c3b"},
    {"sgd", "94c226cbf6e82960"},
    {"momentum", "c0d224f0b3d541be"},
    {"nesterov", "693a35acc7a66440"},
    {"adagrad", "4dadc85d7050c3cb"},
    {"adadelta", "602301b23b926bee"},
    {"rmsprop", "7517bfdd66ee0b58"},
    {"adam", "9d5e31ff2f1e52f1"},
    {"adamw", "568ae710f6762d3a"},
    {"identity", "9c73074548ac4d1e"},
    {"step", "1ae8c6f37626166a"},
    {"sigmoid", "8b9db2fd816e1003"},
    {"tanh", "5293fda9f888a54e"},
    {"relu", "94c226cbf6e82960"},
    {"leaky_relu", "4de921407017fdf0"},
    {"elu", "08ce3490574425d3"},
    {"crelu", "cf4f2530dc94920f"},
    {"selu", "923df6aedb94774c"},
    {"relu6", "94c226cbf6e82960"},
    {"softplus", "d78a5a04c5dcfaeb"},
    {"softsign", "9fd0bb9f37238c52"},
    {"gelu", "29d508dc14c312bc"},
    {"silu", "1a67bdcda2cd70e3"},
    {"init pytorch", "94c226cbf6e82960"},
    {"init constant", "f983f8e50d14fc0b"},
    {"init normal", "0ccf8f54b4218fe5"},
    {"init uniform", "ce8830b79fbb9a5a"},
    {"init xavier_uniform", "db609cae0ecb2591"},
    {"init xavier_normal", "0486727671c168b2"},
    {"init kaiming_uniform", "1ca69d27a3d36e0f"},
    {"init kaiming_normal", "cc5950b32a3e4f65"},
    {"cross_entropy", "4e1632c2f428dbb2"},
    {"mse", "621c9f85f2cc2d36"},
    {"mae", "7b443a2492ee172a"},
    {"huber", "3bda11d1c07661b1"},
    {"schedule constant", "6616cbf7b9df2499"},
    {"schedule step", "5ac71675481d61e7"},
    {"schedule exponential", "6795e3ea3164ea2a"},
    {"schedule cosine", "7bb2029fcb680326"},
    {"batch full", "3438869b97f8d4e3"},
    {"batch 1", "c332bd0b0332e243"},
    {"dropout", "a0e2ec1d535ca95e"},
    {"no hidden", "55ce51fc52130b78"},
    {"decay", "3007fa7a99215055"},
    {"surface beale", "7acf2b9bffd4cac1"},
    {"surface booth", "6b8e71ddb7429c29"},
    {"surface bowl", "c802da359c60e13b"},
    {"surface formula", "62f6bd319d5c71f5"},
    {"surface himmelblau", "0a5aa6a80ff83db1"},
    {"surface line", "21c99741cf2d2c4b"},
    {"surface logistic", "db6668cf8077b62e"},
    {"surface neuron", "b7b021d7a6c4e4f5"},
    {"surface plateau", "6cc7628a20920160"},
    {"surface rastrigin", "fcd0ebc4e6e302aa"},
    {"surface rosenbrock", "eb816036746ac3f5"},
    {"surface saddle", "ab88099834ed2a6e"},
    {"surface styblinski_tang", "8b6c99df2eb39a33"},
    {"surface three_hump_camel", "f60c1e27ed4c8a41"},
    {"points of images", "e8130575152ee666"},
    {"paths over images", "4cce9f29b9bff52e"},
    {"losses curves", "b2da1c1b26eec92f"},
    {"losses logit", "bf9ab596360e8271"},
    {"losses softmax", "a61eaee8282aa385"},
    {"losses line", "15b6d08acc83b603"},
    {"losses neuron", "8aba8e987cc32b9b"},
    {"neuron logic", "d1462ee06633906b"},
    {"neuron soft", "cd04c9b0f2445732"},
};

/// The pinned hash of a run, or words that it is not pinned. `./dev bless` has `found` printed as a line of the table.
inline std::string pinned_hash(const std::string& run, std::uint64_t found) {
  if (std::getenv("DOWNHILL_BLESS")) std::printf("bless:     {\"%s\", \"%s\"},\n", run.c_str(), hex16(found).c_str());
  for (const PinnedHash& row : kPinnedHashes)
    if (run == row.run) return row.hash;
  return "not pinned: run ./dev bless";
}

} // namespace downhill::fixtures
