// "Rate it yourself" in the lab Cases, as a student meets it.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from 'puppeteer-core';
import { box_of, command, focus_item, item, press, press_tool, screenshot, settle, type_into, wait_for_item } from './lab';
import { tests_of } from './one_lab';

const { lab_test, native, opened } = tests_of('cases', 'cases_rate');

interface Rater { name: string; seed: number; classes: number[]; scores: [number, number][] }
interface Stand { given: number; total: number; place: number | null; pixels: number[]; pairs: number; equal: number }
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const raters = async (page: Page): Promise<Rater[]> => (await state(page)).raters;
const stand = (page: Page) => command(page, 'rating') as Promise<Stand>;
/** Until there is a picture to rate. */
const picture = (page: Page) => page.waitForFunction(() => (window.downhill_internal.page.command('rating') as { pixels: number[] }).pixels.length > 0, { timeout: 60000, polling: 100 });
const document_of = (more: object = {}) => ({ downhill: 1, lab: 'cases', case: 'scores', rating: { items: 40, rater: 0 }, ...more });
async function begin(page: Page, more: object = {}): Promise<void> {
  await command(page, 'setState', { experiment: document_of(more) });
  await command(page, 'show', { rate: true });
  await picture(page);
  await settle(page);
}
const all_classes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const rater = (name: string, scores: [number, number][], more: object = {}) => ({ name, seed: 1, classes: all_classes, scores, ...more });
const file_of = (...all: object[]) => JSON.stringify({ downhill_raters: 1, raters: all });
const kept = (page: Page) => page.evaluate(() => localStorage.getItem('downhill.ratings'));
/** Until the browser keeps just these numbers of scores: another window's news comes when it comes. */
const keeps = (page: Page, ...counts: number[]) => page.waitForFunction((wanted) => {
  const now = (JSON.parse(localStorage.getItem('downhill.ratings') ?? '{"raters":[]}').raters as { scores: unknown[] }[]).map((r) => r.scores.length).sort();
  return JSON.stringify(now) === wanted;
}, { timeout: 20000, polling: 50 }, JSON.stringify(counts));
const value = async (page: Page, id: string) => String((await item(page, id))?.value);
const said = (page: Page) => page.$eval('#live', (e) => e.textContent);

lab_test('pictures are rated by keys and presses; Backspace and undo go back; what was given is told', async (page) => {
  await begin(page);
  assert.deepEqual([(await stand(page)).given, (await stand(page)).total, (await stand(page)).place], [0, 44, 0]);
  await screenshot(page, 'cases-rate-begun');
  await page.keyboard.press('4'); // nothing has the focus yet
  await settle(page);
  assert.deepEqual((await raters(page))[0]!.scores, [[0, 4]]);
  assert.match((await said(page))!, /4.*2.*44/);
  await press(page, 'cases.rate.score.2');
  await page.keyboard.press('5');
  await page.keyboard.press('1');
  await page.keyboard.press('7'); // no score
  await page.keyboard.press('0');
  await settle(page);
  assert.deepEqual((await raters(page))[0]!.scores, [[0, 4], [1, 2], [2, 5], [3, 1]]);
  assert.equal((await stand(page)).place, 4);
  for (let i = 0; i < 2; ++i) await page.keyboard.press('Backspace');
  await settle(page);
  assert.deepEqual((await raters(page))[0]!.scores, [[0, 4], [1, 2]]);
  await press(page, 'cases.rate.back');
  assert.deepEqual((await raters(page))[0]!.scores, [[0, 4]]);
  await press_tool(page, 'undo');
  await settle(page);
  assert.deepEqual((await raters(page))[0]!.scores, [[0, 4], [1, 2]]);
  // by keys from a control: the focus stays where it is
  await focus_item(page, 'cases.rate.score.3');
  await page.keyboard.press('Enter');
  await page.keyboard.press('3');
  await settle(page);
  assert.deepEqual((await raters(page))[0]!.scores, [[0, 4], [1, 2], [2, 3], [3, 3]]);
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.id), 'cases.rate.score.3');
  assert.equal(await page.$eval('[data-id="cases.rate.score.5"]', (e) => e.getAttribute('aria-keyshortcuts')), '5');
  // digits that are typed are no scores
  await type_into(page, 'cases.rate.name:label', '小明');
  assert.equal((await raters(page))[0]!.name, '小明');
  await type_into(page, 'field:/rating/items', '50');
  assert.equal((await stand(page)).total, 55);
  assert.equal((await raters(page))[0]!.scores.length, 4);
  assert.match(await value(page, 'cases.rate.histogram'), /1: 0, 2: 1, 3: 2, 4: 1, 5: 0/);
});

lab_test('a reload goes on; a page that was closed is gone on with; the browser can be made to forget', async (page) => {
  await begin(page);
  for (const key of ['4', '3', '5', '2', '1'] as const) await page.keyboard.press(key);
  await settle(page);
  const before = await raters(page);
  assert.equal(before[0]!.scores.length, 5);
  assert.equal(JSON.parse((await kept(page))!).raters[0].scores.length, 5);
  await page.waitForFunction(() => location.hash === (window.downhill_internal.page as unknown as { hash(): string }).hash(), { timeout: 5000 });
  const there = async () => {
    await page.evaluate(() => window.downhill.ready);
    await settle(page);
  };
  await page.reload();
  await there();
  await picture(page);
  assert.deepEqual(await raters(page), before);
  assert.ok(await item(page, 'cases.rate.picture'));
  assert.equal((await stand(page)).place, 5);
  await page.keyboard.press('2');
  await settle(page);
  assert.equal(JSON.parse((await kept(page))!).raters.length, 1, 'the same scores, once');
  // closed, and opened by its bare address
  const address = page.url().replace(/#.*/, '');
  await page.goto('about:blank');
  await page.goto(address + '#cases');
  await there();
  await command(page, 'setState', { experiment: document_of({ rating: { items: 100, rater: 0 } }) });
  await command(page, 'show', { rate: true });
  await wait_for_item(page, 'cases.rate.kept.0');
  await screenshot(page, 'cases-rate-kept');
  await picture(page);
  await page.keyboard.press('1'); // somebody else begins: nothing is lost
  await settle(page);
  assert.equal(JSON.parse((await kept(page))!).raters.length, 2);
  await press(page, 'cases.rate.kept.0');
  assert.deepEqual((await raters(page))[1]!.scores, [[0, 4], [1, 3], [2, 5], [3, 2], [4, 1], [5, 2]]);
  assert.equal((await stand(page)).total, 44);
  await page.keyboard.press('5');
  await settle(page);
  assert.equal((await raters(page))[1]!.scores.length, 7);
  await command(page, 'reveal', { id: 'cases.rate.forget' });
  await press(page, 'cases.rate.forget');
  assert.deepEqual(JSON.parse((await kept(page))!).raters, []);
  assert.doesNotMatch((await kept(page))!, /scores|小明|我/);
  assert.equal((await raters(page))[1]!.scores.length, 7, 'what is on the screen stays');
});

lab_test('who is removed is forgotten by the browser, in another window, too, until undo; a ninth rater is told by name', async (page) => {
  await begin(page);
  await page.evaluate(() => localStorage.removeItem('downhill.ratings'));
  for (const key of ['4', '3', '5'] as const) await page.keyboard.press(key);
  await settle(page);
  const there = await page.browserContext().newPage();
  await there.goto(page.url().replace(/#.*/, '') + '#cases');
  await there.evaluate(() => window.downhill.ready);
  await settle(there);
  await begin(there);
  await there.waitForFunction(() => { // what was kept has come
    window.downhill_internal.page.command('typed', { id: 'cases.rate.kept.0', text: '' });
    return (window.downhill.getState() as { raters: unknown[] }).raters.length === 1;
  }, { timeout: 20000, polling: 200 });
  await page.bringToFront();
  await command(page, 'typed', { id: 'cases.rate.remove.0', text: '' });
  await page.waitForFunction(() => !localStorage.getItem('downhill.ratings')!.includes('scores'), { timeout: 20000 });
  assert.deepEqual(await raters(page), []);
  await there.bringToFront();
  await command(there, 'typed', { id: 'cases.rate.other', text: '' });
  await there.keyboard.press('2');
  await there.waitForFunction(() => (window.downhill.getState() as { raters: unknown[] }).raters.length === 2, { timeout: 20000 });
  await keeps(there, 1); // though that window had the others
  assert.deepEqual(JSON.parse((await kept(there))!).raters.map((r: Rater) => r.scores), [[[0, 2]]]);
  await there.close();
  await page.bringToFront();
  await page.evaluate(() => window.downhill.undo());
  await keeps(page, 1, 3);
  await page.evaluate(() => { // as by another window whose news has not come yet: a window hears nothing of what it writes itself
    const now = JSON.parse(localStorage.getItem('downhill.ratings')!);
    now.items.push(40);
    now.raters.push({ ...now.raters[0], name: 'late', scores: [[5, 1], [6, 1]] });
    localStorage.setItem('downhill.ratings', JSON.stringify(now));
  });
  await page.keyboard.press('4');
  await keeps(page, 1, 2, 4);

  const eight = Array.from({ length: 8 }, (_, i) => rater(`R${i}`, [[i, 3]]));
  await command(page, 'open_raters', { files: [{ name: 'eight.json', text: file_of(...eight) }] });
  await settle(page);
  assert.equal((await raters(page)).length, 8);
  const told = await page.evaluate(() => (window.downhill_internal.page.command('all_items') as { id: string; value: string }[]).find(({ id }) => id === 'cases.rate.refused.0')?.value);
  assert.match(told ?? '', /eight\.json.*8 位.*留下的是：我, R0.*没有加入：R7/);
});

lab_test('files of raters are saved, opened and averaged; broken ones are refused by a sentence, and nothing is lost', async (page) => {
  await begin(page);
  for (const key of ['4', '3', '5'] as const) await page.keyboard.press(key);
  await settle(page);
  const folder = 'build/cases_rate';
  mkdirSync(folder, { recursive: true });
  const files: Record<string, string> = {
    'a.json': file_of(rater('A', [[0, 2], [1, 3], [2, 4]])), 'b.json': '\ufeff' + file_of(rater('B', [[0, 3], [2, 4], [7, 1]])),
    'cut.json': file_of(rater('C', [[0, 2]])).slice(0, 60), 'six.json': file_of(rater('D', [[0, 6]])), 'draw.json': file_of(rater('E', [[0, 2]], { seed: 2 })),
    'document.json': JSON.stringify(document_of()), 'empty.json': '', 'huge.json': ' '.repeat(3_000_000) + file_of(rater('F', [[0, 2]])), 'deep.json': '['.repeat(100_000),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, text);
  await command(page, 'reveal', { id: 'cases.rate.open' });
  await settle(page);
  const [chooser] = await Promise.all([page.waitForFileChooser({ timeout: 10000 }), press(page, 'cases.rate.open')]);
  await chooser.accept(Object.keys(files).map((name) => `${folder}/${name}`));
  await page.waitForFunction(() => (window.downhill.getState() as { raters: unknown[] }).raters.length === 3, { timeout: 10000 });
  await settle(page);
  const all = await raters(page);
  assert.deepEqual(all.map(({ name }) => name), ['我', 'A', 'B']);
  assert.deepEqual(all[0]!.scores, [[0, 4], [1, 3], [2, 5]]);
  const refused = await page.evaluate(() => (window.downhill_internal.page.command('all_items') as { id: string; value: string }[]).filter(({ id }) => id.startsWith('cases.rate.refused')).map((i) => i.value));
  assert.equal(refused.length, 7);
  assert.match(refused.join('\n'), /cut\.json/);
  assert.match(refused.join('\n'), /six\.json \/raters\/0\/scores\/0\/1/);
  assert.match(refused.join('\n'), /draw\.json \/raters\/0/);
  // the averaging of three, pair by pair
  const pairs = await page.evaluate(() => (window.downhill_internal.page.command('all_items') as { id: string; value: string }[]).find(({ id }) => id === 'cases.rate.pairs')!.value);
  assert.match(pairs, /我 和 A：都打过的 3 张，一样的 1 张，平均相差 1 分/);
  assert.match(pairs, /A 和 B：都打过的 2 张，一样的 1 张，平均相差 0.5 分/);
  await screenshot(page, 'cases-rate-raters');
  // renamed, removed, undone, saved
  await command(page, 'typed', { id: 'cases.rate.name.1:label', text: 'Anna' });
  await command(page, 'typed', { id: 'cases.rate.remove.2', text: '' });
  assert.deepEqual((await raters(page)).map(({ name }) => name), ['我', 'Anna']);
  await page.evaluate(() => window.downhill.undo());
  assert.equal((await raters(page)).length, 3);
  const text = await page.evaluate(async () => {
    const saved = new Promise<string>((resolve) => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob) => { void (blob as Blob).text().then(resolve); URL.createObjectURL = make; return make(blob); };
    });
    window.downhill_internal.page.command('typed', { id: 'cases.rate.save.1', text: '' });
    return saved;
  });
  assert.deepEqual(JSON.parse(text), { downhill_raters: 1, raters: [{ ...rater('Anna', [[0, 2], [1, 3], [2, 4]]) }] });
  // opened again it is there already
  await command(page, 'open_raters', { files: [{ name: 'again.json', text }] });
  assert.equal((await raters(page)).length, 3);
});

lab_test('a model that is trained on ratings finds the hidden rule that they follow, as natively', async (page) => {
  await begin(page, { rating: { items: 200, rater: 0 } });
  // what is light is liked
  for (let left = 220; left > 0; --left) {
    const now = await stand(page);
    const mean = now.pixels.reduce((sum, v) => sum + v, 0) / 784 / 255;
    await command(page, 'activate', { id: `cases.rate.score.${Math.max(1, Math.min(5, Math.floor(1.5 + 11.2 * mean)))}` });
    await page.waitForFunction((before) => (window.downhill_internal.page.command('rating') as { given: number }).given > before, { timeout: 10000, polling: 20 }, now.given);
  }
  const end = await stand(page);
  assert.deepEqual([end.given, end.place, end.pairs, end.equal], [220, null, 20, 20]);
  assert.match(await value(page, 'cases.rate.ended'), /20 张.*20 张前后一样，平均相差 0 分/);
  await screenshot(page, 'cases-rate-done');
  const scores = new Map((await raters(page))[0]!.scores);
  await press(page, 'cases.rate.train');
  const document = await state(page);
  assert.deepEqual([document.score, document.station, document.data.train, document.data.validation, document.data.test], ['raters', 'training', 120, 40, 40]);
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => window.downhill.results()[0]!.status === 'finished', { timeout: 60000, polling: 100 });
  const [result] = await page.evaluate(() => window.downhill.results() as unknown as { validation_metric: number; hash: string }[]);
  // whoever knows nothing says the mean of what was given
  const given = [...scores.entries()].sort((a, b) => a[0] - b[0]).map(([, s]) => s), mean = given.slice(0, 120).reduce((a, b) => a + b) / 120;
  const nothing = given.slice(120, 160).reduce((sum, s) => sum + Math.abs(s - mean), 0) / 40;
  console.log(`found to ${result!.validation_metric.toFixed(3)} points, knowing nothing ${nothing.toFixed(3)}`);
  assert.ok(result!.validation_metric < 0.7 * nothing, `${result!.validation_metric} ${nothing}`);
  assert.ok(native('hash', document).includes(result!.hash));
});

lab_test('the form view rates, too', async (page) => {
  await begin(page);
  await press_tool(page, 'accessible');
  const button = (id: string) => `#form [data-field="cases.rate.${id}"]`;
  await page.waitForSelector(button('score.5'));
  await page.click(button('score.5'));
  await page.click(button('score.2'));
  await page.keyboard.press('4'); // the lab is not shown: no key of its
  assert.deepEqual((await raters(page))[0]!.scores, [[0, 5], [1, 2]]);
  await page.click(button('back'));
  assert.deepEqual((await raters(page))[0]!.scores, [[0, 5]]);
  assert.equal(await page.evaluate((s) => document.querySelector(s)?.nextElementSibling?.textContent?.includes('2'), button('score.5')), true);
});

lab_test('by touch on a phone, in English, and dark on a small screen', async (page, lab) => {
  await begin(page);
  await screenshot(page, 'cases-rate-wide');
  const phone = await opened({ width: 390, height: 760, touch: true, scale: 2 });
  await settle(phone.page);
  await begin(phone.page);
  for (const score of [5, 1]) {
    const box = await box_of(phone.page, `cases.rate.score.${score}`);
    assert.ok(box.height >= 40 && box.width >= 40, JSON.stringify(box));
    await phone.page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await settle(phone.page);
  }
  assert.deepEqual((await raters(phone.page))[0]!.scores, [[0, 5], [1, 1]]);
  await screenshot(phone.page, 'cases-rate-phone');
  assert.deepEqual(phone.faults, []);
  await phone.close();
  const small = await opened({ width: 800, height: 600, query: '?lang=en&theme=dark' });
  await settle(small.page);
  await begin(small.page);
  await small.page.keyboard.press('3');
  await settle(small.page);
  await screenshot(small.page, 'cases-rate-small');
  assert.deepEqual(small.faults, []);
  await small.close();
  assert.deepEqual(lab.faults, []);
});
