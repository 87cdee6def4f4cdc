// bench.html in Chromium, Firefox and WebKitGTK, side by side: share of each engine's own peak, by work. Runs under xvfb.
//   engines.bench [ENGINE…] [TRAINER.wasm]     another build's trainer with SIMD is measured beside this one's
import { readFileSync } from 'node:fs';
import { engines } from '../browser/engines';
import { base, serve } from '../browser/lab';

const wanted = process.argv.slice(2).filter((word) => !word.endsWith('.wasm')), trainers = process.argv.slice(2).filter((word) => word.endsWith('.wasm'));
type Row = [build: string, work: string, seconds: string, gigaflops: string, share: string];
const measured: { name: string; rows: Row[] }[] = [];
// In turn, and the best of each row: machines change their speed from one half minute to the next, and an engine's first seconds
// are those of its quick compiler.
for (const engine of engines) {
  if (wanted.length && !wanted.includes(engine.name)) continue;
  for (let round = 0; round < 4; ++round)
    for (const trainer of [undefined, ...trainers]) {
      const site = await serve((file, content) => (trainer && file.startsWith('trainer-simd') && file.endsWith('.wasm') ? readFileSync(trainer) : content));
      const tab = await engine.open();
      await tab.go(`${site.origin}${encodeURI(base)}bench.html`);
      const rows = await tab.run(`document.getElementById('start').click(); await until(() => !document.getElementById('start').disabled);
        return [...document.getElementById('rows').rows].map((row) => [...row.cells].slice(0, 5).map((cell) => cell.textContent));`) as Row[];
      const name = engine.name + (trainer ? `, ${trainer}` : ''), before = measured.find((m) => m.name === name);
      if (!before) measured.push({ name, rows });
      else before.rows = before.rows.map((row, i) => (Number(rows[i]![3]) > Number(row[3]) ? rows[i]! : row));
      await tab.close();
      site.close();
    }
}
for (const { name } of measured) console.log(`${measured.findIndex((m) => m.name === name) + 1}: ${name}`);
console.log(`GF/s and share of the peak, ${measured.map((_, i) => i + 1).join(' | ')}`);
for (const [i, [build, work]] of (measured[0]?.rows ?? []).entries()) console.log(`${build.padEnd(8)} ${work.padEnd(44)} ${measured.map(({ rows }) => `${rows[i]?.[3] ?? ''} ${rows[i]?.[4] ?? ''}`.padEnd(12)).join(' | ')}`);
