// Parts of the page that need no browser: the link's experiment, the strings, the built site's files.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { first_visit, lab_modules, lab_words } from '../../web/page/first_visit.mjs';
import { LinkCut, from_hash, to_hash } from '../../web/page/share_link';
import type { Standing } from '../../web/page/downhill_api';
import { Narrator } from '../../web/page/narrator';
import { Words } from '../../web/page/words';
import { strings } from 'strings.ts';

test('an experiment goes into a link and comes back', () => {
  const experiment = { downhill: 1, title: { zh: '九种方法', en: 'Nine' }, lanes: [{ batch: 'full' }] };
  const hash = to_hash(experiment);
  assert.match(hash, /^#x=[A-Za-z0-9_-]+$/);
  assert.deepEqual(JSON.parse(from_hash(hash) ?? ''), experiment);
  assert.equal(from_hash(''), null);
  assert.equal(from_hash('#race'), null);
});

test('links that are cut, changed, hostile or far too long throw and never hang', () => {
  const hash = to_hash(JSON.parse(readFileSync('assets/experiments/nine.json', 'utf8')));
  for (let n = 3; n < hash.length; n += 7) assert.throws(() => from_hash(hash.slice(0, n)), LinkCut);
  for (const bad of ['#x=!!!!', '#x=AAAA', '#x=<script>', '#x=' + 'A'.repeat(100000)]) assert.throws(() => from_hash(bad), LinkCut);
  // 3 MB of zeros make a short link: what is beyond the text that the engine takes is never unpacked
  const bomb = to_hash('0'.repeat(3_000_000));
  assert.ok(bomb.length < 20000);
  assert.throws(() => from_hash(bomb), LinkCut);
  const most = to_hash('0'.repeat((1 << 20) - 2));
  assert.equal(from_hash(most)?.length, 1 << 20);
});

test('every string key that the page names is in the table', () => {
  for (const file of readdirSync('web/page').filter((f) => /\.(ts|html)$/.test(f)))
    for (const [, key] of readFileSync('web/page/' + file, 'utf8').matchAll(/(?:say\('|data-(?:text|label|title)=")([a-z0-9_.]+)/g))
      if (!/[._]$/.test(key ?? '')) assert.ok(strings[key ?? ''], `${file}: ${key}`);
});

test('the narrator names the least test loss where losses can be compared, and nobody where they differ', () => {
  const lanes = [0.5, 0.25].map((test_loss, i) => ({ label: `lane ${i}`, step: 10, epoch: 1, test_loss, test_accuracy: null }) as unknown as Standing);
  const told = (rule: string) => {
    const live = {} as HTMLElement;
    new Narrator(live, new Words('en')).tell({ running: true, finished: false }, ['test_loss'], lanes, () => [{ rule, text: '' }], () => '');
    return live.textContent;
  };
  assert.equal(told('leader'), 'Running, epoch 1.0. Least test loss: lane 1, 0.2500.');
  assert.equal(told('losses'), 'Running, epoch 1.0.');
});

test('the first visit is within its budget, in every language; the quick data besides', () => {
  // of these, data of one's own are some 8,000 by gzip (trainers read .downhill-data, the Race knows what is in it, the browser's letters, the door to the rest),
  // constants of the lab Cases, whose functions are its module's, another 10,000, and rules that move four weights at once 8,000
  for (const [language, gzip, brotli] of [['zh', 986_500, 814_500], ['en', 896_000, 725_000]] as const) {
    const files = first_visit(language);
    assert.equal(files.length, language === 'zh' ? 7 : 6);
    const sum = (of: 'gzip' | 'brotli') => files.reduce((total, file) => total + file[of], 0);
    assert.ok(sum('gzip') < gzip && sum('brotli') < brotli, `${language}: ${sum('gzip')} by gzip, ${sum('brotli')} by Brotli; ./dev size says where they go`);
  }
  const quick = readdirSync('dist/site').filter((f) => /quick/.test(f)).map((f) => statSync('dist/site/' + f).size).reduce((a, b) => a + b, 0);
  assert.ok(quick > 1e6 && quick < 1.4e6);
});

test('every lab but the first is a module of its own, within its budget, and what several share another', () => {
  const budgets: Record<string, number> = { activations: 22_600, dropout: 14_700, surface: 52_000, neuron: 43_200, backprop: 75_500, losses: 37_500, fit: 94_500, cases: 122_500, shared: 42_500 }, modules = lab_modules();
  const labs = (JSON.parse(readFileSync('assets/labs.json', 'utf8')) as { id: string; first?: boolean }[]).filter((lab) => !lab.first).map(({ id }) => id);
  assert.deepEqual(labs.filter((id) => !modules.some(({ what }) => what === id)), []);
  for (const { what, gzip } of modules) assert.ok(gzip < (budgets[what] ?? 75_000), `${what}: ${gzip} by gzip`);
  // with each its words, in every language, and for Chinese the letters that the first lab does without
  const said = (['zh', 'en'] as const).flatMap((language) => lab_words(language));
  assert.deepEqual(said.map(({ what }) => what).sort(), [...labs, ...labs, 'letters, rare'].sort());
  for (const { what, gzip } of said) assert.ok(gzip < (what === 'letters, rare' ? 28_000 : what === 'cases' ? 13_000 : 10_000), `${what}: ${gzip} by gzip`);
  // and offline they are there, too
  const kept = readFileSync('dist/site/service_worker.js', 'utf8'), single = readFileSync('dist/site/downhill.html', 'utf8');
  for (const { file } of [...modules, ...said]) assert.ok(kept.includes(file) && single.includes(`id="file:${file}"`), file);
});

test('every address in the site is relative', () => {
  const html = readFileSync('dist/site/index.html', 'utf8');
  for (const [, address] of html.matchAll(/(?:src|href)="([^"]+)"/g)) assert.match(address ?? '', /^(\.\/|#)/);
});
