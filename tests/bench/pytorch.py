#!/usr/bin/python3
"""Seconds that PyTorch needs for an epoch of the same work, on one thread.

usage: pytorch.py IDX_DIR EXAMPLES EPOCHS      prints "NAME<tab>SECONDS" a line

The batches are slices of tensors in memory, the fastest loop that PyTorch offers; a DataLoader over single images is slower.
"""
import gzip
import pathlib
import sys
import time

import numpy as np
import torch

folder, examples, epochs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)
x = np.frombuffer(gzip.open(folder / "train-images-idx3-ubyte.gz").read(), np.uint8, offset=16).reshape(-1, 784)[:examples]
y = np.frombuffer(gzip.open(folder / "train-labels-idx1-ubyte.gz").read(), np.uint8, offset=8)[:examples]
x, y = torch.from_numpy(x.astype(np.float32) / 255), torch.from_numpy(y.astype(np.int64))


def measure(name, sizes, optimizer):
    layers = []
    for i, o in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(i, o), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers[:-1])
    step = optimizer(net.parameters())
    loss = torch.nn.CrossEntropyLoss()
    best = float("inf")
    for epoch in range(epochs + 1):  # the first warms up
        start = time.perf_counter()
        order = torch.randperm(examples)
        for begin in range(0, examples, 64):
            which = order[begin : begin + 64]
            step.zero_grad()
            loss(net(x[which]), y[which]).backward()
            step.step()
        if epoch > 0:
            best = min(best, time.perf_counter() - start)
    print(f"{name}\t{best:.4f}", flush=True)


measure("784-128-10 sgd", [784, 128, 10], lambda p: torch.optim.SGD(p, lr=0.1))
measure("784-256-128-10 adam", [784, 256, 128, 10], lambda p: torch.optim.Adam(p, lr=0.001))
