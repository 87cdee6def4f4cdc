// Seconds that TensorFlow.js's WebAssembly back end needs for an epoch of the same work, on one thread, best of EPOCHS after one that warms up.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { layers, sequential } from '@tensorflow/tfjs-layers';

window.measure = async (units, optimizer, examples, epochs) => {
  setWasmPaths('./');
  setThreadsCount(1);
  await tf.setBackend('wasm');
  const bytes = new Uint8Array(await (await fetch('./images')).arrayBuffer()), labels = new Uint8Array(await (await fetch('./labels')).arrayBuffer());
  const x = tf.tensor2d(Float32Array.from(bytes.subarray(0, examples * 784), (v) => v / 255), [examples, 784]);
  const y = tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(labels.subarray(0, examples)), 'int32'), 10), 'float32');
  const net = sequential();
  units.forEach((n, i) => net.add(layers.dense({ units: n, activation: 'relu', ...(i ? {} : { inputShape: [784] }) })));
  net.add(layers.dense({ units: 10, activation: 'softmax' }));
  net.compile({ optimizer: optimizer === 'sgd' ? tf.train.sgd(0.1) : tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
  let best = Infinity, loss = NaN;
  for (let epoch = 0; epoch <= epochs; ++epoch) {
    const start = performance.now();
    const history = await net.fit(x, y, { epochs: 1, batchSize: 64, shuffle: true, yieldEvery: 'never', verbose: 0 });
    if (epoch) best = Math.min(best, performance.now() - start);
    loss = history.history.loss[0];
  }
  return { seconds: best / 1000, loss, backend: tf.getBackend() };
};
