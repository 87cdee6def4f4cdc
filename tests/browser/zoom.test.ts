// Near and far: header tools at every width and magnification, two fingers on the lab, another pixel ratio, colours that the system decides.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { at_rest, box_of, browser, drag, item, labs, open_lab, press, screenshot, serve, settle, wait_for_images } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

/** Header tools that a pointer can't reach, with the menu opened where there is one. */
const unreachable = (page: Page) => page.evaluate(async () => {
  const menu = document.getElementById('menu')!, tools = document.getElementById('tools')!;
  const at = (e: Element) => { const r = e.getBoundingClientRect(); return { r, hit: document.elementFromPoint((Math.max(r.left, 0) + Math.min(r.right, innerWidth)) / 2, (Math.max(r.top, 0) + Math.min(r.bottom, innerHeight)) / 2) }; };
  const lost: string[] = [];
  const look = (e: HTMLElement) => {
    e.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    for (const fixed of [document.documentElement, document.body, document.querySelector('header')!]) if (fixed.scrollLeft || fixed.scrollTop) fixed.scrollTo(0, 0); // no user can scroll these
    const { r, hit } = at(e);
    if (!(r.width > 0 && r.left >= -0.5 && r.right <= innerWidth + 0.5 && r.top >= -0.5 && r.bottom <= innerHeight + 0.5 && (hit === e || e.contains(hit)))) lost.push(`${e.id || e.textContent} ${[r.left, r.top, r.right, r.bottom].map(Math.round).join()}`);
  };
  // labs: links, or, folded, the button that has the name of the one that is shown
  const folded_labs = document.querySelector('header')!.classList.contains('narrow');
  look(document.getElementById('contents_button')!);
  if (!folded_labs) for (const link of document.querySelectorAll<HTMLElement>('nav a')) look(link);
  const folded = menu.offsetWidth > 0;
  if (folded) { look(menu); menu.click(); }
  const all = [...tools.querySelectorAll<HTMLElement>('button, select')];
  for (const tool of all) look(tool);
  if (folded) menu.click();
  return all.length >= 10 ? lost : ['tools are missing'];
});

test('every tool of the header can be reached at every width, in both languages and all themes', { timeout: 300000 }, async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', width: 1920, height: 720 });
  const { page } = lab;
  const lost: string[] = [];
  for (const language of ['en', 'zh']) {
    if (language === 'zh') await page.evaluate(async () => { await window.downhill_internal.page.set_language('zh'); });
    for (const theme of ['light', 'dark', 'projector']) {
      await page.$eval('#theme', (e, t) => { (e as HTMLSelectElement).value = t; e.dispatchEvent(new Event('change')); }, theme);
      for (let width = 320; width <= 1920; width += width < 1000 ? 20 : 80) {
        await page.setViewport({ width, height: 720 });
        await page.evaluate(() => new Promise<void>((resolve) => { requestAnimationFrame(() => requestAnimationFrame(() => resolve())); }));
        const found = await unreachable(page);
        if (found.length) lost.push(`${language} ${theme} ${width}: ${found.join('; ')}`);
      }
    }
  }
  assert.deepEqual(lost, []);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('the menu scrolls where it is taller than the page: a phone on its side, 400 % magnification', async () => {
  for (const [width, height] of [[667, 375], [320, 256], [320, 180]] as const)
    for (const language of ['zh', 'en']) {
      const lab = await open_lab(chromium, site.origin, { query: `?lang=${language}&theme=projector`, width, height });
      assert.deepEqual(await unreachable(lab.page), [], `${width}×${height} ${language}`);
      await lab.page.click('#menu');
      if (language === 'zh') await screenshot(lab.page, `menu-${width}x${height}`);
      // a list in the lab, too
      await lab.page.keyboard.press('Escape');
      assert.deepEqual(lab.faults, []);
      await lab.close();
    }
});

test('a list that is taller than the lab scrolls: all of it is reached by wheel, and by keys', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', width: 1280, height: 240 });
  const { page } = lab;
  await wait_for_images(page);
  const seen = () => page.evaluate(() => window.downhill.items().filter((i) => /^metric\.\d+$/.test(i.id)).map((i) => i.id));
  const { top, low } = await page.evaluate(() => { const c = document.getElementById('canvas')!; return { top: c.getBoundingClientRect().y, low: c.clientHeight }; });
  const inside = async (id: string) => { const r = (await item(page, id))?.rectangle; return r !== undefined && r.y >= -1 && r.y + r.height <= low + 1; };
  const comes = async (id: string, how: string) => { // a busy machine is late
    for (let i = 0; i < 50 && !(await inside(id)); ++i) await settle(page);
    assert.equal(await inside(id), true, how);
  };
  const closes = async () => { for (let i = 0; i < 50 && (await seen()).length > 0; ++i) await settle(page); assert.deepEqual(await seen(), []); };
  await press(page, 'metric');
  const all = (await page.evaluate(() => (window.downhill_internal.page.command('all_items') as { id: string }[]).map((i) => i.id))).filter((id) => /^metric\.\d+$/.test(id));
  assert.equal(all.length, 7);
  assert.equal(await inside(all.at(-1)!), false, 'not all have room');
  const first = (await item(page, (await seen())[0]!))!.rectangle;
  await page.mouse.move(first.x + 20, top + first.y + 10);
  await settle(page);
  for (let i = 0; i < 12; ++i) { await page.mouse.wheel({ deltaY: 120 }); await settle(page); }
  await comes(all.at(-1)!, 'the last one, by the wheel');
  await press(page, all.at(-1)!);
  await closes();
  // by keys: from the chosen one, which is the last, to the first
  await page.$eval('#mirror [data-id="metric"]', (e) => (e as HTMLElement).focus());
  await page.keyboard.press('Enter');
  await comes(all.at(-1)!, 'the chosen one is seen when the list opens');
  await page.waitForFunction(() => /^metric\.\d+$/.test((document.activeElement as HTMLElement).dataset.id ?? ''), { timeout: 10000 });
  await page.keyboard.press('Home');
  await comes(all[0]!, 'the first one, by Home');
  await page.keyboard.press('Escape');
  await closes();
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('no size breaks the page: every lab and view, as low or narrow as a window gets', { timeout: 300000 }, async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=zh&theme=light' });
  const { page } = lab;
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.step(2));
  await at_rest(page);
  const views = await page.evaluate(async () => { try { await window.downhill.show({ view: '?' }); } catch (error) { return (error as Error).message.match(/[a-z_]+/g)!.filter((word) => word !== 'show' && word !== 'view' && word !== 'none'); } return []; });
  assert.ok(views.length > 8, views.join());
  for (const [width, height] of [[1280, 240], [1280, 90], [60, 700], [320, 180], [30, 30], [2600, 60]] as const) {
    await page.setViewport({ width, height });
    for (const name of labs)
      for (const [i, view] of views.entries()) {
        await page.evaluate((what) => window.downhill.show(what), { lab: name, view, metric: ['test_loss', 'update_ratio', 'gradient_norm', 'lr'][i % 4], log: i % 2, other: i % 3 - 1 } as object);
        await settle(page);
        assert.deepEqual(lab.faults, [], `${width}×${height} ${name} ${view}`);
      }
  }
  // and it is whole again
  await page.setViewport({ width: 1280, height: 720 });
  await page.evaluate(() => window.downhill.show({ lab: 'race', view: 'samples' }));
  await settle(page);
  await press(page, 'step');
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step >= 3), { timeout: 60000 });
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('two fingers magnify the page on the lab and press nothing; one finger still drags', async () => {
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 390, height: 844, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
  await page.goto(site.origin + encodeURI('/course/第3章 demo/') + '?lang=en&theme=light');
  await page.evaluate(() => window.downhill.ready);
  await wait_for_images(page);
  await settle(page);
  const client = await page.createCDPSession();
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: { x: number; y: number; id: number }[]) => {
    await client.send('Input.dispatchTouchEvent', { type, touchPoints });
    await new Promise((resolve) => setTimeout(resolve, 25));
  };
  const position = () => item(page, 'speed').then((i) => i!.position);
  const speed = await box_of(page, 'speed'), start = await box_of(page, 'start'), plot = await box_of(page, 'plot');
  // one finger drags a slider, and the page stays
  const y = speed.y + speed.height / 2;
  assert.equal(await position(), 1);
  await touch('touchStart', { x: speed.x + speed.width - 8, y, id: 0 });
  for (let i = 1; i <= 8; ++i) await touch('touchMove', { x: speed.x + speed.width - 8 - (i * speed.width) / 16, y: y + i, id: 0 });
  await touch('touchEnd');
  await settle(page);
  const dragged = (await position())!;
  assert.ok(dragged > 0.3 && dragged < 0.7, String(dragged));
  assert.deepEqual(await page.evaluate(() => [visualViewport!.scale, scrollY]), [1, 0]);
  // two fingers: from a button, from the chart, and from the slider
  for (const [name, { x, y: top }] of Object.entries({ start: { x: start.x + start.width / 2, y: start.y + start.height / 2 }, plot: { x: plot.x + plot.width / 2, y: plot.y + plot.height / 2 }, speed: { x: speed.x + speed.width * 0.8, y } })) {
    const before = await page.evaluate(() => visualViewport!.scale);
    await touch('touchStart', { x, y: top, id: 0 });
    await touch('touchStart', { x, y: top, id: 0 }, { x: x - 40, y: top - 60, id: 1 });
    for (let i = 1; i <= 10; ++i) await touch('touchMove', { x: x + i, y: top + 3 * i, id: 0 }, { x: x - 40 - i, y: top - 60 - 6 * i, id: 1 });
    await touch('touchEnd');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const scale = await page.evaluate(() => visualViewport!.scale);
    assert.ok(scale > before * 1.2, `from ${name}: ${before} → ${scale}`);
    await client.send('Emulation.setPageScaleFactor', { pageScaleFactor: 1 });
    await settle(page);
  }
  assert.ok((await page.evaluate(() => window.downhill.results())).every((r) => r.step === 0 && r.status === 'ready'), 'nothing was pressed');
  assert.ok(Math.abs((await position())! - dragged) < 0.1, `the slider is where it was: ${dragged} → ${await position()}`);
  // and a tap still presses, once
  await touch('touchStart', { x: start.x + start.width / 2, y: start.y + start.height / 2, id: 0 });
  await new Promise((resolve) => setTimeout(resolve, 120));
  await touch('touchEnd');
  await page.waitForFunction(() => window.downhill.results().some((r) => r.step > 0), { timeout: 20000 });
  await context.close();
});

test('another pixel ratio is noticed without a change of size: the canvas is as fine as the screen', async () => {
  const lab = await open_lab(chromium, site.origin, { width: 1000, height: 640 });
  const { page } = lab;
  await wait_for_images(page);
  for (const scale of [2, 1.5, 4, 1]) {
    await page.setViewport({ width: 1000, height: 640, deviceScaleFactor: scale });
    await page.waitForFunction((s) => devicePixelRatio === s, {}, scale);
    // the emulated screen changes without a word to media queries; another change makes the browser look at all of them
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: scale % 2 ? 'no-preference' : 'reduce' }]);
    await page.waitForFunction((s) => { const c = document.getElementById('canvas') as HTMLCanvasElement; return Math.abs(c.width - c.getBoundingClientRect().width * s) <= s; }, { timeout: 5000 }, scale)
      .catch(async () => assert.fail(`${scale}: ${await page.$eval('#canvas', (c) => `${(c as HTMLCanvasElement).width} px for ${c.getBoundingClientRect().width}`)}`));
  }
  await drag(page, 'speed', [0.9, 0.5], [0.4, 0.5]); // presses land where they are meant
  assert.ok(Math.abs((await item(page, 'speed'))!.position! - 0.4) < 0.1);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

/** Colours as numbers, wherever they come from. */
const colors = (page: Page, names: string[]) => page.evaluate((all) => all.map((name) => {
  const probe = document.createElement('i');
  probe.style.color = name;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return (found.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}), names);
const pixel = async (page: Page, x: number, y: number) => page.evaluate(async (px, py) => {
  const picture = await createImageBitmap(await window.downhill.screenshot());
  const canvas = new OffscreenCanvas(picture.width, picture.height), context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(picture, 0, 0);
  return [...context.getImageData(px, py, 1, 1).data].slice(0, 3);
}, x, y);

for (const scheme of ['dark', 'light'])
  test(`forced colours (${scheme}): the canvas follows, nothing covers it, tabs and arrows are marked without colour`, async () => {
    const lab = await open_lab(chromium, site.origin, { query: '?lang=en', width: 1280, height: 720, drawn: true });
    const { page } = lab;
    await wait_for_images(page);
    const client = await page.createCDPSession();
    const force = (value: string) => client.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value }, { name: 'prefers-color-scheme', value: scheme }] });
    await force('active');
    assert.equal(await page.evaluate(() => matchMedia('(forced-colors: active)').matches), true);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const [paper, ink] = await colors(page, ['Canvas', 'CanvasText']);
    const near = (a: number[], b: number[]) => a.every((v, i) => Math.abs(v - b[i]!) <= 2);
    assert.ok(near(await pixel(page, 3, 3), paper!), `the canvas is ${await pixel(page, 3, 3)}, the page ${paper}`);
    const screen = await screenshot(page, `forced-${scheme}`);
    // what is on the screen is what was drawn: nothing opaque lies over it
    const start = await box_of(page, 'start');
    const over = await page.evaluate(async (png, at) => {
      const read = async (source: Blob | HTMLImageElement) => { const p = await createImageBitmap(source), c = new OffscreenCanvas(p.width, p.height), x = c.getContext('2d', { willReadFrequently: true })!; x.drawImage(p, 0, 0); return x; };
      const picture = new Image();
      picture.src = png;
      await picture.decode();
      const shown = await read(picture), drawn = await read(await window.downhill.screenshot());
      const top = document.getElementById('canvas')!.getBoundingClientRect().y;
      let off = 0;
      for (let x = 2; x < at.width - 2; x += 3) for (let y = 2; y < at.height - 2; y += 3) {
        const a = shown.getImageData(at.x + x, at.y + y, 1, 1).data, b = drawn.getImageData(at.x + x, at.y - top + y, 1, 1).data;
        if (Math.abs(a[0]! - b[0]!) + Math.abs(a[1]! - b[1]!) + Math.abs(a[2]! - b[2]!) > 12) ++off;
      }
      return off;
    }, 'data:image/png;base64,' + screen.toString('base64'), start).catch((error: unknown) => String(error));
    assert.equal(over, 0, 'nothing lies over the canvas');
    const marks = await page.evaluate(() => {
      const lines = (e: Element) => { const s = getComputedStyle(e); return `${s.borderBottomColor} ${s.borderTopColor}`; };
      const [current, other] = [document.querySelector('nav a[aria-current]')!, document.querySelector('nav a:not([aria-current])')!];
      const select = getComputedStyle(document.getElementById('theme')!);
      return { current: getComputedStyle(current).borderBottomColor, other: lines(other), arrow: select.appearance !== 'none' || select.backgroundImage !== 'none' };
    });
    const rgb = (text: string) => (text.match(/[\d.]+/g) ?? []).map(Number);
    assert.ok(!near(rgb(marks.current).slice(0, 3), paper!), `the current tab has a line that is seen: ${marks.current}`);
    for (const line of marks.other.match(/rgba?\([^)]*\)/g)!) assert.ok(rgb(line)[3] === 0 || near(rgb(line).slice(0, 3), paper!), `the others have none: ${marks.other}`);
    assert.equal(marks.arrow, true);
    // a ring on the canvas differs from the paper
    await page.focus('#canvas');
    await page.keyboard.press('Tab');
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineColor);
    assert.ok(!near(rgb(ring).slice(0, 3), paper!), ring);
    assert.ok(ink);
    // and back
    await force('none');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const page_color = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--page').trim());
    const wanted = [1, 3, 5].map((i) => parseInt(page_color.slice(i, i + 2), 16));
    assert.ok(near(await pixel(page, 3, 3), wanted), `${await pixel(page, 3, 3)} after, ${wanted} wanted`);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });

test('where no theme has been chosen the page follows the system from light to dark and back', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en' });
  const { page } = lab;
  const client = await page.createCDPSession();
  for (const value of ['dark', 'light', 'dark']) {
    await client.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
    await page.waitForFunction((v) => document.documentElement.dataset.theme === v && (document.getElementById('theme') as HTMLSelectElement).value === v, { timeout: 5000 }, value);
  }
  await page.select('#theme', 'projector');
  await client.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'light' }] });
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'projector', 'what was chosen stays');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});
