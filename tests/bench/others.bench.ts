// The same work by this engine, by PyTorch and by TensorFlow.js: an epoch of 10,000 images in batches of 64, on one thread.
//   node others.bench.mjs TFJS_DIR      TFJS_DIR holds node_modules/@tensorflow (./dev bench others puts it there)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { browser, open_lab, serve } from '../browser/lab';

const [, , tfjs = ''] = process.argv;
const data = '/usr/share/datasets/fashion-mnist', kExamples = 10000, kEpochs = 4;
const nets = [
  { name: '784-128-10 sgd', units: [128], optimizer: { name: 'sgd', lr: 0.1 } },
  { name: '784-256-128-10 adam', units: [256, 128], optimizer: { name: 'adam', lr: 0.001 } },
];
const run = (program: string, ...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' } });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
  return stdout;
};
// forward, the weights' gradient, and the inputs' gradient above the first layer
const flops = (units: number[]) => {
  const sizes = [784, ...units, 10];
  return sizes.slice(1).reduce((sum, o, l) => sum + (l ? 3 : 2) * 2 * sizes[l]! * o, 0) * kExamples;
};
// the best epoch, as for the others
const best_of = (seconds: number[]) => Math.min(...seconds.slice(2).map((s, i) => s - seconds[i + 1]!));

const experiment = (net: (typeof nets)[number]) => ({
  downhill: 1, data: { source: 'fashion-mnist', train: kExamples, test: 1000 }, network: { hidden: net.units.map((units) => ({ units, activation: 'relu' })) },
  optimizer: net.optimizer, batch: 64, epochs: kEpochs + 1, lanes: [{}],
});
const folder = mkdtempSync(join(tmpdir(), 'downhill-others-'));
const peak = Number(/peak.* ([\d.]+) GF\/s/.exec(run('build/native/downhill', 'bench'))?.[1]);
console.log(`peak of four-float multiplications and additions, native: ${peak} GF/s`);
const rows = new Map<string, Record<string, number>>(nets.map((net) => [net.name, {}]));

for (const net of nets) {
  const file = join(folder, 'experiment.json');
  writeFileSync(file, JSON.stringify(experiment(net)));
  run('build/native/downhill', 'train', file, '--out', folder);
  rows.get(net.name)!['downhill, native'] = best_of(readFileSync(join(folder, 'curves.csv'), 'utf8').trim().split('\n').slice(1).map((row) => Number(row.split(',')[5])));
}

const python = ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-c', 'import torch']).status === 0);
if (python)
  for (const line of run(python, 'tests/bench/pytorch.py', data, String(kExamples), String(kEpochs)).trim().split('\n')) {
    const [name = '', seconds] = line.split('\t');
    rows.get(name)!['PyTorch'] = Number(seconds);
  }
else console.log('PyTorch is not installed (python3-torch): left out');

const chromium = await browser([], true);
const site = await serve();
for (const net of nets) {
  const lab = await open_lab(chromium, site.origin, { drawn: true, query: '?workers=1' });
  await lab.page.evaluate((e) => window.downhill.setState(e), experiment(net));
  await lab.page.evaluate(() => window.downhill.start());
  await lab.page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'finished'), { timeout: 120000 });
  rows.get(net.name)!['downhill, Chromium worker'] = best_of(await lab.page.evaluate(() => window.downhill.results()[0]!.curve.map((e) => e.seconds!)));
  await lab.close();
}
site.close();

const idx = (name: string, offset: number) => gunzipSync(readFileSync(join(data, name))).subarray(offset);
const script = (await esbuild.build({ entryPoints: ['tests/bench/tensorflow_page.js'], bundle: true, write: false, format: 'iife', nodePaths: [join(tfjs, 'node_modules')], logLevel: 'error' })).outputFiles[0]!.text;
const files: Record<string, () => Buffer | string> = { '/script.js': () => script, '/images': () => idx('train-images-idx3-ubyte.gz', 16), '/labels': () => idx('train-labels-idx1-ubyte.gz', 8) };
const server = createServer((request, response) => {
  const path = request.url ?? '/';
  const type = path.endsWith('.wasm') ? 'application/wasm' : path.endsWith('.js') ? 'text/javascript' : path === '/' ? 'text/html' : 'application/octet-stream';
  if (path === '/favicon.ico') return void response.writeHead(204).end();
  response.writeHead(200, { 'content-type': type });
  response.end(path === '/' ? '<script src="./script.js"></script>' : path.endsWith('.wasm') ? readFileSync(join(tfjs, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', path)) : files[path]!());
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
for (const net of nets) {
  const page = await chromium.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const answer = (await page.evaluate((units, rule, n, epochs) => (window as any).measure(units, rule, n, epochs), net.units, net.optimizer.name, kExamples, kEpochs)) as { seconds: number; loss: number; backend: string };
  if (answer.backend !== 'wasm' || !(answer.loss < 1)) throw new Error(`TensorFlow.js did other work: ${JSON.stringify(answer)}`);
  rows.get(net.name)!['TensorFlow.js, wasm, Chromium'] = answer.seconds;
  await page.close();
}
server.close();
await chromium.close();

for (const net of nets) {
  console.log(`${net.name}, batch 64, an epoch of ${kExamples} images`);
  for (const [who, seconds] of Object.entries(rows.get(net.name)!)) {
    const rate = flops(net.units) / seconds / 1e9;
    console.log(`  ${who.padEnd(32)} ${seconds.toFixed(4)} s  ${rate.toFixed(1).padStart(6)} GF/s  ${Math.round((100 * rate) / peak).toString().padStart(4)} % of peak`);
  }
  const { 'downhill, native': native, PyTorch: torch, 'downhill, Chromium worker': worker, 'TensorFlow.js, wasm, Chromium': tf } = rows.get(net.name)!;
  if (torch) console.log(`  native against PyTorch: ${Math.round((100 * torch) / native!)} % of its speed`);
  console.log(`  Chromium worker against TensorFlow.js: ${(tf! / worker!).toFixed(1)} times its speed`);
}
