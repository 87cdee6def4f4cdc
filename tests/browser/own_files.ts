// Files as people bring them, made by numbers, and the dialog that takes them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { Page } from 'puppeteer-core';
import { press_tool } from './lab';

export interface Made { name: string; data: Buffer }

/** A picture of stripes; `of` and `i` change it. */
export function picture(of: number, i: number, width = 40 + i % 20, height = 30): Buffer {
  const png = new PNG({ width, height });
  for (let k = 0; k < png.data.length; ++k) png.data[k] = k % 4 === 3 ? 255 : (k * (of + 2) + i * 7) % 256;
  return PNG.sync.write(png);
}
/** Much to decode, little to send. */
export function plain(width: number, height: number): Buffer {
  const png = new PNG({ width, height });
  png.data.fill(255);
  return PNG.sync.write(png);
}
/** `count` pictures of each class in the folder pets. */
export const pets = (count: number, classes = ['cat', '狗', 'owl']): Made[] =>
  classes.flatMap((name, c) => Array.from({ length: count }, (_, i) => ({ name: `pets/${name}/${i}.png`, data: picture(c, i) })));

const crc_table = Uint32Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0; });
export const crc32 = (bytes: Buffer): number => (bytes.reduce((c, byte) => crc_table[(c ^ byte) & 255]! ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
/** A zip file. `change` alters an entry's head: flags, method, and what it says of its sizes. */
export function zip_of(files: Made[], change: (head: { flags: number; method: number; size: number }) => void = () => undefined): Buffer {
  const parts: Buffer[] = [], directory: Buffer[] = [];
  let at = 0;
  for (const { name, data } of files) {
    const head = { flags: 0x800, method: 8, size: data.length }, packed = deflateRawSync(data), n = Buffer.from(name);
    change(head);
    const fields = Buffer.alloc(26);
    [20, head.flags, head.method, 0, 0].forEach((value, i) => fields.writeUInt16LE(value, 2 * i));
    [crc32(data), packed.length, head.size].forEach((value, i) => fields.writeUInt32LE(value, 10 + 4 * i));
    fields.writeUInt16LE(n.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, n, packed]), more = Buffer.alloc(14);
    more.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, more, n]));
    parts.push(local);
    at += local.length;
  }
  const all = Buffer.concat(directory), end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(all.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, all, Buffer.from('PK\x05\x06'), end]);
}

/** The hash that the command line finds. */
export const native_hash = (what: string, ...more: string[]): string | undefined => /hash: (\w+)/.exec(execFileSync('build/native/downhill', ['data', what, ...more]).toString())?.[1];

export async function open_dialog(page: Page): Promise<void> {
  await press_tool(page, 'own');
  await page.waitForSelector('#own_dialog[open]', { timeout: 20000 });
}
let axe = '';
/** axe finds nothing in the dialog as it is; `state`: what that is, for the failure. */
export async function accessible(page: Page, state: string): Promise<void> {
  axe ||= readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  assert.deepEqual(await page.evaluate(async () => (await (window as any).axe.run('#own_dialog', { resultTypes: ['violations'] })).violations.map((v: any) => `${v.id}: ${v.nodes.slice(0, 3).map((n: any) => n.html.slice(0, 160)).join(' | ')}`)), [], state);
}
/** Gives them to the dialog as an input would: as a folder, or each by itself. */
export const give = (page: Page, files: Made[], folder: boolean): Promise<void> => page.evaluate((list, of_folder) => {
  const input = document.getElementById(of_folder ? 'own_folder' : 'own_files') as HTMLInputElement;
  const made = list.map(({ name, data }) => {
    const file = new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], of_folder ? name.split('/').at(-1)! : name);
    if (of_folder) Object.defineProperty(file, 'webkitRelativePath', { value: name });
    return file;
  });
  Object.defineProperty(input, 'files', { configurable: true, get: () => made });
  input.dispatchEvent(new Event('change'));
  delete (input as { files?: unknown }).files;
}, files.map(({ name, data }) => ({ name, data: data.toString('base64') })), folder);

export interface Outcome { hash: string; error: string; told: string[]; sum: string }
/** What the dialog says once it is done. */
export async function outcome(page: Page): Promise<Outcome> {
  await page.waitForFunction(() => !document.querySelector('#own_dialog .own_progress') && document.querySelector('#own_dialog .own_hash, #own_dialog .own_error'), { timeout: 20000, polling: 20 });
  return page.evaluate(() => {
    const text = (selector: string) => document.querySelector(`#own_dialog ${selector}`)?.textContent ?? '';
    return { hash: text('.own_hash code'), error: text('.own_error'), told: [...document.querySelectorAll('#own_dialog li')].map((li) => li.textContent ?? ''), sum: text('.own_sum') };
  });
}
/** Changes something, and what the dialog says after that. */
export async function after_change(page: Page, act: () => Promise<unknown>): Promise<Outcome> {
  await page.evaluate(() => document.querySelectorAll('#own_dialog .own_hash, #own_dialog .own_error').forEach((e) => e.remove()));
  await act();
  return outcome(page);
}
