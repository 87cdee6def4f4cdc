// The first minutes of somebody who has never seen the page: real presses, some as quick as a tap, and what stands on the
// screen after them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'puppeteer-core';
import { at_rest, box_of, browser, choose_preset, item, open_lab, press, results, screenshot, serve, settle, type_into, wait_for_images, wait_for_item, wait_until_finished, type LabOptions } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8'));
const small = (lanes: object[], changes: object = {}) => ({ ...nine, title: 'small', data: { source: 'fashion-mnist', train: 500, test: 300 }, network: { hidden: [{ units: 16 }] }, epochs: 3, evaluate: { every: 'epoch' }, lanes, ...changes });
const three = [{ optimizer: { name: 'momentum', lr: 0.03 } }, { optimizer: { name: 'adam', lr: 0.001 } }, { optimizer: { lr: 0.3 }, batch: 'full' }];

function minutes(name: string, run: (page: Page) => Promise<void>, options: LabOptions = {}): void {
  test(name, async () => {
    const lab = await open_lab(chromium, site.origin, options);
    try {
      await wait_for_images(lab.page);
      await run(lab.page);
      assert.deepEqual(lab.faults, []);
    } finally { await lab.close(); }
  });
}
const set = async (page: Page, experiment: object) => { await page.evaluate((e) => window.downhill.setState(e), experiment); await wait_for_images(page); };
const items = (page: Page) => page.evaluate(() => window.downhill.items());
/** What the notes beside the lanes say, from the top. */
const notes = async (page: Page) => { await settle(page); return (await items(page)).filter((i) => /^explanation/.test(i.id)).map((i) => i.label); };
/** The lanes' rows, from the top: lane, loss, accuracy as they stand there. */
const rows = async (page: Page) => {
  await settle(page);
  return (await items(page)).filter((i) => /^lane:\d+:result$/.test(i.id)).sort((a, b) => a.rectangle.y - b.rectangle.y)
    .map((i) => ({ lane: Number(i.id.split(':')[1]), name: i.label, loss: Number(i.value.split(' · ')[0]), accuracy: Number.parseFloat(i.value.split(' · ')[1] ?? '') }));
};
/** Nothing is drawn any more. */
async function quiet(page: Page): Promise<void> {
  for (let same = 0, last = -1; same < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const { frames } = await page.evaluate(() => window.downhill.stats()) as { frames: number };
    same = frames === last ? same + 1 : 0;
    last = frames;
  }
}
/** A press that lasts `ms`; 0: down and up in one batch. */
async function tap(page: Page, id: string, ms: number, touch = false): Promise<void> {
  const box = await box_of(page, id);
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  if (touch) {
    const session = await page.createCDPSession();
    const send = (type: 'touchStart' | 'touchEnd') => session.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchStart' ? [{ x, y }] : [] });
    if (ms === 0) await Promise.all([send('touchStart'), send('touchEnd')]);
    else { await send('touchStart'); await new Promise((resolve) => setTimeout(resolve, ms)); await send('touchEnd'); }
    await session.detach();
  } else if (ms === 0) await Promise.all([page.mouse.move(x, y), page.mouse.down(), page.mouse.up()]);
  else { await page.mouse.move(x, y); await page.mouse.down(); await new Promise((resolve) => setTimeout(resolve, ms)); await page.mouse.up(); }
  await quiet(page);
}
/** Whether what is seen, and what can be pressed, is what one more frame would show. */
async function up_to_date(page: Page, after: string): Promise<void> {
  const seen = PNG.sync.read(Buffer.from(await page.screenshot())), list = JSON.stringify((await items(page)).map((i) => [i.id, i.value, i.rectangle]));
  await page.evaluate(() => { const it = window.downhill_internal.page as unknown as { input(): void }; it.input(); });
  await quiet(page);
  const then = PNG.sync.read(Buffer.from(await page.screenshot()));
  assert.equal(JSON.stringify((await items(page)).map((i) => [i.id, i.value, i.rectangle])), list, `${after}: the controls are those of the last frame`);
  assert.ok(seen.data.equals(then.data), `${after}: the picture is that of the last frame`);
}

minutes('one step: every lane is measured where it stands; rows, verdict and confusion matrix agree', async (page) => {
  const start = await results(page);
  await press(page, 'step');
  await at_rest(page);
  await settle(page);
  for (const [i, r] of (await results(page)).entries()) {
    assert.equal(r.step, 1);
    assert.notEqual(r.test_loss, start[i]?.test_loss, `${r.label} shows the loss of step 0`);
    assert.ok(r.curve.every((e) => e.step !== 1 || r.label.includes('BGD')), 'the curve keeps its points');
  }
  const order = await rows(page);
  assert.deepEqual(order.map((r) => r.loss), order.map((r) => r.loss).sort((a, b) => a - b));
  const verdict = (await notes(page))[0] ?? '';
  assert.ok(verdict.includes(order[0]!.name), `${verdict} / ${order[0]!.name}`);
  await press(page, 'step');
  await at_rest(page);
  await press(page, 'view'); // a list, where the tabs have no room
  await press(page, 'view.2');
  await wait_for_item(page, '^confusion\\.0\\.');
  await page.waitForFunction(() => { // the answer of this step
    const cells = window.downhill.items().filter((i) => /^confusion\.0\.(\d)\.\1$/.test(i.id)), all = window.downhill.items().filter((i) => /^confusion\.0\.\d\.\d$/.test(i.id));
    const sum = (list: { value: string }[]) => list.reduce((s, i) => s + Number(i.value), 0);
    const lane = window.downhill.items().find((i) => i.id === 'lane:8:result');
    return Math.abs(100 * sum(cells) / sum(all) - Number.parseFloat(lane?.value.split(' · ')[1] ?? '')) < 0.051;
  }, { timeout: 20000 });
  await screenshot(page, 'minutes-two-steps-zh');
});

minutes('steps pressed quickly each count', async (page) => {
  await set(page, small(three));
  await press(page, 'step'); // gives the canvas the keyboard
  for (let i = 0; i < 3; ++i) await page.keyboard.press('KeyS');
  await page.evaluate(() => { for (let i = 0; i < 3; ++i) window.downhill.step(1); });
  await page.waitForFunction(() => window.downhill.results().every((r) => r.hash), { timeout: 20000 });
  const [momentum, adam, full] = await results(page);
  assert.deepEqual([momentum?.step, adam?.step, full?.step], [7, 7, 3]); // three epochs are three steps of the full batch
});

minutes('each at its best: the rates are chosen, and nobody is in front before they have run; the edge of the range is said', async (page) => {
  await set(page, small([{ optimizer: { name: 'momentum', lr: 0.03 } }, { optimizer: { name: 'adadelta', lr: 0.3, eps: 1e-10 } }], { data: { source: 'fashion-mnist', train: 100, test: 100 }, network: { hidden: [] }, epochs: 1 }));
  await press(page, 'start');
  await wait_until_finished(page);
  await press(page, 'rates.2');
  await page.waitForFunction(() => window.downhill.items().find((i) => i.id === 'rates.2')?.value === 'true' && !window.downhill.items().some((i) => i.id === 'sweep.cancel'), { timeout: 120000 });
  await settle(page);
  const said = await notes(page);
  const restarted = (await results(page)).some((r) => r.step === 0);
  assert.ok(restarted, 'the sweep changed a rate');
  assert.match(said[0] ?? '', /学习率已选好.*按“(开始|继续)”/);
  assert.ok(!said.some((s) => /领先/.test(s)), said.join(' | '));
  const lanes = (await page.evaluate(() => window.downhill.getState()) as any).lanes;
  const rate = lanes[1].optimizer.lr;
  assert.equal(said.some((s) => s.includes('AdaDelta') && s.includes('的边上')), rate === 3 || rate === 1e-4, `${rate}: ${said.join(' | ')}`);
  assert.equal(rate, 3, 'the case that was found');
  await screenshot(page, 'minutes-rates-chosen-zh');
  await press(page, 'start');
  await wait_until_finished(page);
  assert.match((await notes(page))[0] ?? '', /领先/);
});

minutes('which is best, and why: ranked by what is plotted, the verdict first, a cause that opens what shows it, the ring explained', async (page) => {
  await set(page, small(three, { epochs: 12 }));
  await press(page, 'start');
  await wait_until_finished(page);
  let order = await rows(page);
  assert.deepEqual(order.map((r) => r.loss), order.map((r) => r.loss).sort((a, b) => a - b), 'ranked by the plotted test loss');
  assert.match((await notes(page))[0] ?? '', new RegExp(`测试损失.*${order[0]!.name.replaceAll(/[()]/g, '.')}.*领先`));
  const why = (await items(page)).find((i) => /^explanation\./.test(i.id) && /为什么/.test(i.label));
  assert.ok(why, (await notes(page)).join(' | '));
  assert.match(why.label, /批量 BGD.*12 次/);
  await press(page, why.id);
  assert.equal((await item(page, 'axis.2'))?.value, 'true', 'the axis of updates is shown');
  await press(page, 'metric');
  await press(page, 'metric.2'); // test accuracy
  order = await rows(page);
  assert.deepEqual(order.map((r) => r.accuracy), order.map((r) => r.accuracy).sort((a, b) => b - a), 'ranked by the plotted accuracy');
  assert.equal((await item(page, 'lanes.accuracy'))?.value, '排名依据');
  // a second run: the notes are about it, the verdict first
  await type_into(page, 'field:/seed', '2');
  await press(page, 'start');
  await wait_until_finished(page);
  order = await rows(page);
  assert.ok((await notes(page))[0]?.includes(order[0]!.name) && /领先/.test((await notes(page))[0] ?? ''), (await notes(page)).join(' | '));
});

minutes('the ring about the least test loss is explained on the chart', async (page) => {
  await set(page, small([{ optimizer: { name: 'adam', lr: 0.01 } }], { epochs: 30, data: { source: 'fashion-mnist', train: 100, test: 300 }, network: { hidden: [{ units: 64 }] } }));
  await press(page, 'start');
  await wait_until_finished(page);
  await settle(page);
  const ring = (await items(page)).find((i) => i.id === 'plot.ring');
  assert.match(ring?.label ?? '', /测试损失的最低点/);
  const r = (await results(page))[0]!, least = Math.min(...r.curve.map((e) => e.test_loss!));
  assert.ok((await item(page, 'plot.ring.0'))?.value.includes(least.toFixed(4)), `${(await item(page, 'plot.ring.0'))?.value} ${least}`);
  // beside the verdict of one lane, overfitting is said
  await screenshot(page, 'minutes-ring-zh');
});

minutes('undo after a preset: its note, its name and what was looked at go too, and the finished run is there again', async (page) => {
  await set(page, small(three));
  await press(page, 'start');
  await wait_until_finished(page);
  const hashes = (await results(page)).map((r) => r.hash);
  const seen = () => page.evaluate(() => [document.querySelector<HTMLSelectElement>('#presets')?.value, document.querySelector('#preset')?.textContent, (document.querySelector('#preset') as HTMLElement).hidden]);
  await press(page, 'metric');
  await press(page, 'metric.1');
  const note = await seen();
  const metric = (await item(page, 'metric'))?.value;
  await choose_preset(page, 'weight_decay');
  await settle(page);
  assert.notDeepEqual(await seen(), note);
  await page.click('#undo');
  await quiet(page);
  assert.deepEqual(await seen(), note);
  assert.equal((await item(page, 'metric'))?.value, metric);
  assert.deepEqual((await results(page)).map((r) => [r.hash, r.status]), hashes.map((h) => [h, 'finished']), 'the finished run');
  assert.equal((await rows(page)).length, 3);
  assert.match((await notes(page))[0] ?? '', /领先/);
  await page.click('#redo');
  await settle(page);
  assert.equal((await seen())[0], 'weight_decay');
});

test('a shared link says what it holds and shows the result by one press', async () => {
  const first = await open_lab(chromium, site.origin);
  await wait_for_images(first.page);
  await set(first.page, small(three));
  await press(first.page, 'start');
  await wait_until_finished(first.page);
  await page_link(first.page);
  const hashes = (await results(first.page)).map((r) => r.hash), hash = await first.page.evaluate(() => location.hash);
  await first.page.click('#share');
  await first.page.waitForFunction(() => /链接|地址栏/.test(document.getElementById('notice')!.textContent ?? ''), { timeout: 10000 }); // the clipboard takes a moment
  await first.close();
  const second = await open_lab(chromium, site.origin, { hash });
  await wait_for_images(second.page);
  await settle(second.page);
  assert.ok(await item(second.page, 'link.result'), 'the result is one press away');
  await screenshot(second.page, 'minutes-link-zh');
  await tap(second.page, 'link.result', 90);
  await wait_until_finished(second.page);
  assert.deepEqual((await results(second.page)).map((r) => r.hash), hashes);
  assert.equal(await item(second.page, 'link.result'), null);
  assert.deepEqual(second.faults, []);
  await second.close();
});
const page_link = (page: Page) => page.waitForFunction(() => location.hash.startsWith('#x='), { timeout: 10000 });

for (const ms of [0, 90])
  minutes(`presses of ${ms} ms: what is seen is what is there`, async (page) => {
    await set(page, small(three));
    for (const id of ['metric', 'metric.2', 'lane:0:method', 'lane:0:method.4', 'axis.1', 'lane:1:menu', 'lane:1:menu.3', 'view', 'view.2', 'views.lane', 'views.lane.1', 'settings.more', 'step']) {
      assert.ok(await item(page, id), `${id} is on the screen`);
      await tap(page, id, ms);
      if (id === 'step') await at_rest(page).then(() => quiet(page));
      await up_to_date(page, id);
    }
    assert.equal(((await page.evaluate(() => window.downhill.getState())) as any).lanes[0].optimizer.name, 'adadelta');
  }, { drawn: true });

for (const ms of [0, 90])
  minutes(`touches of ${ms} ms on lists`, async (page) => {
    await set(page, small(three));
    for (const id of ['metric', 'metric.2', 'lane:0:method', 'lane:0:method.4', 'axis', 'axis.1', 'tab.1', 'view', 'view.2']) {
      if (!(await item(page, id))) assert.fail(`${id} is not on the screen: ${(await items(page)).map((i) => i.id).filter((i) => i.startsWith(id.split('.')[0]!)).join(' ')}`);
      await tap(page, id, ms, true);
      await up_to_date(page, id);
    }
    assert.equal(((await page.evaluate(() => window.downhill.getState())) as any).lanes[0].optimizer.name, 'adadelta');
  }, { width: 390, height: 844, touch: true, drawn: true });

minutes('+ lane asks for the method; the new lane has a name and a look of its own everywhere', async (page) => {
  await tap(page, 'lanes.add', 90);
  const choices = (await items(page)).filter((i) => /^lanes\.add\.\d+$/.test(i.id));
  assert.ok(choices.length >= 9, choices.map((c) => c.label).join());
  assert.equal((await results(page)).length, 9);
  await tap(page, choices.find((c) => c.label === 'Adam')!.id, 90);
  const names = (await results(page)).map((r) => r.label);
  assert.equal(names.length, 10);
  assert.equal(new Set(names).size, 10, names.join());
  assert.deepEqual([names[8], names[9]], ['Adam (9)', 'Adam (10)']);
  assert.ok((await items(page)).some((i) => i.id === 'lane:9:method' && i.value === 'Adam (10)'), 'in its row');
  await screenshot(page, 'minutes-ten-lanes-zh');
  await tap(page, 'views.other', 90);
  const others = (await items(page)).filter((i) => /^views\.other\.\d+$/.test(i.id)).map((i) => i.label);
  assert.equal(new Set(others).size, 11, others.join());
  await page.keyboard.press('Escape');
  const csv = await page.evaluate(() => String(window.downhill_internal.page.command('csv')));
  assert.equal(new Set(csv.trim().split('\n').slice(1).map((line) => line.split(',')[0])).size, 10);
});

minutes('a rate edited in the middle of a race: that lane begins again, it is said, and a row that is used stays in its place', async (page) => {
  await set(page, small(three, { epochs: 400 }));
  await press(page, 'start');
  await page.waitForFunction(() => window.downhill.results().every((r) => r.epoch > 120), { timeout: 60000 });
  await press(page, 'pause');
  await at_rest(page);
  const order = (await rows(page)).map((r) => r.lane), first = order[0]!;
  await type_into(page, `lane:${first}:/optimizer/lr`, '0.0004');
  assert.deepEqual((await rows(page)).map((r) => r.lane), order, 'the row is still under the pointer');
  assert.match((await notes(page))[0] ?? '', /从头跑.*“继续”.*追上来/);
  assert.ok(!(await notes(page)).some((n) => /领先/.test(n)));
  await page.mouse.move(640, 200);
  await quiet(page);
  assert.notDeepEqual((await rows(page)).map((r) => r.lane), order, 'left alone, the rows are sorted');
  await press(page, 'start');
  await page.waitForFunction(() => window.downhill.items().some((i) => /^explanation/.test(i.id) && /正在追赶/.test(i.label)), { timeout: 20000 });
  await page.waitForFunction((lane) => { const all = window.downhill.results(); return all.every((other) => all[lane]!.epoch >= other.epoch - 1); }, { timeout: 60000 }, first);
  await press(page, 'pause');
  await at_rest(page);
  await page.waitForFunction(() => /领先/.test(window.downhill.items().find((i) => /^explanation\./.test(i.id))?.label ?? ''), { timeout: 20000 });
});

minutes('small things: a way to choose rates is marked, numbers are whole, settings are called by their names', async (page) => {
  assert.equal((await items(page)).filter((i) => /^rates\.\d$/.test(i.id) && i.value === 'true').length, 1);
  await press(page, 'rates.0');
  await press(page, 'rates.3'); // back to each its own
  assert.deepEqual(((await page.evaluate(() => window.downhill.getState())) as any).lanes.map((l: any) => l.optimizer?.lr), nine.lanes.map((l: any) => l.optimizer.lr));
  await press(page, 'lanes.differences');
  const labels = (await items(page)).filter((i) => i.id.startsWith('differs.0.')).map((i) => i.label);
  assert.ok(labels.length > 3 && labels.every((l) => !l.includes('/')), labels.join());
  assert.ok(labels.includes('betas[0]') && labels.includes('学习率') && labels.includes('更新规则') && labels.includes('批尺寸'), labels.join());
  await screenshot(page, 'minutes-differences-zh');
  await press(page, 'view.2');
  await wait_for_item(page, '^confusion\\.0\\.');
  await screenshot(page, 'minutes-confusion-zh');
});

test('the projector\'s letters are visibly larger than the laptop\'s', async () => {
  const height = async (query: string, width: number, tall: number) => {
    const lab = await open_lab(chromium, site.origin, { query, width, height: tall });
    await wait_for_images(lab.page);
    await settle(lab.page);
    const row = await item(lab.page, 'start');
    const page_wide = await lab.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    await screenshot(lab.page, `minutes-${query.includes('projector') ? 'projector' : 'laptop'}-${width}`);
    assert.deepEqual(lab.faults, []);
    await lab.close();
    assert.ok(page_wide);
    return row!.rectangle.height / 32; // its letters' scale
  };
  // seen from the same place on the same wall: as a share of the width
  const laptop = (await height('?lang=zh&theme=light', 1366, 768)) / 1366, projector = (await height('?lang=zh&theme=projector', 1920, 1080)) / 1920;
  assert.ok(projector > 1.15 * laptop, `${projector / laptop}`);
});

// a student with a phone, in English
const phone: LabOptions = { query: '?lang=en&theme=light', width: 390, height: 844, touch: true };
minutes('phone, dropout: a preset opens the part it speaks of, its Start shows the state, and what it says is on the screen', async (page) => {
  await page.evaluate(() => window.downhill.show({ lab: 'dropout', tab: 'unit' }));
  await choose_preset(page, 'dropout_boundary');
  await page.waitForSelector('#preset fieldset');
  await settle(page);
  assert.equal((await items(page)).find((i) => i.id === 'drop.tab.3')?.value, 'true', 'the boundary is open');
  await page.tap('#preset_start');
  await page.waitForFunction(() => ['Pause', 'Run again'].includes(document.getElementById('preset_start')!.textContent!), { timeout: 10000 });
  await wait_until_finished(page);
  await page.waitForFunction(() => document.getElementById('preset_start')!.textContent === 'Run again', { timeout: 10000 });
  await settle(page);
  assert.match((await items(page)).find((i) => i.id === 'drop.boundary_says')?.label ?? '', /p = 0: training .*p = 0.5: training/);
  // and where the note leaves little room, the curves that it speaks of are what is shown
  await choose_preset(page, 'overfitting');
  await page.waitForSelector('#preset fieldset');
  await page.waitForFunction(() => window.downhill.items().some((i) => i.id === 'plot'), { timeout: 10000 });
}, phone);
minutes('phone, activations: readings have their names, the functions are in reach, charts have their room below a note', async (page) => {
  await page.evaluate(() => window.downhill.show({ lab: 'activations', tab: 'chain' }));
  await settle(page);
  const read = (await items(page)).filter((i) => /^act\.read\./.test(i.id));
  assert.equal(read.length, 3);
  for (const { id, label } of read) assert.match(label.toLowerCase(), new RegExp(id.slice('act.read.'.length)), label);
  await press(page, 'act.pick');
  assert.ok((await items(page)).some((i) => i.id === 'act.gelu' || i.id === 'act.sigmoid'), 'one press leads to all functions');
  await choose_preset(page, 'dying_relu');
  await page.waitForSelector('#preset fieldset');
  await page.tap('#preset_start');
  await wait_until_finished(page);
  await settle(page);
  const plot = (await items(page)).find((i) => i.id === 'plot')!.rectangle, bar = (await items(page)).find((i) => i.id === 'act.net.0.0')!;
  assert.ok(plot.height >= 80, `the curves' chart is ${plot.height} px high`);
  assert.ok(bar.rectangle.y > plot.y + plot.height, 'the bars stand below it');
  assert.match(bar.value, /%/);
}, phone);
minutes('phone: the menu has words for undo and redo; nothing on the screen is a lone …', async (page) => {
  await page.tap('#menu');
  for (const [id, word] of [['undo', 'Undo'], ['redo', 'Redo']] as const) {
    assert.match(await page.$eval(`#${id}`, (e) => (e as HTMLElement).innerText + getComputedStyle(e, '::after').content), new RegExp(word));
    const box = await page.$eval(`#${id}`, (e) => { const r = e.getBoundingClientRect(); return { width: r.width, height: r.height }; });
    assert.ok(box.width > 60 && box.height >= 40, `${id}: ${JSON.stringify(box)}`);
  }
  await page.keyboard.press('Escape');
  for (const look of [{ lab: 'race' }, { lab: 'activations', tab: 'card' }, { lab: 'dropout', tab: 'curves' }]) {
    await page.evaluate((l) => window.downhill.show(l), look);
    await settle(page);
    assert.deepEqual((await items(page)).filter((i) => i.label === '…' || i.value === '…'), [], look.lab);
  }
}, phone);
