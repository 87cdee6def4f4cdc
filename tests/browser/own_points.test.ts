// Points clicked in the plane as data: set by mouse, keys and fingers, taken back, made a table, trained on and seen with their boundary.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { browser, change_language, command, item, open_lab, results, screenshot, serve, settle, wait_for_item, wait_until_finished } from './lab';
import { accessible, native_hash, open_dialog, outcome } from './own_files';

const folder = 'build/own_points', native = (...rest: string[]) => execFileSync('build/native/downhill', rest, { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => {
  site = await serve();
  chromium = await browser();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});
after(async () => { await chromium?.close(); site?.close(); });

/** What is saved is kept as `saved`. */
function catch_saved(): void {
  const { createObjectURL } = URL, blobs = new Map<string, Blob>();
  URL.createObjectURL = (blob: Blob) => { const url = createObjectURL(blob); blobs.set(url, blob); return url; };
  HTMLAnchorElement.prototype.click = function () { const name = this.download; void blobs.get(this.href)!.text().then((text) => { (window as any).saved = { name, text }; }); };
}
type Point = readonly [x: number, y: number, of: number];
const csv_of = (points: readonly Point[]) => 'x1,x2,class\n' + [...points].sort((a, b) => a[2] - b[2] || a[0] - b[0] || a[1] - b[1]).map(([x, y, of]) => `${x.toFixed(2)},${y.toFixed(2)},${of}\n`).join('');
/** Where a point of the plane is on the page. */
async function place_of(page: Page, x: number, y: number): Promise<[number, number]> {
  const { left, top, px } = await page.$eval('#own_plane', (e) => { const box = e.getBoundingClientRect(); return { left: box.left, top: box.top, px: box.width / 448 }; });
  return [left + px * (38 + 200 * (x + 1)), top + px * (10 + 200 * (1 - y))];
}
const choose = (page: Page, of: number) => page.click(`#own_point_class_${of}`);
async function click(page: Page, points: readonly Point[]): Promise<void> {
  let chosen = 0;
  for (const [x, y, of] of points) {
    if (of !== chosen) await choose(page, chosen = of);
    await page.mouse.click(...(await place_of(page, x, y)));
  }
}
const show = (page: Page, what: object) => page.evaluate((w) => window.downhill.show(w as any), what);
const placing = async (page: Page) => { await open_dialog(page); await page.click('#own_choose_points'); };
const said = (page: Page) => page.$eval('#own_dialog .own_at', (e) => e.textContent);
const counts = (page: Page) => page.$$eval('#own_dialog .own_points label', (all) => all.map((e) => Number(/(\d+)\D*$/.exec(e.textContent ?? '')![1])));
const drawn = (page: Page) => page.$$eval('#own_plane g path', (all) => all.length);
const take = async (page: Page) => { await page.click('#own_take_points'); return outcome(page); };
const csv_saved = async (page: Page) => {
  await page.evaluate(() => { delete (window as any).saved; });
  await page.click('#own_save_csv');
  return (await page.waitForFunction(() => (window as any).saved, { timeout: 10000 })).jsonValue() as Promise<{ name: string; text: string }>;
};

/** Three clouds, no two points near each other. */
const clouds: Point[] = [[-0.5, 0.4, 1], [0.5, 0.4, 2], [0, -0.5, 3]].flatMap(([x, y, of]) =>
  Array.from({ length: 12 }, (_, i): Point => [Math.round(100 * (x! + (i % 4 - 1.5) * 0.13)) / 100, Math.round(100 * (y! + (Math.floor(i / 4) - 1) * 0.15 + (i % 2) * 0.03)) / 100, of!]));

test('by mouse: set, taken away, undone, all removed and brought back; a table that has the command line’s hash, whatever the order', async () => {
  const { page, faults, close } = await open_lab(chromium, site.origin, { query: '?lang=zh&theme=light', width: 1280, height: 800, before: catch_saved });
  await placing(page);
  assert.ok(await page.$eval('#own_take_points', (e) => (e as HTMLButtonElement).disabled), 'there is nothing to be taken');
  await accessible(page, 'an empty plane');
  await click(page, clouds);
  assert.deepEqual(await counts(page), [12, 12, 12, 0]);
  assert.equal(await said(page), '放了一个第 3 类的点 (0.20, −0.32)，这一类共 12 个');
  await accessible(page, 'points');
  await screenshot(page, 'own-points-wide-zh');

  // on a point, though not on its middle, it takes it away; beside the square nothing happens
  const [x, y] = await place_of(page, clouds[5]![0], clouds[5]![1]);
  await page.mouse.click(x + 4, y - 3);
  assert.deepEqual(await counts(page), [11, 12, 12, 0]);
  assert.match((await said(page))!, /^去掉了第 1 类的点/);
  await page.mouse.click(...(await place_of(page, 0.5, -1.06)));
  assert.equal(await drawn(page), 35);
  await page.click('#own_undo');
  assert.deepEqual(await counts(page), [12, 12, 12, 0]);
  assert.equal(await said(page), '第 1 类：12 个，第 2 类：12 个，第 3 类：12 个');
  await page.click('#own_remove_all');
  assert.equal(await drawn(page), 0);
  assert.equal(await said(page), '还没有点。');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'own_plane', 'the button can’t be pressed any more');
  await page.click('#own_undo');
  assert.equal(await drawn(page), 36);

  const csv = csv_of(clouds), saved = await csv_saved(page);
  assert.deepEqual(saved, { name: '点.csv', text: csv });
  writeFileSync(`${folder}/clouds.csv`, csv);
  const read = await take(page), same = native_hash(`${folder}/clouds.csv`);
  assert.deepEqual({ ...read, sum: '' }, { hash: same, error: '', told: [], sum: '' });
  assert.match(read.sum, /36 个样本，3 类/);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'own_change_points');
  await accessible(page, 'the table of points');

  // taken up again: the same points have the same hash, other ones another
  await page.click('#own_change_points');
  assert.equal((await take(page)).hash, same);
  await page.click('#own_change_points');
  await click(page, [[0.9, 0.9, 4], [0.9, 0.7, 4]]);
  const four = await take(page);
  assert.match(four.sum, /38 个样本，4 类/);
  assert.notEqual(four.hash, same);
  await page.keyboard.press('Escape');
  await open_dialog(page);
  await page.click('#own_change_points');
  await page.click('#own_remove_all');
  await click(page, [...clouds].reverse());
  assert.equal((await take(page)).hash, same, 'set in another order');

  // too few are told, and can be added to
  await page.click('#own_change_points');
  await page.click('#own_remove_all');
  await click(page, [[0, 0, 1], [0.5, 0, 1]]);
  assert.match((await take(page)).error, /class.*[\u4e00-\u9fff]/);
  await page.keyboard.press('Escape');
  await change_language(page);
  await open_dialog(page);
  assert.match((await outcome(page)).error, /class/);
  await page.click('#own_change_points');
  assert.equal(await page.$eval('#own_dialog .own_points legend', (e) => e.textContent), 'Class of the points');
  await click(page, [[0, 0.5, 2], [0.5, 0.5, 2]]);
  assert.equal((await take(page)).error, '');
  // whatever else is read stays until points are taken
  await page.click('#own_clear');
  await page.click('#own_choose_points');
  assert.equal(await drawn(page), 4);
  await page.click('#own_back');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'own_choose_points');
  assert.deepEqual(faults, []);
  await close();
});

test('by keys alone: the cross hair, coarse and fine, sets and takes away; class and position are told', async () => {
  const { page, faults, close } = await open_lab(chromium, site.origin, { query: '?lang=en&theme=dark', width: 800, height: 600, before: catch_saved });
  await open_dialog(page);
  await page.focus('#own_choose_points');
  await page.keyboard.press('Enter');
  const { keyboard } = page, press = async (...keys: string[]) => { for (const key of keys) await keyboard.press(key as 'Enter'); };
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'own_plane');
  assert.equal(await said(page), '(0.00, 0.00)');
  await press('Enter', 'ArrowRight', 'ArrowRight');
  assert.equal(await said(page), '(0.10, 0.00)');
  await keyboard.down('Shift');
  await press('ArrowUp', 'ArrowUp', 'ArrowUp');
  await keyboard.up('Shift');
  await press('2');
  assert.equal(await said(page), 'Class 2 is chosen');
  assert.ok(await page.$eval('#own_point_class_2', (e) => (e as HTMLInputElement).checked));
  await press('Space');
  assert.equal(await said(page), 'A point of class 2 was set at (0.10, 0.03); the class has 1');
  assert.deepEqual(await counts(page), [1, 1, 0, 0]);
  await press('ArrowLeft', 'ArrowRight');
  assert.equal(await said(page), '(0.10, 0.03), a point of class 2 is here');
  await press('Enter');
  assert.equal(await said(page), 'The point of class 2 at (0.10, 0.03) is gone; the class has 0 left');
  await keyboard.down('Control');
  await press('z');
  await keyboard.up('Control');
  assert.deepEqual(await counts(page), [1, 1, 0, 0]);
  for (let i = 0; i < 30; ++i) await press('ArrowRight');
  assert.equal(await said(page), '(1.00, 0.03)', 'no further than the edge');
  await press('Enter', 'ArrowDown', '1', 'Enter', '3', 'ArrowLeft', 'ArrowLeft', 'Enter', 'ArrowLeft', 'Enter');
  const points: Point[] = [[0, 0, 1], [0.1, 0.03, 2], [1, 0.03, 2], [1, -0.02, 1], [0.9, -0.02, 3], [0.85, -0.02, 3]];
  assert.deepEqual(await csv_saved(page), { name: 'points.csv', text: csv_of(points) });
  writeFileSync(`${folder}/keys.csv`, csv_of(points));
  await page.focus('#own_take_points');
  await press('Enter');
  assert.equal((await outcome(page)).hash, native_hash(`${folder}/keys.csv`));
  await press('Enter'); // the button that leads back has the focus
  assert.deepEqual(await counts(page), [2, 2, 2, 0]);
  await page.click('#own_remove_all');
  await click(page, clouds);
  await page.focus('#own_plane');
  await press('ArrowUp');
  await accessible(page, 'dark');
  await screenshot(page, 'own-points-small-en-dark');
  assert.deepEqual(faults, []);
  await close();
});

test('by fingers: a point comes where the finger is lifted, nothing scrolls, a point is hit from 12 px away', async () => {
  const { page, faults, close } = await open_lab(chromium, site.origin, { query: '?lang=zh&theme=light', width: 390, height: 760, touch: true });
  await open_dialog(page);
  await page.tap('#own_choose_points');
  for (const [x, y, of] of clouds) {
    await page.tap(`#own_point_class_${of}`);
    await page.touchscreen.tap(...(await place_of(page, x, y)));
  }
  assert.deepEqual(await counts(page), [12, 12, 12, 0]);
  await screenshot(page, 'own-points-phone-zh');
  const scrolled = () => page.$eval('#own_dialog', (e) => e.scrollTop), before_ = await scrolled();
  const from = await place_of(page, 0.7, -0.2), to = await place_of(page, 0.7, -0.8);
  await page.touchscreen.touchStart(...from);
  for (let i = 1; i <= 8; ++i) await page.touchscreen.touchMove(from[0], from[1] + (to[1] - from[1]) * i / 8);
  assert.deepEqual(await counts(page), [12, 12, 12, 0], 'it is not there before');
  await page.touchscreen.touchEnd();
  assert.equal(await scrolled(), before_);
  assert.match((await said(page))!, /^放了一个第 3 类的点 \(0\.(69|70|71), −0\.(79|80|81)\)，这一类共 13 个$/);
  await page.touchscreen.tap(to[0] - 8, to[1] + 8);
  assert.deepEqual(await counts(page), [12, 12, 12, 0]);
  for (const id of ['own_undo', 'own_remove_all', 'own_take_points', 'own_back']) assert.ok(await page.$eval('#' + id, (e) => e.getBoundingClientRect().height >= 24), id);
  assert.ok(await page.$$eval('#own_dialog .own_points label', (all) => all.every((e) => e.getBoundingClientRect().height >= 24)));
  assert.equal(await page.$eval('#own_dialog', (e) => e.scrollWidth - e.clientWidth), 0, 'nothing is wider than the screen');
  assert.deepEqual(faults, []);
  await close();
});

const three = { downhill: 1, network: { hidden: [{ units: 16, activation: 'tanh' }] }, batch: 10, epochs: 60, lanes: [{ network: { hidden: [] } }, { optimizer: { name: 'adam', lr: 0.02 } }] };
test('the Race trains on them to the command line’s bits, and its boundary view shows them, as it does generated points', async () => {
  const { page, faults, close } = await open_lab(chromium, site.origin, { query: '?lang=zh&theme=light', width: 1440, height: 900 });
  await command(page, 'setState', { experiment: three });
  await placing(page);
  await click(page, clouds);
  assert.equal((await take(page)).error, '');
  await page.click('#own_use');
  await page.waitForFunction(() => !document.querySelector('#own_dialog[open]') && (window.downhill.getState() as any).data?.source === 'own' && window.downhill.results().every((r) => r.curve.length > 0), { timeout: 60000 });
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const document_ = await page.evaluate(() => window.downhill.getState());
  writeFileSync(`${folder}/document.json`, JSON.stringify(document_));
  writeFileSync(`${folder}/race.csv`, csv_of(clouds));
  native('data', `${folder}/race.csv`, '--out', `${folder}/race.downhill-data`);
  assert.deepEqual((await results(page)).map((r) => r.hash), native('hash', `${folder}/document.json`, '--data', `${folder}/race.downhill-data`).split('\n').map((line) => line.split('\t')[1]));
  await wait_for_item(page, '^boundary\\.3$'); // small, beside the settings of the data
  await show(page, { view: 'boundary', lane: 0, other: 1 });
  await wait_for_item(page, '^boundary\\.1$');
  for (const side of [0, 1]) {
    for (const label of [0, 1, 2]) assert.equal((await item(page, `boundary.class.${side}.${label}`))?.label, String(label + 1));
    assert.match((await item(page, `boundary.axes.${side}`))!.label, /^横轴 x1：−0\.\d+ 到 0\.\d+；纵轴 x2：−0\.\d+ 到 0\.\d+。$/);
  }
  assert.equal(await item(page, 'boundary.class.0.3'), null);
  assert.match((await item(page, 'boundary.1'))!.value, /100/, 'clouds that lie apart are told apart');
  await settle(page);
  await screenshot(page, 'own-points-race-zh');
  await show(page, { view: 'boundary', lane: 1, other: -1 });
  await settle(page);
  await screenshot(page, 'own-points-race-one-zh');

  // of the points that were used the plane still knows, and two classes of them are two colours as ever
  await open_dialog(page);
  await page.click('#own_choose_points');
  assert.equal(await drawn(page), 36);
  await page.click('#own_remove_all');
  await click(page, clouds.filter(([, , of]) => of !== 3));
  await take(page);
  await page.click('#own_use');
  await page.waitForFunction(() => !document.querySelector('#own_dialog[open]') && (window.downhill.getState() as any).data.classes.length === 2 && window.downhill.results().every((r) => r.curve.length > 0), { timeout: 60000 });
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  await wait_for_item(page, '^boundary\\.class\\.0\\.1$');
  await screenshot(page, 'own-points-race-two-zh');
  assert.deepEqual(faults, []);
  await close();
});

test('in Activations and Dropout they are the plane whose boundaries are seen', async () => {
  for (const [lab, tab] of [['activations', 'linear'], ['dropout', 'boundary']] as const) {
    const { page, faults, close } = await open_lab(chromium, site.origin, { hash: '#' + lab });
    await settle(page);
    await placing(page);
    await click(page, clouds);
    await take(page);
    await page.click('#own_use');
    await page.waitForFunction(() => !document.querySelector('#own_dialog[open]') && (window.downhill.getState() as any).data?.source === 'own', { timeout: 60000 });
    await show(page, { tab });
    await wait_for_item(page, '^boundary\\.0$');
    const names = (await results(page)).map((r) => r.label);
    await page.evaluate(() => window.downhill.start());
    await wait_until_finished(page);
    assert.ok(names.includes((await item(page, 'boundary.0'))!.label), `${lab}: it is of the lab's own lanes`);
    await screenshot(page, `own-points-${lab}`);
    assert.deepEqual(faults, []);
    await close();
  }
});
