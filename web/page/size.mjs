// Where every kilobyte of the page goes, for its first visitor: `./dev size [LANGUAGE]`. Sizes are those that travel, by gzip and
// by Brotli; within a module a part has its share of the module's, by the linker's map.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { first_visit, lab_modules, lab_words, weight } from './first_visit.mjs';

/** Bytes by part in a linker's map: lines of addresses, section, input, symbols; those with nine spaces are inputs. */
function parts_of(map, functions) {
  const parts = new Map();
  for (const line of map.split('\n')) {
    const input = /^ *\S+ +[0-9a-f]+ +([0-9a-f]+) {9}(?! )(.*)$/.exec(line);
    const name = input && /:\(([^.].*)\)$/.exec(input[2])?.[1]; // of data it begins with a point
    if (!input || (functions && name && !functions.has(name))) continue;
    const [, size, what] = input, part = part_of(what);
    parts.set(part, (parts.get(part) ?? 0) + parseInt(size, 16));
  }
  return parts;
}
function part_of(what) {
  if (what.includes('nlohmann')) return 'JSON library';
  const app = /app\.dir\/app\/(?:(\w+)\/)?(\w+)(?:\/\w+)?\.cpp/.exec(what); // a lab is a file or a folder
  if (app) return app[1] === 'labs' ? `app, lab ${app[2]}` : `app, ${app[1] ?? 'main and commands'}`;
  const core = /libapp_core\.a\((\w+)/.exec(what), library = /lib([\w-]+)\.a/.exec(what)?.[1];
  if (core) return 'app, core';
  if (library === 'imgui') return 'Dear ImGui';
  if (library === 'sdl2') return 'SDL2';
  if (library === 'engine' || library === 'worker' || library === 'zlib') return library;
  return library || what.includes('trainer.dir') ? 'standard libraries' : 'tables, text, linker';
}

const language = process.argv[2] ?? 'zh', files = first_visit(language);
const row = (name, { bytes, gzip, brotli }, indent = '') => console.log(`${(indent + name).padEnd(34)}${[bytes, gzip, brotli].map((n) => (n / 1000).toFixed(1).padStart(10)).join('')}`);
console.log(`${`first visit, ${language}, kB`.padEnd(34)}${['bytes', 'gzip', 'Brotli'].map((n) => n.padStart(10)).join('')}`);
for (const { what, ...size } of files) {
  row(what, size);
  const map = { app: 'build/wasm-scalar/app.map', trainer: 'build/wasm-simd/trainer.map' }[what];
  if (!map) continue;
  const parts = parts_of(readFileSync(map, 'utf8'), what === 'app' && new Set(JSON.parse(readFileSync('build/wasm-scalar/split/functions.json', 'utf8')).app)), whole = [...parts.values()].reduce((sum, n) => sum + n, 0);
  for (const [part, bytes] of [...parts].sort((a, b) => b[1] - a[1]))
    row(part, { bytes: (size.bytes * bytes) / whole, gzip: (size.gzip * bytes) / whole, brotli: (size.brotli * bytes) / whole }, '  ');
}
for (const { file, what } of files.filter(({ what }) => what.startsWith('letters'))) {
  const faces = readFileSync(join('dist/site', file)), regular = faces.readUInt32LE(0);
  row(`${what}, regular`, weight(faces.subarray(4, 4 + regular)), '  ');
  row(`${what}, bold`, weight(faces.subarray(4 + regular)), '  ');
}
row('in all', files.reduce((sum, file) => ({ bytes: sum.bytes + file.bytes, gzip: sum.gzip + file.gzip, brotli: sum.brotli + file.brotli }), { bytes: 0, gzip: 0, brotli: 0 }));

console.log('\nfetched when a lab is asked for');
for (const { what, ...size } of lab_modules()) row(what, size);
for (const { what, ...size } of lab_words(language)) row(what.startsWith('letters') ? what : `${what}, words and presets`, size);
