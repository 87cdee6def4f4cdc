// The lab Surface as a student meets it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'puppeteer-core';
import { box_of, command, drag, focus_item, item, press, screenshot, settle, type_into, type LabOptions } from './lab';
import { tests_of } from './one_lab';

const { lab_test, native } = tests_of('surface');

interface Standing { label: string; step: number; steps: number; x: number; y: number; f: number; distance: number; status: string; hash: string; curve: [number, number, number][] }
const results = (page: Page) => page.evaluate(() => window.downhill.results() as unknown as Standing[]);
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const show = async (page: Page, what: object) => { await page.evaluate((w) => window.downhill.show(w), what); await settle(page); };
const seek = async (page: Page, step: number) => {
  await page.evaluate((s) => window.downhill.seek(s), step);
  await page.waitForFunction((s) => (window.downhill.results() as unknown as Standing[]).every((r) => r.step === Math.min(s, r.steps) || r.status === 'diverged'), {}, step);
  await settle(page);
};
const named = [...readFileSync('engine/surfaces/surface.cpp', 'utf8').matchAll(/\{\.id = "(\w+)"/g)].map((m) => m[1]!);

lab_test('every surface is walked to the bits of the command line; its picture has levels', async (page) => {
  assert.ok(named.length >= 13);
  await show(page, { tab: 'setup' });
  for (const name of named) {
    if (name !== 'bowl') await press(page, 'surface.of.' + name);
    assert.equal((await state(page)).surface.name, name);
    await seek(page, 60);
    const lines = native('hash', await state(page)).split('\n').map((line) => line.split('\t')[1]);
    assert.deepEqual((await results(page)).map((r) => r.hash), lines, name);
    await screenshot(page, `surface-of-${name}`);
    await page.evaluate(() => window.downhill.reset());
  }
});

lab_test('start, pause, step, back, timeline, reset; the numbers are those of the paths', async (page) => {
  assert.deepEqual((await results(page)).map((r) => r.step), Array(7).fill(0));
  await press(page, 'step');
  await press(page, 'step_ten');
  assert.deepEqual((await results(page)).map((r) => r.step), Array(7).fill(11));
  await press(page, 'step_back');
  const now = await results(page), rows = native('surface', await state(page)).split('\n').map((line) => line.split(','));
  for (const lane of now) {
    assert.equal(lane.step, 10);
    const row = rows.find(([name, step]) => name!.replaceAll('"', '') === lane.label && step === '10') ?? rows.filter(([, step]) => step === '10')[now.indexOf(lane)]!;
    assert.deepEqual([lane.x, lane.y, lane.f].map((v) => Math.fround(v)), row.slice(2).map((v) => Math.fround(Number(v))), lane.label);
  }
  await press(page, 'start');
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[])[0]!.step > 12);
  await press(page, 'pause');
  const paused = (await results(page))[0]!.step;
  await settle(page);
  assert.equal((await results(page))[0]!.step, paused);
  await drag(page, 'timeline', [0.2, 0.5], [0.98, 0.5]);
  assert.ok((await results(page))[0]!.step > 50);
  await press(page, 'reset');
  assert.equal((await results(page))[0]!.step, 0);
  // as fast as frames come, to the end
  await drag(page, 'surface.speed', [0.5, 0.5], [1, 0.5]);
  await press(page, 'start');
  await page.waitForFunction(() => (window.downhill.results() as unknown as Standing[]).every((r) => r.status === 'finished' || r.status === 'diverged'));
  assert.equal((await item(page, 'start'))?.label, '再跑一次');
  // keys
  await page.focus('#canvas');
  await page.keyboard.press('r');
  await page.keyboard.press('s');
  await settle(page);
  assert.equal((await results(page))[0]!.step, 1);
});

lab_test('at rest nothing is drawn', async (page) => {
  await seek(page, 20);
  await page.waitForFunction(() => !window.downhill.items().some((i) => i.id === 'surface.cells' && i.value), { timeout: 20000 });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const frames = () => page.evaluate(() => (window.downhill.stats() as unknown as { frames: number }).frames);
  const before = await frames();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(await frames(), before);
});

lab_test('the start is dragged, moved by keys, typed; a lane gets its own; undo takes each back', async (page) => {
  const start = async () => (await state(page)).start as number[];
  const first = await start();
  const at = await box_of(page, 'surface.start.x'), picture = await box_of(page, 'surface.picture');
  await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
  await page.mouse.down();
  await settle(page);
  for (let i = 1; i <= 5; ++i) { await page.mouse.move(at.x + at.width / 2 + 20 * i, at.y + at.height / 2 + 8 * i); await settle(page); }
  await page.mouse.up();
  await settle(page);
  const dragged = await start();
  assert.ok(dragged[0]! > first[0]! + 0.5 && dragged[1]! < first[1]! - 0.1, JSON.stringify(dragged));
  assert.ok(picture.width > 300);
  await page.evaluate(() => window.downhill.undo());
  assert.deepEqual(await start(), first, 'a drag is one step of undo');
  await focus_item(page, 'surface.start.x');
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.ok((await start())[0]! > first[0]!);
  await type_into(page, 'surface.x', '1,5');
  assert.equal((await start())[0], 1.5);
  await press(page, 'surface.own');
  assert.ok((await state(page)).lanes[1].start, 'the chosen lane has its own');
  assert.ok(await item(page, 'surface.start.1.x'));
  await page.evaluate(() => window.downhill.undo());
  assert.equal((await state(page)).lanes[1].start, undefined);
});

lab_test('a formula is typed, or refused with its character and nothing lost', async (page) => {
  await press(page, 'surface.of.formula');
  assert.equal((await state(page)).surface.name, 'formula');
  await type_into(page, 'surface.formula', 'x^4 + y^2 + sin(3*x)');
  assert.equal((await state(page)).surface.formula, 'x^4 + y^2 + sin(3*x)');
  const before = await state(page);
  await assert.rejects(command(page, 'typed', { id: 'surface.formula', text: 'x^4 + ) y' }), /7/);
  await assert.rejects(command(page, 'typed', { id: 'surface.formula', text: '' }));
  assert.deepEqual(await state(page), before);
});

lab_test('zoom, pan, and back; the relief is turned by dragging and by keys', async (page) => {
  const labels = async () => (await item(page, 'surface.picture'))!.value;
  const before = await labels();
  await press(page, 'surface.zoom_in');
  assert.ok(await item(page, 'surface.zoom_whole'));
  await drag(page, 'surface.picture', [0.7, 0.8], [0.5, 0.6]);
  assert.deepEqual((await state(page)).start, [-4, 2.6], 'the picture moved, not the start');
  await press(page, 'surface.zoom_whole');
  assert.equal(await item(page, 'surface.zoom_whole'), null);
  assert.equal(await labels(), before);
  await show(page, { picture: 'relief' });
  const turn = async () => (await item(page, 'surface.turn'))!.value;
  const turned = await turn();
  await drag(page, 'surface.turn', [0.4, 0.5], [0.6, 0.5]);
  assert.notEqual(await turn(), turned);
  await focus_item(page, 'surface.turn');
  const by_hand = await turn();
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.notEqual(await turn(), by_hand);
});

lab_test('lanes: rates typed, best for each, the same for all; added, removed; looked into', async (page) => {
  await type_into(page, 'lane:0:/optimizer/lr', '0.2');
  assert.equal((await state(page)).lanes[0].optimizer.lr, 0.2);
  await press(page, 'surface.same');
  assert.deepEqual(new Set((await state(page)).lanes.map((l: any) => l.optimizer.lr)).size, 1);
  await press(page, 'surface.best');
  await seek(page, 60);
  assert.ok((await results(page)).every((r) => r.status === 'finished'));
  await press(page, 'surface.add');
  await press(page, 'surface.add.7');
  assert.equal((await state(page)).lanes.length, 8);
  await press(page, 'lane:0:remove');
  assert.equal((await state(page)).lanes.length, 7);
  const row = await box_of(page, 'lane:3:choose');
  await page.mouse.click(row.x + 60, row.y + row.height / 2); // beside the field of its rate
  await settle(page);
  await show(page, { tab: 'inside' });
  assert.equal((await command(page, 'shown')).lane, 3);
});

lab_test('inside a step: formulas with this step\'s numbers, for every rule; what it keeps', async (page) => {
  await show(page, { tab: 'inside' });
  await seek(page, 5);
  for (let lane = 0; lane < 7; ++lane) {
    await show(page, { lane });
    const lines = ((await command(page, 'all_items')) as { id: string; value: string }[]).filter((i) => i.id.startsWith('surface.line.')); // some have scrolled away
    assert.ok(lines.length >= 2, String(lane));
    const last = lines.find((i) => i.id === 'surface.line.place')!;
    assert.match(last.value, /θ ← .*; x: {2}.* = −?[\d.]+.*; y: {2}.* = −?[\d.]+/);
    // the last line's result is where the next step leads
    const [x, y] = [...last.value.matchAll(/= (−?[\d.e]+)(?:;|$)/g)].map((m) => Number(m[1]!.replace('−', '-')));
    await seek(page, 6);
    const next = (await results(page))[lane]!;
    assert.ok(Math.abs(next.x - x!) < 1e-4 * Math.max(1, Math.abs(next.x)) && Math.abs(next.y - y!) < 1e-4 * Math.max(1, Math.abs(next.y)), `${lane}: ${x}, ${y} beside ${next.x}, ${next.y}`);
    await seek(page, 5);
  }
  await seek(page, 60);
  assert.equal((await page.evaluate(() => window.downhill.items())).filter((i) => i.id.startsWith('surface.line.')).length, 0, 'there is no next step');
});

lab_test('why: a map of many walks; a press gives the lane what the cell has; a worker that dies is replaced', async (page) => {
  await show(page, { map: 'rates', lane: 1 });
  await page.waitForFunction(() => { const it = window.downhill.items().find((i) => i.id === 'surface.cells'); return it && !it.value; }, { timeout: 30000 });
  await screenshot(page, 'surface-map-rates');
  const before = (await state(page)).lanes[1].optimizer, box = await box_of(page, 'surface.cells');
  await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.4);
  await settle(page);
  const after = (await state(page)).lanes[1].optimizer;
  assert.ok(after.lr !== before.lr && after.momentum !== before.momentum, JSON.stringify(after));
  assert.ok((await results(page)).every((r) => r.step === 60 || r.status === 'diverged'), 'and it is run');
  await show(page, { map: 'starts' });
  await page.evaluate(() => { for (const worker of [0, 1]) window.downhill_internal.page.pool.kill(worker); });
  await page.waitForFunction(() => { const it = window.downhill.items().find((i) => i.id === 'surface.cells'); return it && !it.value; }, { timeout: 60000 });
  await page.mouse.click(box.x + box.width * 0.8, box.y + box.height * 0.3);
  await settle(page);
  assert.ok((await state(page)).lanes[1].start);
  await screenshot(page, 'surface-map-starts');
}, { allow: /worker/ });

lab_test('points: full batch, one example and a mini-batch take different ways', async (page) => {
  await page.evaluate(() => window.downhill.setState({ downhill: 1, lab: 'surface', surface: { name: 'line' }, steps: 100, lanes: [{}, { batch: 1 }, { batch: 4 }] }));
  await seek(page, 100);
  const ends = await results(page);
  assert.equal(new Set(ends.map((r) => `${r.x} ${r.y}`)).size, 3);
  assert.deepEqual(ends.map((r) => r.label), ['全批量 BGD', '随机 SGD', '小批量 MGD']);
  await screenshot(page, 'surface-line');
});

lab_test('the form view has the lanes\' numbers; script and paths are exported', async (page) => {
  await seek(page, 12);
  await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  const heads = await page.$$eval('#form th[scope=col]', (all) => all.map((th) => th.textContent));
  assert.deepEqual(heads, ['赛道', '步', 'x', 'y', 'f', '到极小值点', '状态']);
  assert.equal(await page.$$eval('#form tbody tr', (rows) => rows.length), 7);
  await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  const csv = (await command(page, 'csv')) as string;
  assert.equal(csv.split('\n').length, 1 + 7 * 13 + 1);
  const script = await page.evaluate(() => window.downhill_internal.page.script(6));
  assert.match(script, /torch\.optim\.Adam/);
});

for (const [name, options] of Object.entries({
  wide: {}, dark: { query: '?lang=en&theme=dark' }, projector: { query: '?lang=zh&theme=projector', width: 1920, height: 1080 }, embed: { query: '?lang=en&theme=light&embed=1', width: 800, height: 600 },
  low: { query: '?lang=en&theme=light&embed=1', width: 640, height: 300 }, phone: { width: 390, height: 844, touch: true }, phone_en: { query: '?lang=en&theme=light', width: 360, height: 640, touch: true },
} satisfies Record<string, LabOptions>))
  lab_test(`nothing stands outside or says nothing: ${name}`, async (page) => {
    await seek(page, 18);
    const { width, height } = page.viewport()!;
    for (const what of [{ tab: 'lanes' }, { tab: 'inside' }, { tab: 'curves' }, { tab: 'map' }, { tab: 'setup' }, { picture: 'relief', tab: 'lanes' }]) {
      await show(page, what);
      const items = await page.evaluate(() => window.downhill.items());
      assert.deepEqual(items.filter((i) => ['button', 'radio', 'checkbox', 'combobox', 'slider', 'textbox'].includes(i.role) && !(i as any).help).map((i) => i.id), [], JSON.stringify(what));
      assert.deepEqual(items.filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > width + 1 || i.rectangle.y + i.rectangle.height > height + 1).map((i) => i.id), [], JSON.stringify(what));
      await screenshot(page, `surface-${name}-${what.picture ?? what.tab}`);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  }, options);

lab_test('two classes of images: drawn from a worker\'s data, waited for, asked for again by a new worker, undone at once; to the bits of the command line', async (page) => {
  const document = { downhill: 1, lab: 'surface', surface: { name: 'logistic', classes: [5, 9] }, steps: 40, lanes: [{ batch: 'full' }, { batch: 1, optimizer: { name: 'sgd', lr: 0.5 } }, { optimizer: { name: 'adam', lr: 0.5 } }] };
  await page.evaluate((d) => { window.downhill.setState(d as never); for (let i = 0; i < window.downhill_internal.page.pool.count; ++i) window.downhill_internal.page.pool.kill(i); }, document);
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'surface.picture'), { timeout: 60000 });
  await seek(page, 40);
  assert.deepEqual((await results(page)).map((r) => r.hash), native('hash', document).split('\n').map((line) => line.split('\t')[1]));
  await page.evaluate(() => window.downhill_internal.page.command('set_field', { id: 'field:/surface/classes/0', value: '7' }));
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'surface.picture'), { timeout: 60000 });
  await page.evaluate(() => window.downhill.undo());
  assert.deepEqual((await state(page)).surface.classes ?? [5, 9], [5, 9]);
  assert.ok(await item(page, 'surface.picture'), 'known before');
}, { allow: /worker/i });

lab_test('by keys: the map of walks, and moving and tilting the pictures', async (page) => {
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'surface.cells.x'));
  const rate = async () => (await state(page)).lanes[1].optimizer.lr as number;
  const before = await rate();
  await page.waitForSelector('#mirror [data-id="surface.cells.x"]');
  await focus_item(page, 'surface.cells.x');
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.ok((await rate()) > before);
  assert.ok((await results(page)).every((r) => r.step === r.steps || r.status === 'diverged'), 'it runs the cell');
  await focus_item(page, 'surface.map.x');
  const middle = async () => (await item(page, 'surface.map.x'))!.value;
  const at = await middle();
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.notEqual(await middle(), at);
  await press(page, 'surface.zoom_whole');
  assert.equal(await middle(), at);
  await show(page, { picture: 'relief' });
  await page.waitForSelector('#mirror [data-id="surface.tilt"]');
  await focus_item(page, 'surface.tilt');
  const tilt = (await item(page, 'surface.tilt'))!.value;
  await page.keyboard.press('ArrowRight');
  await settle(page);
  assert.notEqual((await item(page, 'surface.tilt'))!.value, tilt);
});

lab_test('every surface that is offered is explained by its formula; the form has formula, rates and every number', async (page) => {
  await show(page, { tab: 'setup' });
  for (const name of named.filter((n) => n !== 'formula')) {
    await command(page, 'help_at', { id: 'surface.of.' + name, x: -1, y: -1 });
    await page.waitForSelector('#popover:not([hidden]) math');
    assert.ok((await page.$eval('#popover', (p) => p.textContent ?? '')).length > 30, name);
    await page.keyboard.press('Escape');
    await page.waitForSelector('#popover[hidden]');
  }
  await press(page, 'surface.of.formula');
  await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  await page.waitForSelector('#form [data-field="surface.formula"]');
  await page.$eval('#form [data-field="surface.formula"]', (e) => { (e as HTMLInputElement).value = 'x^2 + 3*y^2'; e.dispatchEvent(new Event('change')); });
  assert.equal((await state(page)).surface.formula, 'x^2 + 3*y^2');
  await page.$eval('#form [data-field="lane:0:/optimizer/lr"]', (e) => { (e as HTMLInputElement).value = '0.07'; e.dispatchEvent(new Event('change')); });
  assert.equal((await state(page)).lanes[0].optimizer.lr, 0.07);
  await page.evaluate(() => window.downhill.seek(10));
  await page.click('#form details summary');
  await page.waitForFunction(() => document.querySelectorAll('#form details tbody tr').length === 7 * 11);
  const first = await page.$eval('#form details tbody tr:nth-child(2)', (row) => [...row.children].map((cell) => cell.textContent));
  assert.equal(first[1], '1');
  assert.ok(first.length >= 5 && first.slice(2).every((text) => Number.isFinite(Number(text))));
});
