// Behind a proxy that lets nothing through but the page's own host, and with the policy's own reports: no other host is
// asked for anything, whatever is opened, and nothing that the policy forbids is even tried.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { base, browser, serve, wait_for_images, wait_until_finished } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>, close_proxy: () => void;
const asked = new Set<string>();
// Chromium's own errands; a page that ran them would be told by its list of requests
const own_errand = /(^|\.)(google|googleapis|gstatic)\.com:443$/;
const told = () => [...asked].filter((host) => !own_errand.test(host));
before(async () => {
  site = await serve();
  const own = new URL(site.origin).host;
  const proxy = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '');
    if (url.host !== own) {
      asked.add(url.host);
      return outgoing.writeHead(403).end();
    }
    incoming.pipe(request(url, { method: incoming.method ?? 'GET', headers: incoming.headers }, (answer) => { outgoing.writeHead(answer.statusCode ?? 500, answer.headers); answer.pipe(outgoing); }).on('error', () => outgoing.destroy()));
  });
  proxy.on('connect', (incoming, socket) => { asked.add(incoming.url ?? ''); socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'); });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve).unref()); // a test that fails may leave it
  close_proxy = () => { proxy.closeAllConnections(); proxy.close(); };
  chromium = await browser([`--proxy-server=127.0.0.1:${(proxy.address() as AddressInfo).port}`, '--proxy-bypass-list=<-loopback>']);
});
after(async () => { await chromium?.close(); close_proxy?.(); site?.close(); });

const address = () => site.origin + encodeURI(base);
/** A page that keeps what the policy refuses. */
async function watched(): Promise<Page> {
  const page = await (await chromium.createBrowserContext()).newPage();
  await page.evaluateOnNewDocument(() => {
    (window as any).reports = [];
    document.addEventListener('securitypolicyviolation', (e) => (window as any).reports.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sample}`));
  });
  page.on('request', (r) => { if (/^http/.test(r.url()) && !r.url().startsWith(site.origin)) foreign.push(r.url()); });
  return page;
}
const reports = (page: Page) => page.evaluate(() => (window as any).reports as string[]);
const foreign: string[] = [];

test('a visit to everything: no other host is asked, the policy has nothing to report', async () => {
  const page = await watched();
  asked.clear(); // what the browser itself wanted at its start
  await page.goto(address() + '?lang=zh');
  await page.evaluate(() => window.downhill.ready);
  await wait_for_images(page);
  const short = { downhill: 1, data: { train: 500, test: 200 }, batch: 50, epochs: 1, lanes: [{ label: 'A' }, { label: 'B', optimizer: 'adam' }] };
  await page.evaluate((e) => window.downhill.setState(e), short);
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  await page.evaluate(() => window.downhill.screenshot());
  for (const view of ['weights', 'confusion', 'predictions', 'samples', 'units', 'optimizer', 'draw', 'differences', 'equal']) await page.evaluate((v) => window.downhill.show({ view: v }).catch(() => undefined), view); // some are none
  for (const id of ['language', 'embed', 'export', 'help', 'share', 'accessible']) {
    await page.evaluate((i) => document.getElementById(i)!.click(), id);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await page.keyboard.press('Escape');
  }
  for (const hash of ['#activations', '#dropout', '#race']) {
    await page.evaluate((h) => { location.hash = h; }, hash);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  assert.deepEqual(await reports(page), []);
  for (const rest of ['bench.html', 'embedding.html', 'downhill.html?embed=1', '?lesson=overfitting&theme=projector']) {
    await page.goto(address() + rest);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.deepEqual(await reports(page), [], rest);
  }
  assert.deepEqual(told(), []);
  assert.deepEqual(foreign, []);
  await page.browserContext().close();
});

test('the proxy and the reports would have told', async () => {
  const page = await watched();
  asked.clear();
  await page.goto(address());
  await page.evaluate(() => window.downhill.ready);
  await page.evaluate(() => fetch('https://example.org/').catch(() => undefined));
  assert.match((await reports(page)).join(), /connect-src https:\/\/example\.org/);
  assert.deepEqual(told(), [], 'refused before it was sent');
  await page.goto(site.origin + '/nothing-here').catch(() => undefined);
  await page.goto('http://example.org/').catch(() => undefined);
  assert.ok(told().some((host) => host.startsWith('example.org')), told().join());
  await page.browserContext().close();
});
