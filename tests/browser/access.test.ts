// For everyone in the class: axe-core over every view, the keyboard alone, the form view, no WebGL2.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { press_tool, at_rest, browser, choose_preset, command, item, open_lab, results, screenshot, serve, settle, wait_for_images, wait_until_finished } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const nine = JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8'));
const views = ['samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'above', 'passes', 'diagnosis', 'sweep', 'draws', 'differences'];

async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations: found } = await (window as any).axe.run(document, { resultTypes: ['violations'] });
    return found.map((v: any) => `${v.id}: ${v.nodes.slice(0, 3).map((n: any) => n.html.slice(0, 160)).join(' | ')}`);
  });
}

for (const language of ['zh', 'en'])
  test(`axe-core finds nothing: every view, form, dialogs, themes; ${language}`, async () => {
    const lab = await open_lab(chromium, site.origin, { query: `?lang=${language}&theme=light`, width: language === 'en' ? 1800 : 1280 }); // English names of six labs leave no room for the rest
    const { page } = lab;
    await wait_for_images(page);
    await page.evaluate(() => window.downhill.step(3));
    await at_rest(page);
    for (const view of views) {
      await page.evaluate((v) => window.downhill.show({ view: v, lane: 8, other: v === 'units' ? 0 : -1 }), view);
      await new Promise((resolve) => setTimeout(resolve, 700));
      assert.deepEqual(await violations(page), [], view);
    }
    for (const [lab_name, tabs] of [['activations', ['chain', 'network', 'linear']], ['surface', ['lanes', 'inside', 'curves', 'map', 'setup']], ['backprop', ['working', 'practice', 'check', 'setup', 'tables']], ['dropout', ['curves', 'boundary']]] as const)
      for (const tab of tabs) {
        await page.evaluate((w) => window.downhill.show(w as any), { lab: lab_name, tab });
        await new Promise((resolve) => setTimeout(resolve, 900));
        assert.deepEqual(await violations(page), [], `${lab_name} ${tab}`);
      }
    await choose_preset(page, 'batch_sizes');
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.deepEqual(await violations(page), [], 'a preset');
    for (const theme of ['dark', 'projector']) {
      await page.select('#theme', theme);
      await new Promise((resolve) => setTimeout(resolve, 600));
      assert.deepEqual(await violations(page), [], theme);
    }
    await page.select('#theme', 'light');
    for (const dialog of ['export', 'embed', 'help']) {
      await press_tool(page, dialog);
      assert.deepEqual(await violations(page), [], dialog);
      await page.keyboard.press('Escape');
    }
    await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the menu, where the header has no room
    await settle(page);
    assert.deepEqual(await violations(page), [], 'form');
    await screenshot(page, `form-${language}`);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });

const labs = JSON.parse(readFileSync('assets/labs.json', 'utf8')) as { id: string }[];
for (const language of ['zh', 'en'])
  test(`axe-core finds nothing: every lab, each of its tabs, its form; ${language}`, async () => {
    const lab = await open_lab(chromium, site.origin, { query: `?lang=${language}&theme=light`, width: language === 'en' ? 1800 : 1280 });
    const { page } = lab;
    for (const { id } of labs) {
      await command(page, 'show', { lab: id });
      await settle(page);
      const tabs = await page.evaluate(() => window.downhill.items().filter((i) => i.role === 'tab').map((i) => i.id));
      for (const tab of tabs.length > 0 ? tabs : ['']) {
        if (tab) await command(page, 'activate', { id: tab });
        await new Promise((resolve) => setTimeout(resolve, 500));
        assert.deepEqual(await violations(page), [], `${id} ${tab}`);
      }
      await page.$eval('#accessible', (e) => (e as HTMLElement).click());
      await page.waitForSelector('#form input, #form select');
      await page.$$eval('#form details', (all) => { for (const each of all) (each as HTMLDetailsElement).open = true; });
      assert.deepEqual(await violations(page), [], `${id}'s form`);
      await page.$eval('#accessible', (e) => (e as HTMLElement).click());
    }
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });

/** Tabs until the element that has the focus matches. */
async function tab_to(page: Page, wanted: string): Promise<void> {
  for (let i = 0; i < 220; ++i) {
    if (await page.evaluate((id) => (document.activeElement as HTMLElement | null)?.dataset.id === id, wanted)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard never came to ${wanted}`);
}

test('the keyboard alone: changes a rate, picks a method, moves a slider, runs the default race, and leaves by Tab', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await tab_to(page, 'lane:8:/optimizer/lr');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#field:not([hidden])');
  await page.keyboard.type('0.002');
  await page.keyboard.press('Enter');
  await settle(page);
  assert.equal(await page.evaluate(() => (window.downhill.getState() as any).lanes[8].optimizer.lr), 0.002);
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.id), 'lane:8:/optimizer/lr', 'the focus is where it was');

  await tab_to(page, 'lane:8:method');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (document.activeElement as HTMLElement).dataset.kind === 'option');
  await page.keyboard.press('Home');
  for (let i = 0; i < 5; ++i) await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.id), 'lane:8:method.5');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (window.downhill.getState() as any).lanes[8].optimizer.name === 'rmsprop');

  await tab_to(page, 'speed');
  for (let i = 0; i < 20; ++i) await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => (window.downhill.items().find((i) => i.id === 'speed')?.position ?? 1) < 0.85);
  await page.keyboard.press('End');
  await page.waitForFunction(() => window.downhill.items().find((i) => i.id === 'speed')?.position === 1);

  await tab_to(page, 'start');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 20));
  await wait_until_finished(page);
  assert.ok((await results(page)).every((r) => r.status === 'finished'));
  await page.waitForFunction(() => /跑完了/.test(document.getElementById('live')?.textContent ?? ''));
  // shortcuts: back one step, and on
  await page.keyboard.down('Shift');
  await page.keyboard.press('S');
  await page.keyboard.up('Shift');
  await page.waitForFunction(() => window.downhill.results()[8]!.step === window.downhill.results()[8]!.steps - 1);
  // never trapped: Tab comes out behind the lab
  for (let i = 0; i < 260; ++i) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => !document.getElementById('mirror')!.contains(document.activeElement))) break;
  }
  assert.equal(await page.evaluate(() => document.getElementById('mirror')!.contains(document.activeElement)), false);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('a screen reader finds every control of the canvas by its name, with value and explanation', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light' });
  const { page } = lab;
  await wait_for_images(page);
  // the mirror follows the canvas within a second, on a slow machine later: wait for it, then say what it lacks
  const missing = () => page.evaluate(() => window.downhill.items().filter((i) => !document.querySelector(`[data-id="${CSS.escape(i.id)}"]`)).map((i) => i.id));
  await page.waitForFunction(() => window.downhill.items().every((i) => document.querySelector(`[data-id="${CSS.escape(i.id)}"]`)), { timeout: 15000 }).catch(() => {});
  assert.deepEqual(await missing(), []);
  const rate = await page.$eval('[data-id="lane:8:/optimizer/lr"]', (e) => [e.getAttribute('aria-label'), e.getAttribute('aria-description')]);
  assert.match(rate[0] ?? '', /Rate.*0\.001/);
  assert.match(rate[1] ?? '', /learning rate/);
  const place = await page.$eval('[data-id="start"]', (e) => { const { x, width } = e.getBoundingClientRect(); return [x, width]; });
  const start = await item(page, 'start');
  assert.ok(Math.abs(place[0]! - start!.rectangle.x) < 2 && Math.abs(place[1]! - start!.rectangle.width) < 2);
  await lab.close();
});

async function drive_form(page: Page): Promise<void> {
  const set = async (field: string, value: string) => {
    await page.$eval(`#form [data-field="${field}"]`, (e, v) => { (e as HTMLInputElement).value = v; e.dispatchEvent(new Event('change')); }, value);
    await new Promise((resolve) => setTimeout(resolve, 100));
  };
  await set('field:/epochs', '1');
  await set('layers', '16, 8');
  await set('activation', 'tanh');
  await set('field:/batch', '32');
  await set('lane:8:/optimizer', 'momentum');
  await set('lane:8:/optimizer/lr', '0.02');
  const state = await page.evaluate(() => window.downhill.getState()) as any;
  assert.equal(state.epochs, 1);
  assert.equal(state.batch, 32);
  assert.deepEqual(state.network.hidden.map((l: any) => [l.units, l.activation.name]), [[16, 'tanh'], [8, 'tanh']]);
  assert.equal(state.lanes[8].optimizer.lr, 0.02);
  await page.click('#form [data-verb=toggle]');
  await wait_until_finished(page);
  await page.waitForFunction(() => [...document.querySelectorAll('#form td:last-child')].filter((td) => td.textContent === '跑完').length === 9, { timeout: 20000 });
  // refused in a sentence; the field shows what holds
  await set('field:/batch', '99999');
  assert.match(await page.$eval('#notice', (n) => n.textContent ?? ''), /超出范围/);
  assert.equal(await page.$eval('#form [data-field="field:/batch"]', (e) => (e as HTMLInputElement).value), '32');
}

test('the form view: the same experiment as an HTML form, with live results', async () => {
  const lab = await open_lab(chromium, site.origin);
  await wait_for_images(lab.page);
  await lab.page.evaluate((e) => window.downhill.setState(e), nine);
  await press_tool(lab.page, 'accessible');
  await drive_form(lab.page);
  await press_tool(lab.page, 'accessible');
  await settle(lab.page);
  assert.ok(await item(lab.page, 'start'));
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('without WebGL2 the page says so, and the form view races', async () => {
  const lab = await open_lab(chromium, site.origin, { before: () => {
    const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) { return kind === 'webgl2' ? null : (get as any).call(this, kind, ...rest); } as any;
  }, allow: /WebGL|GL|context/ });
  await lab.page.waitForFunction(() => /WebGL2/.test(document.getElementById('notice')?.textContent ?? ''));
  await wait_for_images(lab.page);
  await drive_form(lab.page);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('touch: targets on a phone are 40 px, and a tap starts the race', async () => {
  const lab = await open_lab(chromium, site.origin, { width: 390, height: 844, scale: 2 });
  const { page } = lab;
  await wait_for_images(page);
  await settle(page);
  for (const tab of [0, 1, 2]) {
    await page.evaluate((t) => window.downhill_internal.page.command('activate', { id: 'tab.' + t }), tab);
    await page.evaluate(() => window.downhill.show({}));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const small = await page.evaluate(() => window.downhill.items().filter((i) => /^(button|textbox|combobox|slider|radio)$/.test(i.role) && !/^(help:|confusion|lane:\d+:(\/batch|menu|show)|network\.|data\.more|settings\.more|lanes\.|explanation)/.test(i.id) && i.rectangle.height < 35).map((i) => `${i.id} ${i.rectangle.height}`));
    assert.deepEqual(small, [], `tab ${tab}`);
  }
  const start = (await item(page, 'start'))!.rectangle;
  assert.ok(start.height >= 40);
  const top = await page.evaluate(() => document.getElementById('canvas')!.getBoundingClientRect().y);
  await page.touchscreen.tap(start.x + start.width / 2, top + start.y + start.height / 2);
  await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 5), { timeout: 20000 });
  assert.deepEqual(lab.faults, []);
  await lab.close();
});
