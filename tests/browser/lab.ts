// Opens the built page in Chromium, served under a sub-path as a course site would, and watches for what must not
// happen: console errors, page errors, requests to other places.
import { createServer } from 'node:http';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import type { AddressInfo } from 'node:net';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import type { Downhill } from '../../web/page/downhill_api';

declare global {
  interface Window {
    /** Whether frames are filled in (`LabOptions.drawn`). */
    drawn: boolean;
    downhill: Downhill;
    downhill_internal: { page: { pool: { count: number; on_page: boolean; kill(worker: number): void }; command(verb: string, rest?: object): unknown; lead<T>(act: () => T): Promise<T>; script(lane: number): Promise<string>; input(): void; set_language(language: string): Promise<void> } };
  }
}

export const base = '/course/第3章 demo/';
/** The ids of all labs. */
export const labs: string[] = (JSON.parse(readFileSync('assets/labs.json', 'utf8')) as { id: string }[]).map(({ id }) => id);
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/octet-stream' };

/** Serves dist/site below `base`; `alter` may change or refuse what a file's request gets, and makes up the `more` files. */
export async function serve(alter: (file: string, content: Buffer) => Buffer | null = (_, content) => content, more: string[] = [], headers: (file: string) => Record<string, string> = () => ({}),
  type_of = (file: string) => types[extname(file)] ?? 'application/octet-stream') {
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    const file = path.startsWith(base) ? normalize(path.slice(base.length) || 'index.html') : '..';
    const full = join('dist/site', file);
    const content = more.includes(file) ? alter(file, Buffer.alloc(0)) : !file.startsWith('..') && existsSync(full) && statSync(full).isFile() ? alter(file, readFileSync(full)) : null;
    if (!content) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type_of(file), ...headers(file) }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve).unref()); // a test that fails may leave it
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

/** Chromium's engine without its desktop, which draws twice as fast where there is no graphics card; `whole`: Chromium itself. */
export async function browser(more: string[] = [], whole = false): Promise<Browser> {
  const shell = !whole && existsSync('/usr/bin/chromium-headless-shell');
  const executablePath = shell ? '/usr/bin/chromium-headless-shell' : ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
  if (!executablePath) throw new Error('Chromium is needed: apt-get install chromium');
  return puppeteer.launch({
    executablePath, headless: shell ? 'shell' : true, protocolTimeout: 240000,
    args: [...(shell ? ['--in-process-gpu'] : []), '--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...more],
  });
}

export interface Lab { page: Page; faults: string[]; close(): Promise<void> }

export interface LabOptions { query?: string; hash?: string; width?: number; height?: number; scale?: number; touch?: boolean; allow?: RegExp;
  /** Every frame is filled in, for tests that compare pictures. Else only `screenshot` has it done: without a graphics card it is five sixths of the work. */
  drawn?: boolean;
  /** Runs in the page before its own scripts. */
  before?: string | (() => void) }

function fill_in_on_demand(): void {
  const { drawElements, clear } = WebGL2RenderingContext.prototype;
  window.drawn = false;
  WebGL2RenderingContext.prototype.drawElements = function (...what) { if (window.drawn) drawElements.apply(this, what); };
  WebGL2RenderingContext.prototype.clear = function (what) { if (window.drawn) clear.call(this, what); };
}

/** The page, ready, in a window of the given size. `faults` stays empty in a good run. */
export async function open_lab(chromium: Browser, origin: string, options: LabOptions = {}): Promise<Lab> {
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: options.width ?? 1280, height: options.height ?? 720, deviceScaleFactor: options.scale ?? 1, hasTouch: options.touch ?? false });
  if (!options.drawn) await page.evaluateOnNewDocument(fill_in_on_demand);
  if (options.before) await page.evaluateOnNewDocument(options.before as string);
  const faults: string[] = [];
  const fault = (text: string) => { if (!options.allow?.test(text)) faults.push(text); };
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warn') fault(`${message.type()}: ${message.text()}`); });
  page.on('pageerror', (error) => fault(`page error: ${(error as Error).message}`));
  page.on('request', (request) => { if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(encodeURI(origin + base))) fault(`foreign request: ${request.url()}`); });
  await page.goto(origin + encodeURI(base) + (options.query ?? '?lang=zh&theme=light') + (options.hash ?? ''));
  await page.evaluate(() => window.downhill.ready);
  return { page, faults, close: () => context.close() };
}

export const wait_for_images = (page: Page) => page.waitForFunction(() => window.downhill.results().every((r) => r.curve.length > 0), { timeout: 60000 });
/** Presses a tool of the page's header, in its menu where the header has no room for it. */
export async function press_tool(page: Page, id: string): Promise<void> {
  if (!(await page.$eval('#' + id, (e) => (e as HTMLElement).checkVisibility()))) await page.click('#menu');
  await page.click('#' + id);
}
/** Until all lanes have ended, and that is drawn. */
export async function wait_until_finished(page: Page, timeout = 240000): Promise<void> {
  await page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'finished' || r.status === 'diverged'), { timeout, polling: 200 });
  await settle(page);
}
/** A verb of the page's own, and a frame in which what it did is seen. Where it leads to another lab, that is fetched if need be. */
export const command = (page: Page, verb: string, rest: object = {}) => page.evaluate(async (v, r) => {
  const it = window.downhill_internal.page, answer = await it.lead(() => it.command(v, r));
  it.input();
  return answer;
}, verb, rest) as Promise<any>;
/** The PyTorch script of a lane. */
export const script_of = (page: Page, lane: number) => page.evaluate((n) => window.downhill_internal.page.script(n), lane);
/** Presses the button of the languages, and waits for what the other one needs. */
export async function change_language(page: Page): Promise<void> {
  const before = await page.evaluate(() => document.documentElement.lang);
  await page.click('#language');
  await page.waitForFunction((lang) => document.documentElement.lang !== lang, { timeout: 20000 }, before);
  await settle(page);
}
export const results = (page: Page) => page.evaluate(() => window.downhill.results());
export const settle = (page: Page) => page.evaluate(() => new Promise<void>((resolve) => { requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))); }));

/** Presses the middle of the control with this id, with the real pointer. */
export async function press(page: Page, id: string): Promise<void> {
  await settle(page);
  const at = await page.evaluate((wanted) => {
    const item = window.downhill.items().find((i) => i.id === wanted);
    const box = document.getElementById('canvas')?.getBoundingClientRect();
    return item && box ? { x: box.x + item.rectangle.x + item.rectangle.width / 2, y: box.y + item.rectangle.y + item.rectangle.height / 2 } : null;
  }, id);
  if (!at) throw new Error(`no control ${id} on the screen`);
  await page.mouse.move(at.x, at.y);
  await settle(page);
  await page.mouse.down();
  await settle(page);
  await page.mouse.up();
  await settle(page);
}

/** Presses a number field and types into the field that opens. */
export async function type_into(page: Page, id: string, text: string): Promise<void> {
  await press(page, id);
  await page.waitForSelector('#field:not([hidden])', { timeout: 5000 });
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await settle(page);
}

export const item = (page: Page, id: string) => page.evaluate((wanted) => window.downhill.items().find((i) => i.id === wanted) ?? null, id);
/** Where a control is on the page. */
export async function box_of(page: Page, id: string) {
  await settle(page);
  const found = await item(page, id);
  if (!found) throw new Error(`no control ${id} on the screen`);
  const top = await page.evaluate(() => { const { x, y } = document.getElementById('canvas')!.getBoundingClientRect(); return { x, y }; });
  return { x: top.x + found.rectangle.x, y: top.y + found.rectangle.y, width: found.rectangle.width, height: found.rectangle.height };
}
/** Presses, moves and lets go with the real pointer; places are shares of the control's box. */
export async function drag(page: Page, id: string, from: [number, number], to: [number, number]): Promise<void> {
  const box = await box_of(page, id);
  const at = ([x, y]: [number, number]) => [box.x + box.width * x, box.y + box.height * y] as const;
  await page.mouse.move(...at(from));
  await settle(page);
  await page.mouse.down();
  await settle(page);
  for (let i = 1; i <= 6; ++i) {
    await page.mouse.move(...at([from[0] + ((to[0] - from[0]) * i) / 6, from[1] + ((to[1] - from[1]) * i) / 6]));
    await settle(page);
  }
  await page.mouse.up();
  await settle(page);
}
/** Until all lanes stand where they were told to, and that is drawn. */
export async function at_rest(page: Page): Promise<void> {
  await page.waitForFunction(() => window.downhill.results().every((r) => r.hash), { timeout: 60000 });
  await settle(page);
}
/** Waits until a control that matches is there (views answer after a moment). */
/** Gives a control the keyboard: the mirror has it a moment after the canvas. */
export async function focus_item(page: Page, id: string): Promise<void> {
  const selector = `#mirror [data-id="${id}"]`;
  await page.waitForSelector(selector, { timeout: 20000 });
  await page.focus(selector);
}
export const wait_for_item = (page: Page, pattern: string) =>
  page.waitForFunction((p) => window.downhill.items().some((i) => new RegExp(p).test(i.id)), { timeout: 20000 }, pattern);

/** A screenshot, kept in build/screenshots to be looked at. */
export async function screenshot(page: Page, name: string): Promise<Buffer> {
  mkdirSync('build/screenshots', { recursive: true });
  const undrawn = await page.evaluate(() => window.drawn === false && (window.drawn = true));
  if (undrawn) {
    await page.evaluate(() => window.downhill_internal.page.input());
    await settle(page);
  }
  const png = Buffer.from(await page.screenshot());
  if (undrawn) await page.evaluate(() => { window.drawn = false; });
  writeFileSync(`build/screenshots/${name}.png`, png);
  return png;
}
