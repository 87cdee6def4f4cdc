// Links that an earlier page made open as they did there: the same experiment, the same view, the same note.
// old_links.json is what that page showed. It is a record: it is never edited to fit.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { base, browser, open_lab, serve, settle, type Lab } from './lab';

type Table = Record<string, unknown>;
interface Opened { state: unknown; shown: Table; note: Table | null; lanes: string[]; steps: number[] }
const { made, links } = JSON.parse(readFileSync('tests/browser/old_links.json', 'utf8')) as { made: { commit: string; date: string }; links: (Opened & { how: string; hash: string })[] };

let chromium: Browser, site: Awaited<ReturnType<typeof serve>>, lab: Lab;
before(async () => { site = await serve(); chromium = await browser(); lab = await open_lab(chromium, site.origin); });
after(async () => { await chromium?.close(); site?.close(); });

/** Opens a link from the beginning. */
async function opened(hash: string): Promise<Opened> {
  const { page } = lab;
  await page.goto('about:blank'); // else only the hash would be another
  await page.goto(`${site.origin}${encodeURI(base)}?lang=zh&theme=light${hash}`);
  await page.evaluate(() => window.downhill.ready);
  await settle(page); // a first frame may yet open or close what the link left to it
  return page.evaluate(() => {
    const it = window.downhill_internal.page, lanes = window.downhill.results();
    return { state: window.downhill.getState(), shown: it.command('shown') as Table, note: (it.command('presets') as { note: Table | null }).note, lanes: lanes.map((l) => l.label), steps: lanes.map((l) => l.steps) };
  });
}

// what that page could speak of: of what has come since it says nothing
const shown_then = new Set(links.flatMap((link) => Object.keys(link.shown))), noted_then = new Set(links.flatMap((link) => Object.keys(link.note ?? {})));
const only = (keys: Set<string>, table: Table | null) => table && Object.fromEntries(Object.entries(table).filter(([key]) => keys.has(key)));

test(`thirty links made at ${made.commit} on ${made.date}`, async (t) => {
  assert.equal(links.length, 30);
  for (const { how, hash, ...then } of links)
    await t.test(`${how} ${hash.slice(0, 40)}`, async () => {
      const now = await opened(hash);
      assert.deepEqual({ ...now, shown: only(shown_then, now.shown), note: only(noted_then, now.note) }, then);
    });
  assert.deepEqual(lab.faults, []);
});
