// The PyTorch script of a lane comes from a module of its own, which is fetched when the first script is asked for.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { press_tool, base, browser, open_lab, script_of, serve, wait_for_images } from './lab';

let chromium: Browser;
before(async () => { chromium = await browser(); });
after(async () => { await chromium?.close(); });

const nine = readFileSync('assets/experiments/nine.json', 'utf8');
/** As the command line writes it, but for the first line, which names experiment and lane. */
const body = (script: string) => script.slice(script.indexOf('\n'));
function by_command_line(lane: number): string {
  mkdirSync('build', { recursive: true });
  writeFileSync('build/nine.json', nine);
  return body(execFileSync('build/native/downhill', ['export', 'build/nine.json', '--lane', String(lane + 1), '--lang', 'zh'], { encoding: 'utf8' }));
}
const shown = (page: Page) => page.waitForSelector('pre#export_script', { timeout: 20000 }).then((pre) => pre!.evaluate((it) => it.textContent ?? ''));
const can_save = (page: Page) => page.$$eval('#export_copy, #export_save', (all) => all.every((button) => !(button as HTMLButtonElement).disabled));

test('the script is the command line’s; its module is asked for once, and a download that failed is told and tried again', async () => {
  let asked = 0, answers = true;
  const site = await serve((file, content) => {
    if (/^service_worker/.test(file)) return null; // which asks for everything, once the page is at rest
    if (!/^script-/.test(file)) return content;
    ++asked;
    return answers ? content : null;
  });
  const lab = await open_lab(chromium, site.origin, { allow: /404/ });
  const { page } = lab;
  await wait_for_images(page);
  await page.evaluate((text) => window.downhill.setState(text), nine);
  assert.equal(asked, 0, 'nobody has asked for it');
  answers = false;
  await press_tool(page, 'export');
  await page.waitForFunction(() => /脚本没有下载成功/.test(document.querySelector('p#export_script')?.textContent ?? ''), { timeout: 20000 });
  assert.equal(await can_save(page), false, 'there is nothing to copy or save');
  assert.equal(asked, 1);
  answers = true;
  await page.select('#export_lane', '2');
  assert.equal(body(await shown(page)), by_command_line(2));
  assert.equal(await can_save(page), true);
  for (const lane of [0, 8]) assert.equal(body(await script_of(page, lane)), by_command_line(lane));
  assert.equal(asked, 2, 'what has come is kept');
  await assert.rejects(script_of(page, 9), /10/, 'a lane that there is not is refused in a sentence');
  assert.deepEqual(lab.faults, []);
  await lab.close();
  site.close();
});

test('a host’s front page in the module’s place is told, and asked for anew', async () => {
  let other = true;
  const site = await serve((file, content) => (/^service_worker/.test(file) ? null : other && /^script-/.test(file) ? Buffer.from('<!doctype html>') : content));
  const lab = await open_lab(chromium, site.origin, { allow: /404/ });
  await wait_for_images(lab.page);
  await assert.rejects(script_of(lab.page, 0), /脚本没有下载成功/);
  other = false;
  assert.match(await script_of(lab.page, 0), /^"""/);
  assert.deepEqual(lab.faults, []);
  await lab.close();
  site.close();
});

test('without a network: the service worker has it, and the single file carries it', async () => {
  const site = await serve();
  const context = await chromium.createBrowserContext(), page = await context.newPage();
  await page.setViewport({ width: 1280, height: 720 });
  await page.goto(site.origin + encodeURI(base) + '?lang=zh');
  await page.evaluate(() => window.downhill.ready);
  await page.waitForFunction(() => !document.getElementById('offline')!.hidden, { timeout: 60000 });
  site.close();
  await page.reload();
  await page.evaluate(() => window.downhill.ready);
  await page.evaluate((text) => window.downhill.setState(text), nine);
  assert.equal(body(await script_of(page, 1)), by_command_line(1));
  await page.goto(pathToFileURL(resolve('dist/downhill.html')).href + '?lang=zh');
  await page.evaluate(() => window.downhill.ready);
  await page.evaluate((text) => window.downhill.setState(text), nine);
  await press_tool(page, 'export');
  await shown(page);
  assert.equal(body(await script_of(page, 1)), by_command_line(1));
  await context.close();
});
