// What a language needs, fetched when it is first asked for: its words, and the letters that Latin ones lack.
import { files } from 'site-files';
import { file_once } from './fetch_bytes';
import type { Language, PresetWords } from './words';

export interface Tongue {
  /** The app's words, as app_words takes them. */
  app: Uint8Array;
  presets: Record<string, PresetWords>;
  letters: Letters[];
}
export type Script = keyof typeof files.letters;
export interface Letters { script: Script; bytes: Uint8Array }

export async function letters_of(script: Script): Promise<Letters> {
  return { script, bytes: await file_once(files.letters[script]) };
}

async function words_of(language: Language): Promise<{ app: string[]; presets: Tongue['presets'] }> {
  return JSON.parse(new TextDecoder().decode(await file_once(files.words[language])));
}

export async function tongue_of(language: Language): Promise<Tongue> {
  const scripts: Script[] = language === 'zh' ? ['latin', 'chinese'] : ['latin'];
  const [{ app, presets }, ...letters] = await Promise.all([words_of(language), ...scripts.map(letters_of)]);
  return { app: new TextEncoder().encode(app.map((text) => text + '\0').join('')), presets, letters };
}

/** As app_letters counts them. */
export const script_number: Record<Script, number> = { latin: 0, chinese: 1 };
