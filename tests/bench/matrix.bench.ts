// Every engine in every place: the race finishes, with the native program's hashes. `./dev matrix` runs it under xvfb and
// prints the table that stands in the README. `./dev matrix old` gives it a folder of old Chromiums instead, by version:
// those that the page is for must race as well, older ones must be told so.
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engines, old_chromium, type Tab } from '../browser/engines';
import { base, serve } from '../browser/lab';

const experiment = { downhill: 1, data: { train: 1000, test: 500 }, batch: 50, epochs: 2, lanes: [{ label: 'SGD' }, { label: 'Adam', optimizer: { name: 'adam', lr: 0.001 } }] };
writeFileSync('build/matrix.json', JSON.stringify(experiment));
const native = execFileSync('build/native/downhill', ['hash', 'build/matrix.json']).toString().trim().split('\n').map((line) => line.split('\t')[1] ?? '');

const race = `await until(() => window.downhill); await downhill.ready; await downhill.setState(${JSON.stringify(experiment)});
  await until(() => downhill.results().every((r) => r.curve.length)); downhill.start(); await until(() => downhill.results().every((r) => r.status === 'finished')); return downhill.results().map((r) => r.hash);`;
// the same through messages, since the frame's origin is no one's
const race_in_frame = `const frame = document.querySelector('iframe').contentWindow; const waiting = new Map(); let ready = false;
  addEventListener('message', (e) => { const m = e.data; if (!m || m.downhill !== 1) return; if (m.event === 'ready') ready = true; const w = waiting.get(m.id); if (w) 'error' in m ? w[1](new Error(m.error)) : w[0](m.ok); });
  const call = (verb, ...args) => new Promise((a, b) => { const id = Math.random().toString(36); waiting.set(id, [a, b]); frame.postMessage({ downhill: 1, id, verb, args }, '*'); });
  await until(async () => ready || (await Promise.race([call('getState').then(() => true, () => false), new Promise((r) => setTimeout(() => r(false), 500))])));
  await call('setState', ${JSON.stringify(experiment)}); await until(async () => (await call('results')).every((r) => r.curve.length)); await call('start');
  await until(async () => (await call('results')).every((r) => r.status === 'finished')); return (await call('results')).map((r) => r.hash);`;

const places: Record<string, (tab: Tab, site: Awaited<ReturnType<typeof serve>>) => Promise<unknown>> = {
  site: async (tab, site) => { await tab.go(site.origin + encodeURI(base) + '?lang=zh'); return tab.run(race); },
  'single file': async (tab) => { await tab.go(`file://${process.cwd()}/dist/downhill.html`); return tab.run(race); },
  'sandboxed iframe': async (tab, site) => {
    const course = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><iframe sandbox="allow-scripts" style="width:800px;height:600px" src="${site.origin}${encodeURI(base)}downhill.html?embed=1"></iframe>`));
    await new Promise<void>((resolve) => course.listen(0, '127.0.0.1', resolve));
    try { await tab.go(`http://localhost:${(course.address() as AddressInfo).port}/`); return await tab.run(race_in_frame); } finally { course.closeAllConnections(); course.close(); }
  },
  offline: async (tab, site) => {
    await tab.go(site.origin + encodeURI(base) + '?lang=zh');
    await tab.run(`await until(() => window.downhill); await downhill.ready; await until(() => !document.getElementById('offline').hidden); return true;`);
    site.close();
    await tab.reload();
    return tab.run(race);
  },
};

const oldest = 97; // as the README says
const old_folder = process.argv[2] === '--old' ? process.argv[3] ?? '' : '', only = old_folder ? [] : process.argv.slice(2);
const old = old_folder ? readdirSync(old_folder).filter((name) => /^\d+$/.test(name)) : [];
const table = old_folder ? old.filter((version) => Number(version) >= oldest).map((version) => old_chromium(version, join(old_folder, version))) : engines;
console.log(`| | ${Object.keys(places).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(places).length)}`);
let bad = 0;
for (const engine of table) {
  if (only.length && !only.includes(engine.name)) continue;
  const cells: string[] = [];
  for (const act of Object.values(places)) {
    const site = await serve();
    let tab: Tab | undefined;
    try {
      tab = await engine.open();
      const hashes = await act(tab, site) as string[];
      cells.push(JSON.stringify(hashes) === JSON.stringify(native) ? 'equal' : `other: ${hashes.join()}`);
    } catch (error) { cells.push(`failed: ${(error as Error).message.slice(0, 80)}`); }
    if (cells.at(-1) !== 'equal') ++bad;
    await tab?.close().catch(() => undefined);
    site.close();
  }
  console.log(`| ${engine.name} | ${cells.join(' | ')} |`);
}
// puppeteer does not speak with these any more; they print what their page shows after five seconds of its own time
for (const version of old.filter((v) => Number(v) < oldest)) {
  const site = await serve();
  for (const [place, url] of [['site', site.origin + encodeURI(base)], ['single file', `file://${process.cwd()}/dist/downhill.html`]] as const) {
    const { stdout } = await promisify(execFile)(join(old_folder, version, 'chromium'), ['--headless', '--no-sandbox', '--no-zygote', '--virtual-time-budget=5000', '--dump-dom', url], { timeout: 60000, maxBuffer: 1 << 26 });
    const told = /<p id="status"[^>]*>([^<]*)/.exec(stdout)?.[1] ?? '';
    const well = /这个浏览器打不开下山.*This browser can't run Downhill/.test(told);
    if (!well) ++bad;
    console.log(`Chromium ${version}, ${place}: ${well ? 'is told' : 'NOT TOLD'}: ${told.replace(/。.*/, '')}`);
  }
  site.close();
}
process.exit(bad ? 1 : 0);
