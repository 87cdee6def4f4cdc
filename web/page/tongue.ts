// What a language needs, fetched when it is first asked for: its words, and the letters that Latin ones lack.
import { files } from 'site-files';
import { fetch_bytes } from './fetch_bytes';
import type { Language, PresetWords } from './words';

export interface Tongue {
  /** The app's words, as app_words takes them. */
  app: Uint8Array;
  presets: Record<string, PresetWords>;
  letters: Letters[];
}
export type Script = keyof typeof files.letters;
export interface Letters { script: Script; bytes: Uint8Array }

const kept = new Map<string, Promise<Uint8Array>>();
/** Asked for once, and again only where that failed. */
function bytes_of(file: string): Promise<Uint8Array> {
  let bytes = kept.get(file);
  if (!bytes) {
    kept.set(file, bytes = fetch_bytes(file, files.sizes[file] ?? 0));
    bytes.catch(() => kept.delete(file));
  }
  return bytes;
}

/** What came is not what was asked for, as a host's front page in its place: to be asked for anew. */
function refuse(file: string): never {
  kept.delete(file);
  throw new Error(`${file}: not this version's`);
}

export async function letters_of(script: Script): Promise<Letters> {
  const file = files.letters[script], bytes = await bytes_of(file);
  return bytes.length === files.sizes[file] ? { script, bytes } : refuse(file);
}

async function words_of(language: Language): Promise<{ app: string[]; presets: Tongue['presets'] }> {
  const file = files.words[language], bytes = await bytes_of(file);
  return bytes.length === files.sizes[file] ? JSON.parse(new TextDecoder().decode(bytes)) : refuse(file);
}

export async function tongue_of(language: Language): Promise<Tongue> {
  const scripts: Script[] = language === 'zh' ? ['latin', 'chinese'] : ['latin'];
  const [{ app, presets }, ...letters] = await Promise.all([words_of(language), ...scripts.map(letters_of)]);
  return { app: new TextEncoder().encode(app.map((text) => text + '\0').join('')), presets, letters };
}

/** As app_letters counts them. */
export const script_number: Record<Script, number> = { latin: 0, chinese: 1 };
