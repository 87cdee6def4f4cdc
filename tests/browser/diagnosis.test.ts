// The view Diagnosis as a student meets it: two errors, what they say, a remedy pressed, before and after.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { browser, choose_preset, change_language, command, focus_item, item, open_lab, press, results, screenshot, serve, settle, type_into, wait_for_item, wait_until_finished, type Lab, type LabOptions } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const lab_test = (name: string, act: (page: Page, lab: Lab) => Promise<void>, options: LabOptions = {}) =>
  test(name, async () => {
    const lab = await open_lab(chromium, site.origin, { height: 800, ...options });
    await act(lab.page, lab);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });
const cases = [['case_high_variance', '方差高'], ['case_odd', '训练误差反而大'], ['case_both', '偏差高，方差也高'], ['case_good', '都不高']] as const;
const open_preset = async (page: Page, id: string) => {
  await choose_preset(page, id);
  await settle(page);
  await wait_for_item(page, '^diagnosis\\.0\\.finding$');
};
const run = async (page: Page) => {
  await page.evaluate(() => window.downhill.start());
  await wait_until_finished(page);
};
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const value_of = async (page: Page, id: string) => String((await item(page, id))?.value);
const number_of = (text: string) => Number(text.replaceAll('−', '-').match(/-?[\d.]+/)?.[0]);
const tries = (page: Page) => page.evaluate(() => window.downhill.items().map((i) => i.id).filter((id) => id.startsWith('diagnosis.0.try.')).map((id) => id.slice(16)));

for (const [id, title] of cases)
  lab_test(`${id}: its run ends with its finding, in its numbers`, async (page) => {
    await open_preset(page, id);
    assert.match(String((await item(page, 'diagnosis.0.finding'))?.label), /还没有误差/);
    assert.deepEqual(await tries(page), [], 'no remedy before the end');
    await run(page);
    const finding = await item(page, 'diagnosis.0.finding');
    assert.ok(finding?.label.includes(title), `${finding?.label}: ${finding?.value}`);
    const [row] = await results(page);
    assert.equal(number_of(await value_of(page, 'diagnosis.0.train')).toFixed(1), (100 * (1 - row!.train_accuracy!)).toFixed(1));
    assert.equal(number_of(await value_of(page, 'diagnosis.0.test')).toFixed(1), (100 * (1 - row!.test_accuracy!)).toFixed(1));
    assert.equal((await tries(page)).length > 0, id !== 'case_good');
    await screenshot(page, `diagnosis-${id}-zh`);
    await change_language(page);
    await screenshot(page, `diagnosis-${id}-en`);
  });

lab_test('a remedy pressed: a lane of its name that differs in one setting runs from the same start; before and after as text; undo takes it back', async (page) => {
  await open_preset(page, 'case_both');
  await run(page);
  const before = (await results(page))[0]!;
  assert.match(String((await item(page, 'diagnosis.0.try.more_units'))?.label), /5 → 128/);
  await press(page, 'diagnosis.0.try.more_units');
  let document = await state(page);
  assert.equal(document.lanes.length, 2);
  assert.deepEqual(document.lanes[1].label, { zh: '128 个神经元', en: '128 units' });
  assert.deepEqual(Object.keys(document.lanes[1]).sort(), ['label', 'network']);
  await wait_until_finished(page);
  const [first, second] = await results(page);
  assert.equal(first!.hash, before.hash, 'the first lane kept its run');
  const train = await value_of(page, 'diagnosis.0.pair.0.train');
  assert.equal(train, `${(100 * (1 - first!.train_accuracy!)).toFixed(1)} % → ${(100 * (1 - second!.train_accuracy!)).toFixed(1)} %`);
  const [from, to] = train.split('→').map(number_of);
  assert.ok(to! < from!, train);
  assert.ok(!(await tries(page)).includes('more_units'), 'what runs already is not offered');
  await screenshot(page, 'diagnosis-pair-zh');
  // the base's setting: all begin anew, the numbers from before are kept
  await command(page, 'activate', { id: 'diagnosis.0.try.more_data' });
  await settle(page);
  document = await state(page);
  assert.equal(document.lanes.length, 2);
  assert.equal(document.data.train, 5000);
  await wait_until_finished(page);
  const pair = await page.evaluate(() => window.downhill.items().filter((i) => /^diagnosis\.0\.pair\.\d+$/.test(i.id)).map((i) => i.label));
  assert.equal(pair.length, 2, pair.join());
  assert.ok(pair.some((label) => /500 → 5.000/.test(label)), pair.join());
  await screenshot(page, 'diagnosis-data-zh');
  await change_language(page);
  await screenshot(page, 'diagnosis-data-en');
  await page.evaluate(() => window.downhill.undo());
  assert.equal((await state(page)).data.train, 500);
  await page.evaluate(() => window.downhill.undo());
  await settle(page);
  assert.equal((await state(page)).lanes.length, 1);
  assert.equal(await item(page, 'diagnosis.0.pair.0'), null);
});

lab_test('20/5: right labels bring the training error down; what is acceptable is typed and decides', async (page) => {
  await open_preset(page, 'case_odd');
  await run(page);
  assert.match(await value_of(page, 'diagnosis.0.finding'), /噪声/);
  assert.deepEqual(await tries(page), ['right_labels']);
  await press(page, 'diagnosis.0.try.right_labels');
  await wait_until_finished(page);
  const [from, to] = (await value_of(page, 'diagnosis.0.pair.0.train')).split('→').map(number_of);
  assert.ok(from! > 15 && to! < 5, `${from} ${to}`);
  assert.match(String((await item(page, 'diagnosis.0.finding'))?.label), /都不高/);
  await type_into(page, 'view.acceptable', '0.2 %');
  assert.equal(await value_of(page, 'view.acceptable'), '0.2 %');
  assert.match(String((await item(page, 'diagnosis.0.finding'))?.label), /偏差高|样本太少/);
  await type_into(page, 'view.acceptable', '95');
  assert.equal(await value_of(page, 'view.acceptable'), '0.2 %', 'refused');
});

lab_test("keys alone: a student's own race is diagnosed, a remedy tried; its explanation leads to the view; CSV; form view", async (page) => {
  await page.evaluate(() => window.downhill.setState({ downhill: 1, data: { train: 300, test: 300 }, network: { hidden: [{ units: 64 }] }, optimizer: { name: 'adam', lr: 0.002 }, epochs: 15, lanes: [{}] }));
  await run(page);
  const said = (await page.evaluate(() => window.downhill.explain())) as { rule: string; text: string; show: string }[];
  const errors = said.find((e) => e.rule === 'errors');
  assert.ok(errors && errors.show === 'view=diagnosis,lane=0', JSON.stringify(said));
  assert.ok(!said.some((e) => e.rule === 'groups'), 'one lane differs from none');
  await focus_item(page, 'explanation.errors');
  await page.keyboard.press('Enter');
  await wait_for_item(page, '^diagnosis\\.0\\.finding$');
  await type_into(page, 'view.acceptable', '90 %'); // the explanation judges by the same
  assert.ok(!((await page.evaluate(() => window.downhill.explain())) as { rule: string }[]).some((e) => e.rule === 'errors'));
  await type_into(page, 'view.acceptable', '10 %');
  await wait_for_item(page, '^diagnosis\\.0\\.try\\.dropout$');
  await focus_item(page, 'diagnosis.0.try.dropout');
  await page.keyboard.press('Enter');
  await settle(page);
  await wait_until_finished(page);
  assert.equal((await state(page)).lanes.length, 2);
  const [from, to] = (await value_of(page, 'diagnosis.0.pair.0.train')).split('→').map(number_of);
  assert.ok(to! > from!, `dropout makes the training error larger: ${from} ${to}`);
  assert.match((await command(page, 'csv', { plot: 'view' })) as string, /^lane,epoch,train_error,test_error,test_loss,acceptable,finding\n.+,15,0.*,high_variance\n.+\nlane,other_lane,setting,before,after,train_error_before,.*\n.+,\/network\/hidden\/0\/dropout,0,0\.5(,[\d.e-]+){6}\n$/);
  await page.evaluate(() => window.downhill.show({ view: 'diagnosis', lane: 0, other: 1 }));
  await wait_for_item(page, '^diagnosis\\.1\\.finding$');
  await screenshot(page, 'diagnosis-two-zh');
  // the form view has the lane, too
  await page.$eval('#accessible', (e) => (e as HTMLElement).click());
  await page.waitForFunction(() => /Dropout 0\.5/.test(document.body.innerText), { timeout: 20000 });
});

for (const [name, options] of [['low', { width: 800, height: 600 }], ['phone', { width: 390, height: 800, scale: 2, touch: true }]] as const)
  lab_test(`everything is in reach on a ${name} screen`, async (page) => {
    await open_preset(page, 'case_both');
    await run(page);
    await page.evaluate(() => window.downhill.show({ view: 'diagnosis' }));
    await settle(page);
    await screenshot(page, `diagnosis-${name}-zh`);
    await command(page, 'activate', { id: 'diagnosis.0.try.more_units' });
    await wait_until_finished(page);
    assert.equal((await results(page)).length, 2);
    await screenshot(page, `diagnosis-${name}-pair-zh`);
    const outside = await page.evaluate(() => {
      const canvas = document.getElementById('canvas')!.getBoundingClientRect();
      return window.downhill.items().filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > canvas.width + 1).map((i) => i.id);
    });
    assert.deepEqual(outside, []);
  }, options);
