// The command line as a user meets it, in all three builds: equal hashes, files, and bad input refused in a line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const native = [process.env.DOWNHILL_NATIVE ?? 'build/native/downhill']; // ./dev coverage names another
const builds: [string, string[]][] = [['native', native], ['wasm-simd', ['node', 'build/wasm-simd/downhill.mjs']], ['wasm-scalar', ['node', 'build/wasm-scalar/downhill.mjs']]];
const folder = mkdtempSync(join(tmpdir(), 'downhill-'));

function run(command: string[], ...words: string[]) {
  const [program = '', ...first] = command;
  const { status, stdout, stderr } = spawnSync(program, [...first, ...words], { encoding: 'utf8' });
  return { status, stdout, stderr };
}
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8'));
const short = file('short.json', JSON.stringify({ ...nine, epochs: 1, evaluate: { every: 'epoch' }, network: { hidden: [{ units: 16, activation: 'tanh', dropout: 0.2 }] } }));

test('hashes are equal in all three builds', () => {
  const printed = builds.map(([, command]) => run(command, 'hash', short).stdout);
  assert.match(printed[0] ?? '', /^(.+\t[0-9a-f]{16}\n){9}$/);
  assert.equal(printed[1], printed[0]);
  assert.equal(printed[2], printed[0]);
});

for (const [name, command] of builds) {
  test(`${name}: train writes curves, batch losses and weights, the same in every build but for the seconds`, () => {
    const out = join(folder, name);
    mkdirSync(out);
    assert.equal(run(command, 'train', short, '--out', out).status, 0);
    assert.deepEqual(readdirSync(out).sort(), ['batches.csv', 'curves.csv', ...Array.from({ length: 9 }, (_, i) => `lane${i + 1}.safetensors`)]);
    const curves = readFileSync(join(out, 'curves.csv'), 'utf8').trim().split('\n');
    assert.equal(curves[0], 'lane,repeat,step,epoch,examples,seconds,lr,train_loss,train_accuracy,test_loss,test_accuracy');
    assert.equal(curves.length, 1 + 9 * 2);
    assert.match(curves[1] ?? '', /^Full batch,0,0,0,0,0.000000,0.3,2\.\d+,/);
    const without_seconds = (text: string) => text.replace(/^((?:[^,\n]*,){5})[^,\n]*/gm, '$1');
    const native = join(folder, 'native');
    assert.equal(without_seconds(curves.join('\n')), without_seconds(readFileSync(join(native, 'curves.csv'), 'utf8').trim()));
    for (const same of ['batches.csv', 'lane9.safetensors']) assert.deepEqual(readFileSync(join(out, same)), readFileSync(join(native, same)));
  });

  test(`${name}: bad input is one line that names what, where and what is allowed; exit 2; nothing written`, () => {
    const cases: [string[], RegExp][] = [
      [['check', file('range.json', '{"downhill":1,"batch":0,"lanes":[{}]}')], /range\.json \/batch: 0 is out of range; allowed is 1 to 60000/],
      [['check', file('syntax.json', '{"downhill":1,\n oops}')], /syntax\.json: this is not valid JSON: 2:\d+/],
      [['check', file('empty.json', '')], /empty\.json: this is not valid JSON/],
      [['check', file('version.json', '{"downhill":9,"lanes":[{}]}')], /version\.json \/downhill: this experiment has format 9/],
      [['train', join(folder, 'missing.json')], /missing\.json: can't read this file/],
      [['train', folder], /can't read this file/],
      [['hash', short, '--data', folder], /train-images-idx3-ubyte: can't read this file/],
      [['train', short, '--out', '/proc/nowhere'], /can't write this file/],
      [['hash', short, '--nonsense'], /--nonsense: no such option/],
      [['nonsense'], /usage/],
      [[], /usage/],
    ];
    for (const [words, expected] of cases) {
      const { status, stderr } = run(command, ...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stderr, expected);
    }
    assert.equal(existsSync('/proc/nowhere'), false);
  });
}

test('damaged data files are refused by name', () => {
  const data = mkdtempSync(join(tmpdir(), 'downhill-data-'));
  const write = (name: string, bytes: Buffer) => writeFileSync(join(data, name), bytes);
  for (const name of ['train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte']) write(name, Buffer.alloc(8));
  write('train-images-idx3-ubyte.gz', Buffer.from('1f8b0800000000000003', 'hex'));
  assert.match(run(native, 'hash', short, '--data', data).stderr, /train-images-idx3-ubyte: the compressed file is cut or damaged/);
  write('train-images-idx3-ubyte.gz', Buffer.alloc(0));
  assert.match(run(native, 'hash', short, '--data', data).stderr, /train: this is not a whole IDX file/);
});

test('check accepts every experiment in assets', () => {
  for (const name of readdirSync('assets/experiments')) assert.equal(run(native, 'check', join('assets/experiments', name)).status, 0, name);
});

test('an allocation that fails, whichever it is, ends in a sentence', () => {
  const tiny = file('tiny.json', JSON.stringify({ downhill: 1, data: { source: 'moons', train: 20, test: 4 }, network: { hidden: [{ units: 3 }] }, optimizer: 'adam', batch: 8, epochs: 1, lanes: [{}] }));
  const { status, stdout } = run(['build/native/downhill_starved'], 'hash', tiny);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /[0-9]{3} allocations failed in turn, each was told/);
});

test('repeats: a row of curves, a file of weights and a share of the hash each', () => {
  const repeated = file('repeats.json', JSON.stringify({ downhill: 1, data: { source: 'moons', train: 40, test: 10 }, network: { hidden: [{ units: 4 }] }, batch: 8, epochs: 1, seed: 5, repeats: 3, lanes: [{ label: 'a' }] }));
  const single = file('single.json', JSON.stringify({ ...JSON.parse(readFileSync(repeated, 'utf8')), seed: 6, repeats: 1 }));
  const out = join(folder, 'repeats');
  assert.equal(run(native, 'train', repeated, '--out', out).status, 0);
  assert.deepEqual(readdirSync(out).sort(), ['batches.csv', 'curves.csv', 'lane1_repeat1.safetensors', 'lane1_repeat2.safetensors', 'lane1_repeat3.safetensors']);
  const of_repeat = (text: string, repeat: number) => text.split('\n').filter((row) => row.startsWith(`a,${repeat},`)).map((row) => row.slice(4));
  assert.equal(run(native, 'train', single, '--out', join(folder, 'single')).status, 0);
  assert.deepEqual(of_repeat(readFileSync(join(out, 'batches.csv'), 'utf8'), 1), of_repeat(readFileSync(join(folder, 'single', 'batches.csv'), 'utf8'), 0));
  assert.notEqual(run(native, 'hash', repeated).stdout, run(native, 'hash', single).stdout);
});

test('own data: a CSV of classes and one of numbers, named by their hash; another file is refused', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${Math.sin(i)},${Math.cos(i)},${i % 2 ? 'cat' : 'dog'}`);
  const table = file('own.csv', `x,y,label\n${rows.join('\n')}\n`);
  const own = (patch: object) => file('own.json', JSON.stringify({ downhill: 1, data: { source: 'own', train: 30, test: 8, classes: [], ...patch }, network: { hidden: [{ units: 4 }] }, batch: 8, epochs: 1, lanes: [{}] }));
  for (const [, command] of builds) assert.match(run(command, 'hash', own({}), '--data', table).stdout, /^sgd 1\t[0-9a-f]{16}\n$/);
  assert.match(run(native, 'hash', own({})).stderr, /--data: this experiment needs your own data file/);
  assert.match(run(native, 'hash', own({ file: '0123456789abcdef' }), '--data', table).stderr, /\/data\/file: the file that is open \([0-9a-f]{16}\) is not the one/);
  assert.match(run(native, 'hash', own({}), '--data', file('bad.csv', 'x,label\n1,a\noops,b\n')).stderr, /bad\.csv: CSV line 3: x = oops/);
  const numbers = file('numbers.csv', `x,target\n${rows.map((_, i) => `${i / 60},${i / 30}`).join('\n')}\n`);
  assert.match(run(native, 'hash', own({}), '--data', numbers).stderr, /\/loss: the loss cross_entropy is for classes/);
});

test('export: a script for a lane that is there, in the language asked for', () => {
  assert.match(run(native, 'export', short, '--lane', '9').stdout, /optimizer = torch\.optim\.Adam\(/);
  assert.match(run(native, 'export', short, '--lane', '9', '--lang', 'en').stdout, /# forward/);
  for (const lane of ['0', '10', 'x', '-1']) assert.match(run(native, 'export', short, '--lane', lane).stderr, /--lane: there is no lane/);
  assert.match(run(native, 'export', short, '--lang', 'fr').stderr, /--lang: "fr" is not known/);
});

test('export: scripts of random experiments and of every table entry are Python', () => {
  const names = Array.from({ length: 30 }, (_, n) => ['random' + n, run(['build/native/downhill_random'], String(n)).stdout] as const);
  const golden = run(['build/native/downhill_random'], 'golden').stdout.trim().split('\n').map((line) => line.split('\t') as [string, string]);
  const scripts = [...names, ...golden].map(([name, json], i) => {
    const script = file(name.replaceAll('/', '_') + '.py', '');
    const { status, stderr } = run(native, 'export', file('exported.json', json), '--out', script, '--lang', i % 2 ? 'en' : 'zh');
    assert.equal(status, 0, name + stderr);
    return script;
  });
  const compiled = spawnSync('python3', ['-c', 'import sys\nfor p in sys.argv[1:]: compile(open(p, encoding="utf-8").read(), p, "exec")', ...scripts], { encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stderr);
});

test('bench: a row for each kind of work, with its share of the peak', () => {
  const { status, stdout } = run(native, 'bench');
  assert.equal(status, 0);
  assert.match(stdout, /^peak, .* 100 % of peak\ntrain 784-128-10 sgd batch 64 /);
  assert.ok(stdout.trim().split('\n').length > 10);
});
