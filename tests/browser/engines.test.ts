// What a visitor does first, in all three engines on the built site: open it, press, race, change the language, share.
// The rest of the page's behaviour is tested in Chromium.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { PNG } from 'pngjs';
import { engines, type Tab } from './engines';
import { base, serve } from './lab';

// the first script of the page: keeps what must not happen, whatever the engine's driver can tell
const watch = `window.faults = [];
  for (const level of ['error', 'warn']) { const own = console[level]; console[level] = (...a) => { faults.push(level + ': ' + a.join(' ')); own.apply(console, a); }; }
  addEventListener('error', (e) => faults.push('page error: ' + e.message), true);
  addEventListener('unhandledrejection', (e) => faults.push('unhandled: ' + e.reason));
  document.addEventListener('securitypolicyviolation', (e) => faults.push('policy: ' + e.effectiveDirective + ' ' + e.blockedURI));`;

const short = { downhill: 1, data: { train: 1000, test: 500 }, batch: 50, epochs: 2, lanes: [{ label: 'SGD' }, { label: 'Adam', optimizer: { name: 'adam', lr: 0.001 } }, { label: 'dropout', network: { hidden: [{ units: 32, activation: 'tanh', dropout: 0.5 }] } }] };
mkdirSync('build/screenshots', { recursive: true });
writeFileSync('build/engines.json', JSON.stringify(short));
const native = execFileSync('build/native/downhill', ['hash', 'build/engines.json']).toString().trim().split('\n').map((line) => line.split('\t')[1]);

// every rule on every surface
const rules = readdirSync('engine/optimizers').filter((file) => file.endsWith('.cpp')).map((file) => file.replace('.cpp', ''));
const hills = [...readFileSync('engine/surfaces/surface.cpp', 'utf8').matchAll(/\{\.id = "(\w+)"/g)].map((m) => m[1]!).map((surface) => {
  const document = { downhill: 1, lab: 'surface', surface, steps: 200, lanes: rules.map((name) => ({ optimizer: { name, lr: name === 'sgd' ? 0.001 : 0.01 } })) };
  writeFileSync('build/engines-surface.json', JSON.stringify(document));
  return { document, hashes: execFileSync('build/native/downhill', ['hash', 'build/engines-surface.json']).toString().trim().split('\n').map((line) => line.split('\t')[1]) };
});

// presets of labs that compute without lanes, and end with a hash: not fits of one set, whose page shows none
const computed = readdirSync('assets/experiments').map((file) => file.replace('.json', '')).filter((id) => /^(backprop|losses|neuron)_|^fit_(few|free|noise|simple)$/.test(id)).map((id) => {
  const file = `assets/experiments/${id}.json`;
  return { id, document: JSON.parse(readFileSync(file, 'utf8')) as { lab: string }, hash: execFileSync('build/native/downhill', ['hash', file]).toString().trim().split('\t').at(-1) };
});

let site: Awaited<ReturnType<typeof serve>>;
before(async () => {
  site = await serve((file, content) => (file === 'watch.js' ? Buffer.from(watch) : file === 'index.html' ? Buffer.from(content.toString().replace('<script', '<script src="./watch.js"></script><script')) : content), ['watch.js']);
});
after(() => site?.close());

for (const engine of engines)
  test(`${engine.name}: loads, is pressed, races to the native hashes, speaks both languages, shares by link; no error, no foreign request`, { skip: engine.installed ? false : 'this browser is not installed here' }, async () => {
    const tab = await engine.open();
    const address = site.origin + encodeURI(base);
    const open = async (rest: string) => { await tab.go('about:blank'); await tab.go(address + rest); await tab.run('await until(() => window.downhill); await downhill.ready;'); };
    const clean = async (at: string) => {
      assert.deepEqual(await tab.run('return window.faults'), [], at);
      const foreign = await tab.run(`return performance.getEntriesByType('resource').map((e) => e.name).filter((n) => !/^(blob|data):/.test(n) && !n.startsWith(new URL('.', location.href).href))`);
      assert.deepEqual(foreign, [], at);
    };
    try {
      await open('?lang=zh&theme=light');
      await tab.run('await until(() => downhill.results().every((r) => r.curve.length))');
      assert.equal((await tab.run('return downhill.results().length')), 9);
      await see(tab, `engine-${engine.name}`);
      // by pointer and by key
      await press(tab, 'start');
      await tab.run('await until(() => downhill.results().some((r) => r.step > 0))');
      await tab.key(' ');
      const steps = () => tab.run('await new Promise((r) => setTimeout(r, 700)); return downhill.results().map((r) => r.step)');
      await steps();
      assert.deepEqual(await steps(), await steps(), 'the blank pauses');
      // language: header and canvas
      await tab.run('document.getElementById("language").click()');
      await tab.run('await until(() => document.documentElement.lang === "en")'); // its words come first
      await tab.run('await until(() => downhill.items().some((i) => i.id === "start" && /^[ -~]+$/.test(i.label)))');
      await clean('race');
      // a race, and its link
      await open('?lang=en');
      await tab.run(`downhill.setState(${JSON.stringify(short)}); await until(() => downhill.results().length === 3 && downhill.results().every((r) => r.curve.length)); downhill.start(); await until(() => downhill.results().every((r) => r.status === 'finished'))`);
      assert.deepEqual(await tab.run('return downhill.results().map((r) => r.hash)'), native);
      const link = await tab.run('await until(() => /#x=/.test(location.href)); return location.hash');
      await clean('hashes');
      await open(`?lang=zh${link}`);
      const state = await tab.run('return downhill.getState()');
      assert.deepEqual(state.lanes, short.lanes);
      await tab.run(`await until(() => downhill.results().length === 3 && downhill.results().every((r) => r.curve.length)); downhill.start(); await until(() => downhill.results().every((r) => r.status === 'finished'))`);
      assert.deepEqual(await tab.run('return downhill.results().map((r) => r.hash)'), native, 'by link');
      // the Surface: every path to the native bits
      await open('?lang=en#surface');
      for (const { document, hashes } of hills) {
        await tab.run(`downhill.setState(${JSON.stringify(document)}); await until(() => downhill.results().length === ${rules.length}); downhill.seek(200); await until(() => downhill.results().every((r) => r.step === 200 || r.status === 'diverged'))`);
        assert.deepEqual(await tab.run('return downhill.results().map((r) => r.hash)'), hashes, document.surface);
      }
      await clean('surface');
      // what the other labs compute
      let lab = '';
      for (const it of computed) {
        if (it.document.lab !== lab) await open(`?lang=en#${(lab = it.document.lab)}`);
        // images may have to come first
        await tab.run(`downhill.setState(${JSON.stringify(it.document)}); await until(() => { const [r] = downhill.results(); if (r.status === 'ready') downhill.start(); return r.hash === '${it.hash}'; })`);
      }
      await clean('hashes of other labs');
      // the other labs, and the form view
      for (const [lab, control] of [['activations', 'act.relu'], ['dropout', 'drop.p.0']] as const) {
        await open(`?lang=zh&theme=dark#${lab}`);
        await tab.run(`await until(() => downhill.items().some((i) => i.id === '${control}'))`);
        await see(tab, `engine-${engine.name}-${lab}`);
        await clean(lab);
      }
      await tab.run('document.getElementById("accessible").click(); await until(() => document.querySelectorAll("#form table tr").length > 1)');
      await clean('form');
    } finally { await tab.close(); }
  });

async function press(tab: Tab, id: string): Promise<void> {
  const at = await tab.run(`const i = await until(() => downhill.items().find((i) => i.id === ${JSON.stringify(id)})); const box = document.getElementById('canvas').getBoundingClientRect(); return [box.x + i.rectangle.x + i.rectangle.width / 2, box.y + i.rectangle.y + i.rectangle.height / 2]`);
  await tab.press(at[0], at[1]);
}
/** Keeps a picture, and sees that something is drawn: an engine without graphics gives one plain surface. */
async function see(tab: Tab, name: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 800));
  const bytes = await tab.picture();
  writeFileSync(`build/screenshots/${name}.png`, bytes);
  const png = PNG.sync.read(bytes), colours = new Set<number>();
  for (let i = 0; i < png.data.length; i += 4) colours.add(png.data.readUInt32BE(i));
  assert.ok(colours.size > 200, `${name}: ${colours.size} colours`);
}
