// The experiment in the link: #x=<deflated JSON in base64url>, and what is looked at: &view=…&lane=….
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';

const link_most = 20000; // characters; deflate can't grow this beyond 15 MB, and the engine refuses texts above 1 MB

/** What is looked at, as the app's command `show` takes it. */
export type Shown = Record<string, string | number>;

export function to_hash(experiment: unknown, shown: Shown = {}): string {
  const packed = deflateSync(strToU8(JSON.stringify(experiment)), { level: 9 });
  return '#x=' + btoa(String.fromCharCode(...packed)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') + Object.entries(shown).map(([key, value]) => `&${key}=${value}`).join('');
}

export function shown_in(hash: string): Shown {
  const out: Shown = {};
  for (const [, key = '', value = ''] of hash.matchAll(/&(lab|preset|view|lane|other|metric|second|axis|log|tab|at|mode|image)=([\w.-]{1,40})(?=&|$)/g)) out[key] = /^-?\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  const named = /^#(race|activations|dropout)(?=&|$)/.exec(hash);
  if (named?.[1]) out.lab = named[1];
  return out;
}

/** The JSON text in a hash; null if there is none. Throws if it is cut or changed. */
export function from_hash(hash: string): string | null {
  const found = /^#x=([A-Za-z0-9_-]*)(?:&[\w.=&-]*)?$/.exec(hash);
  if (!found) {
    if (hash.startsWith('#x=')) throw new Error('characters');
    return null;
  }
  const text = found[1] ?? '';
  if (text.length > link_most) throw new Error('length');
  const packed = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const json = strFromU8(inflateSync(packed));
  JSON.parse(json); // a cut stream can inflate to a cut text
  return json;
}
