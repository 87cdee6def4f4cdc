// The command line as a user meets it, in all three builds: equal hashes, files, and bad input refused in a line.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, constants, copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';

const native = [process.env.DOWNHILL_NATIVE ?? 'build/native/downhill']; // ./dev coverage names another
const builds: [string, string[]][] = [['native', native], ['wasm-simd', ['node', 'build/wasm-simd/downhill.mjs']], ['wasm-scalar', ['node', 'build/wasm-scalar/downhill.mjs']]];
const folder = mkdtempSync(join(tmpdir(), 'downhill-'));

// Whatever hangs is ended, and then has no status.
function run_with(options: SpawnSyncOptions, command: string[], ...words: string[]) {
  const [program = '', ...first] = command;
  const { status, stdout, stderr } = spawnSync(program, [...first, ...words], { timeout: 60000, ...options, encoding: 'utf8' });
  return { status, stdout, stderr };
}
const run = (command: string[], ...words: string[]) => run_with({}, command, ...words);
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8'));
const short = file('short.json', JSON.stringify({ ...nine, epochs: 1, evaluate: { every: 'epoch' }, network: { hidden: [{ units: 16, activation: 'tanh', dropout: 0.2 }] } }));

const tiny_settings = { downhill: 1, data: { source: 'moons', train: 20, test: 4 }, network: { hidden: [{ units: 3 }] }, batch: 8, epochs: 1, lanes: [{}] };
const tiny = file('tiny.json', JSON.stringify(tiny_settings));
const hill_settings = { downhill: 1, lab: 'surface', surface: 'rosenbrock', steps: 20, optimizer: { name: 'sgd', lr: 0.001 }, lanes: [{ label: 'GD' }, { label: 'Adam, fast', optimizer: { name: 'adam', lr: 0.05 } }] };
const hill = file('hill.json', JSON.stringify(hill_settings));
// points that are drawn from Fashion-MNIST; all of them, sixteen or one at a time
const images_settings = { downhill: 1, lab: 'surface', surface: 'logistic', steps: 60, lanes: [{ label: 'all' }, { label: 'sixteen', batch: 16 }, { label: 'one', batch: 1 }] };
const small_settings = { downhill: 1, lab: 'backprop', layers: [{ activation: 'sigmoid', weight: [[0.15, 0.2], [0.25, 0.3]], bias: [0.35, 0.35] }, { activation: 'sigmoid', weight: [[0.4, 0.45], [0.5, 0.55]], bias: [0.6, 0.6] }], examples: [{ input: [0.05, 0.1], target: [0.01, 0.99] }] };
const small = file('small.json', JSON.stringify(small_settings));
const images = file('images.json', JSON.stringify(images_settings));
const gate = file('gate.json', JSON.stringify({ downhill: 1, lab: 'neuron', logic: { task: 'xor', layers: 2, out: { w2: -1 } } }));
const wrong = file('wrong.json', JSON.stringify({ downhill: 1, lab: 'losses', part: 'softmax', softmax: { logits: [0, 0], label: 1 } }));
const bumps = file('bumps.json', JSON.stringify({ downhill: 1, lab: 'fit', part: 'sets', sets: 4, at: 5, points: 20, noise: 0.3 }));
const walk = file('walk.json', JSON.stringify({ downhill: 1, lab: 'cases', data: { train: 200, validation: 50, test: 50 }, batch: 50, epochs: 2 }));
const seeing_settings = JSON.parse(readFileSync('assets/experiments/neuron_gap.json', 'utf8'));
const seeing = file('seeing.json', JSON.stringify(seeing_settings));

const pets = file('pets.csv', 'age;weight;animal\n' + Array.from({ length: 30 }, (_, i) => `${i % 7};${i % 5},5;${i % 3 ? 'cat' : 'dog'}\n`).join(''));

// The verbs and their options, as the program itself lists them.
interface Verb {
  name: string;
  takes_file: boolean;
  options: string[];
}
const verbs: Verb[] = [...run(native, '--help').stdout.matchAll(/^(?:usage:| {6}) downhill (\w+)( [A-Z]+\.json)?(.*)$/gm)].map(([, name = '', takes = '', rest = '']) => ({
  name,
  takes_file: takes !== '',
  options: [...rest.matchAll(/\[(--\w+) /g)].map(([, option = '']) => option),
}));
const all_options = [...new Set(verbs.flatMap((verb) => verb.options))];
const document_of = (verb: Verb) => (verb.name === 'surface' ? hill : verb.name === 'trace' ? small : verb.name === 'neuron' ? gate : verb.name === 'losses' ? wrong : verb.name === 'fit' ? bumps : verb.name === 'cases' ? walk : tiny);
const words_of = (verb: Verb, document = document_of(verb)) => [verb.name, ...(verb.name === 'data' ? [pets] : verb.takes_file ? [document] : [])];

function fifo(name: string): string {
  const path = join(folder, name);
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  return path;
}
// The writing end of a pipe nobody reads.
function closed_pipe(name: string): number {
  const path = fifo(name);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  closeSync(reader);
  return writer;
}
// A disk that takes no more: files end at so many KB. bash, since sh counts in other blocks.
const on_full_disk = (kilobytes: number, command: string[]) => ['bash', '-c', `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$@"`, 'bash', ...command];
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}; // permissions say nothing to root
const told = (stderr: string) => assert.match(stderr, /^downhill: [^\n]*can't [^\n]+\n$/);

test('the program lists its verbs and their options', () => {
  assert.deepEqual(verbs.map((verb) => verb.name), ['train', 'surface', 'plane', 'draws', 'trace', 'neuron', 'losses', 'fit', 'cases', 'hash', 'export', 'data', 'check', 'bench']);
  assert.deepEqual(all_options.sort(), ['--as', '--data', '--draws', '--features', '--fits', '--formulas', '--jobs', '--kind', '--lane', '--lang', '--map', '--out', '--points', '--seed', '--size', '--stations', '--target', '--test', '--validation', '--weights', '--working']);
});

for (const [name, command] of builds)
  for (const verb of verbs)
    test(`${name}: ${verb.name}: printing that fails ends with a sentence and exit 2`, () => {
      const full = openSync('/dev/full', 'w');
      const pipe = closed_pipe(`closed.${name}.${verb.name}`);
      const short_file = openSync(join(folder, 'stdout'), 'w');
      for (const [stdout, program, reason] of [[full, command, 'No space left on device'], [pipe, command, 'Broken pipe'], [short_file, on_full_disk(0, command), 'File too large']] as const) {
        for (const words of [words_of(verb), [verb.name, '--help']]) {
          const { status, stderr } = run_with({ stdio: ['ignore', stdout, 'pipe'] }, [...program], ...words);
          assert.equal(status, 2, `${words.join(' ')}: ${stderr}`);
          assert.match(stderr, new RegExp(`^downhill: [^\\n]*can't be written \\(${reason}\\)`));
        }
      }
      [full, pipe, short_file].forEach(closeSync);
    });

test('a closed standard output is told, and no file is written in its place', () => {
  for (const verb of verbs) {
    const out = verb.options.includes('--out') ? ['--out', join(folder, `closed.${verb.name}`)] : [];
    const { status, stderr } = run(['bash', '-c', 'exec "$@" >&-', 'bash', ...native], ...words_of(verb), ...out);
    if (['export', 'surface', 'plane', 'draws', 'trace', 'neuron', 'losses', 'fit', 'cases'].includes(verb.name)) {
      assert.equal(status, 0); // prints nothing
      continue;
    }
    assert.equal(status, 2, verb.name);
    assert.match(stderr, /can't be written \(Bad file descriptor\)/);
  }
  assert.match(readFileSync(join(folder, 'closed.train', 'curves.csv'), 'utf8'), /^lane,repeat,step,[^\n]*\n(sgd 1,0,[^\n]*\n){2}$/);
});

for (const verb of verbs.filter((v) => v.takes_file)) {
  test(`${verb.name}: an experiment, or data, that is no file is refused at once`, () => {
    const link = join(folder, `link.${verb.name}.json`);
    symlinkSync(document_of(verb), link);
    assert.equal(run(native, ...words_of(verb, link)).status, 0);
    const own = ['surface', 'export'].includes(verb.name) ? images : verb.name === 'neuron' ? seeing : verb.name === 'cases' ? walk : file('needs.json', JSON.stringify({ ...tiny_settings, data: { source: 'own', train: 20, test: 4, classes: [] } }));
    for (const path of [fifo(`in.${verb.name}`), '/dev/zero', '/dev/null', folder, join(folder, 'nothing'), join(tiny, 'below')])
      for (const words of [words_of(verb, path), ...(verb.options.includes('--data') && path !== folder ? [[...words_of(verb, own), '--data', path]] : [])]) {
        const { status, stderr } = run(native, ...words);
        assert.equal(status, 2, words.join(' '));
        told(stderr);
      }
  });
}

for (const verb of verbs) {
  test(`${verb.name}: an option that it has not, or without its value, is refused in a sentence`, () => {
    for (const option of [...all_options.filter((o) => !verb.options.includes(o)), '--nonsense', '-x', '--lane=2']) {
      const { status, stdout, stderr } = run(native, ...words_of(verb), option, '1');
      assert.deepEqual([status, stdout], [2, ''], option);
      assert.match(stderr, new RegExp(`^downhill: ${option}: no such option of ${verb.name}, which takes [^\\n]+\\n$`));
    }
    for (const option of verb.options)
      for (const rest of [[option], [option, ''], [option, '--lane', '1']]) {
        const { status, stdout, stderr } = run(native, ...words_of(verb), ...rest);
        assert.deepEqual([status, stdout], [2, ''], option);
        assert.match(stderr, new RegExp(`^downhill: ${option}: its value is missing: [^\\n]+\\n$`));
      }
    for (const words of verb.name === 'data' ? [['data']] : [[...words_of(verb), tiny], verb.takes_file ? [verb.name] : []]) {
      const { status, stdout } = run(native, ...words);
      assert.deepEqual([status, stdout], [2, '']);
    }
  });
}

// Reads a pipe to its end while something else writes into it.
async function read_beside(path: string, work: () => void): Promise<string> {
  const reader = spawn('cat', [path]);
  let text = '';
  reader.stdout.on('data', (data: Buffer) => (text += data.toString()));
  const ended = once(reader, 'close');
  work();
  await ended;
  return text;
}

for (const [name, command] of builds) {
  test(`${name}: export --out writes a file whole, through links, devices and pipes, or says why not`, async () => {
    const at = join(folder, `export.${name}`);
    mkdirSync(at);
    const expected = run(command, 'export', tiny).stdout;
    const to = (path: string, options: SpawnSyncOptions = {}, program = command) => run_with(options, program, 'export', tiny, '--out', path);
    const left = () => readdirSync(at).filter((entry) => entry.includes('.partial'));

    const old = join(at, 'old.py');
    writeFileSync(old, 'old');
    chmodSync(old, 0o640);
    for (const [program, path] of [[on_full_disk(1, command), old], [on_full_disk(1, command), join(at, 'new.py')]] as const) {
      const { status, stderr } = to(path, {}, [...program]);
      assert.equal(status, 2);
      assert.match(stderr, /\.py: can't write this file \(File too large\)/);
    }
    assert.equal(readFileSync(old, 'utf8'), 'old');
    assert.deepEqual(readdirSync(at), ['old.py']);
    assert.equal(to(old).status, 0);
    assert.equal(readFileSync(old, 'utf8'), expected);
    assert.equal(lstatSync(old).mode & 0o777, 0o640);

    symlinkSync('old.py', join(at, 'link.py'));
    symlinkSync(join(at, 'made.py'), join(at, 'dangling.py'));
    for (const [link, end] of [['link.py', 'old.py'], ['dangling.py', 'made.py']] as const) {
      writeFileSync(old, 'old');
      assert.equal(to(join(at, link)).status, 0);
      assert.ok(lstatSync(join(at, link)).isSymbolicLink());
      assert.equal(readFileSync(join(at, end), 'utf8'), expected);
    }
    for (const [device, status] of [['/dev/null', 0], ['/dev/full', 2]] as const) {
      const link = join(at, device.slice(5));
      symlinkSync(device, link); // should this ever be renamed over, then the link
      const result = to(link);
      assert.equal(result.status, status);
      if (status !== 0) assert.match(result.stderr, /full: can't write this file \(No space left on device\)/);
      assert.equal(readlinkSync(link), device);
    }
    const pipe = fifo(`export.${name}.pipe`);
    assert.equal(await read_beside(pipe, () => assert.equal(to(pipe).status, 0)), expected);
    assert.ok(lstatSync(pipe).isFIFO());
    symlinkSync('/proc/self/fd/1', join(at, 'stdout'));
    assert.equal(run(['bash', '-c', '"$@" | cat', 'bash', ...command], 'export', tiny, '--out', join(at, 'stdout')).stdout, expected);

    for (const [path, reason] of [[at, 'Is a directory|Permission denied'], [join(old, 'x.py'), 'Not a directory'], [join(at, 'no', 'x.py'), 'No such file or directory'], ['/proc/x.py', 'No such file or directory|Permission denied']] as const) {
      const { status, stderr } = to(path);
      assert.equal(status, 2);
      assert.match(stderr, new RegExp(`: can't write this file \\((${reason})\\); check`));
    }
    chmodSync(folder, 0o755);
    chmodSync(at, 0o555);
    const guarded = to(join(at, 'denied.py'), nobody);
    assert.equal(guarded.status, 2);
    assert.match(guarded.stderr, /can't write this file \(Permission denied\)/);
    chmodSync(old, 0o444);
    chmodSync(at, 0o777);
    writeFileSync(old, 'old');
    assert.equal(to(old, nobody).status, 2);
    assert.equal(readFileSync(old, 'utf8'), 'old');
    assert.deepEqual(left(), []);
  });

  test(`${name}: train --out is tried before anything is trained; what is written goes through links and pipes`, async () => {
    const at = join(folder, `outs.${name}`);
    mkdirSync(at);
    const to = (path: string, options: SpawnSyncOptions = {}) => run_with(options, command, 'train', tiny, '--out', path);
    const refused = (path: string, reason: string, options: SpawnSyncOptions = {}) => {
      const { status, stdout, stderr } = to(path, options);
      assert.deepEqual([status, stdout], [2, ''], path);
      assert.match(stderr, new RegExp(`: can't write this file \\(${reason}\\); check`));
    };
    const make = (entry: string) => (mkdirSync(join(at, entry)), join(at, entry));
    refused(tiny, 'Not a directory');
    refused(fifo(`outs.${name}.pipe`), 'Not a directory');
    refused('/dev/null', 'Not a directory');
    refused(join(at, 'no', 'where'), 'No such file or directory');
    for (const entry of ['curves.csv', 'batches.csv', 'lane1.safetensors']) {
      const out = make(`taken.${entry}`);
      mkdirSync(join(out, entry));
      refused(out, 'Is a directory');
      const full = make(`full.${entry}`);
      symlinkSync('/dev/full', join(full, entry));
      const { status, stderr } = to(full);
      assert.equal(status, 2);
      assert.match(stderr, new RegExp(`${entry}: can't write this file \\(No space left on device\\)`));
      assert.equal(readlinkSync(join(full, entry)), '/dev/full');
    }
    // nothing is emptied while another output may still be refused
    for (const entry of ['batches.csv', 'lane1.safetensors']) {
      const kept = make(`kept.${entry}`);
      writeFileSync(join(kept, 'curves.csv'), 'of an earlier run');
      mkdirSync(join(kept, entry));
      refused(kept, 'Is a directory');
      assert.equal(readFileSync(join(kept, 'curves.csv'), 'utf8'), 'of an earlier run');
    }
    const astray = make('astray');
    symlinkSync('/nowhere/x', join(astray, 'lane1.safetensors'));
    refused(astray, 'No such file or directory');
    const tables_alone = make('tables_alone');
    for (const entry of ['curves.csv', 'batches.csv']) writeFileSync(join(tables_alone, entry), 'old'), chmodSync(join(tables_alone, entry), 0o666);
    chmodSync(tables_alone, 0o555);
    chmodSync(folder, 0o755);
    refused(tables_alone, 'Permission denied', nobody);
    assert.equal(readFileSync(join(tables_alone, 'curves.csv'), 'utf8'), 'old');
    const locked = make('locked');
    chmodSync(folder, 0o755);
    chmodSync(locked, 0o555);
    refused(locked, 'Permission denied', nobody);

    const out = make('good');
    symlinkSync(out, join(at, 'link'));
    symlinkSync(join(out, 'kept.csv'), join(out, 'curves.csv'));
    assert.equal(spawnSync('mkfifo', [join(out, 'batches.csv')]).status, 0);
    const batches = await read_beside(join(out, 'batches.csv'), () => assert.equal(to(join(at, 'link')).status, 0));
    assert.match(batches, /^lane,repeat,step,batch_loss\nsgd 1,0,1,[^]*\nsgd 1,0,3,[^\n]*\n$/);
    assert.match(readFileSync(join(out, 'kept.csv'), 'utf8'), /^lane,[^\n]*\nsgd 1,0,0,/);
    assert.ok(lstatSync(join(out, 'curves.csv')).isSymbolicLink());
  });

  test(`${name}: a disk that fills up while training ends it; what was written stays`, () => {
    const long = file('long.json', JSON.stringify({ ...tiny_settings, epochs: 10000, evaluate: { every: 1 }, lanes: [{ epochs: 1 }, {}] }));
    const out = join(folder, `filled.${name}`);
    const { status, stdout, stderr } = run(on_full_disk(64, command), 'train', long, '--out', out);
    assert.equal(status, 2);
    assert.match(stderr, /^downhill: [^\n]*(curves|batches)\.csv: can't write this file \(File too large\)[^\n]*\n$/);
    assert.match(stdout, /^sgd 1 .*\n$/m);
    assert.equal(readFileSync(join(out, 'curves.csv')).length, 64 * 1024);
    assert.ok(existsSync(join(out, 'lane1.safetensors')));
  });
}

// what differs from run to run
const without_seconds = (text: string) => text.replace(/^((?:[^,\n]*,){5})\d[^,\n]*/gm, '$1').replace(/^(\S.{23} +\d+) +\d+\.\d{3}/gm, '$1');
for (const [name, command] of builds)
  test(`${name}: --jobs changes no byte: tables in the order of the lanes, whichever ends first`, () => {
    // the first lane takes longest, so that the others wait for their turn
    const lanes = file('jobs.json', JSON.stringify({ ...tiny_settings, evaluate: { every: 1 }, repeats: 2, lanes: [{ epochs: 400 }, { epochs: 3 }, { epochs: 90, optimizer: { name: 'adam', lr: 0.01 } }, { optimizer: { lr: 100 } }] }));
    const results = ['1', '2', '7'].map((jobs) => {
      const out = join(folder, `jobs${jobs}.${name}`);
      const { status, stdout, stderr } = run(command, 'train', lanes, '--out', out, '--jobs', jobs);
      assert.deepEqual([status, stderr], [0, '']);
      return [without_seconds(stdout), ...readdirSync(out).sort().map((each) => [each, each.endsWith('.csv') ? without_seconds(readFileSync(join(out, each), 'utf8')) : readFileSync(join(out, each), 'latin1')]).flat()];
    });
    assert.equal(results[0]!.length, 1 + 2 * (2 + 8));
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    const [one, many] = ['1', '5'].map((jobs) => run(command, 'hash', lanes, '--jobs', jobs).stdout);
    assert.equal(many, one);
    assert.equal(one!.split('\n').length, 5);
  });

test('--jobs is a number of runs; anything else is refused before anything is written', () => {
  for (const wrong of ['0', '-1', 'x', '1000', '1.5', ' 2']) {
    const out = join(folder, 'wrong_jobs');
    const { status, stdout, stderr } = run(native, 'train', tiny, '--out', out, '--jobs', wrong);
    assert.deepEqual([status, stdout], [2, ''], wrong);
    assert.match(stderr, /^downhill: [^\n]*--jobs[^\n]*\n$/);
    assert.ok(!existsSync(out));
  }
});

test('an output that fails ends its run and those after it; those before it are told', () => {
  const lanes = file('failing.json', JSON.stringify({ ...tiny_settings, lanes: [{ epochs: 400 }, {}, {}] })), out = join(folder, 'failing');
  const names = ['lane1', 'lane2', 'lane3'].map((each) => join(out, `${each}.safetensors`));
  mkdirSync(out);
  symlinkSync('/dev/full', names[1]!);
  const { status, stdout, stderr } = run(native, 'train', lanes, '--out', out, '--jobs', '3');
  assert.equal(status, 2);
  assert.match(stderr, /^downhill: [^\n]*lane2\.safetensors: can't write this file \(No space left on device\)[^\n]*\n$/);
  assert.match(stdout, /\nsgd 1 [^\n]*\n$/);
  assert.ok(existsSync(names[0]!));
});

test('on a terminal train says how far it is, in a pipe nothing', () => {
  const long = file('progress.json', JSON.stringify({ ...tiny_settings, epochs: 10000, repeats: 11, lanes: [{ epochs: 1 }, {}] }));
  assert.equal(run(native, 'hash', long).stderr, '');
  const { status, stdout } = run(['script', '-qec', [...native, 'hash', long].map((word) => `'${word}'`).join(' '), '/dev/null']);
  assert.equal(status, 0);
  assert.match(stdout, /\r\d+ of 22 runs ended, \d+%, about \d+:\d\d left\x1b\[K/);
  // it is gone before anything else is printed
  for (const lane of [1, 2]) assert.match(stdout, new RegExp(`(^|\\n|\\r\\x1b\\[K)sgd ${lane}\\t[0-9a-f]{16}\\r?\\n`));
  assert.doesNotMatch(stdout, /left\x1b\[K[^\r]/);
});

test('train writes as it goes: killed, it leaves every evaluation so far', async () => {
  const long = file('killed.json', JSON.stringify({ ...tiny_settings, epochs: 10000, evaluate: { every: 1 }, lanes: [{ epochs: 1 }, {}] }));
  const out = join(folder, 'killed');
  const child = spawn(native[0]!, ['train', long, '--out', out]);
  for await (const text of child.stdout) if (/^sgd 1 /m.test(String(text))) break;
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.match(readFileSync(join(out, 'curves.csv'), 'utf8'), /^lane,[^\n]*\n(sgd 1,0,\d[^\n]*\n){4}/);
  assert.match(readFileSync(join(out, 'batches.csv'), 'utf8'), /^lane,[^\n]*\n(sgd 1,0,\d[^\n]*\n){3}/);
});

test('train needs no memory for what it writes', () => {
  const many = file('many.json', JSON.stringify({ ...tiny_settings, network: { hidden: [] }, batch: 1, epochs: 10000, evaluate: { every: 200000 }, repeats: 5 }));
  const small = ['bash', '-c', 'ulimit -v 32768; exec "$@"', 'bash', ...native];
  for (const out of [[], ['--out', join(folder, 'many')]]) {
    const { status, stderr } = run(small, 'train', many, ...out);
    assert.equal(status, 0, stderr);
  }
  assert.equal(spawnSync('wc', ['-l', join(folder, 'many', 'batches.csv')], { encoding: 'utf8' }).stdout.split(' ')[0], '1000001');
});

test('--lane trains one lane, as it would be among all', () => {
  const all = run(native, 'hash', short).stdout.split('\n');
  assert.equal(run(native, 'hash', short, '--lane', '2').stdout, all[1] + '\n');
  const out = join(folder, 'second');
  assert.equal(run(native, 'train', short, '--lane', '2', '--out', out).status, 0);
  assert.deepEqual(readdirSync(out).sort(), ['batches.csv', 'curves.csv', 'lane2.safetensors']);
  for (const verb of verbs.filter((v) => v.options.includes('--lane')))
    for (const lane of ['0', '10', 'x', '-1', '1.5', '99999999999999999999']) {
      const { status, stdout, stderr } = run(native, verb.name, verb.name === 'surface' ? hill : short, '--lane', lane);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, /^downhill: --lane: there is no lane/);
    }
});

test('labels are told apart where they are equal', () => {
  const lanes = [{ label: 'same' }, { label: 'same' }, { label: 'same (2)' }, { label: '' }, { label: 'a,"b' }, {}];
  const out = join(folder, 'labels');
  assert.equal(run(native, 'train', file('labels.json', JSON.stringify({ ...tiny_settings, lanes })), '--out', out).status, 0);
  const names = [...new Set(readFileSync(join(out, 'curves.csv'), 'utf8').trim().split('\n').slice(1).map((row) => row.replace(/,0(,[^,]*){9}$/, '')))];
  assert.equal(names.length, lanes.length);
  assert.deepEqual([names[1], names[3]], ['same (2) (2)', 'sgd 4']);
});

test('nothing in a label, a title or a key reaches a terminal or a script as a command', () => {
  // what is no single line of text is refused, and not repeated
  const evil = 'a\u0000\u001b]0;title\u0007\u001b[31m\u009b5m\u202e\n\r\t"""\nimport os\n\\';
  for (const more of [{ title: evil }, { title: { zh: evil } }, { lanes: [{ label: evil }] }, { lanes: [{ label: { en: '\u0000' } }] }, { [evil]: 1 }, { loss: evil }]) {
    const experiment = file('evil.json', JSON.stringify({ ...tiny_settings, ...more })), out = join(folder, 'evil');
    for (const line of [['train', experiment, '--out', out], ['hash', experiment], ['check', experiment], ['export', experiment, '--lane', '1']]) {
      const { status, stdout, stderr } = run(native, ...line);
      assert.deepEqual([status, stdout], [2, ''], line[0]);
      assert.match(stderr, /^downhill: [^\n]+\n$/);
      assert.doesNotMatch(stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
    assert.ok(!existsSync(out));
  }
  // what is one line stays text in the script
  const quotes = '"""; import os; os.abort() # \\';
  const script = file('labels.py', run(native, 'export', file('quotes.json', JSON.stringify({ ...tiny_settings, title: quotes, lanes: [{ label: quotes }] })), '--lane', '1').stdout);
  const read = spawnSync('python3', ['-c', 'import ast,sys\nt = ast.parse(open(sys.argv[1], encoding="utf-8").read())\nprint(len([n for n in t.body if isinstance(n, ast.Import) and n.names[0].name == "os"]), len(ast.get_docstring(t)) > 99)', script], { encoding: 'utf8' });
  assert.equal(read.stdout, '0 True\n', read.stderr);
});

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
      [['hash', file('moons.json', '{"downhill":1,"data":{"source":"moons","train":20,"test":20},"batch":10,"lanes":[{}]}'), '--data', folder], /--data: the data source moons is generated/],
      [['hash', short, '--nonsense'], /--nonsense: no such option/],
      [['train', short, '--out'], /--out: its value is missing/],
      [['nonsense'], /usage/],
      [[], /usage/],
    ];
    const there = readdirSync(folder, { recursive: true }).sort();
    for (const [words, expected] of cases) {
      const { status, stderr } = run(command, ...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stderr, expected);
    }
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), there);
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
  const adam = file('adam.json', JSON.stringify({ ...tiny_settings, optimizer: 'adam' }));
  for (const words of [['hash', adam], ['surface', hill], ['export', hill], ['trace', small], ['export', small], ['neuron', gate], ['export', gate], ['losses', wrong], ['export', wrong], ['fit', bumps], ['export', bumps], ['export', walk]]) {
    const { status, stdout } = run(['build/native/downhill_starved'], ...words);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /[0-9]{3} allocations failed in turn, each was told/);
  }
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
  assert.match(run(native, 'hash', own({}), '--data', numbers).stderr, /\/loss: the loss cross_entropy is for classification/);
  assert.match(run(native, 'hash', own({ label_noise: 0.1 }), '--data', numbers).stderr, /\/data\/label_noise: regression data has no classes/);
  assert.match(run(native, 'hash', own({}), '--data', file('twice.csv', 'x,x,label\n1,2,a\n')).stderr, /twice\.csv: two columns of the CSV are called "x"; rename one/);
});

// A grey PNG of one value.
function grey_png(value: number, side = 8): Buffer {
  const chunk = (name: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(name), content]);
    return Buffer.concat([u32(content.length), named, u32(crc32(named))]);
  };
  const u32 = (n: number) => Buffer.from([n >>> 24, n >>> 16, n >>> 8, n]);
  const crc32 = (bytes: Buffer) => {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  };
  const rows = Buffer.concat(Array.from({ length: side }, () => Buffer.concat([Buffer.alloc(1), Buffer.alloc(side, value)])));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', Buffer.concat([u32(side), u32(side), Buffer.from([8, 0, 0, 0, 0])])), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

test('data: a folder of pictures, and a zip of it, become one file of one hash in every build, which runs take', () => {
  const at = mkdtempSync(join(tmpdir(), 'downhill-own-'));
  const pictures = join(at, 'pictures');
  const stored = 'tests/fuzz/corpus/own_picture';
  for (const kind of ['dark', 'light']) {
    mkdirSync(join(pictures, kind), { recursive: true });
    for (let i = 0; i < 8; ++i) writeFileSync(join(pictures, kind, `${i}.png`), grey_png(kind === 'dark' ? i : 200 + i));
  }
  for (const name of ['jpeg_noise', 'jpeg_422', 'webp_noise', 'webp_alpha', 'png_palette']) copyFileSync(join(stored, name), join(pictures, 'dark', name + '.jpg')); // what they are their first bytes say
  writeFileSync(join(pictures, 'light', 'broken.png'), grey_png(1).subarray(0, 40));
  writeFileSync(join(pictures, 'notes.txt'), 'x');
  writeFileSync(join(pictures, '.DS_Store'), 'x');
  assert.equal(spawnSync('python3', ['-m', 'zipfile', '-c', join(at, 'all.zip'), pictures]).status, 0);
  const hashes = new Set<string>();
  for (const [name, command] of builds)
    for (const from of [pictures, join(at, 'all.zip')]) {
      const out = join(at, `${name}.downhill-data`);
      const { status, stdout, stderr } = run(command, 'data', from, '--out', out, '--size', '32', '--fit', '--invert');
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^pictures: 21, 32 × 32, grey, fitted whole on white, inverted\nleft out or told: 3\n/);
      assert.match(stdout, /pictures\/light\/broken\.png: the picture is cut or damaged/);
      assert.match(stdout, /pictures\/notes\.txt: this is no PNG, JPEG or WebP picture/);
      assert.match(stdout, /1 hidden or system files/);
      assert.match(stdout, /^dark +10 +0 +3$/m);
      assert.match(stdout, /^light +6 +0 +2$/m);
      const [, line = '', hash = ''] = /in an experiment: ("data": \{.*"file": "([0-9a-f]{16})".*\})\n/.exec(stdout) ?? [];
      hashes.add(hash);
      const experiment = file('own_pictures.json', `{"downhill": 1, ${line}, "network": {"hidden": [{"units": 3}]}, "batch": 4, "epochs": 1, "lanes": [{}]}`);
      hashes.add(run(command, 'hash', experiment, '--data', out).stdout);
    }
  assert.equal(hashes.size, 2); // of the data, and of the weights
});

test('data: a table, its answer chosen; what can not be used is a sentence and exit 2', () => {
  const out = join(folder, 'pets.downhill-data');
  const { stdout } = run(native, 'data', pets, '--out', out, '--validation', '10', '--seed', '3');
  assert.match(stdout, /^features: 2, age, weight\nanswer: animal, classes\n/);
  assert.match(stdout, /^all +21 +3 +6$/m);
  const content = gunzipSync(readFileSync(out));
  const head = JSON.parse(content.subarray(0, content.indexOf(10)).toString());
  assert.deepEqual(head, { answer: 'animal', answers: 'classes', classes: ['cat', 'dog'], columns: ['age', 'weight'], downhill_data: 1, features: 'numbers', parts: { test: 6, train: 21, validation: 3 }, shape: [2] });
  assert.match(run(native, 'data', pets, '--target', 'weight', '--as', 'numbers').stdout, /answer: weight, numbers\nleft out or told: 1\n {2}column "animal": of 30 filled cells 0 are numbers/);
  assert.match(run(native, 'data', pets, '--features', 'weight').stdout, /^features: 1, weight\n/);
  const empty = mkdtempSync(join(tmpdir(), 'downhill-empty-'));
  for (const [words, why] of [
    [[pets, '--target', 'size'], /pets\.csv: there is no column "size"; there are: age, weight, animal\n/],
    [[empty], /there is no picture here that can be used\n/],
    [[join(folder, 'nothing')], /nothing: can't read this file/],
    [[file('locked.zip', 'PK\x03\x04 and nothing')], /locked\.zip: the zip file is cut or damaged\n/],
    [[pets, '--size', '29'], /--size: "29" is not known; choose one of: 28, 32\n/],
    [[pets, '--fit', '--crop'], /--fit and --crop exclude each other/],
    [[pets, '--seed', '0'], /--seed: "0" is not known/],
    [[pets, '--test', '95'], /--test: "95" is not known/],
    [[pets, '--test', '90', '--validation', '50'], /--test, --validation: testing and validation can be 90% together at most\n/],
    [['x'.repeat(300)], /x: can't read this file/],
    [[file('gone.csv', Buffer.from([0xff, 0xff, 0x2c, 0xff]))], /gone\.csv: its text is neither UTF-8 nor UTF-16 nor GB18030/],
  ] as [string[], RegExp][]) {
    const { status, stderr } = run(native, 'data', ...words);
    assert.equal(status, 2, words.join(' '));
    assert.match(stderr, why);
    assert.match(stderr, /^[^\n]*\n$/);
  }
  assert.match(run(native, 'train', file('own_cut.json', JSON.stringify({ ...tiny_settings, data: { source: 'own', train: 10, test: 4, classes: [] } })), '--data', file('cut.downhill-data', readFileSync(out).subarray(0, 90))).stderr, /cut\.downhill-data: the compressed file is cut or damaged/);
});

test('data: a template of scores is filled with pictures, becomes numbers, and a case of them that every build trains alike', () => {
  const at = join(mkdtempSync(join(tmpdir(), 'downhill-scores-')), 'faces');
  assert.match(run(native, 'data', at, '--template').stdout, /faces: scores\.csv with 196 rows to fill/);
  assert.match(run(native, 'data', at, '--template').stderr, /scores\.csv: this is there already and is not written over/);
  const rows = readFileSync(join(at, 'scores.csv'), 'utf8').split('\r\n');
  assert.equal(rows.length, 198); // a head, and nothing after the last end
  for (let i = 1; i <= 60; ++i) writeFileSync(join(at, `photo${String(i).padStart(3, '0')}.png`), grey_png(4 * i));
  writeFileSync(join(at, 'scores.csv'), rows.slice(0, 101).map((row, i) => (i > 0 && i <= 60 ? `${row}${1 + (i % 9) / 2}` : row)).join('\r\n'));
  const out = join(at, '..', 'faces.downhill-data');
  const { stdout } = run(native, 'data', at, '--out', out);
  assert.match(stdout, /^answer: score, numbers$/m);
  const [, line = ''] = /in a case: (.*)\n/.exec(stdout) ?? [];
  assert.match(line, /^"case": "scores", "data": \{"source": "own", "file": "[0-9a-f]{16}", "train": 39, "validation": 9, "test": 12\}, "epochs": 200, "optimizer": \{"lr":0\.001,"name":"adam"\}$/);
  const document = file('own_case.json', `{"downhill": 1, "lab": "cases", ${line}}`);
  assert.match(run(native, 'check', document).stdout, /nothing wrong/);
  assert.match(run(native, 'cases', document).stderr, /--data: .*needs your own data file/);
  const hashes = new Set(builds.map(([, command]) => {
    const { stdout, stderr } = run(command, 'hash', document, '--data', out);
    assert.match(stderr, /faces\.downhill-data has no validation set: 9 of its training examples are taken for validation instead\n/);
    return stdout;
  }));
  assert.equal(hashes.size, 1);
});

test('data: what a folder hides is told, and the line for an experiment names classes that runs take', () => {
  const at = mkdtempSync(join(tmpdir(), 'downhill-parts-'));
  chmodSync(at, 0o755);
  const pictures = join(at, 'pictures');
  for (const [folder, count] of Object.entries({ 'train/a': 4, 'train/b': 5, 'train/c': 6, 'test/a': 2, 'test/c': 3 })) {
    mkdirSync(join(pictures, folder), { recursive: true });
    for (let i = 0; i < count; ++i) writeFileSync(join(pictures, folder, `${i}.png`), grey_png(i));
  }
  symlinkSync(join(pictures, 'train'), join(pictures, 'again'));
  mkdirSync(join(pictures, 'locked'));
  chmodSync(join(pictures, 'locked'), 0);
  const out = join(at, 'parts.downhill-data');
  const { status, stdout } = run_with({ ...nobody }, native, 'data', pictures);
  assert.equal(status, 0);
  assert.match(stdout, /pictures\/again: this is a link to a folder and was not followed/);
  assert.match(stdout, /pictures\/locked: this folder can't be read/);
  assert.match(stdout, /^no run can take the class "b": it has no examples for training or none for testing\n/m);
  chmodSync(join(pictures, 'locked'), 0o755);
  const [, line = ''] = /in an experiment: ("data": \{.*\})\n/.exec(run(native, 'data', pictures, '--out', out).stdout) ?? [];
  assert.match(line, /"train": 8, "test": 4, "classes": \[0, 2\]/);
  const experiment = file('own_parts.json', `{"downhill": 1, ${line}, "network": {"hidden": [{"units": 3}]}, "batch": 4, "epochs": 1, "lanes": [{}]}`);
  assert.match(run(native, 'hash', experiment, '--data', out).stdout, /[0-9a-f]{16}/);
  // two folders whose pictures have the same names, and one of them twice
  const two = run(native, 'data', join(pictures, 'train'), join(pictures, 'test', '..', 'train', 'a'), join(pictures, 'train'));
  assert.match(two.stdout, /train: it was given twice and is read once/);
  chmodSync(pictures, 0);
  const refused = run_with({ ...nobody }, native, 'data', pictures);
  chmodSync(pictures, 0o755);
  assert.deepEqual([refused.status, refused.stdout], [2, '']);
  assert.match(refused.stderr, /pictures: this folder can't be read/);
});

test('own images with labels from 1 on, in gzip of several members: their classes are those that occur, and train says which', () => {
  const data = mkdtempSync(join(tmpdir(), 'downhill-letters-'));
  const words = (...numbers: number[]) => Buffer.concat(numbers.map((n) => Buffer.from([n >>> 24, n >>> 16, n >>> 8, n])));
  const write = (name: string, content: Buffer) => writeFileSync(join(data, `${name}-ubyte.gz`), Buffer.concat([gzipSync(content.subarray(0, 9)), gzipSync(content.subarray(9)), Buffer.alloc(3)]));
  for (const [part, n] of [['train', 60], ['t10k', 12]] as const) {
    const labels = Buffer.from(Array.from({ length: n }, (_, i) => [1, 5, 26][i % 3]!));
    write(`${part}-images-idx3`, Buffer.concat([words(0x803, n, 2, 2), Buffer.from(Array.from({ length: 4 * n }, (_, i) => (i * 37) % 256))]));
    write(`${part}-labels-idx1`, Buffer.concat([words(0x801, n), labels]));
  }
  const letters = (classes: number[]) => file('letters.json', JSON.stringify({ ...tiny_settings, data: { source: 'own', train: 30, test: 6, classes } }));
  for (const [, command] of builds) {
    assert.match(run(command, 'train', letters([]), '--data', data).stdout, /^classes: 0 = 1, 1 = 5, 2 = 26\n/);
    assert.match(run(command, 'train', letters([26, 1]), '--data', data).stdout, /^classes: 0 = 26, 1 = 1\n/);
    assert.match(run(command, 'train', letters([1, 0]), '--data', data).stderr, /\/data\/classes: the training set has no examples of class 0; leave it out/);
  }
});

test('export: a script for a lane that is there, in the language asked for', () => {
  assert.match(run(native, 'export', short, '--lane', '9').stdout, /optimizer = torch\.optim\.Adam\(/);
  assert.match(run(native, 'export', short, '--lane', '9', '--lang', 'en').stdout, /# forward/);
  assert.match(run(native, 'export', short, '--lang', 'fr').stderr, /--lang: "fr" is not known/);
});

test('export: scripts of random experiments, of every table entry, of every preset and of cases are Python', () => {
  const names = Array.from({ length: 30 }, (_, n) => ['random' + n, run(['build/native/downhill_random'], String(n)).stdout] as const);
  const golden = run(['build/native/downhill_random'], 'golden').stdout.trim().split('\n').map((line) => line.split('\t') as [string, string]);
  const paths = run(['build/native/downhill_random'], 'surfaces').stdout.trim().split('\n').map((line) => line.split('\t') as [string, string]);
  const random_paths = Array.from({ length: 30 }, (_, n) => ['random surface' + n, run(['build/native/downhill_random'], 'surface', String(n)).stdout] as const);
  const presets = readdirSync('assets/experiments').map((name) => [name, readFileSync(join('assets/experiments', name), 'utf8')] as const);
  const classes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  // places that were rated so often that their scores fill lines: first, last, and between others
  const often = (at: number) => Array.from({ length: 150 }, (_, i) => [i % 3 ? at : i % 9, 1 + (i % 5)]);
  const cases = [{}, { hidden: [{ units: 4, activation: 'crelu' }], drop_last: true }, { hidden: [{ units: 4, activation: 'step' }], shuffle: false, workers: 2 }, { case: 'yes_no' }, { case: 'yes_no', output: 'two', workers: 1 },
    ...['height_to_width', 'ink', 'symmetry'].map((score) => ({ case: 'scores', score })), ...[0, 4, 9].map((at) => ({ case: 'scores', raters: [{ seed: 1, classes, scores: often(at) }, { seed: 1, classes, scores: [] }] })),
  ].map((patch, i) => ['case' + i, JSON.stringify({ downhill: 1, lab: 'cases', ...patch })] as const);
  const scripts = [...names, ...golden, ...paths, ...random_paths, ...presets, ...cases].flatMap(([name, json], i) =>
    (name.startsWith('case') ? ['zh', 'en'] : [i % 2 ? 'en' : 'zh']).map((lang) => {
      const script = file(`${name.replaceAll('/', '_')}.${lang}.py`, '');
      const { status, stderr } = run(native, 'export', file('exported.json', json), '--out', script, '--lang', lang);
      assert.equal(status, 0, name + stderr);
      return script;
    }),
  );
  const compiled = spawnSync('python3', ['-c', 'import sys\nfor p in sys.argv[1:]: compile(open(p, encoding="utf-8").read(), p, "exec")', ...scripts], { encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stderr);
});

test('surface: every step of every lane, each number in all its digits; the same text in all three builds', () => {
  const printed = builds.map(([, command]) => run(command, 'surface', hill).stdout);
  assert.equal(printed[1], printed[0]);
  assert.equal(printed[2], printed[0]);
  const rows = printed[0]!.trim().split('\n');
  assert.equal(rows.length, 1 + 2 * 21);
  assert.deepEqual(rows.slice(0, 2), ['lane,step,x,y,f', 'GD,0,-1.2,1,24.20001']);
  assert.match(rows[22]!, /^"Adam, fast",0,-1\.2,1,24\.20001$/);
  // the first step by hand: the gradient of Rosenbrock's function at (−1.2, 1) is (−215.6, −88)
  assert.deepEqual(rows[2]!.split(',').slice(1), ['1', '-0.9844', '1.088', '5.352914']);
  for (const row of rows.slice(1))
    for (const text of row.split(',').slice(-3)) {
      const number = Math.fround(Number(text));
      for (let digits = 1; digits < text.replace(/^-?0*\.?0*|e.*$/g, '').replace('.', '').length; ++digits) assert.notEqual(Math.fround(Number(number.toPrecision(digits))), number, text);
    }
  const second = [rows[0], ...rows.slice(22)].join('\n') + '\n';
  assert.equal(run(native, 'surface', hill, '--lane', '2').stdout, second);
  const out = join(folder, 'path.csv');
  assert.deepEqual(run(native, 'surface', hill, '--lane', '2', '--out', out), { status: 0, stdout: '', stderr: '' });
  assert.equal(readFileSync(out, 'utf8'), second);
});

test('surface --working: the formulas of a step with its numbers, those of the path; the same text in all three builds', () => {
  // the first step by hand: the gradient of Rosenbrock's function at (−1.2, 1) is (−215.6, −88)
  const descent = ['GD, 1', 'g ← ∇f(θ)\tx: −215.6\ty: −88', 'θ ← θ − η·g\tx: −1.2 − 0.001·(−215.6) = −0.9844\ty: 1 − 0.001·(−88) = 1.088'];
  const adam = [
    'Adam, fast, 1',
    'g ← ∇f(θ)\tx: −215.6\ty: −88',
    'm ← β1·m + (1 − β1)·g\tx: 0.9·0 + (1 − 0.9)·(−215.6) = −21.56\ty: 0.9·0 + (1 − 0.9)·(−88) = −8.8',
    'v ← β2·v + (1 − β2)·g²\tx: 0.999·0 + (1 − 0.999)·(−215.6)² = 46.4834\ty: 0.999·0 + (1 − 0.999)·(−88)² = 7.744',
    'm̂ ← m/(1 − β1^t)\tx: −21.56/(1 − 0.9^1) = −215.6\ty: −8.8/(1 − 0.9^1) = −88',
    'v̂ ← v/(1 − β2^t)\tx: 46.4834/(1 − 0.999^1) = 46483.4\ty: 7.744/(1 − 0.999^1) = 7744',
    'θ ← θ − η·m̂/(√v̂ + ε)\tx: −1.2 − 0.05·(−215.6)/(√46483.4 + 1e−8) = −1.15\ty: 1 − 0.05·(−88)/(√7744 + 1e−8) = 1.05',
  ];
  for (const [, command] of builds) {
    assert.deepEqual(run(command, 'surface', hill, '--working', '1'), { status: 0, stdout: [...descent, ...adam, ''].join('\n'), stderr: '' });
    assert.equal(run(command, 'surface', hill, '--working', '17').stdout, run(native, 'surface', hill, '--working', '17').stdout);
  }
  const out = join(folder, 'working.txt');
  assert.deepEqual(run(native, 'surface', hill, '--working', '1', '--lane', '2', '--out', out), { status: 0, stdout: '', stderr: '' });
  assert.equal(readFileSync(out, 'utf8'), [...adam, ''].join('\n'));
  // every step's last line leads to the place that the path has next
  const path = run(native, 'surface', hill, '--lane', '2').stdout.trim().split('\n');
  for (let step = 1; step <= 20; ++step) {
    const last = run(native, 'surface', hill, '--lane', '2', '--working', String(step)).stdout.trim().split('\n').at(-1)!;
    const [x, y] = [...last.matchAll(/= ([−\d.e]+)/g)].map(([, text = '']) => Number(text.replaceAll('−', '-')));
    const [, next_x, next_y] = path[step + 1]!.split(',').slice(-4).map(Number);
    assert.ok(Math.abs(x! - next_x!) <= 1e-5 * Math.abs(next_x!) && Math.abs(y! - next_y!) <= 1e-5 * Math.abs(next_y!), `${step}: ${last}; ${path[step + 1]}`);
  }
});

test('surface: a lane that diverges ends there, in words that other programs read as numbers', () => {
  const steep = file('steep.json', JSON.stringify({ ...hill_settings, surface: { name: 'formula', formula: 'log(x) + y^2' }, start: [0.15, 1], optimizer: { name: 'sgd', lr: 0.1 }, lanes: [{}, { start: [1, 1] }] }));
  const rows = run(native, 'surface', steep).stdout.trim().split('\n');
  assert.deepEqual(rows.slice(1, 4).map((row) => row.split(',').filter((_, i) => i !== 2).join()), ['sgd 1,0,1,-0.89711994', 'sgd 1,1,0.8,nan', 'sgd 2,0,1,1']);
});

test('check, hash and export take the documents of every lab; bad ones are refused with the place', () => {
  for (const [, command] of builds) {
    assert.equal(run(command, 'check', hill).stdout, `${hill}: 2 lanes, nothing wrong\n`);
    assert.match(run(command, 'hash', hill).stdout, /^GD\t[0-9a-f]{16}\nAdam, fast\t[0-9a-f]{16}\n$/);
    assert.equal(run(command, 'hash', hill).stdout, run(native, 'hash', hill).stdout);
  }
  const of = (patch: object) => file('bad.json', JSON.stringify({ ...hill_settings, ...patch }));
  const cases: [string[], RegExp][] = [
    [['check', of({ lab: 'hills' })], /bad\.json \/lab: "hills" is not known; choose one of: race, surface, backprop, neuron, losses, fit, cases\n/],
    [['surface', tiny], /tiny\.json: "lab" is missing; add it/],
    [['train', hill], /hill\.json \/lab: this is a document of the lab "surface"; here one of "race" is wanted/],
    [['hash', hill, '--data', folder], /--data: this document needs no data file/],
    [['surface', hill, '--map', 'hills'], /--map: "hills" is not known; choose one of: rates, starts/],
    [['surface', hill, '--lane', '3'], /--lane: there is no lane 3/],
    [['surface', hill, '--map', 'rates', '--working', '1'], /: --map and --working exclude each other; leave one of the two out/],
    ...['0', '21', 'x', '-1', '1.5', '99999999999999999999'].map((step): [string[], RegExp] => [['surface', hill, '--working', step], new RegExp(`--working: the lane "GD" has no step ${step}; it takes 20`)]),
  ];
  for (const [words, expected] of cases) {
    const { status, stdout, stderr } = run(native, ...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, expected);
  }
  for (const verb of ['surface', 'check', 'hash', 'export'])
    for (const [patch, expected] of [
      [{ surface: 'hill' }, /\/surface\/name: "hill" is not known; choose one of: bowl, beale, /],
      [{ surface: { name: 'formula', formula: 'x^2 + 2y' } }, /\/surface\/formula: character 8: an operator is missing before "y"; products are written out, as in 2\*x/],
      [{ surface: { name: 'formula', formula: '('.repeat(1000) } }, /\/surface\/formula: character 101: more than 100 levels are nested here/],
      [{ surface: { name: 'formula', formula: 'x'.repeat(10000) } }, /\/surface\/formula: 10000 characters are too many; at most 1000/],
      [{ batch: 2 }, /\/batch: the surface rosenbrock is a function and has no points to take batches of/],
      [{ lanes: [{ optimizer: { name: 'adam', betas: [0.9] } }] }, /\/lanes\/0\/optimizer\/betas: expected \[… × 2\] here/],
    ] as const) {
      const { status, stdout, stderr } = run(native, verb, of(patch));
      assert.deepEqual([status, stdout], [2, ''], verb);
      assert.match(stderr, /^downhill: [^\n]*bad\.json [^\n]+\n$/);
      assert.match(stderr, expected);
    }
});

test('trace: every number of the known example; the same text in all three builds', () => {
  interface Layer {
    weight: number[][];
    bias: number[];
  }
  interface Trace {
    examples: { layers: { z: number[]; a: number[]; delta: number[] }[]; d_input: number[]; loss: number }[];
    loss: number;
    gradients: Layer[];
    after: { layers: Layer[]; loss: number };
    steps?: { name: string; symbol: string; formula: string; filled: string; result: string; value: number; lines?: { symbol: string; result: string }[] }[];
  }
  const text = run(native, 'trace', small).stdout;
  const trace = JSON.parse(text) as Trace;
  const near = (told: number[], known: number[], last: number) => assert.ok(told.length === known.length && told.every((x, i) => Math.abs(x - known[i]!) <= 0.51 * last), `${told.join()} is not ${known.join()}`);
  const [hidden, output] = trace.examples[0]!.layers;
  near(hidden!.z, [0.3775, 0.3925], 1e-9);
  near(hidden!.a, [0.593269992, 0.596884378], 1e-9);
  near(hidden!.delta, [0.00877135469, 0.00995425471], 1e-11);
  near(output!.z, [1.10590597, 1.2249214], 1e-8);
  near(output!.a, [0.75136507, 0.772928465], 1e-9);
  near(output!.delta, [0.138498562, -0.0380982365], 1e-9);
  near(trace.examples[0]!.d_input, [0.00380426688, 0.00474054735], 1e-11);
  near([trace.loss, trace.examples[0]!.loss], [0.298371109, 0.298371109], 1e-9);
  near(trace.gradients.flatMap(({ weight }) => weight.flat()), [0.000438568, 0.000877135, 0.000497713, 0.000995425, 0.082167041, 0.082667628, -0.02260254, -0.022740242], 1e-9);
  near(trace.after.layers.flatMap(({ weight }) => weight.flat()), [0.149780716, 0.199561432, 0.249751144, 0.299502287, 0.35891648, 0.408666186, 0.51130127, 0.561370121], 1e-9);
  near(trace.after.layers.flatMap(({ bias }) => bias), [0.345614323, 0.345022873, 0.530750719, 0.619049118], 1e-9);
  const of = (patch: object) => file('small_patched.json', JSON.stringify({ ...small_settings, ...patch }));
  const loss_after = (patch: object) => (JSON.parse(run(native, 'trace', of(patch)).stdout) as Trace).after.loss;
  near([loss_after({}), loss_after({ train_bias: false })], [0.280471447, 0.291027774], 1e-9);
  near([loss_after({ train_bias: false, steps: 10000 })], [0.0000351], 1e-7);

  for (const [, command] of builds) {
    assert.deepEqual(run(command, 'trace', small), { status: 0, stdout: text, stderr: '' });
    assert.equal(run(command, 'check', small).stdout, `${small}: 2 layers, 1 examples, nothing wrong\n`);
    assert.match(run(command, 'hash', small).stdout, /^backprop\t[0-9a-f]{16}\n$/);
    assert.equal(run(command, 'hash', small).stdout, run(native, 'hash', small).stdout);
  }

  const { steps, ...others } = JSON.parse(run(native, 'trace', small, '--formulas', '9').stdout) as Trace;
  assert.deepEqual(others, trace);
  const step = (name: string) => steps!.find((s) => s.name === name);
  assert.deepEqual(step('z/1/1/1'), { name: 'z/1/1/1', symbol: 'z(h₁)', formula: 'w₁·x₁ + w₂·x₂ + b₁', filled: '0.15·0.05 + 0.2·0.1 + 0.35', result: '0.3775', value: hidden!.z[0]! });
  assert.equal(step('delta/1/2/1')!.value, output!.delta[0]);
  assert.equal(step('new_weight/2/1/1')!.value, trace.after.layers[1]!.weight[0]![0]);
  assert.equal(steps!.length, 65);
  assert.ok(steps!.every(({ lines }) => lines === undefined));
  const by_adam = JSON.parse(run(native, 'trace', of({ optimizer: 'adam' }), '--formulas', '3').stdout) as Trace;
  const update = by_adam.steps!.find((s) => s.name === 'new_weight/2/1/1')!;
  assert.deepEqual(update.lines!.map(({ symbol }) => symbol), ['g', 'm', 'v', 'm̂', 'v̂', 'w₅⁺']);
  assert.equal(update.lines!.at(-1)!.result, update.result);
  for (const digits of ['0', '16', '9.5', '-9', 'all', '009']) assert.match(run(native, 'trace', small, '--formulas', digits).stderr, /^downhill: --formulas: "[^"]+" is not known; choose one of: 1 … 15\n$/);
  for (const [, command] of builds) assert.equal(run(command, 'trace', small, '--formulas', '9').stdout, run(native, 'trace', small, '--formulas', '9').stdout);
  const out = join(folder, 'trace.json');
  assert.deepEqual(run(native, 'trace', small, '--out', out), { status: 0, stdout: '', stderr: '' });
  assert.equal(readFileSync(out, 'utf8'), text);
  for (const lang of ['zh', 'en']) assert.match(run(native, 'export', small, '--lang', lang).stdout, /^"""[^]*\nprint\(json\.dumps\(trace, indent=2\)\)\n$/);
  for (const [words, expected] of [
    [['trace', tiny], /tiny\.json: "lab" is missing; add it/],
    [['trace', hill], /hill\.json \/lab: this is a document of the lab "surface"; here one of "backprop" is wanted/],
    [['hash', small, '--data', folder], /--data: this document needs no data file/],
    [['export', small, '--lane', '1'], /--lane: there is no lane 1; there are 0/],
    [['export', small, '--lang', 'fr'], /--lang: "fr" is not known/],
  ] as const) {
    const { status, stdout, stderr } = run(native, ...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, expected);
  }
  for (const verb of ['trace', 'check', 'hash', 'export'])
    for (const [patch, expected] of [
      [{ layers: [{ weight: [[1, 2], [3]] }] }, /\/layers\/0\/weight\/1: this row has 1 weights, the first one 2/],
      [{ layers: [{ activation: 'crelu', weight: [[1, 2]] }] }, /\/layers\/0\/activation\/name: "crelu" is not known; choose one of: identity, /],
      [{ examples: [{ input: [1], target: [1, 2] }] }, /\/examples\/0\/input: 1 inputs do not fit the first layer's rows of 2 weights/],
      [{ loss: 'cross_entropy', examples: [{ input: [1, 2], target: [0.5, 0.75] }] }, /\/examples\/0\/target: the targets of cross-entropy are probabilities and come to 1; here they come to 1\.25/],
      [{ examples: 3 }, /\/examples: expected /],
    ] as const) {
      const { status, stdout, stderr } = run(native, verb, of(patch));
      assert.deepEqual([status, stdout], [2, ''], verb);
      assert.match(stderr, /^downhill: [^\n]*small_patched\.json [^\n]+\n$/);
      assert.match(stderr, expected);
    }
});

test('neuron: truth tables, images and the softened step, the same in all three builds; what is refused', () => {
  const soft = file('soft.json', JSON.stringify({ downhill: 1, lab: 'neuron', part: 'soft' }));
  const table = 'x1,x2,h1,h2,sum,fires,wanted\n0,0,0,0,0,0,0\n0,1,1,0,1,1,1\n1,0,1,0,1,1,1\n1,1,1,1,0,0,0\n';
  assert.equal(run(native, 'neuron', gate).stdout, table);
  const scores = run(native, 'neuron', seeing).stdout.split('\n');
  assert.equal(scores[0], 'weights,set,images,right,accuracy');
  assert.match(scores[1]!, /^painted,train,400,\d+,0\.\d{6}$/);
  for (const [name, command] of builds)
    for (const document of [gate, soft, seeing])
      for (const verb of ['neuron', 'hash', 'check', 'export']) {
        const answer = run(command, verb, document);
        assert.equal(answer.status, 0, `${name} ${verb}: ${answer.stderr}`);
        assert.equal(answer.stdout, run(native, verb, document).stdout, `${name} ${verb}`);
      }
  const weights = join(folder, 'weights.csv');
  assert.equal(run(native, 'neuron', seeing, '--weights', weights, '--data', '/usr/share/datasets/fashion-mnist').status, 0);
  assert.equal(readFileSync(weights, 'utf8').trim().split('\n').length, 786);
  const of = (name: string, patch: object) => file(name, JSON.stringify({ downhill: 1, lab: 'neuron', ...patch }));
  for (const [words, expected] of [
    [['neuron', tiny], /tiny\.json: "lab" is missing; add it/],
    [['neuron', gate, '--data', folder], /--data: this document needs no data file/],
    [['neuron', gate, '--weights', join(folder, 'none.csv')], /--weights: only a unit on images has weights/],
    [['neuron', seeing, '--data', folder], /can't read this file/],
    [['check', of('three.json', { logic: { inputs: 3, layers: 2 } })], /\/logic\/inputs: 3 is out of range; allowed is 2 to 2/],
    [['check', of('blot.json', { image: { weights: 'AAAA' } })], /\/image\/weights: this is no painting/],
  ] as const) {
    const { status, stdout, stderr } = run(native, ...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, expected);
  }
});

test('losses: every part, the same in all three builds; what is refused', () => {
  const of = (name: string, patch: object) => file(name, JSON.stringify({ downhill: 1, lab: 'losses', ...patch }));
  assert.equal(run(native, 'losses', wrong).stdout, 'class,logit,p,y,gradient\n0,0,0.5,0,0.5\n1,0,0.5,1,-0.5\nloss,0.693147181\nsteepness,0.707106781\nfloor,0\n');
  const parts = [
    of('curves.json', {}),
    of('logit.json', { curves: { axis: 'logit', target: 0.2, from: -9, to: 9 } }),
    of('twice.json', { part: 'softmax', softmax: { twice: true } }),
    of('line.json', { part: 'line' }),
    of('sigmoid.json', { part: 'neuron', neuron: { w: 2, b: 2 } }),
  ];
  assert.equal(run(native, 'losses', parts[0]!).stdout.trim().split('\n').length, 202);
  assert.match(run(native, 'losses', parts[3]!).stdout, /^fit,a,b,mse,mae,huber\nline_mse,0\.49047619,/);
  for (const [name, command] of builds)
    for (const document of parts)
      for (const verb of ['losses', 'hash', 'check', 'export']) {
        const answer = run(command, verb, document);
        assert.equal(answer.status, 0, `${name} ${verb}: ${answer.stderr}`);
        assert.equal(answer.stdout, run(native, verb, document).stdout, `${name} ${verb} ${document}`);
      }
  for (const [words, expected] of [
    [['losses', tiny], /tiny\.json: "lab" is missing; add it/],
    [['losses', gate], /gate\.json \/lab: this is a document of the lab "neuron"/],
    [['hash', wrong, '--data', folder], /--data: this document needs no data file/],
    [['hash', wrong, '--lane', '1'], /--lane: there is no lane 1; there are 0/],
    [['check', of('label.json', { softmax: { logits: [1, 2], label: 2 } })], /\/softmax\/label: there is no class 2; there are 2, counted from 0/],
    [['check', of('points.json', { line: { points: [[0, 1], [2]] } })], /\/line\/points\/1: expected \[x, y\] here/],
  ] as const) {
    const { status, stdout, stderr } = run(native, ...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, expected);
  }
});

test('fit: bias and variance, capacity and towers, the same in all three builds; every fit and point by option; what is refused', () => {
  const of = (name: string, patch: object) => file(name, JSON.stringify({ downhill: 1, lab: 'fit', sets: 3, at: 4, points: 12, ...patch }));
  const network = { name: 'network', hidden: [{ units: 5, activation: 'relu' }], epochs: 8 };
  const documents = [
    bumps,
    of('nets.json', { part: 'sets', x: 'random', model: network }),
    of('capacity.json', { part: 'capacity', own: [[0, 1], [1, 2], [-2, 0.5], [4, 0.1]] }),
    of('towers.json', { part: 'approximate', target: { name: 'waves' }, noise: 0, towers: [[0, 0.5, 0.3]], model: network }),
  ];
  for (const [name, command] of builds)
    for (const document of documents)
      for (const verb of ['fit', 'hash', 'check', 'export']) {
        const answer = run(command, verb, document);
        assert.equal(answer.status, 0, `${name} ${verb}: ${answer.stderr}`);
        assert.equal(answer.stdout, run(native, verb, document).stdout, `${name} ${verb}`);
      }
  const [fits, points] = [join(folder, 'fits.csv'), join(folder, 'fit_points.csv')];
  const printed = run(native, 'fit', bumps, '--fits', fits, '--points', points).stdout.trim().split('\n').map((row) => row.split(','));
  assert.deepEqual(printed[0], ['x', 'f', 'mean', 'bias2', 'variance']);
  assert.equal(printed.length, 1 + 5 + 1);
  const rows = (path: string) => readFileSync(path, 'utf8').trim().split('\n').map((row) => row.split(','));
  assert.deepEqual([rows(fits)[0], rows(fits).length], [['set', 'x', 'prediction'], 1 + 4 * 5]);
  assert.deepEqual([rows(points)[0], rows(points).length], [['set', 'x', 'y'], 1 + 4 * 20]);
  for (const [x, , mean, , variance] of printed.slice(1, -1)) { // by the definitions, out of the file
    const at = rows(fits).filter((row) => row[1] === x).map((row) => Number(row[2]));
    const ours = at.reduce((sum, y) => sum + y, 0) / 4;
    assert.ok(Math.abs(ours - Number(mean)) < 1e-12);
    assert.ok(Math.abs(at.reduce((sum, y) => sum + (y - ours) ** 2, 0) / 4 - Number(variance)) < 1e-12);
  }
  assert.match(run(native, 'fit', documents[2]!).stdout, /^capacity,train,expected,mean_train,mean_expected,bias2,variance\n0,/);
  assert.match(run(native, 'fit', documents[3]!).stdout, /^x,f,towers,model\n0,0\.25,[^\n]*\n(?:[^\n]+\n){3}deviation,,[\d.]+,[\d.]+\n$/);
  for (const [words, expected] of [
    [['fit', tiny], /tiny\.json: "lab" is missing; add it/],
    [['fit', bumps, '--fits', join(folder, 'no', 'fits.csv')], /can't write this file/],
    [['hash', bumps, '--data', folder], /--data: this document needs no data file/],
    [['check', of('degree.json', { model: { degree: 15 } })], /\/model\/degree: 15 is out of range; allowed is 0 to 14/],
    [['check', of('y.json', { target: { formula: 'x*y' } })], /\/target\/formula: a target function is a formula of x/],
    [['check', of('log.json', { target: { formula: 'log(x)' } })], /\/target\/formula: at x = -4[.\d]* the target function is no number within ±1000000/],
  ] as const) {
    const { status, stdout, stderr } = run(native, ...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, expected);
  }
});

test('surface over images: drawn from Fashion-MNIST, the same in all three builds; its script has the points as numbers', () => {
  const folders = ['', '/usr/share/datasets/fashion-mnist'].map((at) => (at ? ['--data', at] : []));
  for (const [, command] of builds) {
    assert.equal(run(command, 'check', images).stdout, `${images}: 3 lanes, nothing wrong\n`); // without data
    for (const at of folders)
      assert.equal(run(command, 'hash', images, ...at).stdout, 'all\tfe52f4070a393914\nsixteen\t821edc0c9ed98041\none\t35946a5505513f60\n');
  }
  const rows = run(native, 'surface', images).stdout.trim().split('\n').map((row) => row.split(','));
  const way = (lane: string) => {
    const places = rows.filter(([name]) => name === lane).map(([, , x, y]) => [Number(x), Number(y)] as const).slice(40);
    return places.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - places[i]![0], y - places[i]![1]), 0);
  };
  assert.ok(way('one') > 2 * way('sixteen') && way('sixteen') > 2 * way('all'), `${way('one')}, ${way('sixteen')}, ${way('all')}`);
  // the same walks over the points that the script has, given one by one
  const script = run(native, 'export', images, '--lane', '2', '--lang', 'en').stdout;
  assert.match(script, /# 200 images of Fashion-MNIST's classes 0 \(T 0\) and 6 \(T 1\); X and Y are their coordinates along means and principal\n/);
  const [x, y, t] = ['X', 'Y', 'T'].map((name) => JSON.parse(new RegExp(`^${name} = torch\\.tensor\\((\\[.*\\]), dtype`, 'm').exec(script)![1]!) as number[]);
  assert.equal(x!.length, 200);
  const given = file('given.json', JSON.stringify({ ...images_settings, surface: { name: 'logistic', points: x!.map((_, i) => [x![i], y![i], t![i]]) } }));
  assert.equal(run(native, 'hash', given).stdout, run(native, 'hash', images).stdout);
  const bad: [string[], RegExp][] = [
    [['hash', given, '--data', folder], /--data: this document needs no data file/],
    [['export', tiny, '--data', folder], /--data: this document needs no data file/],
    [['surface', images, '--data', folder], /train-images-idx3-ubyte: can't read this file/],
    [['check', file('same.json', JSON.stringify({ ...images_settings, surface: { name: 'logistic', classes: [3, 3] } }))], /\/surface\/classes: class 3 is listed twice/],
    [['check', file('same_way.json', JSON.stringify({ ...images_settings, surface: { name: 'logistic', along: ['bias', 'bias'] } }))], /\/surface\/along: both directions are "bias"; choose two that differ/],
  ];
  for (const [words, expected] of bad) {
    const { status, stdout, stderr } = run(native, ...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, expected);
  }
});

test('surface --map: a row for each of 96 × 96 cells, or 96 rates where a rule has no second parameter', () => {
  const one = file('one.json', JSON.stringify({ ...hill_settings, surface: { name: 'bowl', kappa: 20 }, steps: 100, optimizer: { name: 'momentum', lr: 0.05 }, lanes: [{}, { optimizer: { name: 'sgd', lr: 0.09 } }] }));
  const map = (kind: string, ...more: string[]) => run(native, 'surface', one, '--map', kind, ...more).stdout.trim().split('\n');
  const rates = map('rates');
  assert.equal(rates[0], 'lr,momentum,steps,minimum_x,minimum_y,f');
  assert.equal(rates.length, 1 + 96 * 96);
  assert.ok(rates.slice(1).every((row) => /^[\d.e-]+,[\d.e-]+,(\d+,-?0,-?0|(diverged)?,,),(nan|inf|[\d.e+-]+)$/.test(row)));
  // gradient descent converges below 2/κ = 0.1 and nowhere above
  const descent = map('rates', '--lane', '2');
  assert.equal(descent[0], 'lr,steps,minimum_x,minimum_y,f');
  assert.equal(descent.length, 1 + 96);
  for (const [lr, steps] of descent.slice(1).map((row) => row.split(','))) {
    if (Number(lr) > 0.1) assert.ok(steps === 'diverged' || (steps === '' && Number(lr) < 0.3), `${lr} ${steps}`);
    else assert.notEqual(steps, 'diverged');
    if (Number(lr) > 0.05 && Number(lr) < 0.095) assert.ok(Number(steps) > 5, `${lr} ${steps}`);
  }
  const starts = map('starts');
  assert.equal(starts[0], 'x,y,steps,minimum_x,minimum_y,f');
  assert.equal(starts.length, 1 + 96 * 96);
  for (const [, command] of builds.slice(1)) assert.equal(run(command, 'surface', one, '--map', 'rates').stdout.trim(), rates.join('\n'));
});

test('bench: a row for each kind of work, with its share of the peak', () => {
  const { status, stdout } = run(native, 'bench');
  assert.equal(status, 0);
  assert.match(stdout, /^peak, .* 100 % of peak\ntrain 784-128-10 sgd batch 64 /);
  assert.ok(stdout.trim().split('\n').length > 10);
});

test('cases: curves and a prediction, the seven stations, the same in all three builds; the Race’s hash; what is refused', () => {
  const of = (name: string, patch: object) => file(name, JSON.stringify({ downhill: 1, lab: 'cases', epochs: 2, ...patch }));
  const few = { train: 120, validation: 40, test: 30 };
  const rater = (more: object) => ({ seed: 1, classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ...more });
  const documents = [
    walk,
    of('hidden.json', { data: few, hidden: [{ units: 6, activation: 'tanh' }], batch: 'full' }),
    of('yes_no.json', { case: 'yes_no', data: few, drop_last: true, threshold: 0.4, picture: 29 }),
    of('two.json', { case: 'yes_no', output: 'two', data: { ...few, classes: [7, 9] }, shuffle: false }),
    ...['height_to_width', 'ink', 'symmetry'].map((score) => of(`${score}.json`, { case: 'scores', score, data: few })),
    of('rated.json', { case: 'scores', raters: [rater({ name: 'A', scores: Array.from({ length: 40 }, (_, i) => [(i * 7) % 90, 1 + (i % 5)]) })] }),
    of('wild.json', { case: 'scores', data: few, epochs: 20, optimizer: { name: 'sgd', lr: 100 } }),
  ];
  for (const [name, command] of builds)
    for (const document of documents)
      for (const words of [['cases', document], ['cases', document, '--stations', 'all'], ['hash', document], ['check', document], ['export', document]]) {
        const answer = run(command, ...words);
        assert.equal(answer.status, 0, `${name} ${words.join(' ')}: ${answer.stderr}`);
        assert.equal(answer.stdout, run(native, ...words).stdout, `${name} ${words.join(' ')}`);
      }
  const printed = run(native, 'cases', walk).stdout;
  assert.match(printed, /^epoch,train_loss,train_accuracy,validation_loss,validation_accuracy\n0,[^\n]*\n1,[^\n]*\n2,[^\n]*\npart,loss,accuracy\ntest,[\d.]+,[\d.]+\npicture,truth,said,probability\n0,\d,\d,[\d.]+\n$/);
  assert.match(run(native, 'cases', documents[2]!).stdout, /\nthreshold,part,accuracy,precision,recall\n0\.4,validation,[\d.,]+\n0\.4,test,[\d.,]+\npicture,truth,said,probability\n29,[06],[06],/);
  assert.match(run(native, 'cases', documents[5]!).stdout, /^epoch,train_loss,train_mae,[^\n]*\n[^]*\npicture,truth,said\n0,[\d.]+,-?[\d.]+\n$/);
  assert.match(run(native, 'cases', documents.at(-1)!).stdout, /^epoch,train_loss,train_mae,validation_loss,validation_mae\n(\d,[\d.,e+]+\n)+diverged\n$/);
  const lost = JSON.parse(run(native, 'cases', documents.at(-1)!, '--stations', 'all').stdout);
  assert.deepEqual([lost.training.diverged, lost.prediction.said], [true, null]);
  const stations = JSON.parse(run(native, 'cases', walk, '--stations', 'all').stdout);
  assert.deepEqual(Object.keys(stations).sort(), ['data', 'dataset', 'loader', 'look', 'model', 'prediction', 'training']);
  assert.deepEqual([stations.loader.formula, stations.model.layers[1].by_hand], ['⌈200/50⌉ = 4', '784·10 + 10 = 7,850']);
  assert.deepEqual(JSON.parse(run(native, 'cases', walk, '--stations', 'loader').stdout), { loader: stations.loader });
  // the same run in the Race
  const race = file('race_of_walk.json', JSON.stringify({ downhill: 1, data: { train: 200, test: 50 }, network: { hidden: [] }, optimizer: { name: 'sgd', lr: 0.05 }, batch: 50, epochs: 2, lanes: [{ label: 'cases' }] }));
  assert.equal(run(native, 'hash', walk).stdout, run(native, 'hash', race).stdout);
  for (const [words, expected] of [
    [['cases', tiny], /tiny\.json: "lab" is missing; add it/],
    [['cases', gate], /gate\.json \/lab: this is a document of the lab "neuron"/],
    [['cases', walk, '--stations', 'all of them'], /--stations: "all of them" is not known; choose one of: all, data, dataset, loader, look, model, training, prediction/],
    [['cases', walk, '--data', folder], /can't read this file/],
    [['export', walk, '--data', folder], /--data: this document needs no data file/],
    [['check', of('three_classes.json', { case: 'yes_no', data: { classes: [1, 2, 3] } })], /\/data\/classes: yes or no takes just two classes, not 3/],
    [['check', of('few.json', { case: 'scores', raters: [rater({ scores: [[0, 3], [4, 2]] })] })], /\/raters: rated pictures asked for: 3, rated: 2; rate more, or ask for fewer/],
    [['check', of('whose.json', { case: 'scores', raters: [{ scores: [[0, 3], [4, 2], [5, 1]] }] })], /\/raters\/0: "seed" is missing; add it/],
    [['check', of('other.json', { case: 'scores', data: { seed: 2 }, raters: [rater({ scores: [[0, 3], [4, 2], [5, 1]] })] })], /\/raters\/0: these scores are of pictures drawn with seed 1 from the classes \[0,1,2,3,4,5,6,7,8,9\], here they are drawn with 2 from/],
    [['cases', of('nowhere.json', { case: 'scores', raters: [rater({ classes: [0, 1], scores: [[0, 3], [1, 4], [2, 5], [59999, 1]] })] })], /\/raters\/0\/scores\/3\/0: place 59999 is not among the 12000 pictures of these classes, counted from 0; leave this score out/],
    [['check', of('deep.json', { case: 'scores', hidden: [{ units: 4 }] })], /\/hidden: only one of several takes a hidden layer here; leave it out/],
    [['cases', of('many.json', { data: { train: 10000, validation: 5000, classes: [1, 2] } })], /\/data\/validation: training and validation together ask for 15000 pictures, these classes have 12000; ask for fewer/],
    [['check', of('far.json', { picture: 500 })], /\/picture: 500 is out of range; allowed is 0 to 499/],
  ] as const) {
    const { status, stdout, stderr } = run(native, ...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, expected);
  }
});
