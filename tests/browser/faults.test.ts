// What goes wrong outside the lab: nothing freezes, nothing is lost, a sentence says what to do.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { to_hash } from '../../web/page/share_link';
import { at_rest, base, browser, change_language, open_lab, press, results, screenshot, serve, settle, wait_for_images, wait_until_finished } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const notice = (page: Page) => page.$eval('#notice', (e) => ((e as HTMLElement).hidden ? '' : e.textContent ?? ''));

test('graphics lost and given back, again and again: the same picture, pictures of numbers and all; training went on', async () => {
  const lab = await open_lab(chromium, site.origin, { drawn: true });
  const { page } = lab;
  await wait_for_images(page);
  await page.waitForFunction(() => !document.getElementById('offline')!.hidden, { timeout: 60000 }); // the header changes no more
  await page.evaluate(() => window.downhill.step(3));
  await at_rest(page);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  await page.mouse.move(5, 700);
  await settle(page);
  const first = await screenshot(page, 'graphics-before');
  const lose = () => page.evaluate(() => {
    const extension = (document.getElementById('canvas') as HTMLCanvasElement).getContext('webgl2')!.getExtension('WEBGL_lose_context')!;
    (window as any).lost = extension;
    extension.loseContext();
  });
  const back = () => page.evaluate(() => (window as any).lost.restoreContext());
  for (let i = 0; i < 5; ++i) {
    await lose();
    await page.waitForFunction(() => !document.getElementById('notice')!.hidden);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await back();
    await page.waitForFunction(() => document.getElementById('notice')!.hidden);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await settle(page);
    assert.ok((await screenshot(page, 'graphics-after')).equals(first), `time ${i + 1}`);
  }
  await lose();
  await page.evaluate(() => window.downhill.step(5));
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 8));
  await back();
  await page.waitForFunction(() => document.getElementById('notice')!.hidden);
  await press(page, 'step');
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 9));
  assert.deepEqual(lab.faults.filter((f) => !/CONTEXT_LOST|WebGL/.test(f)), []);
  await lab.close();
});

test('storage refused: everything works, and nothing is remembered', async () => {
  const lab = await open_lab(chromium, site.origin, { before: () => { Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('refused', 'SecurityError'); } }); } });
  await wait_for_images(lab.page);
  await change_language(lab.page);
  await lab.page.select('#theme', 'dark');
  assert.equal(await lab.page.evaluate(() => document.documentElement.lang), 'en');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('a policy that forbids WebAssembly: said in a sentence instead of an empty page', async () => {
  // the host's own policy, as a header
  const strict = await serve(undefined, [], () => ({ 'content-security-policy': "script-src 'self'" }));
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await page.goto(strict.origin + encodeURI(base) + '?lang=zh');
  await page.waitForFunction(() => { const s = document.getElementById('status')!; return !s.hidden && !/正在载入/.test(s.textContent ?? ''); }, { timeout: 20000 });
  assert.match(await page.$eval('#status', (e) => e.textContent ?? ''), /不许运行 WebAssembly.*wasm-unsafe-eval/);
  await screenshot(page, 'fault-policy');
  await context.close();
  strict.close();
});

test('modules lie at the host packed: a browser of before 2023 unpacks them, too; one that was cut short is told', async () => {
  assert.deepEqual([...readFileSync(`dist/site/${readdirSync('dist/site').find((file) => /^app-.*\.wasm$/.test(file))}`).subarray(0, 2)], [0x1f, 0x8b]);
  const old = await open_lab(chromium, site.origin, { before: () => { delete (window as { DecompressionStream?: unknown }).DecompressionStream; } });
  await wait_for_images(old.page);
  assert.deepEqual(old.faults, []);
  await old.close();
  const cut = await serve((file, content) => (/^app-.*\.wasm$/.test(file) ? content.subarray(0, content.length / 2) : content));
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  await page.goto(cut.origin + encodeURI(base) + '?lang=zh');
  await page.waitForFunction(() => /没能启动/.test(document.getElementById('status')!.textContent ?? ''), { timeout: 20000 });
  await context.close();
  cut.close();
});

test('a worker killed in mid-race in a lab: its lanes come back and end with the same hash, in the network and in the toy', async () => {
  const run = async (kill: boolean) => {
    const lab = await open_lab(chromium, site.origin, { hash: '#activations' });
    const { page } = lab;
    await wait_for_images(page);
    await page.evaluate(() => window.downhill.start());
    if (kill) {
      await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 20));
      await page.evaluate(() => window.downhill_internal.page.pool.kill(0));
      assert.match(await notice(page), /./);
    }
    await wait_until_finished(page);
    await at_rest(page);
    const hashes = (await results(page)).map((r) => r.hash);
    await lab.close();
    return hashes;
  };
  assert.deepEqual(await run(true), await run(false));
});

test('a link cut, altered, from the future or hostile: said, and the page as it was', async () => {
  const lab = await open_lab(chromium, site.origin);
  const good = await lab.page.evaluate(() => (window.downhill_internal.page as any).hash() as string);
  await lab.close();
  for (const hash of [good.slice(0, 60), good.replace('#x=', '#x=A'), '#x=' + 'A'.repeat(30000), '#x=%3Cscript%3E', '#lab=nothing&tab=<img>', to_hash({ downhill: 2, lanes: [{}] }, {}), to_hash({ downhill: 1, tomorrow: true, lanes: [{}] }, {})]) {
    const hurt = await open_lab(chromium, site.origin, { hash });
    assert.equal((await results(hurt.page)).length, 9, hash.slice(0, 30));
    if (hash.startsWith('#x=')) assert.match(await notice(hurt.page), /[\u4e00-\u9fff]{4}/, hash.slice(0, 30));
    assert.deepEqual(hurt.faults, [], hash.slice(0, 30));
    await hurt.close();
  }
});

/** The worker's script with a line before it. */
const in_workers = (line: string) => `const Own = window.Blob; window.Blob = class extends Own { constructor(parts, options) { super(options?.type === 'text/javascript' ? [${JSON.stringify(line + ';\n')}, ...parts] : parts, options); } };`;

test('out of memory in a lane: that lane says so, the others finish with their hashes, and the page goes on', async () => {
  const lanes = [{ label: 'A' }, { label: 'large', network: { hidden: Array(8).fill({ units: 1024 }) } }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }];
  const experiment = { downhill: 1, data: { train: 1000, test: 200 }, batch: 50, epochs: 2, lanes };
  // as a device would that has no more than this for a worker
  const little = in_workers('const grow = WebAssembly.Memory.prototype.grow; WebAssembly.Memory.prototype.grow = function (n) { if (this.buffer.byteLength + n * 65536 > 60e6) throw new RangeError("refused"); return grow.call(this, n); }');
  const lab = await open_lab(chromium, site.origin, { before: little, allow: /out of memory/ });
  const { page } = lab;
  await page.evaluate((e) => window.downhill.setState(e), experiment);
  await page.waitForFunction(() => window.downhill.results().every((r) => r.curve.length || r.status === 'error'), { timeout: 60000 });
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'finished' || r.status === 'error'), { timeout: 60000 });
  const found = await results(page);
  assert.deepEqual(found.map((r) => r.status), ['finished', 'error', 'finished']);
  await page.waitForFunction(() => /\/lanes\/1：内存不足/.test(document.getElementById('notice')!.textContent ?? ''), { timeout: 10000 });
  await screenshot(page, 'fault-memory');
  writeFileSync('build/memory.json', JSON.stringify({ ...experiment, lanes: [lanes[0], lanes[2]] }));
  const native = execFileSync('build/native/downhill', ['hash', 'build/memory.json']).toString().trim().split('\n').map((line) => line.split('\t')[1]);
  assert.deepEqual([found[0]!.hash, found[2]!.hash], native);
  // less asked, everything runs
  await page.evaluate((e) => window.downhill.setState(e), { ...experiment, lanes: [lanes[0], lanes[2]] });
  await page.evaluate(() => window.downhill.reset());
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  assert.deepEqual((await results(page)).map((r) => r.hash), native);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('workers that die again and again are given up, with a sentence; the page lives', async () => {
  // message 1 of the protocol is the step credit
  const lab = await open_lab(chromium, site.origin, { before: in_workers('addEventListener("message", (e) => { if (e.data.bytes && e.data.bytes[0] === 1) setTimeout(() => { throw new Error("as a crash would"); }); })'), allow: /as a crash would/ });
  const { page } = lab;
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'error'), { timeout: 90000 });
  await page.waitForFunction(() => /一再停止/.test(document.getElementById('notice')!.textContent ?? ''), { timeout: 10000 });
  await change_language(page);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('all workers refused: training runs on the page, to the same hashes, and the page says so', async () => {
  const short = { downhill: 1, data: { train: 500, test: 200 }, batch: 50, epochs: 2, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }] };
  const run = async (before?: string) => {
    const lab = await open_lab(chromium, site.origin, { ...(before ? { before } : {}) });
    const { page } = lab;
    const said = await notice(page);
    await page.evaluate((e) => window.downhill.setState(e), short);
    await wait_for_images(page);
    await page.evaluate(() => window.downhill.start());
    await wait_until_finished(page);
    const hashes = (await results(page)).map((r) => r.hash), on_page = await page.evaluate(() => window.downhill_internal.page.pool.on_page);
    assert.deepEqual(lab.faults, []);
    await lab.close();
    return { said, hashes, on_page };
  };
  const usual = await run();
  assert.equal(usual.on_page, false);
  for (const before of ['window.Worker = class { constructor() { throw new DOMException("refused", "SecurityError"); } }', 'delete window.Worker', in_workers('throw new Error("broken")')]) {
    const refused = await run(before);
    assert.equal(refused.on_page, true, before);
    assert.match(refused.said, /不能用后台线程/);
    assert.deepEqual(refused.hashes, usual.hashes, before);
  }
});

test('a worker that dies while the page is being made: its place is taken, and the first data come to it', async () => {
  const lab = await open_lab(chromium, site.origin, { before: () => {
    const Real = window.Worker;
    let made = 0, died = false;
    window.Worker = class extends Real {
      constructor(address: string | URL) { super(address); Object.defineProperty(this, 'number', { value: ++made }); }
      override postMessage(data: unknown, transfer?: any): void {
        super.postMessage(data, transfer);
        if ((this as unknown as { number: number }).number !== 2 || died || !(data instanceof Object) || !('pack' in data)) return;
        died = true;
        this.terminate(); // before it has opened them
        setTimeout(() => this.dispatchEvent(new ErrorEvent('error', { cancelable: true })));
      }
    };
  } });
  await wait_for_images(lab.page);
  assert.ok(await lab.page.evaluate(() => window.downhill_internal.page.pool.count) >= 2);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('asleep in mid-race, and hidden for long: the race waits, and ends with the same hashes', async () => {
  const run = async (act?: (page: Page) => Promise<void>) => {
    const lab = await open_lab(chromium, site.origin);
    const { page } = lab;
    await wait_for_images(page);
    await page.evaluate(() => window.downhill.start());
    await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 20));
    await act?.(page);
    await wait_until_finished(page);
    const hashes = (await results(page)).map((r) => r.hash);
    assert.deepEqual(lab.faults, []);
    await lab.close();
    return hashes;
  };
  const awake = await run();
  assert.deepEqual(await run(async () => {
    // every process of the browser stands still, as when a laptop sleeps
    const group = -chromium.process()!.pid!;
    process.kill(group, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    process.kill(group, 'SIGCONT');
  }), awake, 'asleep');
  assert.deepEqual(await run(async (page) => {
    const set = (state: string) => page.evaluate((s) => {
      Object.defineProperty(document, 'hidden', { value: s === 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
    await set('hidden');
    await at_rest(page);
    const steps = (await results(page)).map((r) => r.step);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.deepEqual((await results(page)).map((r) => r.step), steps, 'it waits');
    await set('visible');
    assert.match(await notice(page), /./);
    await press(page, 'start');
  }), awake, 'hidden');
});

test('the official files, given to the single file: missing, wrong, too large and unknown ones are told; then 6,000 images race to the native hashes', async () => {
  const official = '/usr/share/datasets/fashion-mnist';
  const experiment = { downhill: 1, data: { train: 6000, test: 1000 }, batch: 100, epochs: 1, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }] };
  writeFileSync('build/official.json', JSON.stringify(experiment));
  const native = execFileSync('build/native/downhill', ['hash', 'build/official.json']).toString().trim().split('\n').map((line) => line.split('\t')[1]);
  mkdirSync('build/own', { recursive: true });
  const made = (name: string, bytes: Buffer | number) => { const path = `build/own/${name}`; if (typeof bytes === 'number') { writeFileSync(path, ''); truncateSync(path, bytes); } else writeFileSync(path, bytes); return path; };
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (m) => { if (m.type() === 'error') faults.push(m.text()); });
  page.on('pageerror', (e) => faults.push((e as Error).message));
  await page.goto(`file://${process.cwd()}/dist/downhill.html?lang=zh`);
  await page.evaluate(() => window.downhill.ready);
  const give = async (...paths: string[]) => { await (await page.$('#data_files') as ElementHandle<HTMLInputElement>).uploadFile(...paths); };
  const said = (pattern: RegExp) => page.waitForFunction((p) => new RegExp(p).test(document.getElementById('notice')!.textContent ?? ''), { timeout: 30000 }, pattern.source);
  await page.evaluate((e) => window.downhill.setState(e), experiment);
  await page.evaluate(() => window.downhill.start());
  await said(/单文件网页里只带/);
  assert.equal(await page.$eval('#choose_files', (e) => (e as HTMLElement).hidden), false);
  await screenshot(page, 'fault-single-file');
  await give(made('notes.txt', Buffer.from('x')));
  await said(/认不出这个文件/);
  await give(made('train-images-idx3-ubyte', 3e9));
  await said(/3000 MB/);
  await give(`${official}/train-images-idx3-ubyte.gz`, `${official}/t10k-labels-idx1-ubyte.gz`);
  await said(/收到 2 个数据文件，还差 train-labels-idx1-ubyte\.gz、t10k-images-idx3-ubyte\.gz/);
  await give(made('train-labels-idx1-ubyte (1).gz', Buffer.alloc(0)), `${official}/t10k-images-idx3-ubyte.gz`);
  await said(/不是完整的 IDX 文件/);
  // whole files of something else
  const idx = (magic: number, rest: number[], body: number) => { const head = Buffer.alloc(4 + 4 * rest.length); head.writeUInt32BE(magic); rest.forEach((n, i) => head.writeUInt32BE(n, 4 + 4 * i)); return Buffer.concat([head, Buffer.alloc(body)]); };
  await give(made('train-images-idx3-ubyte', idx(0x803, [10, 28, 28], 7840)), made('train-labels-idx1-ubyte', idx(0x801, [10], 10)), made('t10k-images-idx3-ubyte', idx(0x803, [10, 28, 28], 7840)), made('t10k-labels-idx1-ubyte', idx(0x801, [10], 10)));
  await said(/不是 Fashion-MNIST/);
  await give(...['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'].map((name) => `${official}/${name}`));
  await said(/四个数据文件都到了/);
  await page.waitForFunction(() => window.downhill.results().every((r) => r.curve.length > 0), { timeout: 60000 });
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  assert.deepEqual((await results(page)).map((r) => r.hash), native);
  assert.deepEqual(faults, []);
  await context.close();
});

test('a browser that is too old, or a script that did not arrive: said in both languages instead of loading for ever', async () => {
  const told = async (act: (page: Page) => Promise<void>, alter?: Parameters<typeof serve>[0]) => {
    const own = await serve(alter), context = await chromium.createBrowserContext(), page = await context.newPage();
    await act(page);
    await page.goto(own.origin + encodeURI(base) + '?lang=en');
    await page.waitForFunction(() => !/^正在载入|^Loading/.test(document.getElementById('status')!.textContent ?? ''), { timeout: 20000 });
    const text = await page.$eval('#status', (e) => ((e as HTMLElement).hidden ? '' : e.textContent ?? ''));
    await context.close();
    own.close();
    return text;
  };
  for (const [feature, gone] of [['WebAssembly', 'delete window.WebAssembly'], ['<dialog>', 'delete HTMLDialogElement.prototype.showModal'], ['ResizeObserver', 'delete window.ResizeObserver'], ['Object.hasOwn', 'delete Object.hasOwn'], ['Array.prototype.at', 'delete Array.prototype.at']] as const) {
    const text = await told(async (page) => { await page.evaluateOnNewDocument(gone); });
    assert.ok(text.includes(feature), `${feature}: ${text}`);
    assert.match(text, /这个浏览器打不开下山.*This browser can't run Downhill/);
  }
  // what Chromium 92 does: it does not know the word in the page's policy (`./dev matrix old` asks the real one)
  const word_unknown = await told(async (page) => {
    await page.evaluateOnNewDocument(() => {
      const refuse = () => {
        const policy = { effectiveDirective: 'script-src', violatedDirective: 'script-src', disposition: 'enforce' as const, documentURI: '', statusCode: 200, blockedURI: 'eval', originalPolicy: "script-src 'self' 'wasm-unsafe-eval'" };
        setTimeout(() => document.dispatchEvent(new SecurityPolicyViolationEvent('securitypolicyviolation', policy)));
        throw new WebAssembly.CompileError('disallowed by embedder');
      };
      Object.assign(WebAssembly, { Module: refuse, compile: async () => refuse(), compileStreaming: async () => refuse() });
    });
  });
  assert.match(word_unknown, /它缺少：'wasm-unsafe-eval'。.*Chrome or Edge 97/);
  const nothing = async () => undefined;
  assert.match(await told(nothing, (file, content) => (/^main-/.test(file) ? Buffer.from('let x = 1 @@ 2;') : content)), /这个浏览器打不开下山.*can't run/);
  assert.match(await told(nothing, (file, content) => (/^main-/.test(file) ? null : content)), /没有取全：\.\/main-.*did not arrive/);
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  await page.goto(`file://${process.cwd()}/dist/downhill.html?simd=off&lang=zh`);
  await page.waitForFunction(() => /要用 WebAssembly SIMD/.test(document.getElementById('status')!.textContent ?? ''), { timeout: 20000 });
  assert.match(await page.evaluate(() => window.downhill.ready.then(() => 'resolved', (error: Error) => error.message)), /要用 WebAssembly SIMD/);
  await context.close();
});
