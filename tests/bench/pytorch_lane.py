#!/usr/bin/python3
"""Seconds that PyTorch needs for one lane's training, on one thread.

usage: pytorch_lane.py SCRIPT.py [OPTION…]      SCRIPT.py is what `downhill export` wrote; prints the seconds of training

Data, network, loss and optimizer are the script's; its loop is replaced by the fastest that PyTorch offers, batches as slices of
tensors in memory, since a DataLoader over single images is many times slower.
"""
import pathlib
import sys
import time

import torch

torch.set_num_threads(1)
script = pathlib.Path(sys.argv[1]).read_text()
sys.argv = sys.argv[1:]
head, loop = script.split("print('step,batch_loss')")
assert "loss.backward()" in loop and "optimizer.step()" in loop
lane = {"__name__": "__main__"}
exec(compile(head, sys.argv[0], "exec"), lane)

net, optimizer, loss_function, answers = lane["net"], lane["optimizer"], lane["loss_function"], lane["answers"]
x, y, batch = lane["train_set"].x, lane["train_set"].y, lane["BATCH"]
start = time.perf_counter()
for epoch in range(lane["EPOCHS"]):
    net.train()
    lane["order"].epoch = epoch
    order = torch.tensor(list(lane["order"]))
    for begin in range(0, len(order), batch):
        which = order[begin : begin + batch]
        optimizer.zero_grad()
        loss_function(net(x[which]), answers(y[which])).backward()
        optimizer.step()
print(f"{time.perf_counter() - start:.3f}")
