// Without a network: what was used once opens again, to the same bits; a new version replaces the old one as a whole. And
// what shares the path, the origin or the store with the page is left alone.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { base, browser, results, serve, wait_for_images, wait_until_finished } from './lab';

let chromium: Browser;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

const short = { downhill: 1, data: { train: 500, test: 200 }, batch: 50, epochs: 2, lanes: [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }] };
const larger = { ...short, data: { train: 4000, test: 1000 }, batch: 500, epochs: 1 }; // of the medium pack
const ready = (page: Page) => page.evaluate(() => window.downhill.ready);
const open = async (page: Page, origin: string, folder = base, query = '?lang=zh') => {
  await page.goto(origin + encodeURI(folder) + query);
  await ready(page);
};
const run = async (page: Page) => {
  await page.evaluate((e) => window.downhill.setState(e), short);
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  return (await results(page)).map((r) => r.hash);
};
const marked = (page: Page) => page.waitForFunction(() => !document.getElementById('offline')!.hidden, { timeout: 30000 });
/** Until the host's new version serves: its cache is there from the beginning of its installation, while the old one is still active. */
const renewed = async (page: Page, version: string) => {
  await page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });
  await page.waitForFunction(async (wanted) => {
    const { installing, waiting, active } = await navigator.serviceWorker.ready;
    return !installing && !waiting && active?.state === 'activated' && (await caches.keys()).some((name) => name.includes(wanted));
  }, { timeout: 60000 }, version);
};
/** The browser's caches: what each holds, by path. */
const caches_of = (page: Page) => page.evaluate(async () => {
  const held: Record<string, string[]> = {};
  for (const name of await caches.keys()) held[name] = (await (await caches.open(name)).keys()).map((request) => decodeURI(new URL(request.url).pathname));
  return held;
});

type Answer = { status?: number; headers?: Record<string, string>; body?: string | Buffer };
/** A static host with the site in each of the folders; what `act` gives for a path and query goes before. */
async function host(folders: string[], act: (path: string, query: string, range: string) => Answer | null = () => null) {
  const types: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript', svg: 'image/svg+xml' };
  const server = createServer((request, response) => {
    const [raw = '', query = ''] = (request.url ?? '').split(/\?(.*)/s), path = decodeURIComponent(raw);
    const other = act(path, query, request.headers.range ?? '');
    const type = types[(/\.(\w+)$/.exec(path)?.[1] ?? 'html')] ?? 'application/octet-stream';
    if (other) return response.writeHead(other.status ?? 200, { 'content-type': type, ...other.headers }).end(other.body);
    const folder = folders.filter((f) => path.startsWith(f)).sort((a, b) => b.length - a.length)[0];
    const file = folder === undefined ? '..' : normalize(path.slice(folder.length) || 'index.html'), full = join('dist/site', file);
    if (file.startsWith('..') || !existsSync(full) || !statSync(full).isFile()) return response.writeHead(404, { 'content-type': 'text/html' }).end('404');
    response.writeHead(200, { 'content-type': type }).end(readFileSync(full));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve).unref()); // a test that fails may leave it
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => { server.closeAllConnections(); server.close(); } };
}
const site_file = (file: string) => readFileSync(join('dist/site', file), 'utf8');
const with_version = (text: string, version: string) => text.replace(/version = ?(['"])[^'"]*['"]/, `version = $1${version}$1`);

test('kept by the service worker: the server gone, the page opens and races to the same bits; in a frame nothing is kept', async () => {
  const site = await serve();
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await open(page, site.origin);
  const online = await run(page);
  await marked(page);
  // an embed registers nothing
  const other = await context.newPage();
  await other.goto(site.origin + encodeURI(base) + 'bench.html');
  await other.evaluate((src) => { const f = document.createElement('iframe'); f.src = src; document.body.append(f); }, site.origin + encodeURI(base) + '?embed=1');
  const frame = (await (await other.waitForSelector('iframe'))!.contentFrame())!;
  await frame.waitForFunction(() => window.downhill?.ready.then(() => true), { timeout: 60000 });
  assert.equal(await frame.evaluate(() => document.getElementById('offline')!.hidden), true);
  await other.close();
  site.close();
  await page.reload();
  await ready(page);
  assert.deepEqual(await run(page), online);
  assert.equal(await page.evaluate(() => navigator.serviceWorker.controller !== null), true);
  // by its other addresses, too
  for (const address of ['index.html', 'index.html?lang=en#activations', '?lang=en&theme=dark']) {
    await page.goto('about:blank');
    await page.goto(site.origin + encodeURI(base) + address);
    await ready(page);
  }
  await context.close();
});

test('a new version comes whole: the old page until the new one is kept, then the new one alone', async () => {
  let newer = false;
  const site = await serve((file, content) => {
    if (!newer) return content;
    if (file === 'index.html') return Buffer.from(content.toString().replace('<title>', '<title>2 '));
    if (file === 'service_worker.js') return Buffer.from(with_version(content.toString(), 'newer').replace(/ lab-surface-[\w-]+\.\w+/g, ''));
    return /^lab-surface/.test(file) ? null : content;
  });
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await open(page, site.origin);
  await wait_for_images(page);
  await marked(page);
  newer = true;
  await page.reload(); // still the old one, which finds the new one meanwhile
  await ready(page);
  await renewed(page, 'newer');
  // neither the host nor the new version has a file of the old one, whose page is still there
  await page.evaluate(() => window.downhill.show({ lab: 'surface' }));
  await page.waitForFunction(() => document.querySelector('nav [aria-current]')?.getAttribute('href') === '#surface'); // with the next frame
  site.close();
  await page.reload();
  await ready(page);
  await page.waitForFunction(async () => {
    const versions = (await caches.keys()).filter((name) => !name.includes('packs'));
    return versions.length === 1 && versions[0]!.includes('newer');
  }, { timeout: 20000 });
  const text = await page.evaluate(async () => (await (await fetch('./index.html')).text()));
  assert.match(text, /<title>2 /);
  await context.close();
});

test('a host that redirects index.html to its folder, as large static hosts do: the second visit opens, and without a network', async () => {
  const site = await host([base], (path, query) => {
    if (path.endsWith('/index.html')) return { status: 308, headers: { location: './' + (query && '?' + query) } };
    if (path.endsWith('.html')) return { status: 308, headers: { location: `./${/([^/]*)\.html$/.exec(path)![1]}${query && '?' + query}` } };
    if (/\/(bench|embedding|downhill)$/.test(path)) return { body: site_file(/[^/]*$/.exec(path)![0] + '.html'), headers: { 'content-type': 'text/html; charset=utf-8' } };
    return null;
  });
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  await open(page, site.origin);
  const online = await run(page);
  await marked(page);
  for (const address of ['?lang=zh', 'index.html?lang=en', '']) await open(page, site.origin, base, address);
  await page.goto(site.origin + encodeURI(base) + 'bench.html');
  await page.waitForSelector('#start');
  site.close();
  for (const address of ['?lang=zh', 'index.html?lang=zh']) await open(page, site.origin, base, address);
  assert.deepEqual(await run(page), online);
  await context.close();
});

test('other pages below the same path are the host\'s: as they are now, by query, in part, and with Vary: *', async () => {
  let visit = 0;
  const touched = ['bench.html', 'embedding.html', 'downhill-embed.js', 'licenses/downhill.txt'];
  const site = await host([base], (path, query, range) => {
    const file = path.slice(base.length);
    if (touched.includes(file)) return { body: `visit ${visit}` };
    if (file === 'film.html' && range) return { status: 206, headers: { 'content-range': 'bytes 0-1/4' }, body: 'fi' };
    if (file === 'star.html') return { headers: { vary: '*' }, body: `star ${visit}` };
    if (/^(notes|part\/index)\.html$/.test(file) || file === 'part/' || (file === 'index.html' && query === 'print')) return { body: `${query} ${visit}` };
    return null;
  });
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  await open(page, site.origin);
  await wait_for_images(page);
  await marked(page);
  await open(page, site.origin);
  assert.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null));
  const text = (address: string, headers = {}) => page.evaluate(async (a, h) => {
    try { const answer = await fetch(a, { headers: h, cache: 'no-store' }); return `${answer.status} ${await answer.text()}`; } catch (error) { return String(error); }
  }, address, headers);
  for (visit = 1; visit <= 2; ++visit) {
    for (const file of touched) assert.equal(await text(file), `200 visit ${visit}`, file);
    for (const query of ['page=1', 'page=2']) for (const file of ['notes.html', 'part/index.html', 'part/']) assert.equal(await text(`${file}?${query}`), `200 ${query} ${visit}`, file);
    assert.equal(await text('index.html?print'), `200 print ${visit}`);
    assert.equal(await text('star.html'), `200 star ${visit}`);
    assert.equal(await text('film.html', { range: 'bytes=0-1' }), '206 fi');
    assert.match(await text('missing.html'), /^404/);
    const other = await context.newPage();
    await other.goto(site.origin + encodeURI(base) + 'notes.html?page=3');
    assert.equal(await other.evaluate(() => document.body.textContent), `page=3 ${visit}`);
    await other.close();
  }
  const held = Object.values(await caches_of(page)).flat();
  assert.deepEqual(held.filter((path) => /notes|star|film|part|bench|embed|licenses/.test(path)), []);
  site.close();
  await context.close();
});

test('a store that is full: the page works online, kept before or not', async () => {
  for (const kept of [false, true]) {
    const site = await host([base]);
    const context = await chromium.createBrowserContext(), page = await context.newPage(), client = await page.createCDPSession();
    if (kept) {
      await open(page, site.origin);
      await wait_for_images(page);
      await marked(page);
    }
    await client.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 1 });
    const faults: string[] = [];
    page.on('pageerror', (e) => faults.push((e as Error).message));
    // other modules than those that are kept, and more data
    for (const query of ['?lang=zh', '?lang=zh&simd=off']) {
      await open(page, site.origin, base, query);
      await run(page);
      await page.evaluate((e) => window.downhill.setState(e), larger);
      await page.evaluate(() => window.downhill.start());
      await wait_until_finished(page);
      assert.equal(await page.$eval('#notice', (e) => (e as HTMLElement).hidden), true);
    }
    await page.goto(site.origin + encodeURI(base) + 'bench.html');
    await page.waitForSelector('#start');
    assert.deepEqual(faults, []);
    site.close();
    await context.close();
  }
});

test('two deployments on one origin, one inside the other\'s folder: each keeps its own, also when a new version comes', async () => {
  const inner = base + 'inner/';
  let newer = '';
  const site = await host([base, inner], (path) => (path.endsWith('service_worker.js') && path.startsWith(inner) ? { body: with_version(site_file('service_worker.js'), 'inner' + newer) } : null));
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  const hashes: unknown[] = [];
  for (const folder of [base, inner]) {
    await open(page, site.origin, folder);
    hashes.push(await run(page));
    await marked(page);
  }
  await page.evaluate((e) => window.downhill.setState(e), larger); // the inner one alone keeps the larger pack
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  newer = '2';
  await open(page, site.origin, inner);
  await renewed(page, 'inner2');
  await open(page, site.origin, inner);
  await page.waitForFunction(async () => (await caches.keys()).some((name) => name.includes('inner2')) && !(await caches.keys()).some((name) => /inner(?!2|\/)/.test(name)), { timeout: 20000 });
  await open(page, site.origin, base); // its own packs, known to it, are no reason to forget the other's
  await wait_for_images(page);
  await marked(page);
  const held = await caches_of(page);
  for (const folder of [base, inner]) for (const part of ['index.html', 'fashion-mnist-quick']) assert.ok(Object.values(held).flat().some((path) => path.startsWith(folder + part)), `${folder}${part} in ${JSON.stringify(held)}`);
  site.close();
  for (const folder of [inner, base]) {
    await open(page, site.origin, folder);
    assert.deepEqual(await run(page), hashes[folder === base ? 0 : 1]);
  }
  await open(page, site.origin, inner);
  await page.evaluate((e) => window.downhill.setState(e), larger);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  await context.close();
});

test('caches of the former names: what lies in our folder goes, or comes along if it is data; what may be another\'s stays', async () => {
  const pack = /fashion-mnist-quick-\w+\.pack/.exec(site_file('service_worker.js') + site_file(/main-\w+\.js/.exec(site_file('index.html'))![0]))![0];
  const site = await host([base], (path) => (path === '/' ? { body: 'course' } : null));
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  await page.goto(site.origin + '/');
  await page.evaluate(async (folder, file) => {
    const put = async (name: string, path: string, body: BodyInit) => (await caches.open(name)).put(location.origin + path, new Response(body));
    await put('downhill-0123456789ab', folder + 'index.html', 'ours');
    await put('downhill-0123456789ab', folder + 'main-0123456789ab.js', 'ours');
    await put('downhill-aaaaaaaaaaaa', folder + 'index.html', 'ours'); // one version in two places
    await put('downhill-aaaaaaaaaaaa', folder + 'other/index.html', 'another');
    await put('downhill-bbbbbbbbbbbb', '/elsewhere/index.html', 'another');
    await put('downhill-notes', folder + 'notes.html', 'the course\'s');
    await put('downhill-packs', folder + file, await (await fetch(folder + file)).arrayBuffer());
    await put('downhill-packs', folder + 'fashion-mnist-quick-0000000000000000.pack', 'ours, old');
    await put('downhill-packs', '/elsewhere/' + file, 'another');
  }, encodeURI(base), pack);
  await open(page, site.origin);
  await wait_for_images(page);
  await marked(page);
  await page.waitForFunction(async () => !(await caches.has('downhill-0123456789ab')), { timeout: 10000 });
  await page.waitForFunction(async () => !(await (await caches.open('downhill-packs')).keys()).some(({ url }) => url.includes('-0000000000000000')), { timeout: 10000 });
  const held = await caches_of(page);
  assert.deepEqual(held['downhill-aaaaaaaaaaaa'], [base + 'other/index.html']);
  assert.deepEqual(held['downhill-bbbbbbbbbbbb'], ['/elsewhere/index.html']);
  assert.deepEqual(held['downhill-notes'], [base + 'notes.html']);
  assert.deepEqual(held['downhill-packs'], ['/elsewhere/' + pack]);
  assert.equal(Object.values(held).flat().filter((path) => path === base + pack).length, 1);
  site.close();
  await context.close();
});

test('a pack is written once: kept data is not written anew at each visit, but a damaged copy is replaced', async () => {
  const site = await host([base]);
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  await page.evaluateOnNewDocument(() => {
    const put = Cache.prototype.put;
    (window as any).written = [];
    Cache.prototype.put = function (...args) { (window as any).written.push(String(args[0])); return put.apply(this, args); };
  });
  const visit = async (damaged = false) => {
    await open(page, site.origin);
    if (damaged) {
      await page.waitForFunction(() => /数据包损坏/.test(document.getElementById('notice')!.textContent ?? ''), { timeout: 20000 });
      await page.evaluate(() => window.downhill.start()); // as it says
    }
    await wait_for_images(page);
    await marked(page);
    return page.evaluate(() => ((window as any).written as string[]).filter((name) => /\.pack$/.test(name)).length);
  };
  assert.equal(await visit(), 1);
  assert.equal(await visit(), 0);
  const size = () => page.evaluate(async () => {
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) if (/quick.*\.pack$/.test(request.url)) return (await (await (await caches.open(name)).match(request))!.arrayBuffer()).byteLength;
    return 0;
  });
  const whole = await size();
  await page.evaluate(async () => {
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) if (/quick.*\.pack$/.test(request.url)) await (await caches.open(name)).put(request, new Response('damaged'));
  });
  assert.equal(await visit(true), 1);
  assert.equal(await size(), whole);
  site.close();
  await open(page, site.origin);
  await run(page);
  await context.close();
});

test('what a host gives in a file\'s place is not kept for it: no page of another kind, no file of another version', async () => {
  let mended = false;
  const app = /app-\w+\.wasm/.exec(site_file('service_worker.js'))![0];
  for (const wrong of ['index.html', app]) {
    mended = false;
    let asked = 0;
    // the first request is the page's own; what the service worker asks for is answered by the host's front page
    const site = await host([base], (path) => ((path.slice(base.length) || 'index.html') === wrong && asked++ > 0 && !mended ? { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>course</title>not found, but 200' } : null));
    const context = await chromium.createBrowserContext(), page = await context.newPage();
    await open(page, site.origin);
    await wait_for_images(page);
    while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    await page.waitForFunction(async () => !(await navigator.serviceWorker.getRegistration()), { timeout: 20000 }); // it is given up
    assert.equal(await page.$eval('#offline', (e) => (e as HTMLElement).hidden), true);
    assert.deepEqual((Object.values(await caches_of(page)).flat()).filter((path) => !path.endsWith('.pack')), []);
    mended = true;
    await open(page, site.origin);
    await wait_for_images(page);
    await marked(page);
    site.close();
    await open(page, site.origin);
    await context.close();
  }
});
