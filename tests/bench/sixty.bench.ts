// All 60,000 images, ten epochs, the default race's nine lanes: how long it takes in two workers of Chromium, on two threads of the
// command line, and in two processes of PyTorch (python3-torch), which train the exported scripts' lanes on a thread each.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browser, open_lab, serve } from '../browser/lab';

const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8')) as { data: object; lanes: object[] };
const sixty = { ...nine, data: { ...nine.data, train: 60000, test: 10000 }, epochs: 10, evaluate: { every: 'epoch' } };
const folder = mkdtempSync(join(tmpdir(), 'downhill-sixty-')), file = join(folder, 'sixty.json');
writeFileSync(file, JSON.stringify(sixty));
const sum = (seconds: number[]) => seconds.reduce((a, b) => a + b, 0);
const since = (start: number) => (performance.now() - start) / 1000;

const site = await serve();
const chromium = await browser([], true);
const lab = await open_lab(chromium, site.origin, { drawn: true, query: '?workers=2' });
const { page } = lab;
await page.evaluate((e) => window.downhill.setState(e), sixty);
await page.evaluate(() => window.downhill.start());
await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 0), { timeout: 120000, polling: 200 });
const start = performance.now();
await page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'finished'), { timeout: 600000, polling: 500 });
const page_s = since(start);
console.log(`nine lanes, 60,000 images, 10 epochs, two workers, evaluated every epoch: ${page_s.toFixed(1)} s`);
const lanes = await page.evaluate(() => window.downhill.results());
for (const r of lanes) {
  const epochs = r.curve.slice(1).map((point, i) => point.seconds! - r.curve[i]!.seconds!);
  console.log(`  ${r.label.padEnd(14)} ${r.seconds.toFixed(1).padStart(6)} s of training, ${epochs[0]!.toFixed(2)} s its first epoch, ${epochs.at(-1)!.toFixed(2)} s its last  ${(100 * r.test_accuracy!).toFixed(1)} %  ${r.hash}`);
}
console.log(`  heap of the page ${(((await page.metrics()).JSHeapUsedSize ?? 0) / 1e6).toFixed(0)} MB`);
await lab.close();
await chromium.close();
site.close();

const native_start = performance.now();
const trained = spawnSync('build/native/downhill', ['train', file, '--jobs', '2'], { encoding: 'utf8' });
if (trained.status !== 0) throw new Error(trained.stderr);
process.stdout.write(trained.stdout);
console.log(`the same, native, --jobs 2: ${since(native_start).toFixed(1)} s`);

const python = ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-c', 'import torch']).status === 0);
if (python) {
  const seconds: number[] = [], waiting = sixty.lanes.map((_, i) => i);
  const train_lanes = async () => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      const script = join(folder, `lane${lane + 1}.py`);
      spawnSync('build/native/downhill', ['export', file, '--lane', String(lane + 1), '--lang', 'en', '--out', script]);
      const child = spawn(python, ['tests/bench/pytorch_lane.py', script], { env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }, stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.on('data', (text) => { out += String(text); });
      const [status] = (await once(child, 'close')) as [number];
      if (status !== 0 || !(Number(out) > 0)) throw new Error(`${script}: status ${status}, "${out}"`);
      seconds[lane] = Number(out);
    }
  };
  const torch_start = performance.now();
  await Promise.all([train_lanes(), train_lanes()]);
  const torch_s = since(torch_start);
  console.log(`PyTorch, two processes of one thread: ${torch_s.toFixed(1)} s with its starts, without evaluations; training of each lane: ${seconds.map((s) => s.toFixed(1)).join(', ')} s`);
  const page_training_s = sum(lanes.map((r) => r.seconds));
  console.log(`training alone, all lanes: page ${page_training_s.toFixed(1)} s, PyTorch ${sum(seconds).toFixed(1)} s, ${(sum(seconds) / page_training_s).toFixed(2)} times as long`);
} else console.log('PyTorch is not installed (python3-torch): left out');
