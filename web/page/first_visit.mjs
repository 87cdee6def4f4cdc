// What the page weighs for its first visitor: for ./dev size, and for the test that holds it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';

/** What a first visit fetches but for the data, in a language: [file, what it is]. */
export function first_visit(language, site = 'dist/site') {
  const named = (beginning) => readdirSync(site).find((file) => file.startsWith(beginning) && !/\.(gz|br)$/.test(file));
  return [['index.html', 'page, style, worker'], [named('main-'), 'script'], [named('app-'), 'app'], [named('trainer-simd-'), 'trainer'],
    [named(`words-${language}-`), 'words'], [named('letters-latin-'), 'letters, Latin'], ...(language === 'zh' ? [[named('letters-chinese-'), 'letters, Chinese']] : [])]
    .map(([file, what]) => ({ file, what, ...weight(readFileSync(join(site, file))) }));
}
/** The labs' own modules: [file, whose]. */
export function lab_modules(site = 'dist/site') {
  return readdirSync(site).filter((file) => /^lab-.*\.wasm$/.test(file)).map((file) => ({ file, what: /^lab-(\w+)-/.exec(file)[1], ...weight(readFileSync(join(site, file))) }));
}
/** What a lab says, and the letters that come with it: [file, whose]. */
export function lab_words(language, site = 'dist/site') {
  return readdirSync(site).filter((file) => new RegExp(`^(lab-\\w+-${language}-.*\\.json${language === 'zh' ? '|letters-rare-.*\\.bin' : ''})$`).test(file))
    .map((file) => ({ file, what: /^lab-(\w+)-/.exec(file)?.[1] ?? 'letters, rare', ...weight(readFileSync(join(site, file))) }));
}
/** What of a file travels: as it lies there, from a host that gives the `.gz` beside it, and the `.br`. */
export function weight(file) {
  const whole = file[0] === 0x1f ? gunzipSync(file) : file; // modules lie there packed
  return { bytes: file.length, gzip: gzipSync(whole, { level: 9 }).length, brotli: brotliCompressSync(whole).length };
}
