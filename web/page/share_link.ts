// The experiment in the link: #x=<deflated JSON in base64url>, and what is looked at: &view=…&lane=….
import { deflateSync, inflateSync, strToU8 } from 'fflate';

const link_most = 20000, text_most = 1 << 20; // characters of the link, and bytes that it may hold: the engine takes no longer text

/** The link was cut or changed on its way, or is far too long. */
export class LinkCut extends Error {}

/** What is looked at, as the app's command `show` takes it. */
export type Shown = Record<string, string | number | boolean>;

export function to_hash(experiment: unknown, shown: Shown = {}): string {
  const packed = deflateSync(strToU8(JSON.stringify(experiment)), { level: 9 });
  const value_of = ([key, value]: [string, string | number | boolean]) => (key === 'file' ? text_to_link(String(value)) : value);
  return '#x=' + btoa(String.fromCharCode(...packed)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') + Object.entries(shown).map((each) => `&${each[0]}=${value_of(each)}`).join('');
}

// The name of a student's own file may have any letters.
const text_to_link = (text: string) => btoa(String.fromCharCode(...strToU8(text))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
function text_of_link(value: string): string | undefined {
  try { return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(value.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))); } catch { return undefined; }
}

/** What a link may speak of: the labs by id, and what `show` takes. */
export interface Showable { labs: string[]; keys: string[] }

export function shown_in(hash: string, { labs, keys }: Showable): Shown {
  const out: Shown = {};
  for (const [, key = '', value = ''] of hash.matchAll(/&(\w+)=([\w.-]{1,540})(?=&|$)/g)) {
    const name = key === 'file' ? text_of_link(value)?.slice(0, 100) : undefined;
    if (name) out.file = name;
    if (key !== 'file' && value.length <= 40 && keys.includes(key)) out[key] = /^(true|false)$/.test(value) ? value === 'true' : /^-?\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  }
  const named = /^#(\w+)(?=&|$)/.exec(hash)?.[1];
  if (named && labs.includes(named)) out.lab = named;
  return out;
}

/** The JSON text in a hash; null if there is none. Throws LinkCut. */
export function from_hash(hash: string): string | null {
  if (!hash.startsWith('#x=')) return null;
  const text = /^#x=([A-Za-z0-9_-]+)(?:&[\w.=&-]*)?$/.exec(hash)?.[1];
  try {
    if (!text || text.length > link_most) throw new LinkCut();
    const packed = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    // a short link can hold an endless text: what is beyond the room given is dropped
    const bytes = inflateSync(packed, { out: new Uint8Array(text_most + 1) });
    if (bytes.length > text_most) throw new LinkCut();
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    JSON.parse(json); // a cut stream can inflate to a cut text
    return json;
  } catch { throw new LinkCut(); }
}
