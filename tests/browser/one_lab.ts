// What tests of one lab have in common: its page, and the command line beside it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { browser, open_lab, serve, settle, type Lab, type LabOptions } from './lab';

/** `file`: what this test's documents are called on the disk, where two files test one lab at the same time. */
export function tests_of(id: string, file = id) {
  let chromium: Browser, site: Awaited<ReturnType<typeof serve>>;
  before(async () => { site = await serve(); chromium = await browser(); });
  after(async () => { await chromium?.close(); site?.close(); });
  const opened = (options: LabOptions = {}) => open_lab(chromium, site.origin, { hash: '#' + id, ...options });
  return {
    /** The lab as its link opens it, for a test that needs more pages than one. */
    opened,
    /** A test that begins with the lab as its link opens it, and ends without a fault of the page. */
    lab_test: (name: string, act: (page: Page, lab: Lab) => Promise<void>, options: LabOptions = {}) =>
      test(name, async () => {
        const lab = await opened(options);
        await settle(lab.page);
        await act(lab.page, lab);
        assert.deepEqual(lab.faults, []);
        await lab.close();
      }),
    /** What the command line prints of a document. */
    native: (verb: string, document: object): string => {
      mkdirSync('build', { recursive: true });
      writeFileSync(`build/${file}.json`, JSON.stringify(document));
      return execFileSync('build/native/downhill', [verb, `build/${file}.json`]).toString().trim();
    },
  };
}
