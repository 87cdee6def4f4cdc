// The labs' own modules: fetched when their lab is asked for, from wherever it is; where that fails it is told and can be tried again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { to_hash } from '../../web/page/share_link';
import { browser, command, labs, open_lab, serve, settle, wait_for_images, wait_for_item } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
let broken = /^$/; // files that the server has not
before(async () => { site = await serve((file, content) => (broken.test(file) ? null : content)); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const first = (JSON.parse(readFileSync('assets/labs.json', 'utf8')) as { id: string; first?: boolean }[]).find((lab) => lab.first)!.id;
const others = labs.filter((id) => id !== first);
const words = JSON.parse(readFileSync('assets/strings/zh.json', 'utf8')) as Record<string, string>;
const not_there = (lab: string) => words['notice.lab_gone']!.replace('{1}', words['nav.' + lab]!); // where the server has no such file
const not_had = (lab: string) => words['notice.no_lab']!.replace('{1}', words['nav.' + lab]!);
/** In the page: what is asked of the surface's module waits until `let_go`. */
const slow_line = () => {
  const { fetch } = window, line = new Promise<void>((resolve) => { (window as any).let_go = resolve; });
  window.fetch = async (what, ...how) => (/lab-surface/.test(String(what)) ? line.then(() => fetch(what, ...how)) : fetch(what, ...how));
};
const let_go = (page: Page) => page.evaluate(() => (window as any).let_go());
/** The page's own requests for modules of labs: the service worker's are its own. */
const fetched = (page: Page) => page.evaluate(() => performance.getEntriesByType('resource').flatMap(({ name }) => /lab-(\w+)-[0-9a-f]{12}\.wasm$/.exec(name)?.[1] ?? []));
/** Likewise for what only labs beside the first say, in whichever language, and for the letters of that. */
const said = (page: Page) => page.evaluate(() => performance.getEntriesByType('resource').flatMap(({ name }) => /(lab-\w+-(?:zh|en)|letters-rare)-[0-9a-f]{12}\.(?:json|bin)$/.exec(name)?.[1] ?? []));
/** Labels, values and helps of controls that are keys of strings, or say nothing. */
const wordless = (page: Page) => page.evaluate((keys) => window.downhill.items().flatMap(({ id, label, value, help }) => (label === '' || [label, value, ...help.split('\n')].some((text) => keys.includes(text)) ? [id] : [])), Object.keys(words));
const shown = (page: Page) => command(page, 'lab') as Promise<string>;
const until_shown = (page: Page, lab: string) => page.waitForFunction((id) => document.querySelector('nav [aria-current]')?.getAttribute('href') === '#' + id, { timeout: 30000 }, lab);
const until_told = (page: Page, text: string) => page.waitForFunction((wanted) => !document.getElementById('notice')!.hidden && document.getElementById('notice')!.textContent!.includes(wanted), { timeout: 30000 }, text);

test('the first lab races with all its views and fetches no lab; another one is fetched when it is asked for, and once', async () => {
  const lab = await open_lab(chromium, site.origin), { page } = lab;
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step > 2), { timeout: 60000 });
  const refused = await page.evaluate(() => window.downhill.show({ view: '?' }).then(() => '', (error: Error) => error.message));
  const views = refused.match(/[a-z_]+/g)!.filter((word) => word !== 'show' && word !== 'view' && word !== 'none');
  assert.ok(views.length > 8, views.join());
  for (const view of views) {
    await page.evaluate((v) => window.downhill.show({ view: v, lane: 1 }), view);
    await settle(page);
  }
  assert.deepEqual([...await fetched(page), ...await said(page)], []);
  assert.deepEqual(await wordless(page), []);
  for (const [i, id] of others.entries()) {
    const before = (await fetched(page)).length;
    await page.click(`nav a[href="#${id}"]`);
    await until_shown(page, id);
    await settle(page);
    assert.ok((await fetched(page)).slice(before).includes(id), id);
    assert.deepEqual((await said(page)).sort(), ['letters-rare', ...others.slice(0, i + 1).map((lab) => `lab-${lab}-zh`)].sort());
    assert.ok((await page.evaluate(() => window.downhill.items())).length > 5, id);
    assert.deepEqual(await wordless(page), [], id);
  }
  const all = await fetched(page);
  assert.equal(new Set(all).size, all.length, all.join());
  for (const id of [first, ...others]) {
    await page.click(`nav a[href="#${id}"]`);
    await until_shown(page, id);
  }
  assert.deepEqual(await fetched(page), all);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('what can be looked at in a lab that was not fetched is checked all the same, and refused in a sentence', async () => {
  const lab = await open_lab(chromium, site.origin), { page } = lab;
  const { keys } = (await command(page, 'can_show')) as { keys: string[] };
  assert.ok(keys.includes('picture'), keys.join());
  for (const key of keys.filter((k) => k !== 'file')) // any name of a file will do
    assert.match(await page.evaluate((k) => window.downhill.show({ [k]: 'nonsense' }).then(() => '', (error: Error) => error.message), key), /^show\(\w+\)：(不认识|这里应为)/, key);
  assert.deepEqual(await fetched(page), []);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('every way into a lab fetches it: link, link with a document, lesson, view, show, preset, contents', async () => {
  const presets = JSON.parse(readFileSync('assets/presets.json', 'utf8')) as { id: string; lab: string }[];
  for (const id of others) {
    const lab = await open_lab(chromium, site.origin, { hash: '#' + id }), document = await lab.page.evaluate(() => window.downhill.getState()), preset = presets.find((p) => p.lab === id)!.id;
    assert.equal(await shown(lab.page), id);
    await lab.close();
    for (const way of [{ hash: to_hash(document, { lab: id }) } as { hash?: string; query?: string }, { query: `?lang=zh&lesson=${preset}` }, { query: `?lang=zh&view=${id}` }]) {
      const other = await open_lab(chromium, site.origin, way);
      assert.equal(await shown(other.page), id, JSON.stringify(way));
      if (way.hash) assert.deepEqual(await other.page.evaluate(() => window.downhill.getState()), document, id);
      await settle(other.page);
      assert.deepEqual(other.faults, [], JSON.stringify(way));
      await other.close();
    }
    const start = await open_lab(chromium, site.origin);
    await start.page.select('#presets', preset);
    await until_shown(start.page, id);
    assert.equal((await command(start.page, 'shown')).preset, preset);
    assert.deepEqual(start.faults, []);
    await start.close();
  }
  const outside = await open_lab(chromium, site.origin);
  await outside.page.evaluate((id) => window.downhill.show({ lab: id } as object as { lab: string }), others[0]!);
  assert.equal(await shown(outside.page), others[0]);
  await outside.close();
});

test('a module that does not come is told, the lab stays, and another try is a press away; also at a start by link', async () => {
  broken = /^lab-/;
  const id = 'surface', lab = await open_lab(chromium, site.origin, { allow: /404/ }), { page } = lab;
  const state = JSON.stringify(await page.evaluate(() => window.downhill.getState()));
  await page.click(`nav a[href="#${id}"]`);
  await until_told(page, not_there(id));
  assert.equal(await shown(page), first);
  assert.equal(JSON.stringify(await page.evaluate(() => window.downhill.getState())), state);
  await page.waitForFunction((h) => location.hash !== h, { timeout: 5000 }, '#' + id); // the address is that of what is shown
  assert.equal(await page.evaluate((l) => window.downhill.show({ lab: l }).then(() => '', (error: Error) => error.message), id), not_there(id));
  await page.click('#again');
  await until_told(page, not_there(id));
  broken = /^$/;
  await page.click('#again');
  await until_shown(page, id);
  assert.equal(await page.$eval('#notice', (e) => (e as HTMLElement).hidden), true);
  assert.deepEqual(lab.faults, []);
  const document = (await page.evaluate(() => window.downhill.getState())) as { lanes: unknown[] }, two = { ...document, lanes: document.lanes.slice(0, 2) };
  await lab.close();

  broken = /^lab-/;
  const linked = await open_lab(chromium, site.origin, { hash: to_hash(two, { lab: id }), allow: /404/ });
  await until_told(linked.page, not_there(id));
  assert.equal(await shown(linked.page), first);
  await wait_for_images(linked.page); // and it works
  broken = /^$/;
  await linked.page.click('#again');
  await until_shown(linked.page, id);
  assert.equal(((await linked.page.evaluate(() => window.downhill.getState())) as { lanes: unknown[] }).lanes.length, 2);
  assert.deepEqual(linked.faults, []);
  await linked.close();
});

test('words or letters that do not come are told like a module that does not; the next try has them', async () => {
  for (const file of [/^lab-surface-zh/, /^letters-rare/]) {
    const lab = await open_lab(chromium, site.origin, { allow: /404/ }), { page } = lab;
    await wait_for_images(page);
    broken = file;
    await page.click('nav a[href="#surface"]');
    await until_told(page, not_there('surface'));
    assert.equal(await shown(page), first);
    broken = /^$/;
    await page.click('#again');
    await until_shown(page, 'surface');
    await settle(page);
    assert.deepEqual(await wordless(page), []);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  }
});

test('a lab and the language: its words change with it, whichever is first; presets are told in both', async () => {
  const presets = JSON.parse(readFileSync('assets/presets.json', 'utf8')) as { id: string; lab: string; do: { zh: string; en: string } }[];
  for (const id of others) {
    const lab = await open_lab(chromium, site.origin, { query: '?lang=en', hash: '#' + id }), { page } = lab, preset = presets.find((each) => each.lab === id)!;
    await settle(page);
    assert.deepEqual(await said(page), [`lab-${id}-en`]);
    const before = await page.evaluate(() => window.downhill.items().map(({ label }) => label));
    await page.click('#language');
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
    await settle(page);
    assert.deepEqual((await said(page)).sort(), [`lab-${id}-en`, `lab-${id}-zh`, 'letters-rare']);
    assert.deepEqual(await wordless(page), []);
    assert.notDeepEqual(await page.evaluate(() => window.downhill.items().map(({ label }) => label)), before);
    await page.select('#presets', preset.id);
    await page.waitForFunction((text) => document.getElementById('preset')!.textContent!.includes(text), {}, preset.do.zh);
    await page.click('#language');
    await page.waitForFunction((text) => document.getElementById('preset')!.textContent!.includes(text), {}, preset.do.en);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  }
  const lab = await open_lab(chromium, site.origin, { before: slow_line }), { page } = lab;
  await page.click('nav a[href="#surface"]');
  await until_told(page, words['app.loading']!);
  await page.click('#language');
  await page.waitForFunction(() => document.documentElement.lang === 'en');
  await let_go(page);
  await until_shown(page, 'surface');
  await settle(page);
  const labels = await page.evaluate(() => window.downhill.items().map(({ label }) => label)), chinese = labels.filter((label) => /[\u4e00-\u9fff]/.test(label));
  assert.ok(labels.length > 20, labels.join());
  assert.deepEqual(chinese, []);
  assert.deepEqual(await wordless(page), []);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('of two labs asked for while the line is slow, the last one is shown', async () => {
  const lab = await open_lab(chromium, site.origin, { before: slow_line }), { page } = lab;
  await page.click('nav a[href="#surface"]');
  await until_told(page, words['app.loading']!);
  await page.click('nav a[href="#dropout"]');
  await until_shown(page, 'dropout');
  await let_go(page);
  await wait_for_item(page, '^drop\\.');
  await page.waitForFunction(() => document.getElementById('notice')!.hidden && performance.getEntriesByType('resource').some(({ name }) => /lab-surface/.test(name)));
  await new Promise((resolve) => setTimeout(resolve, 500)); // it is joined, and nobody asks for it any more
  assert.equal(await shown(page), 'dropout');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('public calls behind a lab that is on its way are done in their order; what somebody then chooses goes before them', async () => {
  const other = await open_lab(chromium, site.origin, { hash: '#surface' });
  const document = (await other.page.evaluate(() => window.downhill.getState())) as { lanes: unknown[] }, two = { ...document, lanes: document.lanes.slice(0, 2) };
  await other.close();

  const lab = await open_lab(chromium, site.origin, { before: slow_line }), { page } = lab;
  await page.evaluate((doc) => {
    void window.downhill.show({ lab: 'surface' });
    void window.downhill.setState(doc);
    window.downhill.start();
  }, two);
  assert.equal(await shown(page), first);
  assert.ok((await page.evaluate(() => window.downhill.results())).every((r) => r.step === 0 && r.status !== 'running'));
  await let_go(page);
  await until_shown(page, 'surface');
  await page.waitForFunction(() => window.downhill.results().length === 2 && window.downhill.results().every((r) => r.step > 0), { timeout: 30000 });
  assert.equal(((await page.evaluate(() => window.downhill.getState())) as { lanes: unknown[] }).lanes.length, 2);
  assert.deepEqual(lab.faults, []);
  await lab.close();

  const late = await open_lab(chromium, site.origin, { before: slow_line });
  await late.page.evaluate((doc) => { (window as any).asked = Promise.all([window.downhill.show({ lab: 'surface' }), window.downhill.setState(doc)]).then(() => 'done'); }, two);
  await late.page.click('nav a[href="#dropout"]');
  await until_shown(late.page, 'dropout');
  const state = JSON.stringify(await late.page.evaluate(() => window.downhill.getState()));
  await let_go(late.page);
  assert.equal(await late.page.evaluate(() => (window as any).asked), 'done');
  assert.equal(await shown(late.page), 'dropout');
  assert.equal(JSON.stringify(await late.page.evaluate(() => window.downhill.getState())), state);
  assert.deepEqual(late.faults, []);
  await late.close();

  // and the other way round: what somebody pressed before is not done after a newer call
  const press = await open_lab(chromium, site.origin, { before: slow_line });
  await press.page.click('nav a[href="#surface"]');
  await until_told(press.page, words['app.loading']!);
  await press.page.evaluate(() => window.downhill.show({ lab: 'dropout' }));
  assert.equal(await press.page.$eval('#notice', (e) => (e as HTMLElement).hidden), true);
  await let_go(press.page);
  await press.page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /lab-surface/.test(name)));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(await shown(press.page), 'dropout');
  assert.deepEqual(press.faults, []);
  await press.close();
});

test('a linked lab on a slow line does not hold the page; the notice that it is on its way goes in whatever language', async () => {
  const lab = await open_lab(chromium, site.origin, { hash: '#surface', before: slow_line }), { page } = lab;
  assert.equal(await shown(page), first);
  await wait_for_images(page);
  await until_told(page, words['app.loading']!);
  await page.click('#language');
  await page.waitForFunction(() => document.documentElement.lang === 'en');
  assert.equal(await page.evaluate(() => location.hash), '#surface');
  await let_go(page);
  await until_shown(page, 'surface');
  assert.equal(await page.$eval('#notice', (e) => (e as HTMLElement).hidden), true);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('autorun is for what the address asks for: where its lab can\'t be had nothing is started, and an error is told', async () => {
  const listen = () => {
    let api: typeof window.downhill;
    const errors: unknown[] = (window as any).errors = [];
    Object.defineProperty(window, 'downhill', { get: () => api, set(it) { (api = it).on('error', (text: unknown) => errors.push(text)); } });
  };
  broken = /^lab-/;
  const lab = await open_lab(chromium, site.origin, { query: '?lang=zh&autorun=1', hash: '#surface', allow: /404/, before: listen }), { page } = lab;
  await until_told(page, not_there('surface'));
  await wait_for_images(page);
  assert.ok((await page.evaluate(() => window.downhill.results())).every((r) => r.step === 0 && r.status !== 'running'));
  assert.deepEqual(await page.evaluate(() => (window as any).errors), [not_there('surface')]);
  assert.deepEqual(lab.faults, []);
  await lab.close();
  broken = /^$/;
  const there = await open_lab(chromium, site.origin, { query: '?lang=zh&autorun=1', hash: '#surface' });
  await there.page.waitForFunction(() => window.downhill.results().every((r) => r.step > 0), { timeout: 30000 });
  assert.equal(await shown(there.page), 'surface');
  await there.close();
});

test('a link that names a member of every object is one that names no lab', async () => {
  for (const hash of ['#constructor', '#toString', '#__proto__', '#race&lab=valueOf']) {
    const lab = await open_lab(chromium, site.origin, { hash });
    assert.equal(await shown(lab.page), first, hash);
    assert.deepEqual(lab.faults, [], hash);
    await lab.close();
  }
});

test('a module that came damaged is fetched past the browser\'s cache; a dead line is told as one', async () => {
  let damaged = true;
  const other = await serve((file, content) => (/^service_worker/.test(file) ? null : damaged && /^lab-surface/.test(file) ? Buffer.alloc(content.length) : content), [], () => ({ 'cache-control': 'max-age=3600' }));
  const lab = await open_lab(chromium, other.origin, { allow: /404/ }), { page } = lab;
  await page.click('nav a[href="#surface"]');
  await until_told(page, not_had('surface'));
  damaged = false;
  await page.click('#again');
  await until_shown(page, 'surface');
  other.close();
  assert.deepEqual(lab.faults, []);
  await lab.close();

  const dead = await open_lab(chromium, site.origin, { before: () => {
    const { fetch } = window;
    (window as any).dead = true;
    window.fetch = (what, ...how) => ((window as any).dead && /lab-dropout/.test(String(what)) ? Promise.reject(new TypeError('Failed to fetch')) : fetch(what, ...how));
  } });
  await dead.page.click('nav a[href="#dropout"]');
  await until_told(dead.page, not_had('dropout'));
  await dead.page.evaluate(() => { (window as any).dead = false; });
  await dead.page.click('#again');
  await until_shown(dead.page, 'dropout');
  assert.deepEqual(dead.faults, []);
  await dead.close();
});
