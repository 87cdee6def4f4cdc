// The lab Backprop: the known example step by step, answers, planted mistakes, edits; by pointer, by keys alone, by the form view alone; its
// numbers are those of the command line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { box_of, browser, command, item, open_lab, screenshot, serve, settle } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const items = (page: Page) => page.evaluate(() => window.downhill.items());
const press = async (page: Page, id: string) => { await command(page, 'activate', { id }); await settle(page); };
const type = async (page: Page, id: string, text: string) => { await command(page, 'typed', { id, text }); await settle(page); };
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const show = async (page: Page, what: object) => { await page.evaluate((wanted) => window.downhill.show(wanted as any), what); await settle(page); };

test('the known example: every number stands on the page, to its digits, as the pass comes to it', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', hash: '#backprop', width: 1280, height: 720 });
  const { page } = lab;
  await settle(page);
  assert.equal(await item(page, 'backprop.q.z/1/1/1'), null, 'nothing is worked out yet');
  await press(page, 'backprop.step');
  assert.match((await item(page, 'backprop.q.z/1/1/1'))!.help!, /= 0\.3775$/);
  assert.match((await item(page, 'backprop.q.a/1/1/1'))!.help!, /= 0\.593269992$/);
  assert.match((await item(page, 'backprop.line'))!.value!, /= 0\.593269992/);
  assert.equal(await item(page, 'backprop.q.a/1/1/2'), null);
  await show(page, { step: 1000 });
  const known: Record<string, string> = {
    'z/1/2/1': '1.10590597', 'z/1/2/2': '1.2249214', 'a/1/2/1': '0.75136507', 'a/1/2/2': '0.772928465', 'term/1/1': '0.274811083', 'term/1/2': '0.0235600256', 'loss/1': '0.298371109',
    'delta/1/2/1': '0.138498562', 'delta/1/2/2': '−0.0380982365', 'delta/1/1/1': '0.00877135469', 'delta/1/1/2': '0.00995425471',
    'd_weight/1/1/1': '0.000438567734', 'd_weight/2/1/1': '0.0821670406', 'd_weight/2/2/1': '−0.0226025405', 'new_weight/1/1/1': '0.149780716', 'new_weight/2/1/1': '0.35891648', 'new_weight/2/2/2': '0.561370121', 'new_bias/2/2': '0.619049118',
  };
  for (const [name, value] of Object.entries(known)) assert.ok((await item(page, 'backprop.q.' + name))?.help?.endsWith(` = ${value}`), `${name}: ${(await item(page, 'backprop.q.' + name))?.help}, not ${value}`);
  const results = await page.evaluate(() => window.downhill.results() as any[]);
  assert.equal(results[0].loss_after.toFixed(9), '0.280471447');
  await screenshot(page, 'backprop-done-en');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('what the page shows is what `downhill hash` and `downhill trace` say, for other networks, too', async () => {
  const lab = await open_lab(chromium, site.origin, { hash: '#backprop' });
  const { page } = lab;
  const folder = mkdtempSync(join(tmpdir(), 'downhill-'));
  for (const change of [[], ['backprop.layers', '4'], ['backprop.units.2', '5'], ['backprop.examples', '3'], ['backprop.activation.1', 'gelu'], ['field:/loss', 'cross_entropy'], ['field:/optimizer', 'adam'], ['field:/steps', 50]]) {
    if (change.length) await command(page, 'set_field', { id: change[0], value: change[1] });
    await page.waitForFunction(() => (window.downhill.results() as any[])[0].hash);
    const file = join(folder, 'doc.json');
    writeFileSync(file, JSON.stringify(await state(page)));
    const printed = execFileSync('build/native/downhill', ['hash', file], { encoding: 'utf8' }).trim().split('\t')[1];
    assert.equal((await page.evaluate(() => window.downhill.results() as any[]))[0].hash, printed, change.join(' '));
  }
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('three pictures at three grains, all steps forward and back, in a window, an iframe and on a phone', async () => {
  for (const [width, height, language] of [[1280, 720, 'zh'], [800, 600, 'en'], [390, 844, 'zh']] as const) {
    const lab = await open_lab(chromium, site.origin, { query: `?lang=${language}&theme=light`, hash: '#backprop', width, height });
    const { page } = lab;
    for (const picture of ['network', 'graph', 'matrices'])
      for (const grain of ['operation', 'unit', 'layer']) {
        await show(page, { picture, grain, step: 0 });
        await press(page, 'backprop.step');
        const { step } = (await command(page, 'shown')) as { step: number };
        assert.equal(step, 1, `${picture} ${grain}`);
        await show(page, { step: 100000 });
        const all = await items(page);
        assert.deepEqual(all.filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > width + 1).map((i) => i.id), [], `${picture} ${grain}`);
        await press(page, 'backprop.step_back');
        await press(page, 'backprop.reset');
        assert.equal(((await command(page, 'shown')) as { step: number }).step, 0);
      }
    await show(page, { picture: 'graph', grain: 'unit', step: 9 });
    await screenshot(page, `backprop-graph-${width}-${language}`);
    await show(page, { picture: 'matrices', step: 12 });
    await screenshot(page, `backprop-matrices-${width}-${language}`);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  }
});

test('do it yourself: hidden numbers, hints, a known mistake is told, a right answer is kept through the link', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', hash: '#backprop', width: 1280, height: 720 });
  const { page } = lab;
  await show(page, { tab: 'practice', step: 1000 });
  await command(page, 'set_field', { id: 'backprop.hide', value: 'deltas' });
  await settle(page);
  assert.match((await item(page, 'backprop.count'))!.value!, /^0 of 4/);
  assert.match((await item(page, 'backprop.q.delta/1/1/2'))!.help!, /yours to work out/);
  assert.ok(!String(await command(page, 'csv', { plot: 'curves' })).includes('0.0099542'), 'the table does not give it away');
  await press(page, 'backprop.q.delta/1/1/2');
  await show(page, { tab: 'working' });
  for (let hint = 1; hint <= 3; ++hint) await press(page, 'backprop.hint');
  assert.ok(!/0\.138/.test((await item(page, 'backprop.line'))!.value!), 'a hint gives no other answer away');
  await type(page, 'backprop.answer.delta/1/2/1', '0.138');
  await type(page, 'backprop.answer.delta/1/2/2', '-0.0381');
  await press(page, 'backprop.q.delta/1/1/2');
  assert.match((await item(page, 'backprop.hint'))!.label, /3 \/ 3/);
  assert.match((await item(page, 'backprop.line'))!.value!, /0\.2406/);
  await type(page, 'backprop.answer.delta/1/1/2', '0.5');
  assert.match((await item(page, 'backprop.verdict'))!.value!, /^Not right/);
  await type(page, 'backprop.answer.delta/1/1/2', '(0.138498562*0.408666186 - 0.0380982365*0.561370121)*0.240613417'); // by the updated weights
  assert.match((await item(page, 'backprop.verdict'))!.value!, /updated weights/);
  await screenshot(page, 'backprop-mistake-en');
  await type(page, 'backprop.answer.delta/1/1/2', '0.00995');
  assert.match((await item(page, 'backprop.verdict'))!.value!, /^Right/);
  await show(page, { tab: 'practice' });
  assert.match((await item(page, 'backprop.count'))!.value!, /^3 of 4/);
  const again = await open_lab(chromium, site.origin, { hash: await page.evaluate(() => location.hash), query: '?lang=en' });
  await page.waitForFunction(() => location.hash.includes('x='));
  await again.close();
  const linked = await open_lab(chromium, site.origin, { hash: await page.evaluate(() => location.hash), query: '?lang=en' });
  assert.deepEqual((await state(linked.page)).solved, ['delta/1/2/1', 'delta/1/2/2', 'delta/1/1/2']);
  await linked.close();
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('a planted mistake is found by pressing numbers; another number is told to be innocent', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', hash: '#backprop', width: 1280, height: 720 });
  const { page } = lab;
  const right = new Map<string, string>();
  await show(page, { tab: 'practice', step: 1000, grain: 'operation' });
  for (const each of await items(page)) if (each.id.startsWith('backprop.q.')) right.set(each.id, each.help!);
  await press(page, 'backprop.plant');
  const changed = (await items(page)).filter((each) => right.has(each.id) && right.get(each.id) !== each.help).map((each) => each.id);
  assert.ok(changed.length > 0);
  await show(page, { tab: 'working' });
  await press(page, 'backprop.q.z/1/1/1');
  if (!changed.includes('backprop.q.z/1/1/1')) {
    await press(page, 'backprop.accuse');
    assert.match((await item(page, 'backprop.verdict'))!.value!, /not it/);
  }
  let found = '';
  for (const id of changed) {
    await press(page, id);
    await press(page, 'backprop.accuse');
    const said = (await item(page, 'backprop.verdict'))?.value ?? '';
    if (/^Found/.test(said)) { found = said; break; }
  }
  assert.match(found, /^Found: this is the mistake\. It looks/);
  assert.equal((await state(page)).found.length, 1);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('a given number is typed, also as a fraction, and dragged in one step of undo; nonsense is refused and nothing lost', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', hash: '#backprop', width: 1280, height: 720 });
  const { page } = lab;
  await settle(page);
  await type(page, 'backprop.given.weight/2/1/1', '-1/4');
  assert.equal((await state(page)).layers[1].weight[0][0], -0.25);
  const before = await state(page);
  for (const nonsense of ['', 'a', '1/0', '1e9', '0x10'])
    await command(page, 'typed', { id: 'backprop.given.weight/2/1/1', text: nonsense }).catch(() => undefined);
  assert.deepEqual(await state(page), before);
  const chip = await box_of(page, 'backprop.given.weight/1/1/1');
  await page.mouse.move(chip.x + chip.width / 2, chip.y + chip.height / 2);
  await page.mouse.down();
  for (const dx of [10, 20, 30]) { await page.mouse.move(chip.x + chip.width / 2 + dx, chip.y + chip.height / 2); await settle(page); }
  await page.mouse.up();
  await settle(page);
  assert.equal((await state(page)).layers[0].weight[0][0], 0.25);
  await page.evaluate(() => window.downhill.undo());
  assert.deepEqual(await state(page), before);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('keys alone: the known example worked to its first updated weight', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en', hash: '#backprop', width: 1280, height: 720 });
  const { page } = lab;
  await command(page, 'set_field', { id: 'backprop.hide', value: 'updates' });
  await settle(page);
  await page.focus('canvas');
  for (let i = 0; i < 40; ++i) await page.keyboard.press('s');
  await settle(page);
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'backprop.q.new_weight/1/1/1'));
  // Tab until the number has the focus, Enter chooses it, Tab until its answer's field, typed
  const reach = async (id: string) => {
    for (let i = 0; i < 400; ++i) {
      if (await page.evaluate((wanted) => (document.activeElement as HTMLElement).dataset.id === wanted, id)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail('no Tab leads to ' + id);
  };
  await reach('backprop.q.new_weight/1/1/1');
  await page.keyboard.press('Enter');
  await settle(page);
  await reach('backprop.answer.new_weight/1/1/1');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement);
  await page.keyboard.type('0.15 - 0.5*0.000438568');
  await page.keyboard.press('Enter');
  await settle(page);
  await page.waitForFunction(() => (window.downhill.getState() as any).solved.includes('new_weight/1/1/1'));
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('the form view alone: the same; a wrong answer is told, and every number stands in its table', async () => {
  const lab = await open_lab(chromium, site.origin, { hash: '#backprop' });
  const { page } = lab;
  await settle(page);
  await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  await page.select('#form [data-field="backprop.hide"]', 'updates');
  const field = '#form [data-field="backprop.answer.new_weight/1/1/1"]';
  await page.waitForSelector(field);
  const set = (text: string) => page.$eval(field, (e, value) => { const it = e as HTMLInputElement; it.value = value; it.dispatchEvent(new Event('change', { bubbles: true })); }, text);
  await set('0.15');
  await settle(page);
  assert.deepEqual((await state(page)).solved, []);
  await set('0.149781');
  await page.waitForFunction(() => (window.downhill.getState() as any).solved.length === 1);
  for (let i = 0; i < 40; ++i) await page.click('#form [data-verb="step"]');
  await page.click('#form summary');
  await page.waitForFunction(() => document.querySelector('#form details')!.textContent!.includes('0.00877135468'));
  assert.deepEqual(lab.faults, []);
  await lab.close();
});
