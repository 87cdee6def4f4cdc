// What a language needs comes when it is asked for: words by language, letters by script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { browser, open_lab, screenshot, serve, settle, wait_for_images } from './lab';

let chromium: Browser;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

/** The site, what was asked of it, and whether it answers for the files that match. */
async function watched() {
  const asked: string[] = [], refused: { files?: RegExp } = {};
  const site = await serve((file, content) => { asked.push(file); return refused.files?.test(file) ? null : content; });
  return { site, asked: (beginning: string) => asked.filter((file) => file.startsWith(beginning)).length, refused };
}

test('an English reader fetches no Chinese words or letters, until the button or a Chinese name asks for them', async () => {
  const { site, asked, refused } = await watched();
  refused.files = /^service_worker/; // which asks for everything, once the page is at rest
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', allow: /404/ });
  const { page } = lab;
  await wait_for_images(page);
  assert.deepEqual(['words-en-', 'letters-latin-', 'words-zh-', 'letters-chinese-'].map(asked), [1, 1, 0, 0]);
  const before_label = await screenshot(page, 'tongue-en');
  await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as object), lanes: [{ label: '动量' }] }));
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((entry) => entry.name.includes('letters-chinese-')));
  assert.deepEqual(['words-zh-', 'letters-chinese-'].map(asked), [0, 1], 'letters alone');
  await page.waitForFunction(() => window.downhill.items().some((item) => item.label.includes('动量')));
  await settle(page);
  assert.notDeepEqual(await screenshot(page, 'tongue-en-chinese-name'), before_label);
  await page.click('#language');
  await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
  assert.deepEqual(['words-en-', 'letters-latin-', 'words-zh-', 'letters-chinese-'].map(asked), [1, 1, 1, 1]);
  await settle(page);
  assert.ok(await page.evaluate(() => window.downhill.items().some((item) => item.label === '开始')));
  // back: what has come once is kept
  await page.click('#language');
  await page.waitForFunction(() => document.documentElement.lang === 'en');
  await settle(page);
  assert.ok(await page.evaluate(() => window.downhill.items().some((item) => item.label === 'Start')));
  assert.equal(asked('words-en-'), 1);
  assert.deepEqual(lab.faults, []);
  await lab.close();
  site.close();
});

test('a language that can not be fetched is told, and the page stays as it is; the next press tries again', async () => {
  const { site, refused } = await watched();
  const lab = await open_lab(chromium, site.origin, { query: '?lang=zh&theme=light', allow: /404/ });
  const { page } = lab;
  await wait_for_images(page);
  refused.files = /^words-en-/;
  await page.click('#language');
  await page.waitForFunction(() => /没有下载成功/.test(document.getElementById('notice')?.textContent ?? '') && !document.getElementById('notice')!.hidden);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  await settle(page);
  assert.ok(await page.evaluate(() => window.downhill.items().some((item) => item.label === '开始')));
  delete refused.files;
  await page.evaluate(() => { const button = document.getElementById('language')!; button.click(); button.click(); });
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN', 'two presses come back to where it was');
  await page.click('#language');
  await page.waitForFunction(() => document.documentElement.lang === 'en');
  assert.deepEqual(lab.faults, []);
  await lab.close();
  site.close();
});

test('without words or letters the page says in a sentence that it can not start', async () => {
  for (const files of [/^words-zh-/, /^letters-latin-/]) {
    const { site, refused } = await watched();
    refused.files = files;
    const context = await chromium.createBrowserContext(), page = await context.newPage();
    await page.goto(site.origin + encodeURI('/course/第3章 demo/') + '?lang=zh');
    await page.waitForFunction(() => /404/.test(document.getElementById('status')?.textContent ?? ''), { timeout: 20000 });
    await context.close();
    site.close();
  }
});
