// The experiment in the link: #x=<deflated JSON in base64url>.
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';

const link_most = 20000; // characters; deflate can't grow this beyond 15 MB, and the engine refuses texts above 1 MB

export function to_hash(experiment: unknown): string {
  const packed = deflateSync(strToU8(JSON.stringify(experiment)), { level: 9 });
  return '#x=' + btoa(String.fromCharCode(...packed)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The JSON text in a hash; null if there is none. Throws if it is cut or changed. */
export function from_hash(hash: string): string | null {
  const found = /^#x=([A-Za-z0-9_-]*)$/.exec(hash);
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
