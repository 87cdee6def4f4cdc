// Hashes of the weights after the runs of trainer_test.cpp, equal in every build. `./dev bless` prints new ones; whoever
// pins them says in CHANGELOG.md why the numbers changed.
#pragma once

struct PinnedHash {
  const char *run, *hash;
};

inline constexpr PinnedHash kPinnedHashes[] = {
    {"sgd", "94c226cbf6e82960"},
    {"momentum", "c0d224f0b3d541be"},
    {"nesterov", "693a35acc7a66440"},
    {"adagrad", "4dadc85d7050c3cb"},
    {"adadelta", "602301b23b926bee"},
    {"rmsprop", "7517bfdd66ee0b58"},
    {"adam", "9d5e31ff2f1e52f1"},
    {"identity", "9c73074548ac4d1e"},
    {"sigmoid", "8b9db2fd816e1003"},
    {"tanh", "5293fda9f888a54e"},
    {"relu", "94c226cbf6e82960"},
    {"leaky_relu", "4de921407017fdf0"},
    {"pytorch", "94c226cbf6e82960"},
    {"kaiming_uniform", "1ca69d27a3d36e0f"},
    {"kaiming_normal", "cc5950b32a3e4f65"},
    {"batch full", "3438869b97f8d4e3"},
    {"batch 1", "c332bd0b0332e243"},
    {"dropout", "a0e2ec1d535ca95e"},
    {"no hidden", "55ce51fc52130b78"},
    {"decay", "3007fa7a99215055"},
};
