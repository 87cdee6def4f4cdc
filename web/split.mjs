// Takes the labs out of the app's module: each that is not the page's first becomes a module of its own, to be fetched when it is
// asked for. `node split.mjs app.wasm FOLDER TOOLS…`, run by CMake after the link: app.wasm has the names of its functions, and no
// two of them merged; FOLDER has objects.txt (what it was linked from) and takes what is made.
//
// What belongs to a lab, the linker knows: it links the app without them all, and once more with each; what only the latter link
// holds is that lab's, whether it is called or reached through a table. Binaryen's wasm-split makes a module of it, and the
// calls that remain go through the app's table of functions. What several labs want is in a module of its own, `shared`. Nothing
// here depends on time, place or order of files: the same input gives the same bytes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [linked, folder, binaryen, llvm, llvm_version] = process.argv.slice(2);
const run = (program, ...args) => execFileSync(program, args, { maxBuffer: 2 ** 30, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const at = (file) => join(folder, file);
const features = ['mutable-globals', 'sign-ext', 'nontrapping-float-to-int', 'bulk-memory', 'multivalue'].map((name) => '--enable-' + name);
const labs = JSON.parse(readFileSync('assets/labs.json', 'utf8')).filter(({ first }) => !first).map(({ id }) => id);

// ---- what each lab needs beyond the app without it: names, by links that differ in its objects alone ----
const objects = readFileSync(at('objects.txt'), 'utf8').split('\n').filter((file) => /\.[oa]$/.test(file));
const lab_of = (object) => labs.find((id) => new RegExp(`/app/labs/${id}(\\.cpp|/)`).test(object));
const linker = [`wasm-ld-${llvm_version}`, 'wasm-ld'].map((name) => join(llvm, name)).find(existsSync);
function names_with(kept) {
  const input = objects.filter((object) => [undefined, ...kept].includes(lab_of(object))), map = at('labs.map');
  run(linker, '--no-entry', '--no-demangle', '--gc-sections', '--unresolved-symbols=ignore-all', `-Map=${map}`, '-o', at('labs.tmp'), ...input);
  const names = new Map(); // how many functions have it: files may have one of the same name each, for themselves
  for (const [, name] of readFileSync(map, 'utf8').matchAll(/:\(([^.].*)\)$/gm)) names.set(name, (names.get(name) ?? 0) + 1); // those of data begin with a point
  return names;
}
const without = names_with([]), needs = new Map(), unclear = new Set(); // function → the labs that want it; names that do not tell
for (const id of labs)
  for (const [name, count] of names_with([id])) {
    if (count > Math.max(1, without.get(name) ?? 0)) unclear.add(name);
    else if (!without.has(name)) needs.set(name, new Set([...(needs.get(name) ?? []), id]));
  }
for (const name of unclear) if (name.startsWith('_Z')) console.error(`split.mjs: several files have a function ${name}: they stay in the app; with other names a lab takes its own along`);

// ---- the functions as they were linked: who calls whom, which stand in the table, which are exported ----
const functions = new Map(), held = new Set(); // name → those it calls; those that stay whatever calls them
const name_in = (text) => { const [, quoted, plain] = /\$(?:"([^"]*)"|([^\s()]+))/.exec(text) ?? []; return quoted ?? plain; };
const in_table = new Set();
let calls;
for (const line of run(join(binaryen, 'wasm-dis'), linked, ...features).split('\n')) {
  const [, word] = /^\s*\((\S+)/.exec(line) ?? [];
  if (/^ \(func /.test(line)) functions.set(name_in(line), calls = new Set());
  else if (word === 'call' || word === 'return_call' || word === 'ref.func') calls?.add(name_in(line));
  else if (/^ \(export .*\(func /.test(line)) held.add(name_in(line.slice(line.indexOf('(func'))));
  else if (word === 'start') held.add(name_in(line));
  else if (/^ \(elem /.test(line)) for (const [, quoted, plain] of line.matchAll(/\$(?:"([^"]*)"|([^\s()]+))/g)) in_table.add(quoted ?? plain);
}
// Who may want a function: the app ('') if it is exported or if neither its name nor a caller tells of a lab; and whoever wants what calls it.
const wanted_by = new Map([...functions.keys()].map((name) => [name, new Set(held.has(name) || unclear.has(name) ? [''] : needs.get(name) ?? (without.has(name) || in_table.has(name) ? [''] : []))]));
for (const waiting = [...functions.keys()]; waiting.length;) {
  const caller = waiting.pop(), who = wanted_by.get(caller);
  for (const callee of functions.get(caller)) {
    const known = wanted_by.get(callee);
    if (!known || [...who].every((each) => known.has(each))) continue;
    for (const each of who) known.add(each);
    waiting.push(callee);
  }
}
const modules = new Map([...labs, 'shared'].map((id) => [id, []]));
for (const [name, who] of wanted_by) if (who.size && !who.has('')) modules.get(who.size > 1 ? 'shared' : [...who][0]).push(name);

// ---- the modules ----
const out = at('modules');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const filled = [...modules].filter(([, names]) => names.length), taken = new Set(filled.flatMap(([, names]) => names));
writeFileSync(at('functions.json'), JSON.stringify(Object.fromEntries([['app', [...functions.keys()].filter((name) => !taken.has(name))], ...filled]), null, 1)); // for ./dev size
writeFileSync(at('manifest.txt'), filled.map(([id, names]) => [id, ...names].join('\n')).join('\n\n') + '\n');
run(join(binaryen, 'wasm-split'), '--multi-split', linked, '--manifest', at('manifest.txt'), '--out-prefix', out + '/', '-o', join(out, 'app.wasm'), ...features, '--quiet');
for (const id of ['app', ...filled.map(([name]) => name)]) {
  const file = join(out, id + '.wasm');
  // where functions of labs will be, the app's table has nulls
  run(join(binaryen, 'wasm-opt'), '-Oz', '--strip-debug', '--strip-producers', '--strip-target-features', ...features, '--enable-reference-types', file, '-o', file);
}
writeFileSync(at('modules.json'), JSON.stringify(Object.fromEntries(labs.map((id) => [id, ['shared', id].filter((name) => filled.some(([each]) => each === name))])), null, 1) + '\n');
