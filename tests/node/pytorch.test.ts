// Exported scripts run in PyTorch, where it is installed (Debian: python3-torch), against the engine's own batch losses.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const kExperiments = 20;
const native = process.env.DOWNHILL_NATIVE ?? 'build/native/downhill';
const python = ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-c', 'import torch, numpy']).status === 0);
const folder = mkdtempSync(join(tmpdir(), 'downhill-torch-'));

function run(program: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${words.join(' ')}: ${stderr.slice(-1500)}`);
  return stdout;
}
const losses_of = (csv: string) => csv.trim().split('\n').slice(1).map((row) => Number(row.slice(row.lastIndexOf(',') + 1)));
// Relative; losses below 0.01 count as 0.01, where PyTorch's own float32 rounding shows.
const distances = (a: number[], b: number[]) => a.map((x, i) => Math.abs(x - b[i]!) / Math.max(b[i]!, 0.01));
interface Limits {
  ten: number;
  all: number;
}
const worst_of = (d: number[]): Limits => ({ ten: Math.max(...d.slice(0, 10)), all: Math.max(...d) });
const kLimits: Limits = { ten: 2e-6, all: 1e-4 };
const within = (d: number[], limits = kLimits) => worst_of(d).ten < limits.ten && worst_of(d).all < limits.all;

// A path's places against another's, as shares of its size.
const places_of = (csv: string) => csv.trim().split('\n').slice(1).map((row) => row.split(',').slice(-3).map(Number) as [number, number, number]);
function path_distance(a: [number, number, number][], b: [number, number, number][]): number {
  const size = Math.max(0.1, ...a.flatMap(([x, y]) => [Math.abs(x), Math.abs(y)]).filter(Number.isFinite));
  if (a.length !== b.length) return Infinity;
  return Math.max(...a.map(([x, y], i) => Math.max(Math.abs(x - b[i]![0]), Math.abs(y - b[i]![1])) / size));
}

// The same script with what the engine does otherwise: the surface in float64 (the rule stays in float32), and what is below 2^−60
// counts as 0, without which RMSprop and its like drive a place of 1e−19 out again.
const surface_in_double = (script: string) =>
  script
    .replace(/^ {4}optimizer\.step\(\)$/m, '    point.grad *= point.grad.abs() >= 2.0 ** -60\n    optimizer.step()\n    if (step + 1) % 16 == 0:\n        point.data *= point.data.abs() >= 2.0 ** -60')
    .replace(/^([XYT] = .*dtype=torch\.float)32\)$/gm, '$164)')
    .replaceAll('f(point[0], point[1]', 'f(point[0].double(), point[1].double()');

// How far PyTorch's own path moves when its start is off by up to one float32 rounding: no path can be held to less.
function path_sensitivity(script: string, exact: [number, number, number][], file: string): number {
  let moved = 0;
  for (let seed = 1; seed <= 6; ++seed) {
    assert.ok(script.includes('\noptimizer = '));
    writeFileSync(file, script.replace('\noptimizer = ', `\ntorch.manual_seed(${seed})\npoint.data *= 1 + 2.0 ** -23 * (2 * torch.rand(2) - 1)\noptimizer = `));
    moved = Math.max(moved, path_distance(places_of(run(python!, file)), exact));
  }
  return moved;
}

// The same script in float64.
const in_double = (script: string) =>
  script
    .replace('torch.from_numpy(x)\n', 'torch.from_numpy(x).double()\n')
    .replace('self.y = torch.from_numpy(y)\n', 'self.y = torch.from_numpy(y)\n        self.y = self.y.double() if self.y.is_floating_point() else self.y\n')
    .replace(/^net = Net\(\)$/m, 'net = Net().double()')
    .replaceAll('.float()', '.double()')
    .replace('torch.ones(1)', 'torch.ones(1).double()');

// How far float64's own losses move when every start weight is off by up to one float32 rounding: no float32 run can be held to less.
function sensitivity(script: string, exact: number[], file: string): Limits {
  const moved: Limits = { ten: 0, all: 0 };
  for (let seed = 1; seed <= 6; ++seed) {
    const noise = `torch.manual_seed(${seed})\nfor p in net.parameters():\n    p.data *= 1 + 2.0 ** -23 * (2 * torch.rand(p.shape).double() - 1)\n`;
    assert.ok(script.includes('\noptimizer = '));
    writeFileSync(file, script.replace('\noptimizer = ', `\n${noise}optimizer = `));
    const { ten, all } = worst_of(distances(losses_of(run(python!, file)), exact));
    moved.ten = Math.max(moved.ten, ten);
    moved.all = Math.max(moved.all, all);
  }
  return moved;
}

test("a user's own table, of classes and of numbers, and own images give PyTorch's losses", { skip: python ? false : 'PyTorch is not installed' }, () => {
  const rows = Array.from({ length: 90 }, (_, i) => [Math.sin(i).toFixed(4), Math.cos(i).toFixed(4), ['cat', '10', '9'][i % 3]!, i % 4 ? 'train' : 'test']);
  const tables: [string, string, object][] = [
    ['classes.csv', 'x,y,label\n' + rows.map((r) => r.slice(0, 3).join(',')).join('\n'), {}],
    ['parts.csv', 'x,"y, too",label,part\n' + rows.map((r) => r.join(',')).join('\n'), { data: { classes: [2, 0] } }],
    ['numbers.csv', 'x,target\n' + rows.map((r) => `${r[0]},${r[1]}`).join('\n'), { loss: 'mse' }],
  ];
  const sources: [string, object][] = tables.map(([name, text, patch]) => {
    writeFileSync(join(folder, name), text);
    return [join(folder, name), patch];
  });
  sources.push(['/usr/share/datasets/fashion-mnist', {}]);
  for (const [i, patch] of [{}, {}, { loss: 'mse' }].entries()) { // the same in one file, and pictures
    const from = i === 1 ? 'tests/fuzz/corpus/own_picture' : sources[i]![0], packed = join(folder, `${i}.downhill-data`);
    if (i === 1) {
      const names = ['jpeg', 'jpeg_422', 'jpeg_cmyk', 'jpeg_noise', 'jpeg_turned', 'png_palette', 'webp', 'webp_alpha', 'webp_lossless', 'webp_noise'];
      for (let n = 0; n < 40; ++n) {
        mkdirSync(join(folder, 'pictures', String(n % 3)), { recursive: true });
        copyFileSync(join(from, names[n % names.length]!), join(folder, 'pictures', String(n % 3), `${n}.png`));
      }
    }
    run(native, 'data', i === 1 ? join(folder, 'pictures') : from, '--out', packed);
    sources.push([packed, patch]);
  }
  for (const [i, [path, patch]] of sources.entries()) {
    const { data = {}, ...rest } = patch as { data?: object };
    const experiment = join(folder, `own${i}.json`);
    writeFileSync(experiment, JSON.stringify({ downhill: 1, data: { source: 'own', train: 20, test: 5, classes: [], ...data }, network: { hidden: [{ units: 6, activation: 'tanh' }] }, batch: 8, epochs: 3, lanes: [{}], ...rest }));
    const out = join(folder, `own${i}`);
    run(native, 'train', experiment, '--data', path, '--out', out);
    run(native, 'export', experiment, '--out', join(out, 'script.py'));
    const ours = losses_of(readFileSync(join(out, 'batches.csv'), 'utf8'));
    const theirs = losses_of(run(python!, join(out, 'script.py'), '--data', path));
    assert.equal(ours.length, 9);
    assert.equal(theirs.length, 9);
    assert.ok(within(distances(ours, theirs)), `${path}: ${ours.join()} ${theirs.join()}`);
  }
});

const kSurfaces = 40;
test(`${kSurfaces} random walks down surfaces take PyTorch's steps`, { skip: python ? false : 'PyTorch is not installed' }, (t) => {
  const runner = join(folder, 'all.py'); // one process: loading torch takes longer than the walks
  writeFileSync(runner, "import contextlib, io, json, runpy, sys\nout = []\nfor script in sys.argv[1:]:\n    with contextlib.redirect_stdout(io.StringIO()) as printed:\n        runpy.run_path(script)\n    out.append(printed.getvalue())\nprint(json.dumps(out))\n");
  const ours: [number, number, number][][] = [], scripts: string[] = [], documents: string[] = [];
  for (let n = 0; n < kSurfaces; ++n) {
    const document = join(folder, `surface${n}.json`), script = join(folder, `surface${n}.py`);
    writeFileSync(document, (documents[n] = run('build/native/downhill_random', 'surface', String(n))));
    ours.push(places_of(run(native, 'surface', document)));
    run(native, 'export', document, '--out', script, '--lang', n % 2 === 0 ? 'zh' : 'en');
    writeFileSync(script + '64.py', surface_in_double(readFileSync(script, 'utf8')));
    scripts.push(script, script + '64.py');
  }
  const theirs = (JSON.parse(run(python!, runner, ...scripts)) as string[]).map(places_of);
  const sensitive: string[] = [];
  let worst = 0;
  for (let n = 0; n < kSurfaces; ++n) {
    const [single, double] = [theirs[2 * n]!, theirs[2 * n + 1]!];
    assert.equal(double.length, ours[n]!.length, documents[n]);
    const apart = path_distance(ours[n]!, single), in_double = path_distance(ours[n]!, double);
    // the surface as the engine has it, and PyTorch's rules: nothing but the roundings of the rules is left
    const file = join(folder, 'moved.py');
    const moved = in_double < 1e-5 ? 0 : path_sensitivity(surface_in_double(readFileSync(scripts[2 * n]!, 'utf8')), double, file);
    assert.ok(in_double < Math.max(1e-5, 2 * moved), `${in_double}, ${moved}: ${documents[n]}`);
    if (apart < 1e-5) worst = Math.max(worst, apart);
    else sensitive.push(`walk ${n}: ${apart.toExponential(2)}, in float64 ${in_double.toExponential(2)}, which one rounding of the start moves by ${moved.toExponential(2)}`);
  }
  assert.ok(sensitive.length <= kSurfaces / 10, sensitive.join('; '));
  t.diagnostic([`worst ${worst.toExponential(2)} of a path's size`, ...sensitive].join('; '));
});

const kSmall = 500;
test(`${kSmall} small networks have autograd's numbers, each within 1e-6`, { skip: python ? false : 'PyTorch is not installed' }, (t) => {
  const runner = join(folder, 'small.py'); // one process, the scripts named in a file
  writeFileSync(runner, "import contextlib, io, json, runpy, sys\nout = []\nfor script in open(sys.argv[1]).read().split():\n    with contextlib.redirect_stdout(io.StringIO()) as printed:\n        runpy.run_path(script)\n    out.append(json.loads(printed.getvalue()))\njson.dump(out, open(sys.argv[2], 'w'))\n");
  type Tree = number | null | Tree[] | { [key: string]: Tree };
  const numbers = (tree: Tree): number[] => (tree === null ? [NaN] : typeof tree === 'number' ? [tree] : Array.isArray(tree) ? tree.flatMap(numbers) : Object.keys(tree).sort().flatMap((key) => numbers(tree[key]!)));
  const ours: number[][] = [], scripts: string[] = [];
  for (let n = 0; n < kSmall; ++n) {
    const document = join(folder, `small${n}.json`), script = join(folder, `small${n}.py`);
    writeFileSync(document, run('build/native/downhill_random', 'backprop', String(n)));
    ours.push(numbers(JSON.parse(run(native, 'trace', document)) as Tree));
    run(native, 'export', document, '--out', script, '--lang', n % 2 === 0 ? 'zh' : 'en');
    scripts.push(script);
  }
  writeFileSync(join(folder, 'small.txt'), scripts.join('\n'));
  run(python!, runner, join(folder, 'small.txt'), join(folder, 'small.json')); // larger than what a pipe's reader here takes
  const theirs = (JSON.parse(readFileSync(join(folder, 'small.json'), 'utf8').replace(/-?\b(NaN|Infinity)\b/g, 'null')) as Tree[]).map(numbers);
  let worst = 0, count = 0;
  for (let n = 0; n < kSmall; ++n) {
    assert.equal(theirs[n]!.length, ours[n]!.length, scripts[n]);
    ours[n]!.forEach((x, i) => {
      const y = theirs[n]![i]!;
      // below 1e-8, where GELU's tail has what 1 + erf leaves of it, as shares of that
      const apart = Object.is(x, y) || x === y ? 0 : Math.abs(x - y) / Math.max(Math.abs(x), 1e-8);
      assert.ok(apart < 1e-6, `${scripts[n]}, number ${i}: ${x}, ${y}`);
      worst = Math.max(worst, apart);
      ++count;
    });
  }
  t.diagnostic(`worst of ${count} numbers ${worst.toExponential(2)}`);
});

test("a painted neuron is right about as many images as PyTorch's with the same weights; truth tables, learning and the softened step are PyTorch's", { skip: python ? false : 'PyTorch is not installed' }, () => {
  const presets = ['threshold', 'veto', 'xor', 'two_layers', 'template', 'gap', 'soft', 'hard'].map((id) => readFileSync(`assets/experiments/neuron_${id}.json`, 'utf8'));
  // weights that nobody would paint: every number there is
  const bytes = Int8Array.from({ length: 784 }, (_, i) => ((i * 89 + 31) % 255) - 127);
  const weights = Buffer.from(bytes.buffer).toString('base64');
  const noise = JSON.stringify({ downhill: 1, lab: 'neuron', part: 'image', image: { quiet: 0, fires: 6, train: 600, test: 300, weights, threshold: 1.5, start: 'painting', rate: 0.003, steps: 40 } });
  for (const [n, document] of [...presets, noise].entries()) {
    const path = join(folder, `neuron${n}.json`), script = join(folder, `neuron${n}.py`);
    writeFileSync(path, document);
    run(native, 'export', path, '--out', script, '--lang', n % 2 === 0 ? 'zh' : 'en');
    const ours = run(native, 'neuron', path).trim().split(/[\n,]/), theirs = run(python!, script).trim().split(/[\n,]/);
    assert.equal(theirs.length, ours.length, document);
    ours.forEach((cell, i) => {
      const [x, y] = [Number(cell), Number(theirs[i])];
      if (Number.isNaN(x)) assert.equal(theirs[i], cell);
      else assert.ok(Math.abs(x - y) <= 1e-8 * Math.max(Math.abs(x), 1e-8), `${document}: ${cell}, ${theirs[i]}`);
    });
  }
});

test("losses, their derivatives, softmax, lines and the sigmoid unit are PyTorch's at random places", { skip: python ? false : 'PyTorch is not installed' }, (t) => {
  let state = 12345;
  const draw = (least: number, most: number, places = 3) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Number((least + ((most - least) * state) / 2 ** 32).toFixed(places));
  };
  const documents: object[] = [];
  for (let n = 0; n < 24; ++n) {
    const from = draw(-8, 3);
    documents.push({ part: 'curves', curves: { axis: n % 2 === 0 ? 'prediction' : 'logit', target: n % 3 === 0 ? draw(-3, 3) : draw(0, 1), delta: draw(0.05, 3), classes: 2 + Math.floor(draw(0, 30)), from, to: from + draw(0.5, 9) } });
    documents.push({ part: 'softmax', softmax: { logits: Array.from({ length: 2 + (n % 9) }, () => draw(-6, 6)), label: n % 2, temperature: draw(0.1, 5), twice: n % 3 === 0 } });
    const points = Array.from({ length: 4 + ((n * 7) % 57) }, () => [draw(-5, 5), 0] as [number, number]);
    for (const point of points) point[1] = Number((1 - point[0] / 2 + draw(-1, 1) + (draw(0, 1) < 0.2 ? draw(-20, 30) : 0)).toFixed(3));
    documents.push({ part: 'line', line: { points, delta: draw(0.6, 3), model: n % 2 === 0 ? 'line' : 'constant' } });
    documents.push({ part: 'neuron', neuron: { x: draw(-2, 2), y: n % 3 === 0 ? 0 : draw(0, 1), w: draw(-3, 3), b: draw(-3, 3), lr: draw(0.01, 2), steps: 60 } });
  }
  const ours: string[] = [], scripts: string[] = [];
  for (const [n, document] of documents.entries()) {
    const path = join(folder, `losses${n}.json`), script = join(folder, `losses${n}.py`);
    writeFileSync(path, JSON.stringify({ downhill: 1, lab: 'losses', ...document }));
    run(native, 'export', path, '--out', script, '--lang', n % 2 === 0 ? 'zh' : 'en');
    ours.push(run(native, 'losses', path).trim());
    scripts.push(script);
  }
  const runner = join(folder, 'losses.py'), told = join(folder, 'losses.txt'); // larger than what a pipe's reader here takes
  writeFileSync(runner, "import contextlib, runpy, sys\nwith open(sys.argv[1], 'w') as out, contextlib.redirect_stdout(out):\n    for path in sys.argv[2:]:\n        runpy.run_path(path)\n        print('====')\n");
  run(python!, runner, told, ...scripts);
  const theirs = readFileSync(told, 'utf8').split('====\n').slice(0, -1).map((text) => text.trim());
  assert.equal(theirs.length, ours.length);
  let worst = 0, count = 0;
  ours.forEach((csv, n) => {
    const [a, b] = [csv.split(/[\n,]/), theirs[n]!.split(/[\n,]/)];
    assert.equal(b.length, a.length, scripts[n]);
    a.forEach((cell, i) => {
      if (cell === '' || Number.isNaN(Number(cell))) return assert.equal(b[i], cell, scripts[n]);
      // nine digits are written; what is left of residuals that are 0 is rounding
      const apart = Math.abs(Number(cell) - Number(b[i])) / Math.max(Math.abs(Number(cell)), 1e-4);
      assert.ok(apart < 2e-8, `${scripts[n]}, number ${i}: ${cell}, ${b[i]}`);
      worst = Math.max(worst, apart);
      ++count;
    });
  });
  assert.ok(count > 30_000);
  // by another way: no line nearby, or far away, is better under absolute error, and Huber's loss has no slope left, by autograd
  const other = join(folder, 'other.py');
  const lines = documents.flatMap((document, n) => ('line' in document ? [{ ...(document as { line: { points: number[][]; delta: number } }).line, fits: ours[n]!.split('\n').slice(1, 4).map((row) => row.split(',').slice(1, 3).map(Number)) }] : []));
  writeFileSync(join(folder, 'other.json'), JSON.stringify(lines));
  writeFileSync(
    other,
    `import json, sys, torch
torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
for line in json.load(open(sys.argv[1])):
    X, Y = torch.tensor(line['points']).double().T
    a, b = line['fits'][1]
    least = (Y - a * X - b).abs().mean()
    for scale in (1e-6, 1e-3, 0.1, 3):
        others = torch.tensor([a, b]) + scale * torch.randn(3000, 2)
        assert ((Y - others[:, :1] * X - others[:, 1:]).abs().mean(1) >= least - 1e-8).all()
    at = torch.tensor(line['fits'][2]).double().requires_grad_()
    torch.nn.HuberLoss(delta=line['delta'])(at[0] * X + at[1], Y).backward()
    assert at.grad.abs().max() < 1e-7, at.grad
`,
  );
  run(python!, other, join(folder, 'other.json'));
  t.diagnostic(`worst of ${count} numbers ${worst.toExponential(2)}`);
});

// Numbers of two tables beside each other; small ones count as `least`.
function table_distance(a: string, b: string, least: number): number {
  const [ours, theirs] = [a, b].map((text) => text.trim().split(/[\n,]/));
  assert.equal(theirs!.length, ours!.length);
  return Math.max(...ours!.map((cell, i) => {
    const [x, y] = [Number(cell), Number(theirs![i])];
    if (cell === '' || Number.isNaN(x)) return assert.equal(theirs![i], cell), 0;
    return Math.abs(x - y) / Math.max(Math.abs(x), least);
  }));
}
test("fits are those of their scripts: polynomials NumPy's to 1e-9, networks PyTorch's to 1e-4", { skip: python ? false : 'PyTorch is not installed' }, (t) => {
  const noisy = { points: 20, noise: 0.3, sets: 30, at: 41 };
  const network = (more: object) => ({ name: 'network', hidden: [{ units: 8 }], epochs: 20, ...more });
  const documents: [number, object][] = [
    ...[1, 5, 10].map((degree): [number, object] => [1e-9, { ...noisy, part: 'sets', model: { degree } }]),
    [1e-9, { part: 'sets', x: 'random', sets: 20, model: { degree: 9, weight_decay: 0.01 } }],
    [1e-9, { part: 'sets', sets: 5, points: 8, target: { name: 'runge' }, model: { degree: 12 } }],
    [1e-8, { ...noisy, part: 'capacity', sets: 5, own: [[0, 1], [1, 2], [-3, 0.5], [2, 1.2], [4, 0]] }],
    [1e-9, { part: 'approximate', target: { name: 'waves' }, noise: 0, towers: [[0, 0.2, 0.3], [0.2, 0.7, 0.5]], model: { degree: 6 } }],
    [1e-9, { part: 'approximate', target: { name: 'drawn', values: [0, 1, -1, 2] }, interval: [-1, 3] }],
    [1e-4, { part: 'sets', sets: 3, model: network({ weight_decay: 0.01 }) }],
    [1e-4, { part: 'sets', sets: 2, x: 'random', model: network({ hidden: [{ units: 8, activation: 'crelu', dropout: 0.2 }, { units: 5, activation: 'elu' }], batch: 16, optimizer: 'adamw', weight_decay: 0.001 }) }],
    [1e-4, { part: 'capacity', sets: 2, points: 20, model: network({ epochs: 5, optimizer: { name: 'momentum', lr: 0.01 } }) }],
    [1e-4, { part: 'approximate', target: { formula: 'abs(x)^0.5 - 2^-1*x' }, interval: [-2, 2], model: network({ hidden: [{ units: 6, activation: 'sigmoid' }] }) }],
  ];
  let worst = 0;
  for (const [n, [most, patch]] of documents.entries()) {
    const path = join(folder, `fit${n}.json`), script = join(folder, `fit${n}.py`);
    writeFileSync(path, JSON.stringify({ downhill: 1, lab: 'fit', ...patch }));
    run(native, 'export', path, '--out', script, '--lang', n % 2 === 0 ? 'zh' : 'en');
    const apart = table_distance(run(native, 'fit', path), run(python!, script), 1e-3);
    assert.ok(apart < most, `${JSON.stringify(patch)}: ${apart}`);
    if (most < 1e-6) worst = Math.max(worst, apart);
  }
  t.diagnostic(`polynomials' worst ${worst.toExponential(2)}`);
});

// Documents of the lab Cases and what their scripts print, in one process of Python. `files`: own data by document; the last `wild` diverge.
interface YesNo {
  true_yes: number;
  false_yes: number;
  false_no: number;
  pictures: number;
}
function worst_of_cases(name: string, patches: object[], files: (string | undefined)[], wild: number): number {
  const scripts: string[] = [], ours: string[] = [], documents: string[] = [];
  const counts: (Record<string, YesNo> | undefined)[] = [], sizes: number[][] = [];
  patches.forEach((patch, n) => {
    const path = join(folder, `${name}${n}.json`), script = join(folder, `${name}${n}.py`), data = files[n] === undefined ? [] : ['--data', files[n]!];
    writeFileSync(path, (documents[n] = JSON.stringify({ downhill: 1, lab: 'cases', ...patch })));
    ours.push(run(native, 'cases', path, ...data).trim());
    counts.push('case' in patch && patch.case === 'yes_no' ? JSON.parse(run(native, 'cases', path, '--stations', 'prediction', ...data)).prediction.at_threshold : undefined);
    const { parts } = JSON.parse(run(native, 'cases', path, '--stations', 'data', ...data)).data;
    sizes.push(['train', 'validation', 'test'].map((part) => parts[part].pictures));
    run(native, 'export', path, '--out', script, '--lang', n % 2 === 0 ? 'zh' : 'en');
    scripts.push(script + (files[n] === undefined ? '' : '=' + files[n]));
  });
  const runner = join(folder, 'cases.py');
  // as Python starts processes from 3.14 on; a script that stops says why
  writeFileSync(runner, "import contextlib, io, json, multiprocessing, runpy, sys\nmultiprocessing.set_start_method('forkserver')\nout = []\nscripts, sys.argv = sys.argv[1:], sys.argv[:1]\nfor script in scripts:\n    script, _, data = script.partition('=')\n    sys.argv[1:] = ['--data', data] if data else []\n    with contextlib.redirect_stdout(io.StringIO()) as printed:\n        try:\n            runpy.run_path(script)\n        except SystemExit as stop:\n            assert 'LR' in stop.code, stop.code\n    out.append(printed.getvalue())\nprint(json.dumps(out))\n");
  const theirs = (JSON.parse(run(python!, runner, ...scripts)) as string[]).map((text) => text.trim());
  let worst = 0;
  documents.forEach((document, n) => {
    const [mine, other] = [ours[n]!, theirs[n]!].map((text) => text.split('\n').map((row) => row.split(',')));
    if (n >= documents.length - wild) {
      // what diverges does so in both; where losses leave float32's range, PyTorch's sooner
      assert.deepEqual([mine!.pop(), other!.pop()], [['diverged'], ['diverged']], document);
      assert.ok(other!.length >= 2 && mine!.length >= other!.length, document);
      mine!.length = other!.length;
    } else assert.ok(mine!.length > 5, document);
    assert.deepEqual(mine!.map((row) => row.length), other!.map((row) => row.length), document);
    let heads: string[] = [];
    mine!.forEach((row, r) => {
      if (/^[a-z]/.test(row[0]!) && row[0] !== 'test') heads = row;
      row.forEach((cell, c) => {
        const [x, y] = [Number(cell), Number(other![r]![c])], head = heads[c]!;
        if (cell === '' || Number.isNaN(x)) return assert.equal(other![r]![c], cell, document);
        // how many pictures a share is of: rounding may turn one of them
        const [train, validation, tests] = sizes[n]! as [number, number, number], at = counts[n]?.[row[1]!];
        const among = head === 'precision' ? at!.true_yes + at!.false_yes : head === 'recall' ? at!.true_yes + at!.false_no
          : head === 'train_accuracy' ? Math.min(train, 2000) : head === 'validation_accuracy' || row[1] === 'validation' ? validation : tests;
        const counted = /accuracy|precision|recall/.test(head), apart = Math.abs(x - y) / Math.max(Math.abs(x), 0.01);
        assert.ok(counted ? Math.abs(x - y) < 1.001 / among : apart < 1e-4, `${document}: ${row.join()} and ${other![r]!.join()}`);
        if (!counted) worst = Math.max(worst, apart);
      });
    });
  });
  return worst;
}

const kCases = 20;
test(`${kCases} random cases, of each kind, and some at the edge are those of their scripts: curves, thresholds and the prediction within 1e-4, what is counted but for one picture`, { skip: python ? false : 'PyTorch is not installed' }, (t) => {
  let state = 2718;
  const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const whole = (least: number, most: number) => least + Math.floor(draw() * (most - least + 1));
  const one_of = <T>(items: readonly T[]) => items[whole(0, items.length - 1)]!;
  const some = (count: number) => Array.from({ length: 10 }, (_, i) => [draw(), i] as const).sort(([a], [b]) => a - b).slice(0, count).map(([, i]) => i);
  const rater = (n: number, seed: number, classes: number[]) => ({ name: `rater ${n}`, seed, classes, scores: Array.from({ length: whole(60, 150) }, () => [whole(0, 120), one_of([1, 2, 3, 4, 4.5, 5])]) });
  const random = Array.from({ length: kCases }, (_, n) => {
    const kind = (['one_of_ten', 'scores', 'yes_no', 'scores'] as const)[n % 4]!, rated = n % 8 === 1, seed = whole(0, 1000);
    const classes = kind === 'yes_no' ? some(2) : draw() < 0.5 ? some(whole(2, 9)) : [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    return {
      case: kind, seed: whole(0, 1000), epochs: whole(1, 4), picture: whole(0, 9), drop_last: draw() < 0.4, shuffle: draw() < 0.7, workers: n % 10 === 0 ? 2 : 0,
      data: { seed, classes, ...(rated ? {} : { train: n === 0 ? 2100 : whole(64, 400), validation: whole(10, 300), test: whole(10, 300) }) },
      batch: draw() < 0.15 ? 'full' : whole(8, 36),
      ...(kind === 'scores' ? (rated ? { raters: Array.from({ length: whole(1, 3) }, (_, i) => rater(i, seed, classes)) } : { score: one_of(['height_to_width', 'ink', 'symmetry']) }) : {}),
      ...(kind === 'yes_no' ? { output: one_of(['one', 'two']), threshold: Number((0.3 + 0.4 * draw()).toFixed(2)) } : {}),
      ...(kind === 'one_of_ten' && draw() < 0.7 ? { hidden: [{ units: whole(4, 40), activation: one_of(['relu', 'tanh', 'sigmoid', 'crelu', 'elu']) }] } : {}),
      optimizer: kind === 'scores' ? { name: one_of(['adam', 'sgd']), lr: 0.001 } : one_of([{ name: 'sgd', lr: 0.02 }, { name: 'momentum', lr: 0.005 }, { name: 'adam', lr: 0.001 }, { name: 'adagrad', lr: 0.01 }]),
    };
  });
  const few = { train: 150, validation: 40, test: 30 }, wild = { name: 'sgd', lr: 100 };
  const edges = [
    { case: 'yes_no', data: few, epochs: 1, threshold: 0 },
    { case: 'yes_no', data: few, epochs: 1, threshold: 1, output: 'two', workers: 1 },
    { case: 'scores', raters: [{ seed: 3, classes: [4, 2], scores: Array.from({ length: 250 }, (_, i) => [i < 90 ? i % 30 : 31, 1 + (i % 5)]) }], epochs: 3 }, // one place 160 times
    { case: 'scores', data: few, epochs: 9, optimizer: wild },
    { case: 'one_of_ten', data: few, epochs: 9, batch: 32, hidden: [{ units: 8, activation: 'identity' }], optimizer: wild },
  ];
  t.diagnostic(`worst ${worst_of_cases('case', [...random, ...edges], [], 2).toExponential(2)}`);
});

// A .downhill-data file: pictures of a side, or a table of so many columns; so many classes, or numbers.
function own_file(path: string, draw: () => number, look: { side?: number; columns?: number; classes?: number }, parts: Record<'train' | 'validation' | 'test', number>): void {
  const { side = 0, columns = 0, classes = 0 } = look, features = side > 0 ? side * side : columns;
  const body = (['train', 'validation', 'test'] as const).flatMap((part) => {
    const n = parts[part], labels = Array.from({ length: n }, (_, i) => (classes > 0 ? (i < 0.8 * n ? i % classes : Math.floor(draw() * classes)) : 0));
    const x = labels.flatMap((label) => Array.from({ length: features }, (_, f) => (classes > 0 && f % (classes + 1) === label ? 0.4 : 0) + 0.6 * draw()));
    const target = (i: number) => 60 + 30 * x.slice(i * features, (i + 1) * features).reduce((sum, v) => sum + v / features, 0) + draw();
    const numbers = (list: number[]) => Buffer.from(Float32Array.from(list).buffer);
    return [side > 0 ? Buffer.from(x.map((v) => Math.floor(255 * v))) : numbers(x.map((v) => 4 * v - 2)), classes > 0 ? Buffer.from(labels) : numbers(labels.map((_, i) => target(i)))];
  });
  // keys in ascending order, no spaces: as the engine writes them
  const names = (count: number, word: string) => Array.from({ length: count }, (_, i) => `${word} ${i}`);
  const head = { answers: classes > 0 ? 'classes' : 'numbers', ...(classes > 0 ? { classes: names(classes, '类') } : {}), ...(side > 0 ? {} : { columns: names(columns, 'column') }), downhill_data: 1, features: side > 0 ? 'pixels' : 'numbers',
    parts: { test: parts.test, train: parts.train, validation: parts.validation }, shape: side > 0 ? [side, side] : [columns] };
  writeFileSync(path, gzipSync(Buffer.concat([Buffer.from(JSON.stringify(head) + '\n'), ...body])));
}

test(`${kCases} random cases of own data of each kind (scores, two classes, many; pictures of 28 and 32, tables), and three at the edge, are those of their scripts`, { skip: python ? false : 'PyTorch is not installed' }, (t) => {
  let state = 3141;
  const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const whole = (least: number, most: number) => least + Math.floor(draw() * (most - least + 1));
  const one_of = <T>(items: readonly T[]) => items[whole(0, items.length - 1)]!;
  const files: string[] = [];
  const patch_of = (n: number, kind: 'scores' | 'yes_no' | 'one_of_ten', look: { side?: number; columns?: number }, classes: number, validation: boolean, more: object = {}) => {
    files.push(join(folder, `own_case${n}.downhill-data`));
    own_file(files[n]!, draw, { ...look, classes }, { train: Math.max(300, 6 * classes), validation: validation ? Math.max(80, 3 * classes) : 0, test: Math.max(80, 3 * classes) });
    const named = kind === 'yes_no' && classes > 2 ? [whole(1, classes - 1), 0] : kind === 'one_of_ten' && draw() < 0.5 ? Array.from({ length: classes }, (_, i) => i).filter((i) => i < 2 || draw() < 0.7).reverse() : [];
    const taken = kind === 'scores' ? 1 : named.length === 0 ? classes : named.length; // as many of each class
    const of_class = kind === 'scores' ? whole(100, 250) : whole(3, Math.floor((0.8 * Math.max(300, 6 * classes)) / classes) - 1), train = taken * of_class;
    return {
      case: kind, seed: whole(0, 1000), epochs: whole(1, 4), picture: 0, drop_last: draw() < 0.4, shuffle: draw() < 0.7, workers: n % 10 === 0 ? 2 : 0,
      data: { source: 'own', seed: whole(0, 1000), train, validation: taken * (kind === 'scores' ? whole(10, 50) : 1), test: taken * (kind === 'scores' ? whole(10, 50) : 2), ...(named.length > 0 ? { classes: named } : {}) },
      batch: draw() < 0.15 ? 'full' : whole(4, Math.min(32, train)),
      ...(kind === 'yes_no' ? { output: one_of(['one', 'two']), threshold: Number((0.3 + 0.4 * draw()).toFixed(2)) } : {}),
      ...(kind === 'one_of_ten' && draw() < 0.7 ? { hidden: [{ units: whole(4, 40), activation: one_of(['relu', 'tanh', 'sigmoid', 'crelu', 'elu']) }] } : {}),
      optimizer: kind === 'scores' ? { name: one_of(['adam', 'sgd']), lr: 0.001 } : one_of([{ name: 'sgd', lr: 0.02 }, { name: 'momentum', lr: 0.005 }, { name: 'adam', lr: 0.001 }, { name: 'adagrad', lr: 0.01 }]),
      ...more,
    };
  };
  const looks = [{ side: 28 }, { side: 32 }, { columns: 7 }] as const;
  const patches: object[] = Array.from({ length: kCases }, (_, n) => {
    const kind = (['one_of_ten', 'scores', 'yes_no', 'scores', 'yes_no'] as const)[n % 5]!;
    return patch_of(n, kind, looks[n % 3]!, kind === 'scores' ? 0 : kind === 'yes_no' ? one_of([2, 2, 5]) : whole(3, 30), n % 2 === 0);
  });
  patches.push(patch_of(kCases, 'one_of_ten', { columns: 1 }, 256, false), patch_of(kCases + 1, 'scores', { columns: 40 }, 0, true, { data: { source: 'own', train: 1, validation: 1, test: 1 }, batch: 'full' }));
  patches.push(patch_of(kCases + 2, 'scores', { columns: 7 }, 0, true, { batch: 8, epochs: 30, optimizer: { name: 'sgd', lr: 100 } }));
  t.diagnostic(`worst ${worst_of_cases('own_case', patches, files, 1).toExponential(2)}`);
});

test('bias and variance are those of an independent program on the same points', { skip: python ? false : 'NumPy is not installed' }, () => {
  const path = join(folder, 'known.json'), points = join(folder, 'known_points.csv');
  for (const degree of [1, 3, 5, 8, 10]) {
    writeFileSync(path, JSON.stringify({ downhill: 1, lab: 'fit', part: 'sets', points: 20, noise: 0.3, sets: 200, model: { name: 'polynomial', degree } }));
    const ours = run(native, 'fit', path, '--points', points).trim().split('\n').pop()!.split(',').slice(3).map(Number);
    const theirs = run(python!, '-c', `
import sys
import numpy as np
from numpy.polynomial import Chebyshev
rows = np.genfromtxt(sys.argv[1], delimiter=',', names=True)
f = lambda x: np.exp(-x**2) + 1.5 * np.exp(-(x - 2)**2)
at = np.linspace(-5, 5, 201)
fits = []
for s in range(1, 201):
    own = rows[rows['set'] == s]
    assert np.allclose(own['x'], -5 + 10 * (np.arange(20) + 0.5) / 20)
    fits.append(Chebyshev.fit(own['x'], own['y'], ${degree}, domain=[-5, 5])(at))
fits = np.array(fits)
print(repr(float(np.mean((fits.mean(0) - f(at))**2))), repr(float(np.mean(fits.var(0)))), sep=',')
`, points).trim().split(',').map(Number);
    ours.forEach((x, i) => assert.ok(Math.abs(x - theirs[i]!) < 1e-9 * x, `degree ${degree}: ${ours.join()} ${theirs.join()}`));
  }
});

test(`${kExperiments} random experiments give PyTorch's losses: ten to 2e-6, two epochs to 1e-4`, { skip: python ? false : 'PyTorch is not installed' }, (t) => {
  let worst_ten = 0;
  let worst = 0;
  const sensitive: string[] = [];
  for (let n = 0; n < kExperiments; ++n) {
    const out = join(folder, String(n));
    mkdirSync(out);
    const experiment = join(out, 'experiment.json');
    writeFileSync(experiment, run('build/native/downhill_random', String(n)));
    run(native, 'train', experiment, '--out', out);
    const ours = losses_of(readFileSync(join(out, 'batches.csv'), 'utf8'));
    const script = join(out, 'script.py');
    run(native, 'export', experiment, '--out', script, '--lang', n % 2 === 0 ? 'zh' : 'en');
    const theirs = losses_of(run(python!, script));
    assert.equal(ours.length, theirs.length, experiment);
    let apart = distances(ours, theirs);
    if (within(apart)) {
      const { ten, all } = worst_of(apart);
      worst_ten = Math.max(worst_ten, ten);
      worst = Math.max(worst, all);
      continue;
    }
    // Rules that divide by small gradients blow rounding up, and PyTorch's own float32 then hangs on its BLAS: float64 is what counts.
    const double = in_double(readFileSync(script, 'utf8'));
    writeFileSync(script, double);
    const exact = losses_of(run(python!, script));
    const moved = sensitivity(double, exact, script);
    apart = distances(ours, exact);
    const seen = `experiment ${n}: ${worst_of(apart).ten.toExponential(2)}, ${worst_of(apart).all.toExponential(2)} from float64, which one rounding of the weights moves by ${moved.ten.toExponential(2)}, ${moved.all.toExponential(2)}`;
    assert.ok(within(apart, { ten: Math.max(kLimits.ten, 2 * moved.ten), all: Math.max(kLimits.all, 2 * moved.all) }), seen);
    sensitive.push(seen);
  }
  assert.ok(sensitive.length <= kExperiments / 10, sensitive.join('; '));
  t.diagnostic([`worst of the first ten losses ${worst_ten.toExponential(2)}, worst of all ${worst.toExponential(2)}`, ...sensitive].join('; '));
});

// A plane through lanes' ways, by NumPy's singular values out of the same weights.
const numpy = ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-c', 'import numpy']).status === 0);
test('the principal plane of three lanes is that of NumPy: shares, places, distances', { skip: !numpy && 'no NumPy' }, () => {
  const experiment = join(folder, 'plane.json');
  writeFileSync(experiment, JSON.stringify({ downhill: 1, data: { source: 'moons', train: 200, test: 40 }, network: { hidden: [{ units: 16 }, { units: 8 }] }, batch: 10, epochs: 8,
    lanes: [{ optimizer: { name: 'sgd', lr: 0.1 } }, { optimizer: { name: 'adam', lr: 0.01 } }, { optimizer: { name: 'momentum', lr: 0.05 } }] }));
  const points = join(folder, 'points.f32');
  const rows = run(native, 'plane', experiment, '--points', points).trim().split('\n');
  const paths = rows.slice(rows.indexOf('lane,step,x,y,distance,loss') + 1).map((row) => row.split(','));
  assert.equal(rows.indexOf('lane,step,x,y,distance,loss'), 1 + 41 * 41);
  assert.equal(new Set(paths.map((row) => row[0])).size, 3);
  const [there = ''] = [run(numpy!, '-c', `
import numpy, sys
w = numpy.fromfile(sys.argv[1], dtype='<f4').reshape(${paths.length}, -1).astype(float)
away = w - w.mean(0)
u, s, v = numpy.linalg.svd(away, full_matrices=False)
for row in numpy.c_[u[:, :2] * s[:2], numpy.sqrt(numpy.maximum(0, (away ** 2).sum(1) - ((u[:, :2] * s[:2]) ** 2).sum(1)))]:
    print(*row)
`, points)];
  const expected = there.trim().split('\n').map((row) => row.split(' ').map(Number));
  assert.equal(expected.length, paths.length);
  for (const axis of [0, 1]) {
    const ours = paths.map((row) => Number(row[2 + axis])), theirs = expected.map((row) => row[axis]!);
    const size = Math.max(...theirs.map(Math.abs)), turn = Math.sign(ours.reduce((sum, x, i) => sum + x * theirs[i]!, 0));
    ours.forEach((x, i) => assert.ok(Math.abs(x - turn * theirs[i]!) < 2e-4 * size, `axis ${axis}, point ${i}: ${x} and ${theirs[i]}`));
  }
  paths.forEach((row, i) => assert.ok(Math.abs(Number(row[4]) - expected[i]![2]!) < 1e-3, `distance ${i}`));
  // where a lane ends its true loss is the one that training has measured there
  const trained = join(folder, 'plane_trained');
  run(native, 'train', experiment, '--out', trained);
  const ends = new Map(paths.map((row) => [row[0], Number(row[5])]));
  const curves = readFileSync(join(trained, 'curves.csv'), 'utf8').trim().split('\n').map((row) => row.split(','));
  const loss = curves[0]!.indexOf('train_loss');
  const last = new Map(curves.slice(1).map((row) => [row[0], Number(row[loss])]));
  for (const [lane, end] of ends) assert.ok(Math.abs(end - last.get(lane)!) < 1e-5 * Math.max(1, end), `${lane}: ${end} and ${last.get(lane)}`);
});
