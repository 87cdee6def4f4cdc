// Which strings come with a lab instead of with the page's first visit: those that nothing but that lab's sources names. What those
// are, their includes tell; who names a key is read in the literals. Whatever is unclear stays in the common part.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Key → lab, for keys that wait for one. `root`: the project's folder; `labs`: the ids of those that are modules of their own. */
export function late_keys(root, keys, labs) {
  const files = ['web/app', 'web/protocol', 'engine'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file))).filter((file) => /\.[ch]pp$/.test(file)).sort();
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const includes = new Map(files.map((file) => [file, [...texts.get(file).matchAll(/^#include "([^"]+)"/gm)].flatMap(([, name]) => ['web', 'engine', dirname(file)].map((folder) => join(folder, name)).find((path) => texts.has(path)) ?? [])]));
  // a header brings along what defines it: files beside it that include it first
  const defined_in = new Map();
  for (const [file, [first]] of includes) if (file.endsWith('.cpp') && first && dirname(first) === dirname(file)) defined_in.set(first, [...(defined_in.get(first) ?? []), file]);
  const reached = (from) => {
    const all = new Set(from);
    for (const file of all) for (const next of [...includes.get(file), ...(defined_in.get(file) ?? [])]) all.add(next);
    return all;
  };
  const lab_of = (file) => labs.find((id) => new RegExp(`^web/app/labs/${id}(\\.cpp|/)`).test(file));
  const common = reached(files.filter((file) => file.startsWith('web/app/') && file.endsWith('.cpp') && !file.startsWith('web/app/core/') && !lab_of(file)));
  const of_labs = labs.map((id) => [id, reached(files.filter((file) => lab_of(file) === id))]);
  // '' stands for the common part; of engine/ nobody's are the command line and what only workers run
  const owners = new Map(files.map((file) => {
    const those = common.has(file) ? [''] : of_labs.flatMap(([id, all]) => (all.has(file) ? [id] : []));
    return [file, those.length || file.startsWith('engine/') ? those : ['']];
  }));

  // The words of fields and controls go by ids which stand elsewhere: whoever has the beginning alone names none of them.
  const by_id = /^(help\.control|help|label|choice)\./;
  const named = new Map(keys.map((key) => [key, new Set()]));
  const forms = keys.map((key) => {
    const all = [key];
    for (let rest = key; by_id.test(rest);) all.push(rest = rest.replace(by_id, ''));
    return [key, all, key.startsWith('help.control.')];
  });
  for (const [file, text] of texts) {
    if (!owners.get(file).length) continue;
    for (const [, literal] of text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)) {
      const as_control = literal.replace(/\d/g, '').replaceAll(':', '.').replace(/\.+/g, '.'); // as App::help_of has it
      if (literal.length > 80 || as_control.replace(by_id, '').length < 2) continue;
      for (const [key, all, of_control] of forms) if (all.some((form) => names(literal, form) || (of_control && names(as_control, form)))) for (const owner of owners.get(file)) named.get(key).add(owner);
    }
  }
  return new Map([...named].flatMap(([key, who]) => (who.size === 1 && !who.has('') ? [[key, [...who][0]]] : [])));
}

/** Whether a literal is the key, or the beginning of keys that are put together. */
function names(literal, key) {
  if (!key.startsWith(literal)) return false;
  const next = key[literal.length];
  return next === undefined || /[./_]$/.test(literal) || (literal[0] === '/' ? next === '.' : literal.includes('.') && /[._]/.test(next));
}
