// What goes wrong outside the lab: nothing freezes, nothing is lost, a sentence says what to do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { at_rest, browser, open_lab, press, results, screenshot, serve, settle, wait_for_images, wait_until_finished } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const notice = (page: Page) => page.$eval('#notice', (e) => ((e as HTMLElement).hidden ? '' : e.textContent ?? ''));

test('graphics lost and given back, again and again: the same picture, pictures of numbers and all; training went on', async () => {
  const lab = await open_lab(chromium, site.origin);
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
  await lab.page.click('#language');
  await lab.page.select('#theme', 'dark');
  assert.equal(await lab.page.evaluate(() => document.documentElement.lang), 'en');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('no WebAssembly, or a policy that forbids it: said in a sentence instead of an empty page', async () => {
  for (const before_ of [() => { delete (window as any).WebAssembly; }, () => { WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('refused by policy')); }]) {
    const context = await chromium.createBrowserContext();
    const page = await context.newPage();
    await page.evaluateOnNewDocument(before_);
    await page.goto(site.origin + encodeURI('/course/第3章 demo/') + '?lang=zh');
    await page.waitForFunction(() => { const s = document.getElementById('status')!; return !s.hidden && !/正在载入/.test(s.textContent ?? ''); }, { timeout: 20000 });
    assert.match(await page.$eval('#status', (e) => e.textContent ?? ''), /[\u4e00-\u9fff]{4}/);
    await context.close();
  }
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
  for (const hash of [good.slice(0, 60), good.replace('#x=', '#x=A'), '#x=' + 'A'.repeat(30000), '#x=%3Cscript%3E', '#lab=nothing&tab=<img>']) {
    const hurt = await open_lab(chromium, site.origin, { hash });
    assert.equal((await results(hurt.page)).length, 9, hash.slice(0, 30));
    assert.deepEqual(hurt.faults, [], hash.slice(0, 30));
    await hurt.close();
  }
});
