// The contents: every lab and preset from one place, by pointer, keyboard and screen reader; and the header with nine labs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { browser, labs, open_lab, screenshot, serve, settle, wait_for_images } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const presets = JSON.parse(readFileSync('assets/presets.json', 'utf8')) as { id: string; lab: string }[];
const text_of = (language: string) => JSON.parse(readFileSync(`assets/strings/${language}.json`, 'utf8')) as Record<string, string>;
const is_open = (page: Page) => page.$eval('#contents', (e) => !(e as HTMLElement).hidden);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('href') || document.activeElement?.textContent || '');

for (const [language, width, height] of [['zh', 1280, 720], ['en', 800, 600], ['zh', 390, 844]] as const)
  test(`the contents name every lab with its question and its presets; ${language}, ${width} px`, async () => {
    const lab = await open_lab(chromium, site.origin, { query: `?lang=${language}&theme=light`, width, height });
    const { page } = lab, words = text_of(language);
    await wait_for_images(page);
    await page.click('#contents_button');
    assert.equal(await is_open(page), true);
    assert.equal(await page.$eval('#contents_button', (e) => e.getAttribute('aria-expanded')), 'true');
    assert.equal(await focused(page), '#race', 'the lab that is shown has the focus');
    const cards = await page.$$eval('#contents article', (all) => all.map((card) => ({
      lab: card.querySelector('a')!.getAttribute('href')!.slice(1), question: card.querySelector('p')!.textContent, presets: [...card.querySelectorAll('li')].map((item) => item.textContent),
      drawn: card.querySelectorAll('path').length, left: card.getBoundingClientRect().left, right: card.getBoundingClientRect().right })));
    assert.deepEqual(cards.map((card) => card.lab), labs);
    for (const card of cards) {
      assert.equal(card.question, words[`question.${card.lab}`]);
      assert.deepEqual(card.presets, presets.filter((preset) => preset.lab === card.lab).map(({ id }) => (JSON.parse(readFileSync(`assets/experiments/${id}.json`, 'utf8')) as { title: Record<string, string> }).title[language]));
      assert.ok(card.drawn > 0 && card.left >= 0 && card.right <= width);
    }
    await page.evaluate(axe);
    assert.deepEqual(await page.evaluate(async () => ((await (window as any).axe.run(document, { resultTypes: ['violations'] })).violations as { id: string; nodes: { html: string }[] }[]).map((v) => v.id + v.nodes.map((n) => n.html.slice(0, 120)).join())), []);
    await screenshot(page, `contents-${width}-${language}`);
    await page.keyboard.press('Escape');
    assert.equal(await is_open(page), false);
    assert.equal(await focused(page), 'contents_button', 'the focus goes back to what opened it');
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });

test('a lab and a preset are opened from the contents, by keys alone; the lab goes on where it was', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  await page.click('.brand');
  assert.equal(await is_open(page), true, 'the brand opens them, too');
  assert.equal(await page.evaluate(() => location.pathname.endsWith('/')), true);
  await page.focus('#contents a[href="#dropout"]');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash.includes('lab=dropout') || location.hash.startsWith('#dropout'));
  assert.equal(await is_open(page), false);
  await page.waitForFunction(() => document.querySelector('nav a[aria-current]')?.getAttribute('href') === '#dropout');
  await settle(page);
  assert.ok(await page.evaluate(() => window.downhill.items().length > 10), 'the lab is drawn');

  // Tab goes from a card into its presets
  await page.focus('#contents_button');
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), '#dropout');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('article')?.querySelector('a')?.hash), '#dropout');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'BUTTON');
  await page.focus('#contents a[href="#race"]');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const title = await focused(page);
  await page.keyboard.press('Enter');
  assert.equal(await is_open(page), false);
  await page.waitForFunction(() => document.querySelector('nav a[aria-current]')?.getAttribute('href') === '#race');
  assert.equal(await page.$eval('#presets', (e) => (e as HTMLSelectElement).selectedOptions[0]!.textContent), title);
  assert.equal(await page.$eval('#preset', (e) => (e as HTMLElement).hidden), false);
  await settle(page);
  assert.ok(await page.evaluate(() => window.downhill.items().some((item) => item.id === 'start')));

  // a lab that runs goes on under them, and is there again
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 1));
  await page.click('#contents_button');
  const stood = await page.evaluate(() => Math.max(...window.downhill.results().map((r) => r.step)));
  await page.waitForFunction((n) => window.downhill.results().some((r) => r.step > n), {}, stood);
  assert.equal(await is_open(page), true);
  await page.click('#contents_button');
  await settle(page);
  assert.ok(await page.evaluate(() => document.getElementById('canvas')!.getBoundingClientRect().width > 300));
  // over the form view, too
  await page.evaluate(() => window.downhill.pause());
  await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  const hidden = () => page.evaluate(() => ['lab', 'form', 'contents'].map((id) => document.getElementById(id)!.hidden));
  await page.click('#contents_button');
  assert.deepEqual(await hidden(), [true, true, false], 'what is covered can not be reached');
  await page.keyboard.press('Escape');
  assert.deepEqual(await hidden(), [true, false, true]);
  await page.click('#contents_button');
  await page.$eval('#accessible', (e) => (e as HTMLElement).click()); // in the header, or in its menu
  assert.deepEqual(await hidden(), [false, true, true], 'the form view, or leaving it, closes them');
  // and so does whatever else is opened from the header, by a link, or for a picture
  const other_ways: [string, () => Promise<unknown>][] = [
    ['the link of the lab that is shown', () => page.click('nav a[aria-current]')],
    ['the link of another', () => page.click('nav a[href="#activations"]')],
    ['a preset', () => page.select('#presets', 'nine')],
    ['a link', () => page.evaluate(() => { location.hash = '#dropout'; })],
    ['a picture', async () => assert.ok(((await page.evaluate(async () => (await window.downhill.screenshot()).size)) as number) > 10000)],
  ];
  for (const [way, act] of other_ways) {
    await page.click('#contents_button');
    assert.equal(await is_open(page), true);
    await act();
    await page.waitForFunction(() => document.getElementById('contents')!.hidden, { timeout: 5000 }).catch(() => assert.fail(way));
  }
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('the header holds nine labs in one row at 1280 px; narrower, its button has the name of the one that is shown', async () => {
  const more = { zh: ['神经元', '损失函数', '曲面', '反向传播', '拟合', '案例'], en: ['Neuron', 'Losses', 'Surface', 'Backprop', 'Fit', 'Cases'] };
  for (const language of ['zh', 'en'] as const) {
    const lab = await open_lab(chromium, site.origin, { query: `?lang=${language}&theme=light` });
    const { page } = lab;
    await page.evaluate((names) => { for (const name of names) document.querySelector('nav')!.append(Object.assign(document.createElement('a'), { href: '#' + name, textContent: name })); }, more[language].filter((name) => !labs.some((id) => text_of(language)['nav.' + id] === name)).slice(0, 9 - labs.length)); // those that are to come
    const header = () => page.evaluate(() => {
      const bar = document.querySelector('header')!, seen = [...bar.querySelectorAll<HTMLElement>('a, button, select')].filter((e) => e.offsetWidth > 0).map((e) => e.getBoundingClientRect());
      return { links: [...document.querySelectorAll<HTMLElement>('nav a')].filter((e) => e.offsetWidth > 0).length, within: seen.every((r) => r.left >= 0 && r.right <= innerWidth && r.bottom <= 49),
        apart: seen.every((r, i) => seen.every((s, j) => i >= j || r.right <= s.left + 1 || s.right <= r.left + 1)), button: document.getElementById('contents_button')!.innerText };
    });
    await settle(page);
    assert.deepEqual(await header(), { links: 9, within: true, apart: true, button: text_of(language)['contents.title'] });
    await page.setViewport({ width: 390, height: 844 });
    await settle(page);
    assert.deepEqual(await header(), { links: 0, within: true, apart: true, button: text_of(language)['nav.race'] });
    await lab.close();
  }
});
