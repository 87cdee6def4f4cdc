// The instrument, feature by feature, with the real pointer and keys.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { at_rest, box_of, browser, choose_preset, command, drag, item, type Lab, type LabOptions, open_lab, press, press_tool, results, screenshot, script_of, serve, settle, type_into, wait_for_images, wait_for_item, wait_until_finished } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8'));
const short = (changes: object = {}) => ({ ...nine, epochs: 2, network: { hidden: [{ units: 16 }] }, evaluate: { every: 'epoch' }, ...changes });
const two = [{ label: 'A' }, { label: 'B', optimizer: { name: 'adam', lr: 0.001 } }];
const state = (page: Page) => page.evaluate(() => window.downhill.getState()) as Promise<any>;
const set_state = (page: Page, e: object) => page.evaluate((x) => window.downhill.setState(x), e);

/** Opens the lab, does it, and lets nothing go wrong unseen. */
function lab_test(name: string, act: (page: Page, lab: Lab) => Promise<void>, options: LabOptions = {}) {
  test(name, async () => {
    const lab = await open_lab(chromium, site.origin, options);
    await wait_for_images(lab.page);
    await act(lab.page, lab);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });
}

lab_test('one step, ten steps, one epoch, one step back; the timeline takes every lane anywhere, to the same bits', async (page) => {
  await set_state(page, short({ lanes: two }));
  await wait_for_images(page);
  const steps = async () => (await results(page)).map((r) => r.step);
  await press(page, 'step');
  await at_rest(page);
  assert.deepEqual(await steps(), [1, 1]);
  await press(page, 'step_ten');
  await at_rest(page);
  assert.deepEqual(await steps(), [11, 11]);
  const at_eleven = (await results(page)).map((r) => r.hash);
  await press(page, 'step_epoch');
  await at_rest(page);
  assert.deepEqual(await steps(), [32, 32]);
  await press(page, 'step_back');
  await at_rest(page);
  assert.deepEqual(await steps(), [31, 31]);
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const end = (await results(page)).map((r) => r.hash);
  await page.evaluate(() => window.downhill.seek(11));
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 11 && r.hash));
  assert.deepEqual((await results(page)).map((r) => r.hash), at_eleven);
  // dragged with the pointer: somewhere in the middle, with the numbers of then
  await drag(page, 'timeline', [0.2, 0.5], [0.5, 0.5]);
  await at_rest(page);
  const [middle] = await steps();
  assert.ok(middle! > 20 && middle! < 45, String(middle));
  await press(page, 'start');
  await wait_until_finished(page);
  assert.deepEqual((await results(page)).map((r) => r.hash), end);
});

test('a press in the frame that shows letters for the first time is not lost', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en' });
  const { page } = lab;
  await wait_for_images(page);
  const all = await page.evaluate(() => window.downhill.items().filter((i) => i.role === 'textbox').map((i) => i.id));
  assert.ok(all.length > 0);
  await page.evaluate(async (id) => {
    const inner = window.downhill_internal.page;
    await inner.set_language('zh'); // no Chinese has been shown yet: the frame is laid out twice
    inner.command('activate', { id });
    inner.input();
  }, all[0]);
  await page.waitForSelector('#field:not([hidden])', { timeout: 10000 });
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

lab_test('speed from one step a second; the flow strip then lights up stage by stage', async (page) => {
  await set_state(page, short({ lanes: two }));
  await wait_for_images(page);
  const speed = await box_of(page, 'speed');
  await page.mouse.click(speed.x + 7, speed.y + speed.height / 2, { delay: 100 });
  await press(page, 'start');
  const lit = new Set<string>();
  const began = Date.now(), stages = ['batch', 'forward', 'loss', 'backward', 'update'].map((stage) => 'flow.' + stage);
  const seconds = () => (Date.now() - began) / 1000;
  let step = 0;
  while (seconds() < 25 && (step < 3 || !stages.every((stage) => lit.has(stage)))) {
    for (const i of await page.evaluate(() => window.downhill.items().filter((x) => x.id.startsWith('flow.') && x.value === 'true').map((x) => x.id))) lit.add(i);
    step = (await results(page))[0]!.step;
    assert.ok(step <= seconds() + 3, `${step} steps in ${seconds()} s`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  assert.ok(step >= 3 && stages.every((stage) => lit.has(stage)), `${step} steps, ${[...lit].join()}`);
  assert.equal((await item(page, 'flow.update'))?.help, 'optimizer.step()');
  await press(page, 'pause');
});

lab_test('lanes: add, duplicate, rename, move, hide, show alone, remove; untouched lanes keep their runs', async (page) => {
  await set_state(page, short({ lanes: two }));
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const kept = (await results(page)).map((r) => r.hash);
  const menu = async (lane: number, entry: number) => { await press(page, `lane:${lane}:menu`); await press(page, `lane:${lane}:menu.${entry}`); };
  await menu(0, 1);
  assert.deepEqual((await results(page)).map((r) => r.label), ['A (1)', 'A (2)', 'B']);
  assert.equal((await results(page))[0]?.hash, kept[0]);
  assert.equal((await results(page))[1]?.step, 0);
  await menu(1, 2);
  await page.waitForSelector('#field:not([hidden])');
  await page.keyboard.type('C');
  await page.keyboard.press('Enter');
  await settle(page);
  assert.deepEqual((await results(page)).map((r) => r.label), ['A', 'C', 'B']);
  await menu(1, 5);
  assert.deepEqual((await results(page)).map((r) => r.label), ['A', 'B', 'C']);
  await press(page, 'lane:1:show');
  assert.deepEqual((await results(page)).map((r) => r.hidden), [false, true, false]);
  await menu(2, 3);
  assert.deepEqual((await results(page)).map((r) => r.hidden), [true, true, false]);
  await menu(2, 3);
  assert.deepEqual((await results(page)).map((r) => r.hidden), [false, false, false]);
  await press(page, 'lanes.add');
  await press(page, 'lanes.add.8');
  assert.equal((await results(page)).length, 4);
  await menu(3, 6);
  await menu(2, 6);
  assert.deepEqual((await results(page)).map((r) => r.hash), kept);
});

lab_test('a lane differs in any field, edited in its own settings; the table shows what differs, and only that', async (page) => {
  await set_state(page, short({ lanes: two }));
  await wait_for_images(page);
  await press(page, 'lane:1:menu');
  await press(page, 'lane:1:menu.0');
  await type_into(page, 'lane:1:/network/hidden/0/units', '24');
  await type_into(page, 'lane:1:/optimizer/betas/0', '0.8');
  const now = await state(page);
  assert.equal(now.lanes[1].network.hidden[0].units, 24);
  assert.deepEqual(now.lanes[1].optimizer.betas, [0.8, 0.999]);
  assert.equal(now.network.hidden[0].units, 16);
  assert.equal(await item(page, 'lane:1:/seed'), null, 'lanes share the seed');
  await press(page, 'scope.close');
  await press(page, 'lanes.differences');
  await wait_for_item(page, '^differs\\.1\\.');
  const columns = await page.evaluate(() => [...new Set(window.downhill.items().filter((i) => /^differs\.1\./.test(i.id)).map((i) => i.label))]);
  assert.ok(columns.includes('隐藏层 1 · 神经元数') && columns.includes('betas[0]'), columns.join());
  assert.ok(!columns.includes('随机种子') && !columns.includes('轮数 epoch'), columns.join());
  assert.equal((await item(page, 'differs.1./network/hidden/0/units'))?.value, '24');
});

lab_test('undo and redo over all settings, by key and by button', async (page) => {
  await set_state(page, short({ lanes: two }));
  await wait_for_images(page);
  await type_into(page, 'field:/network/hidden/0/units', '20');
  await type_into(page, 'lane:1:/optimizer/lr', '0.01');
  await page.keyboard.down('Control');
  await page.keyboard.press('z');
  await page.keyboard.up('Control');
  assert.equal((await state(page)).lanes[1].optimizer.lr, 0.001);
  await page.click('#undo');
  assert.equal((await state(page)).network.hidden[0].units, 16);
  await page.keyboard.down('Control');
  await page.keyboard.down('Shift');
  await page.keyboard.press('z');
  await page.keyboard.up('Shift');
  await page.keyboard.up('Control');
  assert.equal((await state(page)).network.hidden[0].units, 20);
  await page.click('#redo');
  assert.equal((await state(page)).lanes[1].optimizer.lr, 0.01);
  assert.equal(await page.$eval('#redo', (b) => (b as HTMLButtonElement).disabled), true);
});

lab_test('rates: the same for all, PyTorch\'s defaults, each at its best by a sweep that can be seen', async (page) => {
  await set_state(page, short({ epochs: 1, lanes: two, data: { ...nine.data, train: 500, test: 200 } }));
  await wait_for_images(page);
  const rates = async () => (await state(page)).lanes.map((l: any, i: number) => l.optimizer?.lr ?? [0.1, 0.1][i]);
  await press(page, 'rates.0');
  assert.deepEqual(await rates(), [0.01, 0.01]);
  await type_into(page, 'rates.value', '0.05');
  assert.deepEqual(await rates(), [0.05, 0.05]);
  await press(page, 'rates.1');
  assert.deepEqual(await rates(), [0.001, 0.001]);
  await press(page, 'rates.2');
  await page.waitForFunction(() => (window.downhill.getState() as any).lanes[0].optimizer.lr !== 0.001, { timeout: 60000 });
  const best = await rates();
  assert.ok(best[0] >= 0.03 && best[1] < best[0], best.join());
  assert.equal((await item(page, 'rates.2'))?.value, 'true');
  assert.equal((await command(page, 'shown')).view, 'sweep');
  assert.ok(await item(page, 'sweep.plot'));
  await screenshot(page, 'race-sweep-zh');
  // the lanes' own runs give the sweep's numbers
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  assert.ok((await results(page)).every((r) => r.status === 'finished'));
});

lab_test('curves: every quantity, axes, log, batch losses, two charts, zoom by dragging and back by a double click', async (page) => {
  await set_state(page, short({ lanes: two }));
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const title = async (id = 'plot') => (await item(page, id))?.label ?? '';
  const seen = new Set<string>();
  for (let metric = 0; metric < 7; ++metric) {
    await press(page, 'metric');
    await press(page, `metric.${metric}`).catch(() => press(page, 'metric.' + metric));
    seen.add(await title());
  }
  assert.equal(seen.size, 7, [...seen].join('; '));
  for (let axis = 0; axis < 4; ++axis) await press(page, `axis.${axis}`);
  assert.match(await title(), /秒/);
  await press(page, 'axis.0');
  await press(page, 'scale.1');
  await press(page, 'scale.0');
  await press(page, 'batch_losses');
  assert.equal((await item(page, 'batch_losses'))?.value, 'true');
  await press(page, 'two_charts');
  assert.notEqual(await title('plot2'), '');
  await press(page, 'two_charts');
  assert.equal(await item(page, 'plot2'), null);
  await drag(page, 'plot', [0.3, 0.5], [0.6, 0.5]);
  assert.ok(await item(page, 'plot.whole'), 'a part of x is shown');
  const box = await box_of(page, 'plot');
  await page.mouse.click(box.x + 60, box.y + 60, { count: 2 });
  await settle(page);
  assert.equal(await item(page, 'plot.whole'), null, 'and all of it again');
});

lab_test('repeats: a band about the mean; the first run is what it was', async (page) => {
  await set_state(page, short({ epochs: 1, lanes: two }));
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const first = (await results(page)).map((r) => r.hash);
  await set_state(page, short({ epochs: 1, lanes: two, repeats: 3 }));
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => (window.downhill_internal.page.command('transport') as any).finished);
  assert.deepEqual((await results(page)).map((r) => r.hash), first);
  const csv: string = await command(page, 'csv');
  assert.equal(csv.trim().split('\n').length, 1 + 2 * 3 * 2);
  assert.match(csv, /\nB,2,32,1,2000,/);
});

lab_test('stop conditions: a lane rests at the evaluation that reached the accuracy, and says so', async (page) => {
  await set_state(page, short({ epochs: 8, lanes: two }));
  await wait_for_images(page);
  await press(page, 'settings.more');
  const settings = await box_of(page, 'field:/data/train');
  await page.mouse.move(settings.x - 60, settings.y);
  for (let i = 0; i < 12 && !(await item(page, 'stop:accuracy')); ++i) { await page.mouse.wheel({ deltaY: 300 }); await settle(page); }
  await type_into(page, 'stop:accuracy', '60');
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => (window.downhill_internal.page.command('transport') as any).finished);
  await at_rest(page);
  for (const r of await results(page)) {
    assert.equal(r.status, 'stopped');
    const reached = r.curve.find((e) => e.step! > 0 && e.test_accuracy! >= 0.6);
    assert.equal(r.step, reached?.step);
  }
  assert.ok((await page.evaluate(() => window.downhill.explain())).some((e) => e.rule === 'stopped' && /60\.0 %/.test(e.text)));
});

lab_test('explanations are true: divergence of a normalised rule, overfitting, luck, equal weights', async (page) => {
  const rules = async () => (await page.evaluate(() => window.downhill.explain())) as { rule: string; text: string; field: string }[];
  const run = async (e: object) => { await set_state(page, e); await page.evaluate(() => window.downhill.start()); await wait_until_finished(page); return rules(); };
  const exploded = await run(short({ network: { hidden: [{ units: 16, activation: 'identity' }] }, lanes: [{ optimizer: { lr: 100 } }, {}] }));
  assert.equal(exploded[0]?.rule, 'diverged');
  assert.match(exploded[0]!.text, /第 \d+ 步发散/);
  assert.equal(exploded[0]!.field, 'lane:0:/optimizer/lr');
  const learned_by_heart = await run({ ...nine, data: { ...nine.data, train: 200, test: 500, label_noise: 0.2 }, network: { hidden: [{ units: 256 }] }, epochs: 40, evaluate: { every: 'epoch' }, lanes: [{ optimizer: { name: 'adam', lr: 0.001 } }] });
  const over = learned_by_heart.find((e) => e.rule === 'overfitting');
  assert.ok(over, JSON.stringify(learned_by_heart));
  const curve = (await results(page))[0]!.curve;
  const least = Math.min(...curve.map((e) => e.test_loss!));
  assert.ok(over.text.includes(least.toFixed(3)) && over.text.includes(curve.at(-1)!.test_loss!.toFixed(3)), over.text);
  const twins = await run(short({ epochs: 1, lanes: [{ label: 'A' }, { label: 'B' }] }));
  assert.ok(twins.some((e) => e.rule === 'equal'));
  assert.ok(!twins.some((e) => e.rule === 'leader'), 'of two equal lanes none leads');
  const close = await run(short({ epochs: 1, lanes: [{ optimizer: { name: 'momentum', lr: 0.03 } }, { optimizer: { name: 'nesterov', lr: 0.03 } }] }));
  assert.ok(close.some((e) => e.rule === 'luck' && /运气/.test(e.text)), JSON.stringify(close));
  await page.evaluate(() => window.downhill.show({ metric: 'test_accuracy' }));
  assert.ok((await rules()).some((e) => e.rule === 'leader' && /碰巧/.test(e.text)));
  await page.evaluate(() => window.downhill.show({ metric: 'test_loss' }));
  // pressed, it opens the setting that mends it
  await run(short({ network: { hidden: [{ units: 16, activation: 'identity' }] }, lanes: [{ optimizer: { lr: 100 } }, {}] }));
  await press(page, 'explanation.diverged');
  await page.waitForSelector('#field:not([hidden])');
  await page.keyboard.type('0.1');
  await page.keyboard.press('Enter');
  assert.equal((await state(page)).lanes[0].optimizer?.lr ?? (await state(page)).optimizer.lr, 0.1);
});

lab_test('views: what they show is what the engine says, for one lane and for two side by side', async (page) => {
  await set_state(page, short({ data: { ...nine.data, label_noise: 0.2 }, network: { hidden: [{ units: 16, dropout: 0.5 }, { units: 8 }] }, lanes: two }));
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.step(40));
  await at_rest(page);
  const show = (what: object) => page.evaluate((w) => window.downhill.show(w), what);
  const values = (pattern: RegExp) => page.evaluate((p) => window.downhill.items().filter((i) => new RegExp(p).test(i.id)).map((i) => i.value), pattern.source);
  const count = async (pattern: RegExp) => (await values(pattern)).length;

  await show({ view: 'weights', lane: 1 });
  await wait_for_item(page, '^weight\\.0\\.15$');
  assert.equal(await count(/^weight\.0\./), 16);

  await show({ view: 'confusion' });
  await wait_for_item(page, '^confusion\\.0\\.');
  const cells = (await values(/^confusion\.0\.\d+\.\d+$/)).map(Number);
  assert.equal(cells.length, 100);
  assert.equal(cells.reduce((a, b) => a + b), 1000);
  // the lane's own accuracy, at the step it rests at, is the diagonal
  await page.evaluate(() => window.downhill.seek(32));
  await at_rest(page);
  const right = Math.round(1000 * (await results(page))[1]!.test_accuracy!);
  assert.notEqual((await values(/^confusion\.0\.(\d)\.\1$/)).length, 0);
  await page.waitForFunction((expected) => window.downhill.items().filter((i) => /^confusion\.0\.(\d)\.\1$/.test(i.id)).reduce((sum, i) => sum + Number(i.value), 0) === expected, { timeout: 20000 }, right);
  const [row, column] = await page.evaluate(() => {
    const wrong = window.downhill.items().filter((i) => /^confusion\.0\.(\d)\.(?!\1)/.test(i.id)).sort((a, b) => Number(b.value) - Number(a.value))[0]!;
    return wrong.id.split('.').slice(2);
  });
  await press(page, `confusion.0.${row}.${column}`);
  await wait_for_item(page, '^confusion\\.images\\.0$');

  await show({ view: 'predictions' });
  await wait_for_item(page, '^prediction\\.0\\.');
  assert.ok((await values(/^prediction\.0\./)).every((v) => v === 'wrong'));

  await show({ view: 'units', other: 0 });
  for (const side of [0, 1]) await wait_for_item(page, `^units\\.${side}\\.2\\.`); // each side has its answer in its time
  assert.ok(await count(/^units\.0\.0\./) >= 6);
  assert.ok((await values(/^units\.0\.0\./)).some((v) => /^\d+ \/ 16$/.test(v)));

  await show({ view: 'optimizer' });
  await wait_for_item(page, '^optimizer\\.0\\.exp_avg_sq$');
  await wait_for_item(page, '^optimizer\\.1\\.update$');
  assert.deepEqual(await page.evaluate(() => window.downhill.items().filter((i) => i.id.startsWith('optimizer.0.')).map((i) => i.id.slice(12))), ['gradient', 'exp_avg', 'exp_avg_sq', 'rate', 'update']);
  assert.deepEqual(await page.evaluate(() => window.downhill.items().filter((i) => i.id.startsWith('optimizer.1.')).map((i) => i.id.slice(12))), ['gradient', 'update']);

  await show({ view: 'masks', other: -1 });
  await wait_for_item(page, '^masks\\.0\\.0$');
  const [kept, all] = (await values(/^masks\.0\.0$/))[0]!.split('/').map(Number);
  assert.equal(all, 64 * 16);
  assert.ok(kept! > 0.42 * all! && kept! < 0.58 * all!, String(kept));

  await show({ view: 'samples' });
  await wait_for_item(page, '^sample\\.0\\.20$');
  const wrong = (await values(/^sample\./)).filter((v) => v === 'wrong').length, shown = await count(/^sample\./);
  assert.ok(wrong > 0 && wrong < shown / 2, `${wrong} of ${shown}`);
  await press(page, 'gallery.1');
  await wait_for_item(page, '^sample\\.0\\.20$');
  await screenshot(page, 'race-batch-zh');
});

lab_test('a picture is drawn or dropped, and every lane says what it sees', async (page) => {
  await set_state(page, short({ lanes: two }));
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  await page.evaluate(() => window.downhill.show({ view: 'draw' }));
  for (const y of [0.3, 0.4, 0.5, 0.6, 0.7]) await drag(page, 'pad', [0.3, y], [0.7, y]);
  await wait_for_item(page, '^own\\.1$');
  assert.match((await item(page, 'own.0'))!.value, /^\S+ [\d.]+ %$/);
  await screenshot(page, 'race-draw-zh');
  await press(page, 'pad.clear');
  assert.equal((await item(page, 'pad'))?.value, '');
  // dropped: dark trousers on white
  await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 100;
    const c = canvas.getContext('2d')!;
    c.fillStyle = '#fff'; c.fillRect(0, 0, 100, 100);
    c.fillStyle = '#222'; c.fillRect(32, 5, 15, 90); c.fillRect(53, 5, 15, 90); c.fillRect(32, 5, 36, 16);
    const blob = await new Promise<Blob>((r) => canvas.toBlob((b) => r(b!)));
    const data = new DataTransfer();
    data.items.add(new File([blob], 'trousers.png', { type: 'image/png' }));
    document.getElementById('canvas')!.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'own.1' && i.value.startsWith('裤子')), { timeout: 20000 });
  // not a picture: told, and nothing lost
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['no picture'], 'a.txt', { type: 'text/plain' }));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await page.waitForFunction(() => /认不出这个文件/.test(document.getElementById('notice')?.textContent ?? ''));
});

lab_test('the explanation of a setting: sentence, formula, range, default, and the way back to it', async (page) => {
  await type_into(page, 'field:/regularization/l2', '0.01');
  await press(page, 'help:field:/regularization/l2').catch(async () => {
    const field = await box_of(page, 'field:/regularization/l2');
    await page.mouse.click(field.x - 120, field.y + field.height / 2);
    await settle(page);
  });
  await page.waitForSelector('#popover:not([hidden])');
  const text = await page.$eval('#popover', (p) => p.textContent ?? '');
  assert.match(text, /权重/);
  assert.match(text, /0.01/);
  assert.match(text, /0 到 1/);
  assert.equal(await page.$eval('#popover', (p) => p.querySelector('math')?.namespaceURI), 'http://www.w3.org/1998/Math/MathML');
  await screenshot(page, 'race-explanation-zh');
  await page.click('#popover [data-reset]');
  assert.equal((await state(page)).regularization.l2, 0);
  assert.equal(await page.$eval('#popover', (p) => (p as HTMLElement).hidden), true);
});

lab_test('every update rule says why it works and how books and PyTorch write it; the ratio of update and weight, what is healthy', async (page) => {
  const strings = JSON.parse(readFileSync('assets/strings/zh.json', 'utf8')) as Record<string, string>;
  const methods = Object.keys(strings).filter((key) => /^method\./.test(key));
  assert.ok(methods.length >= 8);
  const explained = async (id: string) => {
    const at = await box_of(page, id);
    await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2, { button: 'right' });
    await page.waitForSelector('#popover:not([hidden])');
    const text = await page.$eval('#popover', (p) => p.textContent ?? '');
    await page.keyboard.press('Escape');
    return text;
  };
  for (const method of methods) {
    await set_state(page, short({ optimizer: method.slice(7), lanes: [{}] }));
    await settle(page);
    const word = strings[`help.${method}`];
    assert.ok(word, method);
    assert.ok((await explained('lane:0:method')).includes(word), method);
  }
  await page.evaluate(() => window.downhill.show({ metric: 'update_ratio' }));
  await settle(page);
  assert.ok((await explained('metric')).includes(strings['help.metric.update_ratio']!));
});

lab_test('lanes of one name are told apart in what is saved', async (page) => {
  await set_state(page, short({ epochs: 1, lanes: [{ label: 'A' }, { label: 'A', optimizer: { lr: 0.01 } }, { label: 'a"""b' }] }));
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const names = new Set(((await command(page, 'csv')) as string).trim().split('\n').slice(1).map((row) => row.replace(/,0,.*$/, '')));
  assert.deepEqual([...names], ['A (1)', 'A (2)', '"a""""""b"']);
  const script = await script_of(page, 2);
  assert.match(script, /^"""[^"\0\n]*\n/);
});

for (const [width, height] of [[1280, 720], [390, 844]] as const)
  lab_test(`every control says in a sentence what it does, ${width} px wide`, async (page) => {
    for (const view of ['samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'passes', 'sweep', 'draws', 'differences']) {
      await page.evaluate((v) => window.downhill.show({ view: v, lane: 8, other: 0 }), view);
      await new Promise((resolve) => setTimeout(resolve, 600));
      const silent = await page.evaluate(() => window.downhill.items().filter((i) => ['button', 'radio', 'checkbox', 'combobox', 'slider', 'textbox'].includes(i.role) && !i.help).map((i) => i.id));
      assert.deepEqual(silent, [], view);
    }
    const id = width < 640 ? 'tab.0' : 'metric';
    const at = await box_of(page, id);
    await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2, { button: 'right' });
    await page.waitForSelector('#popover:not([hidden])');
    assert.equal((await page.$('#popover math')) !== null, id === 'metric', 'a quantity has its formula');
  }, { width, height });

lab_test('the numbers of every view as CSV', async (page) => {
  await set_state(page, short({ lanes: two, network: { hidden: [{ units: 16, dropout: 0.5 }] } }));
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.step(2));
  await at_rest(page);
  await command(page, 'pad', { pixels: Array.from({ length: 784 }, (_, i) => (i % 28 > 8 && i % 28 < 20 ? 255 : 0)) });
  const heads: Record<string, RegExp> = {
    samples: /^train_example,label,true_label,pixels\n0,\d,\d(,\d+){784}\n/, weights: /^unit,weights\n0(,-?[\d.e-]+){784}\n/, confusion: /^test_example,label,predicted/, predictions: /^test_example/,
    units: /^layer,units/, optimizer: /^quantity,low,high/, masks: /^layer,train_example,kept\n1,\d+(,[01]){16}\n/, draw: /^lane,probabilities\nA(,[\d.e-]+){10}\nB/, passes: /^layer,unit,z,a,delta\n1,0,/, diagnosis: /^lane,epoch,train_error,test_error,test_loss,acceptable,finding\nA,[\d.]+,0\.\d+,/, differences: /^lane,\/optimizer\/name,\/optimizer\/lr.*\nA,sgd,0\.1.*\nB,adam/,
  };
  for (const [view, head] of Object.entries(heads)) {
    await page.evaluate((v) => window.downhill.show({ view: v, lane: 0 }), view);
    await page.waitForFunction((h) => new RegExp(h).test(window.downhill_internal.page.command('csv', { plot: 'view' }) as string), { timeout: 8000 }, head.source).catch(async () => assert.match(await command(page, 'csv', { plot: 'view' }), head, view));
  }
});

lab_test('forward and back: what is shown of an example is what its file says, and that holds together', async (page) => {
  const minus = (text: string) => Number(text.replaceAll('−', '-'));
  const value = async (id: string) => (await wait_for_item(page, `^${id.replaceAll('.', '\\.')}$`), (await item(page, id))!.value);
  const numbers = async (id: string) => (await value(id)).split(', ').map(minus);
  await set_state(page, short({ lanes: two, network: { hidden: [{ units: 16, dropout: 0.5 }] } }));
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.step(5));
  await at_rest(page);
  await page.evaluate(() => window.downhill.show({ view: 'passes', lane: 0, other: -1 }));
  await wait_for_item(page, '^passes\\.0\\.x$');
  await press(page, 'views.whole');
  await press(page, 'view.example.next');
  await type_into(page, 'view.unit', '7');
  await page.waitForFunction(() => { const csv = window.downhill_internal.page.command('csv', { plot: 'view' }) as string; return csv.includes('weight_of_unit_6'); }, { timeout: 10000 });
  assert.equal(await value('view.example'), '2');
  const [layers, inputs, paths] = ((await command(page, 'csv', { plot: 'view' })) as string).split(/^(?:layer|input|path),.*\n/m).slice(1).map((part) => part.trim().split('\n').map((line) => line.split(',')));
  const layer = (l: number) => layers!.filter((row) => row[0] === String(l)).map((row) => ({ z: Number(row[2]), a: Number(row[3]), delta: Number(row[4]) }));
  assert.deepEqual([layer(1).length, layer(2).length, inputs!.length, paths!.length], [16, 10, 784, 8]);
  for (const { z, a } of layer(1)) assert.equal(a, Math.max(0, z), 'relu, and nothing dropped');
  // δ of the output is p less 1 for the class that is right
  const z = layer(2).map((u) => u.z), most = Math.max(...z), sum = z.reduce((total, v) => total + Math.exp(v - most), 0);
  const p = z.map((v) => Math.exp(v - most) / sum), off = layer(2).map(({ delta }, k) => p[k]! - delta);
  assert.deepEqual(off.map((v) => Math.abs(Math.round(v * 1e5) / 1e5)).sort(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  const near = (shown: number[], exact: number[], what: string) => { assert.equal(shown.length, exact.length, what); shown.forEach((v, i) => assert.ok(Math.abs(v - exact[i]!) <= 0.06 * Math.abs(exact[i]!) + 1e-12, `${what} ${i}: ${v}, ${exact[i]}`)); };
  near(await numbers('passes.0.delta.1'), layer(2).map((u) => u.delta), 'δ');
  near(await numbers('passes.0.p'), p, 'p');
  near(await numbers('passes.0.z.0'), layer(1).map((u) => u.z), 'z');
  const unit = layer(1)[6]!;
  for (const [, x, , , d_w] of inputs!) assert.ok(Math.abs(Number(d_w) - unit.delta * Number(x)) <= 1e-6 * Math.abs(Number(d_w)), '∂L/∂w = δ·x');
  // a path is multiplied out, and goes through the neuron that is then looked at
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'passes.0.path.0'));
  await press(page, 'passes.0.path.0');
  const written = await value('passes.0.product');
  const [factors, result] = written.split(' = ');
  const product = factors!.split(' · ').map((f) => minus(f.replace(/[()]/g, ''))).reduce((a, b) => a * b);
  assert.ok(Math.abs(product - minus(result!)) <= 0.005 * Math.abs(product), written);
  assert.ok(Math.abs(product - Number(paths![0]![1])) <= 0.005 * Math.abs(product), `${written}: ${paths![0]}`);
  await page.waitForFunction((number) => window.downhill.items().find((i) => i.id === 'view.unit')?.value === number, { timeout: 10000 }, String(Number(paths![0]![0]!.split(' ')[1]) + 1));
  // those to one pixel
  const end = Number(paths![0]![0]!.split(' ')[2]);
  await type_into(page, 'view.input', String(end + 1));
  await page.waitForFunction((n) => { const rows = (window.downhill_internal.page.command('csv', { plot: 'view' }) as string).split('path,')[1]!.trim().split('\n').slice(1); return rows.length > 0 && rows.every((row) => row.split(',')[0]!.endsWith(` ${n}`)); }, { timeout: 10000 }, end);
  await screenshot(page, 'passes-zh');
}, { height: 1080 });

lab_test('take away: JSON, CSV, chart, picture, weights and the PyTorch script', async (page) => {
  await page.evaluate(() => {
    (window as any).saved = [];
    const blobs = new Map<string, Blob>(), make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob: Blob) => { const url = make(blob); blobs.set(url, blob); return url; };
    HTMLAnchorElement.prototype.click = function () { const name = this.download; void blobs.get(this.href)!.arrayBuffer().then((b) => (window as any).saved.push([name, b.byteLength, [...new Uint8Array(b).slice(0, 8)]])); };
  });
  await set_state(page, short({ lanes: two }));
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  await page.evaluate(() => window.downhill.show({ view: 'units', lane: 0 }));
  await wait_for_item(page, '^units\\.0\\.');
  await press_tool(page, 'export');
  const script = await page.waitForSelector('pre#export_script').then((pre) => pre!.evaluate((p) => p.textContent ?? ''));
  assert.equal(script, await script_of(page, 1));
  assert.match(script, /torch\.optim\.Adam\(/);
  assert.ok(await page.$('#export_script .k'), 'keywords are told apart');
  await page.select('#export_lane', '0');
  await page.waitForFunction(() => /torch\.optim\.SGD\(/.test(document.querySelector('pre#export_script')?.textContent ?? ''), { timeout: 20000 });
  await screenshot(page, 'race-export-zh');
  for (const id of ['export_json', 'export_csv', 'export_png', 'export_screen', 'export_view_png', 'export_view_csv', 'export_weights', 'export_save']) await page.click('#' + id);
  await page.waitForFunction(() => (window as any).saved.length === 8, { timeout: 10000 });
  const saved = Object.fromEntries((await page.evaluate(() => (window as any).saved)).map(([name, ...rest]: [string, number, number[]]) => [name, rest]));
  assert.deepEqual(Object.keys(saved).sort(), ['A.py', 'A.safetensors', 'chart.png', 'curves.csv', 'downhill.json', 'downhill.png', 'view.csv', 'view.png']);
  for (const png of ['chart.png', 'downhill.png', 'view.png']) assert.deepEqual(saved[png][1].slice(0, 4), [0x89, 0x50, 0x4e, 0x47]);
  assert.ok(saved['A.safetensors'][0] > (784 * 16 + 16 + 16 * 10 + 10) * 4);
  assert.ok(await page.evaluate(async () => (await window.downhill.screenshot()).size > 10000));
}, { drawn: true });

lab_test('the CSV holds the plotted numbers exactly', async (page) => {
  await set_state(page, short({ lanes: two }));
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  const rows = ((await command(page, 'csv')) as string).trim().split('\n').slice(1).map((r) => r.split(','));
  for (const r of await results(page))
    for (const e of r.curve) {
      const row = rows.find((x) => x[0] === r.label && Number(x[2]) === e.step);
      assert.ok(row && Math.abs(Number(row[9]) - e.test_loss!) < 1e-8 * e.test_loss! && Math.abs(Number(row[7]) - e.train_loss!) < 1e-8 * e.train_loss!, `${r.label} ${e.step}`);
    }
});

test('undo, share and reload restore the same lab and hash', async () => {
  const lab = await open_lab(chromium, site.origin);
  await wait_for_images(lab.page);
  await set_state(lab.page, short({ epochs: 1, lanes: two }));
  await lab.page.waitForFunction(() => location.hash.startsWith('#x='));
  await lab.page.evaluate(() => window.downhill.start());
  await wait_until_finished(lab.page);
  const hashes = (await results(lab.page)).map((r) => r.hash), before = await state(lab.page);
  await lab.page.reload();
  await lab.page.evaluate(() => window.downhill.ready);
  await wait_for_images(lab.page);
  assert.deepEqual(await state(lab.page), before);
  await lab.page.evaluate(() => window.downhill.start());
  await wait_until_finished(lab.page);
  assert.deepEqual((await results(lab.page)).map((r) => r.hash), hashes);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

lab_test('classes are left out and taken in by their pictures', async (page) => {
  await set_state(page, short({ lanes: two }));
  await wait_for_images(page);
  await press(page, 'class.3');
  assert.deepEqual((await state(page)).data.classes, [0, 1, 2, 4, 5, 6, 7, 8, 9]);
  await press(page, 'class.3');
  assert.deepEqual((await state(page)).data.classes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

lab_test('the link brings the view along: what is shown, of which lane, which quantity', async (page) => {
  await set_state(page, short({ lanes: two }));
  await press(page, 'metric');
  await press(page, 'metric.2');
  await page.evaluate(() => window.downhill.show({ view: 'units', lane: 1, other: 0 }));
  await page.waitForFunction(() => ['view=units', 'lane=1', 'other=0', 'metric=test_accuracy'].every((part) => location.hash.includes('&' + part)));
  const hash = await page.evaluate(() => location.hash);
  const again = await open_lab(chromium, site.origin, { hash });
  assert.deepEqual(await command(again.page, 'shown'), { lab: 'race', view: 'units', lane: 1, other: 0, metric: 'test_accuracy', axis: 'examples', log: 0 });
  await again.close();
  for (const bad of [hash + '&lane=99&view=nothing', hash.replace('lane=1', 'lane=-7')]) {
    const hurt = await open_lab(chromium, site.origin, { hash: bad });
    assert.equal((await results(hurt.page)).length, 2);
    assert.deepEqual(hurt.faults, []);
    await hurt.close();
  }
  await page.click('nav a[href="#race"]');
  await page.waitForFunction((h) => location.hash === h, {}, hash);

});

lab_test('lanes by the book\'s classes', async (page) => {
  const order = async () => (await page.evaluate(() => window.downhill.items().filter((i) => /^lane:\d+:method$/.test(i.id)).map((i) => i.value)));
  await page.evaluate(() => window.downhill.step(30));
  await at_rest(page);
  await press(page, 'lanes.grouped');
  const grouped = await order();
  const plain = grouped.slice(0, 3).sort();
  assert.deepEqual(plain, ['小批量 MGD', '全批量 BGD', '随机 SGD'].sort());
  assert.deepEqual(grouped.slice(3, 5).sort(), ['Nesterov', '动量']);
  assert.equal((await item(page, 'lanes.grouped'))?.value, 'true');
});

lab_test('what the page asks of the app while a race runs does not grow with its curves', async (page) => {
  await set_state(page, short({ epochs: 40, evaluate: { every: 1 }, lanes: two }));
  await page.evaluate(() => {
    const it = window.downhill_internal.page as any, command = it.command;
    (window as any).answers = [];
    it.command = function (verb: string, rest?: object) {
      const answer = command.call(this, verb, rest), text = JSON.stringify(answer) ?? '';
      (window as any).answers.push({ verb, size: text.length, curve: text.includes('"curve"') });
      return answer;
    };
  });
  for (const form of [false, true]) {
    await page.evaluate((on) => { (window.downhill_internal.page as any).show_form(on); (window as any).answers.length = 0; window.downhill.reset(); window.downhill.start(); }, form);
    await page.waitForFunction(() => ((window as any).answers as { verb: string }[]).filter((a) => a.verb === 'transport').length > 8, { timeout: 60000 });
    await page.evaluate(() => { window.downhill.pause(); });
    const answers = await page.evaluate(() => (window as any).answers as { verb: string; size: number; curve: boolean }[]);
    assert.deepEqual(answers.filter((a) => a.curve), [], form ? 'in the form view' : 'narrated');
    assert.ok(answers.some((a) => a.verb === 'standings' && a.size < 3000), JSON.stringify(answers.map((a) => [a.verb, a.size])));
  }
  const points = (await results(page)).reduce((sum, r) => sum + r.curve.length, 0);
  assert.ok(points > 50, `${points}`); // the public verb has them
});

lab_test('copy, embed code, print', async (page, lab) => {
  await lab.page.browserContext().overridePermissions(site.origin, ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write' as never]);
  await set_state(page, short({ lanes: two }));
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
  await page.focus('#canvas');
  await page.keyboard.down('Control');
  await page.keyboard.press('c');
  await page.keyboard.up('Control');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied.split('\n').length, 3);
  assert.match(copied, /\nA\t64\t2\t\d/);
  await press_tool(page, 'embed');
  const code = await page.$eval('#embed_code', (t) => (t as HTMLTextAreaElement).value);
  const src = /src="([^"]+)"/.exec(code)?.[1]?.replaceAll('&amp;', '&') ?? '';
  assert.ok(src.startsWith(site.origin) && src.includes('#x='), code);
  await page.keyboard.press('Escape');
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 20000, 'the picture and the tables');
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  assert.ok(await page.$('#printed'));
  assert.equal(await page.$$eval('#form tbody tr', (rows) => rows.length) >= 2, true);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  assert.equal(await page.$('#printed'), null);
});

lab_test('idle with every view open: no frames; the first press moves curves', async (page) => {
  const start = Date.now();
  await press(page, 'start');
  await page.waitForFunction(() => window.downhill.results().some((r) => r.curve.length > 1), { polling: 20 });
  console.log(`# curves moved ${Date.now() - start} ms after the press began`);
  await wait_until_finished(page);
  for (const view of ['samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'passes', 'differences']) {
    await page.evaluate((v) => window.downhill.show({ view: v, other: 0 }), view);
    let before_ = -1, now = 0;
    for (let i = 0; i < 30 && now !== before_; ++i) { // its answer may be on the way
      before_ = now;
      await new Promise((resolve) => setTimeout(resolve, 700));
      now = await page.evaluate(() => window.downhill.stats().frames!);
    }
    assert.equal(now, before_, `${view}: frames are drawn for ever`);
  }
});

lab_test('the line between curves and views is dragged, by hand and by key; a button gives the view the whole middle', async (page) => {
  const height = async (id: string) => (await item(page, id))?.rectangle.height ?? 0;
  const at_first = await height('views.content');
  await drag(page, 'views.divider', [0.5, 0.5], [0.5, -14]); // its box is 8 px high
  const dragged = await height('views.content');
  assert.ok(Math.abs(dragged - at_first - 116) < 8, `${at_first} to ${dragged}`);
  await page.evaluate(() => window.downhill_internal.page.command('nudge', { id: 'views.divider', by: -0.05 }));
  await settle(page);
  await page.evaluate(() => window.downhill_internal.page.input());
  await settle(page);
  const nudged = await height('views.content');
  assert.ok(nudged < dragged && nudged > dragged - 60, `${dragged} to ${nudged}`);
  // however far it is dragged, both keep room
  await drag(page, 'views.divider', [0.5, 0.5], [0.5, -200]);
  assert.ok((await box_of(page, 'plot')).height > 60, 'curves keep room');
  await drag(page, 'views.divider', [0.5, 0.5], [0.5, 44]);
  const least = await height('views.content');
  assert.ok(least > 40 && least < 100, `views keep room: ${least}`);
  // a preset leaves it where it is, two presses give it back
  const low = await height('views.content');
  await choose_preset(page, 'same_rate_small');
  await settle(page);
  assert.ok(Math.abs(await height('views.content') - low) < 30);
  await page.select('#presets', '');
  const box = await box_of(page, 'views.divider');
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { count: 2 });
  await settle(page);
  assert.ok(await height('views.content') > low + 20);

  await page.evaluate(() => window.downhill.show({ view: 'confusion' }));
  await settle(page);
  await press(page, 'views.whole');
  const whole = await box_of(page, 'views.content');
  assert.ok(whole.height > 400, `${whole.height}`);
  for (const gone of ['plot', 'views.divider', 'views.toggle']) assert.equal(await item(page, gone), null, gone);
  for (const stays of ['start', 'timeline', 'lane:0:method', 'views.lane']) assert.ok(await item(page, stays), stays);
  await screenshot(page, 'race-view-whole');
  await press(page, 'start');
  await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 20));
  await press(page, 'views.whole');
  assert.ok(await item(page, 'plot'));
});
