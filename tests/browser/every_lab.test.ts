// What every lab of the table does, with lanes or without: a new row is tested by being there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { browser, command, labs, open_lab, screenshot, serve, settle, wait_for_images } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

interface FieldRow { id: string; label: string; help: string; value: string; choices?: { id: string; label: string }[] }
const state = (page: Page) => page.evaluate(() => window.downhill.getState() as any);
const words = (language: string) => JSON.parse(readFileSync(`assets/strings/${language}.json`, 'utf8')) as Record<string, string>;
const controls = ['button', 'radio', 'checkbox', 'combobox', 'slider', 'textbox'];

for (const [language, width, height] of [['zh', 1280, 720], ['en', 800, 600], ['zh', 390, 844]] as const)
  test(`every lab opens by its link, in its place, with a sentence for every control; ${language}, ${width} px`, async () => {
    for (const name of labs) {
      const lab = await open_lab(chromium, site.origin, { query: `?lang=${language}&theme=light`, hash: '#' + name, width, height });
      const { page } = lab;
      await settle(page);
      assert.equal(await command(page, 'lab'), name);
      assert.equal(await page.$eval('nav a[aria-current]', (a) => a.textContent), words(language)['nav.' + name], 'the header says where one is');
      const items = await page.evaluate(() => window.downhill.items());
      assert.ok(items.some((i) => controls.includes(i.role)), name);
      assert.deepEqual(items.filter((i) => controls.includes(i.role) && !(i as any).help).map((i) => i.id), [], name);
      assert.deepEqual(items.filter((i) => i.rectangle.x < -1 || i.rectangle.x + i.rectangle.width > width + 1).map((i) => i.id), [], name);
      await screenshot(page, `every-${name}-${width}-${language}`);
      assert.deepEqual(lab.faults, []);
      await lab.close();
    }
  });

test('every lab: its document is read back as it is written, and refused with the place of a mistake', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  for (const name of labs) {
    await page.evaluate((what) => window.downhill.show(what), { lab: name });
    await settle(page);
    const before = await state(page);
    await page.evaluate((json) => window.downhill.setState(json), before);
    assert.deepEqual(await state(page), before, name);
    for (const wrong of [{}, { ...before, downhill: 2 }, { ...before, wings: 1 }, 3, '{"downhill"'])
      await assert.rejects(page.evaluate((json) => window.downhill.setState(json as object), wrong as object), name);
    assert.deepEqual(await state(page), before, name);
  }
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('every lab: the form view has all of its fields, which are set there, and undone', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  for (const name of labs) {
    await page.evaluate((what) => window.downhill.show(what), { lab: name });
    await settle(page);
    await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
    const fields = (await command(page, 'fields')) as FieldRow[];
    assert.ok(fields.length > 0, name);
    for (const field of fields) {
      assert.ok(field.label && field.help && !field.help.startsWith('help.'), `${name} ${field.id}`);
      for (const choice of field.choices ?? []) assert.ok(choice.label && !/^\w+\..*\./.test(choice.label), `${name} ${field.id} ${choice.id}: ${choice.label}`);
      assert.equal(await page.$eval(`#form [data-field="${field.id}"]`, (e) => (e as HTMLInputElement).value), field.value, `${name} ${field.id}`);
    }
    const before = await state(page);
    let changed = 0;
    for (const field of fields) {
      await page.waitForSelector(`#form [data-field="${field.id}"]`); // the form follows an undo after a moment
      const other = field.choices?.find((choice) => choice.id !== field.value)?.id;
      if (other) await page.select(`#form [data-field="${field.id}"]`, other);
      else {
        await page.$eval(`#form [data-field="${field.id}"]`, (e) => { const it = e as HTMLInputElement; it.value = String(Number(it.value.replaceAll(',', '')) + 1); it.dispatchEvent(new Event('change', { bubbles: true })); });
      }
      if (JSON.stringify(await state(page)) === JSON.stringify(before)) continue; // out of its range, and said so
      ++changed;
      await page.evaluate(() => window.downhill.undo());
      assert.deepEqual(await state(page), before, `${name} ${field.id}`);
    }
    assert.ok(changed > 0, name);
    await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  }
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('every lab: a link with a change opens with it, and a lab that is left runs nothing', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  for (const name of labs) {
    await page.evaluate((what) => window.downhill.show(what), { lab: name });
    await settle(page);
    await page.waitForFunction((id) => id === location.hash.slice(1) || location.hash.includes('lab=' + id), {}, name);
    const hash_before = await page.evaluate(() => location.hash);
    const field = ((await command(page, 'fields')) as FieldRow[]).find((each) => !each.choices && /^\d+$/.test(each.value))!;
    await command(page, 'typed', { id: field.id, text: String(Number(field.value) + 1) });
    const wanted = await state(page), shown = await command(page, 'shown');
    await page.waitForFunction((hash) => location.hash !== hash && location.hash.includes('x='), {}, hash_before);
    const hash = await page.evaluate(() => location.hash);
    const again = await open_lab(chromium, site.origin, { hash });
    await settle(again.page);
    assert.deepEqual(await state(again.page), wanted, name);
    assert.deepEqual(await command(again.page, 'shown'), shown, name);
    assert.deepEqual(again.faults, []);
    await again.close();
    const to = labs[(labs.indexOf(name) + 1) % labs.length]!;
    await page.evaluate(() => { try { (window.downhill as any).start(); } catch { /* it has nothing to start */ } });
    await page.evaluate((what) => window.downhill.show(what), { lab: to });
    await settle(page);
    await page.evaluate((what) => window.downhill.show(what), { lab: name });
    assert.equal(((await command(page, 'transport')) as { running: boolean }).running, false, name);
  }
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('every lab: numbers as CSV, a picture, undo of nothing', async () => {
  for (const name of labs) {
    const lab = await open_lab(chromium, site.origin, { hash: '#' + name });
    const { page } = lab;
    await page.waitForFunction(() => /^\S+,\S/.test(String(window.downhill_internal.page.command('csv', { plot: 'curves' }))), { timeout: 60000 }); // of Cases nothing is measured before the start
    const before = await state(page);
    await page.evaluate(() => { window.downhill.undo(); window.downhill.redo(); });
    assert.deepEqual(await state(page), before, name);
    assert.match(String(await command(page, 'csv', { plot: 'curves' })), /^\S+,\S/, name);
    assert.ok((await page.evaluate(() => window.downhill.screenshot())) !== null, name);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  }
});
