// The dependency rule: engine knows nothing of web; only the named places know the named libraries.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

// every file but what is built or cached; git is not asked, since a plain machine may have the source without it
const walk = (folder: string): string[] =>
  readdirSync(folder || '.', { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (/^(build|dist|node_modules|\.git)$/.test(path)) return [];
    return entry.isDirectory() ? walk(path + '/') : [path];
  });
const tracked = walk('');
const sources = (folder: string, ending: RegExp) => tracked.filter((f) => f.startsWith(folder) && ending.test(f));
const includes = (file: string) => [...readFileSync(file, 'utf8').matchAll(/^\s*#include ([<"])([^>"]+)[>"]/gm)].map((m) => ({ own: m[1] === '"', path: m[2] ?? '' }));

// The libraries that read a user's own files, and the one place that knows each.
const own_libraries: Record<string, RegExp> = { 'stb_image.h': /\/(picture|stb_image)\.cpp$/, 'webp/decode.h': /\/picture\.cpp$/, 'unzip.h': /\/zip\.cpp$/ };

test('engine includes only itself, the standard library and what it is allowed', () => {
  const files = sources('engine/', /\.(cpp|hpp)$/);
  assert.ok(files.length > 30);
  for (const file of files)
    for (const { own, path } of includes(file)) {
      if (own) {
        assert.ok(existsSync(join('engine', path)), `${file} includes "${path}", which is not in engine/`);
        if (path.startsWith('own/')) assert.match(file, /^engine\/(own|cli)\//, `${file} includes ${path}: own_data is a library of its own`);
      }
      else if (/^Eigen\//.test(path)) continue;
      else if (/^nlohmann\//.test(path)) assert.match(file, /^engine\/(document\/|experiment\/|network\/safetensors\.cpp)/, `${file} includes ${path}`);
      else if (file.startsWith('engine/own/') && path in own_libraries) assert.match(file, own_libraries[path]!, `${file} includes ${path}`);
      else if (path === 'zlib.h') assert.equal(file, 'engine/data/gzip.cpp');
      else if (/\.h$|^sys\//.test(path)) assert.match(file, /^engine\/cli\//, `${file} includes ${path}`);
      else assert.match(path, /^[a-z_]+$/, `${file} includes <${path}>`);
    }
});

test('the engine touches no file, clock, thread or libm function outside the command line', () => {
  for (const file of sources('engine/', /\.(cpp|hpp)$/).filter((f) => !f.startsWith('engine/cli/'))) {
    const text = readFileSync(file, 'utf8');
    for (const { path } of includes(file)) assert.doesNotMatch(path, /^(fstream|filesystem|chrono|thread|mutex|atomic|iostream|random)$/, `${file} includes ${path}`);
    // square root, rounding and classification are exact everywhere; the rest of <cmath> is not
    const calls = [...text.matchAll(/\bstd::(exp|log|log2|log10|pow|sin|cos|tan|tanh|sinh|cosh|exp2|expm1|log1p|cbrt|erf|fma)f?\(/g)].map((m) => m[0]);
    assert.deepEqual(calls, [], file);
  }
});

test('only web/app/ui, panels, views, labs and what runs the app know ImGui; only main.cpp and the verbs know SDL', () => {
  for (const file of sources('web/', /\.(cpp|hpp)$/))
    for (const { path } of includes(file)) {
      if (/imgui/.test(path)) assert.match(file, /^web\/app\/(ui\/|panels\/|views\/|labs\/|main\.cpp|commands\.cpp|app\.hpp)/, `${file} includes ${path}`);
      if (/SDL/.test(path)) assert.match(file, /^web\/app\/(main\.cpp|commands\.cpp|app\.hpp)/);
    }
});

test('labs do not know each other, controls know no race, and nobody names a lab but its own files and assets', () => {
  const labs = (JSON.parse(readFileSync('assets/labs.json', 'utf8')) as { id: string }[]).map(({ id }) => id);
  for (const file of sources('web/app/labs/', /\.(cpp|hpp)$/))
    for (const { path } of includes(file))
      if (path.startsWith('app/labs/') && !('web/' + path).startsWith(file.replace(/[^/]+$/, '').replace(/^web\/app\/labs\/$/, '-'))) assert.match(path, /^app\/labs\/(lab|list|race_lab|document_lab)\.hpp$/, `${file} includes ${path}`); // and its own folder
  for (const file of sources('web/app/ui/', /\.(cpp|hpp)$/)) for (const { path } of includes(file)) assert.doesNotMatch(path, /^app\/(core\/race|labs|panels|views)/, `${file} includes ${path}`);
  const frame = [...sources('web/app/', /^web\/app\/\w+\.(cpp|hpp)$/), ...sources('web/app/labs/', /\/(lab|list|race_lab|document_lab)\.(cpp|hpp)$/), ...sources('web/page/', /\/(main|presets|share_link|header|dialogs)\.ts$|index\.html$/)];
  assert.ok(frame.length > 10);
  for (const file of frame) assert.doesNotMatch(readFileSync(file, 'utf8'), new RegExp(`["'#](${labs.join('|')})["']`), file);
});

test('what decides stands in web/app/core, where it is tested without a window', () => {
  const outside = sources('web/app/', /\.(cpp|hpp)$/).filter((file) => !file.startsWith('web/app/core/'));
  for (const file of outside) assert.doesNotMatch(readFileSync(file, 'utf8'), /\bchange_to\(/, `${file} makes an experiment`);
  for (const file of sources('web/app/', /\.(cpp|hpp)$/).filter((file) => !/core\/typed_number\.cpp$/.test(file)))
    assert.doesNotMatch(readFileSync(file, 'utf8'), /\b(strto[a-z]+|ato[a-z]+|sto(d|f|i|l|ul|ll|ull)|from_chars)\(/, `${file} reads numbers by itself`);
});

test('builds keep the flags that make results bit-equal', () => {
  const cmake = readFileSync('CMakeLists.txt', 'utf8');
  assert.match(cmake, /-ffp-contract=off/);
  assert.match(cmake, /EIGEN_DONT_VECTORIZE/);
  for (const file of tracked.filter((f) => /CMake|dev$/.test(f))) assert.doesNotMatch(readFileSync(file, 'utf8').replace(/no fast-math/g, ''), /-ffast-math|-Ofast|-mrelaxed-simd/, file);
});

test('no address of another host in what the page ships, no package registry in the repository', () => {
  for (const file of tracked.filter((f) => /\.(ts|mjs|html|css|cpp|hpp|json|sh)$|^dev$/.test(f) && !f.startsWith('tests/') && f !== 'package-lock.json')) {
    const addresses = [...readFileSync(file, 'utf8').matchAll(/https?:\/\/[^\s"')>]+/g)].map((m) => m[0]);
    const allowed = file.startsWith('engine/') ? /^https?:\/\/(pytorch\.org|huggingface\.co|yann\.lecun\.com)/ : /^http:\/\/(www\.w3\.org|localhost)/;
    for (const address of addresses) assert.match(address, allowed, `${file}: ${address}`);
  }
  assert.doesNotMatch(readFileSync('package-lock.json', 'utf8'), /"resolved"/);
});

test('every include folder and test file is where a newcomer would guess', () => {
  for (const file of sources('tests/engine/', /_test\.cpp$/)) assert.ok(dirname(file) === 'tests/engine');
  for (const top of tracked.map((f) => f.split('/')[0]!)) assert.match(top, /^(engine|web|shaders|assets|tests|docs|\.ci|dev|[A-Z_]+\.md|LICENSE|CMakeLists\.txt|CMakePresets\.json|package(-lock)?\.json|tsconfig\.json|\.(gitignore|npmrc|clang-format|clang-tidy))$/);
});

test('files of the app have at most 500 lines, functions 80', () => {
  const long: string[] = [];
  for (const file of sources('web/app/', /\.(cpp|hpp)$/)) {
    const lines = readFileSync(file, 'utf8').split('\n');
    if (lines.length > 501) long.push(`${file}: ${lines.length - 1} lines`);
    let begun = -1;
    lines.forEach((line, i) => {
      if (/^\w.*\) (const )?(override )?\{$/.test(line) && !/^(namespace|struct|class)/.test(line)) begun = i;
      if (line === '}' && begun >= 0) {
        if (i - begun - 1 > 80) long.push(`${file}:${begun + 1}: ${i - begun - 1} lines`);
        begun = -1;
      }
    });
  }
  assert.deepEqual(long, []);
});
