// Every engine in every place: the race finishes, with the native program's hashes. `./dev matrix` runs it under xvfb and
// prints the table that stands in the README. Engines: Chromium and Firefox by puppeteer, WebKitGTK by WebDriver.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import puppeteer from 'puppeteer-core';
import { base, serve } from '../browser/lab';

interface Tab { go(url: string): Promise<void>; reload(): Promise<void>; run(script: string): Promise<unknown>; close(): Promise<void> }
interface Engine { name: string; open(): Promise<Tab> }

const experiment = { downhill: 1, data: { train: 1000, test: 500 }, batch: 50, epochs: 2, lanes: [{ label: 'SGD' }, { label: 'Adam', optimizer: { name: 'adam', lr: 0.001 } }] };
writeFileSync('build/matrix.json', JSON.stringify(experiment));
const native = execFileSync('build/native/downhill', ['hash', 'build/matrix.json']).toString().trim().split('\n').map((line) => line.split('\t')[1] ?? '');

const by_puppeteer = (name: string, browser: 'chrome' | 'firefox', executablePath: string, args: string[]): Engine => ({
  name,
  async open() {
    const instance = await puppeteer.launch({ browser, executablePath, headless: browser === 'chrome', args, protocolTimeout: 240000 });
    const page = await instance.newPage();
    return {
      go: async (url) => { await page.goto(url, { timeout: 60000 }); },
      reload: async () => { await page.reload({ timeout: 60000 }); },
      run: (script) => page.evaluate(`(async () => { ${script} })()`),
      close: () => instance.close(),
    };
  },
});

const webkit: Engine = {
  name: 'WebKitGTK',
  async open() {
    const library = readdirSync('/usr/lib').map((d) => `/usr/lib/${d}/webkit2gtk-4.1/MiniBrowser`).find(existsSync);
    if (!library) throw new Error('MiniBrowser is missing: apt-get install webkit2gtk-driver');
    const port = 10000 + Math.floor(Math.random() * 20000);
    const driver: ChildProcess = spawn('WebKitWebDriver', [`--port=${port}`], { stdio: 'ignore' });
    const ask = async (method: string, path: string, body?: object): Promise<any> => {
      for (let i = 0; ; ++i) {
        try {
          const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
          const { value } = await response.json() as { value: any };
          if (value?.error) throw Object.assign(new Error(`${value.error}: ${value.message}`), { told: true });
          return value;
        } catch (error) {
          if ((error as { told?: boolean }).told || i > 40) throw error;
          await new Promise((resolve) => setTimeout(resolve, 250)); // the driver is starting
        }
      }
    };
    const { sessionId } = await ask('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: library, args: ['--automation'] } } } });
    const session = `/session/${sessionId}`;
    await ask('POST', `${session}/timeouts`, { script: 180000, pageLoad: 60000 });
    return {
      go: (url) => ask('POST', `${session}/url`, { url }),
      reload: () => ask('POST', `${session}/refresh`, {}),
      async run(script) {
        const answer = await ask('POST', `${session}/execute/async`, { script: `const done = arguments[arguments.length - 1]; (async () => { ${script} })().then((ok) => done({ ok }), (e) => done({ error: String(e && e.message || e) }));`, args: [] });
        if (answer.error !== undefined) throw new Error(answer.error);
        return answer.ok;
      },
      async close() { await ask('DELETE', session).catch(() => undefined); driver.kill(); },
    };
  },
};

const engines: Engine[] = [
  by_puppeteer('Chromium', 'chrome', '/usr/bin/chromium', ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']),
  by_puppeteer('Firefox', 'firefox', '/usr/bin/firefox-esr', []),
  webkit,
];

const until = 'const until = async (what) => { for (let i = 0; i < 1200; ++i) { const v = await what(); if (v) return v; await new Promise((r) => setTimeout(r, 100)); } throw new Error("too long: " + what); };';
const race = `${until} await until(() => window.downhill); await downhill.ready; await downhill.setState(${JSON.stringify(experiment)});
  await until(() => downhill.results().every((r) => r.curve.length)); downhill.start(); await until(() => downhill.results().every((r) => r.status === 'finished')); return downhill.results().map((r) => r.hash);`;
// the same through messages, since the frame's origin is no one's
const race_in_frame = `${until} const frame = document.querySelector('iframe').contentWindow; const waiting = new Map(); let ready = false;
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
    await tab.run(`${until} await until(() => window.downhill); await downhill.ready; await until(() => !document.getElementById('offline').hidden); return true;`);
    site.close();
    await tab.reload();
    return tab.run(race);
  },
};

const only = process.argv.slice(2);
console.log(`| | ${Object.keys(places).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(places).length)}`);
let bad = 0;
for (const engine of engines) {
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
process.exit(bad ? 1 : 0);
