// The keyboard alone: every list, field, slider and dialog of every screen, with the focus looked at after each key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, KeyInput, Page } from 'puppeteer-core';
import type { ScreenItem } from '../../web/page/downhill_api';
import { at_rest, browser, open_lab, press, press_tool, serve, settle, wait_for_images } from './lab';

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
before(async () => { site = await serve(); chromium = await browser(); });
after(async () => { await chromium?.close(); site?.close(); });

/** What has the focus: the id of a control of the lab, or the element. */
const focus = (page: Page) => page.evaluate(() => {
  const e = document.activeElement as HTMLElement;
  return e.dataset.id ?? (e.dataset.field ? `form ${e.dataset.field}` : e.closest('#popover') ? '#popover' : e.closest('#dialog') ? '#dialog' : e.id ? '#' + e.id : e.tagName);
});
/** Presses a key and says where the focus is then, at once. */
async function key(page: Page, name: KeyInput, shift = false): Promise<string> {
  if (shift) await page.keyboard.down('Shift');
  await page.keyboard.press(name);
  if (shift) await page.keyboard.up('Shift');
  return focus(page);
}
/** The mirror follows the canvas after a moment. */
const to = async (page: Page, id: string) => (await page.waitForSelector(`#mirror [data-id="${id}"]`, { timeout: 15000 }))!.evaluate((e) => (e as HTMLElement).focus());
/** All controls of the screen, with those that have scrolled out of their panels. */
const all_items = (page: Page) => page.evaluate(() => window.downhill_internal.page.command('all_items') as ScreenItem[]);
const attribute = (page: Page, id: string, name: string) => page.$eval(`#mirror [data-id="${id}"]`, (e, n) => e.getAttribute(n), name);
const shown_options = (page: Page) => page.evaluate(() => [...document.querySelectorAll<HTMLElement>('#mirror [role=option], #mirror [role=menuitem]')].map((e) => e.dataset.id!));

const two = { downhill: 1, data: { source: 'fashion-mnist', train: 600, test: 300 }, network: { hidden: [{ units: 16 }] }, epochs: 1, batch: 50,
  lanes: [{ label: 'SGD', optimizer: { name: 'sgd', lr: 0.1 } }, { label: 'Adam', optimizer: { name: 'adam', lr: 0.001 } }] };

/** Tab through the whole lab: the controls in the order they are met. The ring is where the control is, inside the lab, each time. */
async function walk(page: Page, screen: string): Promise<string[]> {
  await page.focus('#canvas');
  const met: string[] = [];
  for (let i = 0; i < 400; ++i) {
    const id = await key(page, 'Tab');
    if (!(await page.evaluate(() => document.getElementById('mirror')!.contains(document.activeElement)))) {
      assert.ok(id !== '#mirror', `${screen}: the mirror itself has the focus`);
      return met;
    }
    assert.ok(!met.includes(id), `${screen}: ${id} comes twice`);
    met.push(id);
    const seen = await page.evaluate(() => {
      const ring = document.activeElement!.getBoundingClientRect(), lab = document.getElementById('canvas')!.getBoundingClientRect(), id = (document.activeElement as HTMLElement).dataset.id;
      const drawn = window.downhill.items().find((item) => item.id === id)?.rectangle;
      const places = ['#mirror', '#lab', 'main', 'body', 'html'].map((s) => document.querySelector(s)!).map((e) => e.scrollTop + e.scrollLeft);
      return { off: drawn ? Math.max(Math.abs(ring.x - lab.x - drawn.x), Math.abs(ring.y - lab.y - drawn.y)) : 'not drawn', scrolled: places.some((s) => s !== 0),
        inside: ring.left >= lab.left - 1 && ring.right <= lab.right + 1 && ring.top >= lab.top - 1 && ring.bottom <= lab.bottom + 1 };
    });
    assert.ok(typeof seen.off === 'number' && seen.off <= 1 && !seen.scrolled && seen.inside, `${screen}: the ring of ${id}: ${JSON.stringify(seen)}`);
  }
  throw new Error(`${screen}: Tab never leaves the lab`);
}

async function try_list(page: Page, id: string, before: string, next: string): Promise<void> {
  const opened = async (how: KeyInput) => {
    const now = await key(page, how);
    const options = await shown_options(page);
    assert.ok(options.length > 0 && options.includes(now), `${id}: ${how} opens the list and the focus is in it, not on ${now}`);
    return { now, options };
  };
  const closed = async (now: string, wanted: string, how: string) => {
    assert.deepEqual([now, await shown_options(page)], [wanted, []], `${id}: after ${how}`);
    assert.equal(await attribute(page, id, 'aria-expanded'), 'false', `${id}: after ${how}`);
  };
  await to(page, id);
  assert.equal(await attribute(page, id, 'aria-expanded'), 'false', id);
  const popup = await attribute(page, id, 'aria-haspopup');
  const { now, options } = await opened('Enter');
  assert.equal(await attribute(page, id, 'aria-expanded'), 'true', id);
  const roles = await page.evaluate(() => { const e = document.activeElement!, chosen = document.querySelectorAll('#mirror [aria-selected=true]'); return { own: e.role ?? e.getAttribute('role'), list: e.parentElement!.getAttribute('role'), name: e.parentElement!.getAttribute('aria-label'), chosen: chosen.length, on_chosen: chosen[0] === e, toggles: document.querySelectorAll('#mirror [role=option][aria-pressed]').length }; });
  assert.equal(roles.list, popup, `${id}: what opens is what was promised`);
  assert.ok(roles.name, `${id}: the list has a name`);
  if (popup === 'listbox') assert.deepEqual([roles.own, roles.chosen, roles.on_chosen, roles.toggles], ['option', 1, true, 0], id);
  else assert.deepEqual([popup, roles.own], ['menu', 'menuitem'], id);
  const first = options[0]!, last = options.at(-1)!;
  assert.equal(await key(page, 'End'), last, id);
  assert.equal(await key(page, 'Home'), first, id);
  assert.equal(await key(page, 'ArrowDown'), options[Math.min(1, options.length - 1)], id);
  assert.equal(await key(page, 'ArrowUp'), first, id);
  await closed(await key(page, 'Escape'), id, 'Escape');
  await opened('ArrowDown');
  await closed(await key(page, 'Tab'), next, 'Tab');
  await to(page, id);
  await opened('Space');
  await closed(await key(page, 'Tab', true), before, 'Shift+Tab');
  if (popup !== 'listbox') return;
  await to(page, id);
  await opened('ArrowUp');
  await closed(await key(page, 'Enter'), id, `choosing ${now} again`);
}

async function try_field(page: Page, id: string, next: string): Promise<void> {
  await to(page, id);
  assert.equal(await key(page, 'Enter'), '#field', id);
  assert.equal(await key(page, 'Escape'), id, `${id}: Escape`);
  assert.equal(await key(page, 'Enter'), '#field', id);
  assert.equal(await key(page, 'Enter'), id, `${id}: Enter`);
  assert.equal(await key(page, 'Enter'), '#field', id);
  assert.equal(await key(page, 'Tab'), next, `${id}: Tab out of the field`);
  assert.equal(await page.$eval('#field', (e) => (e as HTMLElement).hidden), true, `${id}: the field is gone`);
}

async function try_slider(page: Page, id: string): Promise<void> {
  await to(page, id);
  const at = (value: number) => page.waitForFunction((i, v) => Number(document.querySelector(`#mirror [data-id="${i}"]`)!.getAttribute('aria-valuenow')) === v, { timeout: 20000 }, id, value)
    .catch(() => assert.fail(`${id} never comes to ${value}`)); // the timeline's comes when the lanes have gone there
  const before = Number(await attribute(page, id, 'aria-valuenow'));
  assert.equal(await key(page, 'Home'), id);
  await at(0);
  for (const name of ['PageUp', 'PageDown', 'ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown', 'End'] as const) assert.equal(await key(page, name), id, `${id}: ${name}`);
  await at(100);
  assert.equal(await key(page, 'Home'), id);
  for (let i = 0; i < 10 && before >= 10 * (i + 1); ++i) await key(page, 'PageUp');
}

async function try_explanation(page: Page, id: string, next: string): Promise<void> {
  await to(page, id);
  assert.equal(await key(page, '?'), '#popover', id);
  assert.equal(await key(page, 'Escape'), id, `${id}: Escape`);
  assert.equal(await key(page, '?'), '#popover', id);
  let now = '#popover';
  for (let i = 0; i < 4 && now === '#popover'; ++i) now = await key(page, 'Tab');
  assert.equal(now, next, `${id}: Tab out of its explanation`);
  assert.equal(await page.$eval('#popover', (e) => (e as HTMLElement).hidden), true, `${id}: the explanation is gone`);
}

/** Anything else that can be pressed: the focus stays on the screen. */
async function try_button(page: Page, id: string): Promise<void> {
  await to(page, id);
  for (const name of ['Enter', 'Space'] as const) {
    let now = await key(page, name), there = false;
    for (let tries = 0; tries < 20 && !there; ++tries) { // a short race may end, and its button change again, meanwhile
      if (tries) await new Promise((resolve) => setTimeout(resolve, 100)), now = await focus(page);
      there = (await all_items(page)).some((item) => item.id === now) || now === '#field' || now === '#popover';
    }
    assert.ok(there, `${id}: after ${name} the focus is on ${now}`);
    if (now === '#field' || now === '#popover') return void (await key(page, 'Escape'));
    if (now !== id) return;
  }
}

/** Controls of one kind differ by number, functions by name. */
const kind_of = (id: string) => id.replace(/\d+/g, '#').replace(/^activation:\w+$/, 'activation:*');

type Look = Record<string, unknown> & { lab: string };
/** Until no lane takes a step any more: one under way would yet make the way back possible. */
const still = (page: Page) => page.evaluate(async () => {
  const steps = () => window.downhill.results().map((r) => r.step).join();
  for (let before = '', same = 0; same < 3; ) {
    const now = steps();
    same = now === before ? same + 1 : 0;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

const views = ['none', 'samples', 'weights', 'confusion', 'predictions', 'units', 'optimizer', 'masks', 'draw', 'passes', 'diagnosis', 'sweep', 'draws', 'differences'];
const looks: Record<'wide' | 'phone', { name: string; look: Look; tab?: number; more?: boolean }[]> = {
  wide: [
    ...views.map((view) => ({ name: `race ${view}`, look: { lab: 'race', view, lane: 1, other: 0 } })),
    { name: 'race, all settings', look: { lab: 'race', view: 'samples' }, more: true },
    ...['chain', 'network', 'linear'].map((tab) => ({ name: `activations ${tab}`, look: { lab: 'activations', tab } })),
    { name: 'dropout', look: { lab: 'dropout', tab: 'curves' } },
  ],
  phone: [
    ...['none', 'confusion', 'optimizer', 'passes', 'diagnosis', 'sweep'].map((view) => ({ name: `race ${view}`, look: { lab: 'race', view } })),
    { name: 'race settings', look: { lab: 'race' }, tab: 2, more: true },
    ...['picker', 'card', 'chain', 'network', 'linear'].map((tab) => ({ name: `activations ${tab}`, look: { lab: 'activations', tab } })),
    ...['curves', 'unit', 'ensemble', 'boundary'].map((tab) => ({ name: `dropout ${tab}`, look: { lab: 'dropout', tab } })),
  ],
};

for (const [size, { width, height }] of Object.entries({ wide: { width: 1280, height: 720 }, phone: { width: 390, height: 844 } }) as ['wide' | 'phone', { width: number; height: number }][])
  test(`every list, field, slider, explanation and button of every screen, by keyboard alone; ${size}`, { timeout: 600000 }, async () => {
    const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', width, height });
    const { page } = lab;
    await page.evaluate((e) => window.downhill.setState(e), two);
    await wait_for_images(page);
    const tried = new Set<string>();
    const counts: Record<string, number> = {};
    const pressed = new Set<string>();
    const later: { id: string; show: (on: Page) => Promise<void> }[] = [];
    for (const { name, look, tab, more } of looks[size]) {
      const show = async (page = lab.page) => {
        await page.evaluate((l) => window.downhill.show(l as object), look);
        if (tab !== undefined) await page.evaluate((t) => window.downhill_internal.page.command('activate', { id: `tab.${t}` }), tab);
        await page.evaluate(() => { window.downhill.pause(); window.downhill.show({}); });
        await new Promise((resolve) => setTimeout(resolve, 900)); // views answer
        await still(page);
        if (more && !(await page.$('#mirror [data-id="field:/seed"]'))) {
          await to(page, 'settings.more');
          await key(page, 'Enter');
          await settle(page);
        }
      };
      await show();
      const order = await walk(page, `${size} ${name}`);
      const items = await all_items(page);
      const wanted = items.filter((i) => /^(button|checkbox|radio|textbox|combobox|slider)$/.test(i.role) && i.enabled).map((i) => i.id);
      assert.deepEqual(wanted.filter((id) => !order.includes(id)), [], `${size} ${name}: never reached`);
      const buttons: string[] = [];
      for (const [i, id] of order.entries()) {
        if (tried.has(id)) continue;
        tried.add(id);
        const { role } = items.find((item) => item.id === id)!;
        const next = order[i + 1] ?? '', previous = order[i - 1] ?? '';
        const kind = role === 'combobox' || (await attribute(page, id, 'aria-haspopup')) ? 'list' : role === 'textbox' ? 'field' : role === 'slider' ? 'slider' : 'button';
        counts[kind] = (counts[kind] ?? 0) + 1;
        if (kind === 'button') {
          if (buttons.filter((one) => kind_of(one) === kind_of(id)).length < 3) buttons.push(id); // 128 units are pressed alike
          continue;
        }
        if (!next || !previous) continue; // Tab leaves the lab there
        if (kind === 'list') await try_list(page, id, previous, next);
        if (kind === 'field') await try_field(page, id, next);
        if (kind === 'field' && items.find((item) => item.id === id)!.help && (counts.explanation ?? 0) < 8) {
          await try_explanation(page, id, next);
          counts.explanation = (counts.explanation ?? 0) + 1;
        }
        if (kind === 'slider') await try_slider(page, id);
      }
      // buttons change the screen: each is pressed on the screen as it was
      const state = await page.evaluate(() => window.downhill.getState());
      for (const id of buttons) {
        if (!(await page.$(`#mirror [data-id="${id}"]`))) await show();
        if (!(await page.$(`#mirror [data-id="${id}"]`))) { // what was pressed before it has changed more than that
          later.push({ id, show });
          continue;
        }
        await try_button(page, id);
        pressed.add(kind_of(id));
      }
      await page.evaluate((s) => window.downhill.setState(s), state);
    }
    console.log(`${size}:`, JSON.stringify(counts));
    for (const { id, show } of later.filter((one) => !pressed.has(kind_of(one.id)))) {
      const fresh = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', width, height });
      await fresh.page.evaluate((e) => window.downhill.setState(e), two);
      await wait_for_images(fresh.page);
      await show(fresh.page);
      const like = (await all_items(fresh.page)).find((one) => kind_of(one.id) === kind_of(id)); // a card's is of the function that it shows
      assert.ok(like, `${id} has gone`);
      await try_button(fresh.page, like.id);
      assert.deepEqual(fresh.faults, []);
      await fresh.close();
    }
    assert.ok(counts.list! >= 8 && counts.field! >= 8 && counts.slider! >= 3 && counts.explanation! >= 5);
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });

test('a list opened by pressing: arrows choose in it, Escape closes it, and the next press is not lost', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light' });
  const { page } = lab;
  await wait_for_images(page);
  await press(page, 'lane:3:menu');
  await page.keyboard.press('Escape');
  await settle(page);
  assert.deepEqual(await page.evaluate(() => window.downhill.items().filter((i) => i.id.startsWith('lane:3:menu.')).length), 0, 'Escape closes a lane\'s menu');
  await press(page, 'step');
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 1), { timeout: 10000 });
  await at_rest(page);
  await press(page, 'lane:8:method');
  await page.keyboard.press('ArrowUp');
  assert.match(await focus(page), /^lane:8:method\.\d$/);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (window.downhill.getState() as any).lanes[8].optimizer.name === 'momentum', { timeout: 10000 });
  assert.equal(await focus(page), '#canvas', 'back to where it was');
  await page.keyboard.press('KeyS'); // so the keys of the lab go on
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step >= 1), { timeout: 10000 });
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('what is pressed and goes away hands the focus to what stands in its place; letters in a list search it', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light' });
  const { page } = lab;
  await wait_for_images(page);
  await new Promise((resolve) => setTimeout(resolve, 500));
  // start turns into pause, and back
  await to(page, 'start');
  assert.equal(await key(page, 'Enter'), 'pause');
  assert.equal(await key(page, 'Enter'), 'start');
  // a lane that is removed: the focus stays among the lanes
  await to(page, 'lane:8:menu');
  await key(page, 'Enter');
  await key(page, 'End');
  const now = await key(page, 'Enter');
  assert.equal(await page.evaluate(() => (window.downhill.getState() as any).lanes.length), 8);
  assert.match(now, /^lane:\d:menu$|^lanes\.add$/);
  // keys that come faster than frames meet what the one before has opened
  await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as object) }));
  await to(page, 'lane:0:/optimizer/lr');
  await page.evaluate(() => new Promise<void>((resolve) => { requestAnimationFrame(() => resolve()); }));
  await page.keyboard.press('Enter');
  await page.keyboard.type('0.07');
  await page.keyboard.press('Enter');
  await settle(page);
  assert.equal(await page.evaluate(() => (window.downhill.getState() as any).lanes[0].optimizer.lr), 0.07);
  const steps = () => page.evaluate(() => Math.max(...window.downhill.results().map((r) => r.step)));
  await page.evaluate(() => window.downhill.reset());
  await to(page, 'lane:0:method');
  await key(page, 'Enter');
  const found = await key(page, 'KeyR');
  assert.match(await page.$eval(`[data-id="${found}"]`, (e) => e.getAttribute('aria-label') ?? ''), /^R/i);
  await key(page, 'KeyS');
  assert.equal(await steps(), 0, 'letters in a list are no commands');
  await key(page, 'Escape');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('single letters and space act only where the lab has the focus; the help says so', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', width: 1800 });
  const { page } = lab;
  await wait_for_images(page);
  await page.evaluate(() => window.downhill.step(3));
  await at_rest(page);
  const steps = () => page.evaluate(() => window.downhill.results().map((r) => r.step));
  const rest = await steps();
  const nothing = async (where: string) => {
    for (const name of ['r', 's', 'S', '?', 'Space'] as const) await page.keyboard.press(name);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(await steps(), rest, where);
    assert.equal(await page.$eval('#popover', (e) => (e as HTMLElement).hidden), true, where);
  };
  assert.equal(await focus(page), 'BODY');
  await nothing('on the page itself');
  await page.focus('#language'); // a button of the header: Space would press it
  for (const name of ['r', 's'] as const) await page.keyboard.press(name);
  assert.deepEqual(await steps(), rest, 'on the header');
  await press_tool(page, 'help');
  assert.match(await page.$eval('#dialog', (e) => (e as HTMLElement).innerText), /Tab into it/);
  await page.keyboard.press('Escape');
  await page.focus('#canvas');
  await page.keyboard.press('r');
  await page.waitForFunction(() => window.downhill.results().every((r) => r.step === 0));
  // undo is no single letter: it acts everywhere
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as object), epochs: 3 }));
  await page.keyboard.down('Control');
  await page.keyboard.press('z');
  await page.keyboard.up('Control');
  await page.waitForFunction(() => (window.downhill.getState() as any).epochs !== 3);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('an input method’s Enter and Escape belong to it: the field stays open', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  await press(page, 'lane:8:menu');
  await press(page, 'lane:8:menu.2');
  await page.waitForSelector('#field:not([hidden])');
  const client = await page.createCDPSession();
  await page.$eval('#field', (e) => (e as HTMLInputElement).select());
  for (const text of ['n', 'ni', 'ni h', 'ni ha', '你好']) await client.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  for (const composing of [{ isComposing: true, keyCode: 229 }, { isComposing: false, keyCode: 229 }, { isComposing: true, keyCode: 13 }])
    for (const name of ['Enter', 'Escape', 'Tab'])
      await page.$eval('#field', (e, k, c) => { e.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true, cancelable: true, ...c } as KeyboardEventInit)); }, name, composing);
  assert.equal(await focus(page), '#field');
  await client.send('Input.insertText', { text: '你好' });
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (window.downhill.getState() as any).lanes[8].label === '你好');
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

for (const [size, width] of [['wide', 2100], ['tight', 1100], ['phone', 390]] as const)
  test(`the header's menu and the dialogs by keyboard: in, through, and back to what opened them; ${size}`, async () => {
    const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', width, height: 844 });
    const { page } = lab;
    await wait_for_images(page);
    const menu = await page.$eval('#menu', (e) => (e as HTMLElement).offsetWidth > 0);
    assert.equal(menu, size !== 'wide');
    const open_menu = async () => {
      if (!menu) return;
      await page.focus('#menu');
      assert.equal(await key(page, 'Enter'), '#menu');
      assert.equal(await page.$eval('#menu', (e) => e.getAttribute('aria-expanded')), 'true');
    };
    if (menu) {
      await open_menu();
      assert.notEqual(await key(page, 'Tab'), '#menu');
      assert.equal(await page.evaluate(() => document.getElementById('tools')!.contains(document.activeElement)), true, 'Tab goes into what the menu opened');
      assert.equal(await key(page, 'Escape'), '#menu', 'Escape closes it and gives the focus back');
      assert.equal(await page.$eval('#menu', (e) => e.getAttribute('aria-expanded')), 'false');
      await open_menu();
      await page.focus('#help');
      await key(page, 'Tab'); // past the last one
      assert.equal(await page.$eval('#menu', (e) => e.getAttribute('aria-expanded')), 'false', 'who leaves it closes it');
    }
    for (const id of ['export', 'embed', 'help']) {
      await open_menu();
      await page.focus('#' + id);
      assert.equal(await key(page, 'Enter'), '#dialog', id);
      for (let i = 0; i < 12; ++i) assert.match(await key(page, 'Tab'), /^(#dialog|BODY|HTML)$/, `${id}: Tab stays in the dialog`); // BODY: the browser's own controls
      assert.equal(await key(page, 'Escape'), menu ? '#menu' : '#' + id, `${id}: Escape`);
      assert.equal(await page.$eval('#dialog', (e) => (e as HTMLDialogElement).open), false);
    }
    assert.deepEqual(lab.faults, []);
    await lab.close();
  });

test('a dialog closes by a press on its backdrop; not by a text selected in it, nor by its margins', async () => {
  const lab = await open_lab(chromium, site.origin);
  const { page } = lab;
  await wait_for_images(page);
  await press_tool(page, 'export');
  const is_open = () => page.$eval('#dialog', (e) => (e as HTMLDialogElement).open);
  const box = (await (await page.$('#dialog'))!.boundingBox())!, script = (await (await page.waitForSelector('pre#export_script'))!.boundingBox())!;
  const inside = [script.x + 60, script.y + 40] as const, padding = [box.x + 6, box.y + box.height - 6] as const, outside = [box.x - 30, box.y + 40] as const;
  for (const [from, to_] of [[inside, padding], [inside, outside], [outside, inside], [outside, padding], [padding, padding], [padding, outside]] as const) {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to_, { steps: 4 });
    await page.mouse.up();
    assert.equal(await is_open(), true, `from ${from.join()} to ${to_.join()}; the box is ${Object.values(box).join()}`);
  }
  await page.mouse.click(...outside);
  assert.equal(await is_open(), false);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});

test('the form view keeps the focus: a value and Tab, a method, a refusal; rows are updated where they stand', async () => {
  const lab = await open_lab(chromium, site.origin, { query: '?lang=en&theme=light', width: 1800 });
  const { page } = lab;
  await page.evaluate((e) => window.downhill.setState(e), two);
  await wait_for_images(page);
  await press_tool(page, 'accessible');
  await settle(page);
  const fields = await page.$$eval('#form [data-field]', (all) => all.map((e) => (e as HTMLElement).dataset.field!));
  assert.ok(fields.length > 15, String(fields.length));
  // every one of them: something is typed and Tab goes on to the next
  for (const [i, id] of fields.entries()) {
    await page.focus(`#form [data-field="${id}"]`);
    const text = await page.evaluate(() => { const e = document.activeElement as HTMLInputElement; if (e.tagName === 'INPUT') e.select(); return e.tagName === 'INPUT' ? e.value : ''; });
    if (text) await page.keyboard.type(/^\d+$/.test(text) && id !== 'layers' && !/warmup|seed|stage/.test(id) ? String(Number(text) + 1) : text);
    const now = await key(page, 'Tab');
    assert.equal(now, fields[i + 1] ? `form ${fields[i + 1]}` : now, `Tab from ${id}`);
    assert.ok(i === fields.length - 1 || now !== 'BODY', `${id}: the focus is lost`);
  }
  // a choice that brings other fields: the focus stays on it
  await page.focus('#form [data-field="field:/schedule"]');
  await page.keyboard.press('ArrowDown');
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(await focus(page), 'form field:/schedule');
  assert.ok((await page.$$eval('#form [data-field]', (all) => all.length)) > fields.length, 'its parameters are there');
  // refused in a sentence: the field shows what holds; what is being typed elsewhere is kept
  const batch = await page.$eval('#form [data-field="field:/batch"]', (e) => (e as HTMLInputElement).value);
  await page.focus('#form [data-field="field:/batch"]');
  await page.$eval('#form [data-field="field:/batch"]', (e) => (e as HTMLInputElement).select());
  await page.keyboard.type('99999');
  assert.notEqual(await key(page, 'Tab'), 'BODY');
  assert.equal(await page.$eval('#form [data-field="field:/batch"]', (e) => (e as HTMLInputElement).value), batch);
  await page.focus('#form [data-field="field:/epochs"]');
  await page.$eval('#form [data-field="field:/epochs"]', (e) => (e as HTMLInputElement).select());
  await page.keyboard.type('7');
  await page.evaluate(() => window.downhill.setState({ ...(window.downhill.getState() as object), seed: 5 }));
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.deepEqual(await page.evaluate(() => [(document.activeElement as HTMLInputElement).value, (document.querySelector('[data-field="field:/seed"]') as HTMLInputElement).value]), ['7', '5']);
  await page.keyboard.press('Escape');
  // the results: the same rows, cells and selection while the numbers change
  await page.evaluate(() => {
    const body = document.querySelector<HTMLTableSectionElement>('#form tbody')!;
    (window as any).rows = [...body.rows], (window as any).cells = [...body.querySelectorAll('td, th')];
    getSelection()!.selectAllChildren(body.rows[1]!.cells[0]!);
    (window as any).writes = 0;
    new MutationObserver((list) => { (window as any).writes += list.filter((m) => m.type === 'childList').length; }).observe(body, { childList: true, subtree: true });
  });
  await page.evaluate(() => window.downhill.start());
  await page.waitForFunction(() => window.downhill.results().every((r) => r.status === 'finished'), { timeout: 60000 });
  await page.waitForFunction(() => document.querySelector('#form tbody td:last-child')!.textContent === 'finished', { timeout: 10000 });
  const kept = await page.evaluate(() => {
    const body = document.querySelector<HTMLTableSectionElement>('#form tbody')!;
    return { rows: [...body.rows].every((r, i) => r === (window as any).rows[i]), cells: [...body.querySelectorAll('td, th')].every((c, i) => c === (window as any).cells[i]), selected: String(getSelection()), replaced: (window as any).writes };
  });
  assert.deepEqual(kept, { rows: true, cells: true, selected: 'Adam', replaced: 0 });
  // a number's heading stands above its number
  const sides = await page.$$eval('#form table', (tables) => tables.map((t) => [...t.tHead!.rows[0]!.cells].map((th, c) => [th.textContent, getComputedStyle(th).textAlign, getComputedStyle(t.tBodies[0]!.rows[0]!.cells[c]!).textAlign])));
  assert.deepEqual(sides.flat().filter(([, head, cell]) => head !== cell), []);
  assert.ok(sides[0]!.filter(([, head]) => head === 'right').length >= 5);
  assert.deepEqual(lab.faults, []);
  await lab.close();
});
