// The command line as a user meets it, in all three builds: equal hashes, files, and bad input refused in a line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const builds: [string, string[]][] = [['native', ['build/native/downhill']], ['wasm-simd', ['node', 'build/wasm-simd/downhill.mjs']], ['wasm-scalar', ['node', 'build/wasm-scalar/downhill.mjs']]];
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
  write('train-images-idx3-ubyte.gz', Buffer.from('1f8b0800000000000003', 'hex'));
  assert.match(run(builds[0]![1], 'hash', short, '--data', data).stderr, /train-images-idx3-ubyte\.gz: the compressed file is cut or damaged/);
  write('train-images-idx3-ubyte.gz', Buffer.alloc(0));
  write('train-labels-idx1-ubyte', Buffer.alloc(8));
  assert.match(run(builds[0]![1], 'hash', short, '--data', data).stderr, /this is not a whole IDX file/);
});

test('check accepts every experiment in assets', () => {
  for (const name of readdirSync('assets/experiments')) assert.equal(run(builds[0]![1], 'check', join('assets/experiments', name)).status, 0, name);
});
