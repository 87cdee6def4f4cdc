// One word for one thing: what was given up must not come back in any sentence the page or the program shows.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

// what may not be said, and what is said instead
const kGivenUp: Record<'zh' | 'en', [RegExp, string][]> = {
  zh: [
    [/单元/, '神经元'],
    [/(?<![全小])批量(?!法)/, '批尺寸 for the number, 全批量 or 小批量 for the method'],
    [/错误标签/, '标签噪声'],
    [/份额/, '比例'],
    [/重来/, '重置'],
    [/次迭代/, '步'],
    [/双螺旋/, '双螺线'],
    [/小坑/, '极小值'],
    [/写不用|写 0/, '填 0 不启用'],
  ],
  en: [
    [/\b(training|test|validation) parts?\b/i, 'set'],
    [/(?<!standard |mean )\bdeviation\b/i, 'std. dev.'],
    [/\bwrong labels\b/i, 'label noise'],
    [/\blast batch\b/i, 'previous batch'],
    [/\beach best\b/i, 'best for each'],
    [/\biteration \{/i, 'step'],
    [/equal weights to the bit/i, 'bit-for-bit identical weights'],
    [/\bfor classes;/i, 'for classification'],
  ],
};

interface Text {
  place: string;
  zh?: string;
  en?: string;
}
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const [zh, en] = ['zh', 'en'].map((language) => read(`assets/strings/${language}.json`) as Record<string, string>);
const strings: Text[] = Object.keys(zh!).map((key) => ({ place: key, zh: zh![key]!, en: en![key]! }));
const experiments: Text[] = readdirSync('assets/experiments').flatMap((name) => {
  const { title, lanes } = read(join('assets/experiments', name)) as { title?: Text; lanes?: { label?: Text | string }[] };
  return [title, ...(lanes ?? []).map((lane) => lane.label)].filter((text) => typeof text === 'object').map((text) => ({ ...text, place: name }));
});
const presets: Text[] = (read('assets/presets.json') as { id: string; do: Text; guess: { ask: Text; answers: Text[] }; see: Text }[]).flatMap(({ id, do: task, guess, see }) => [task, guess.ask, ...guess.answers, see].map((text) => ({ ...text, place: id })));
const errors: Text[] = [...['engine/core/user_error.cpp', 'engine/own/sentences.cpp'].map((file) => readFileSync(file, 'utf8')).join('').matchAll(/\{"(\w+)",\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\}/g)].map(([, place = '', zh = '', en = '']) => ({ place, zh, en }));

test('terms that were given up are gone', () => {
  assert.ok(strings.length > 500 && experiments.length > 40 && presets.length > 150 && errors.length > 40);
  const found = [...strings, ...experiments, ...presets, ...errors].flatMap((text) =>
    (['zh', 'en'] as const).flatMap((language) =>
      kGivenUp[language].filter(([term]) => term.test(text[language] ?? '')).map(([term, instead]) => `${text.place}: “${text[language]}” has ${term.source}; say: ${instead}`)));
  assert.deepEqual(found, []);
});
