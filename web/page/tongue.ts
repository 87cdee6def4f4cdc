// What a language needs, fetched when it is first asked for: its words, and the letters that Latin ones lack; both in parts, what all
// labs share and what comes with a lab.
import { files } from 'site-files';
import { file_once, forget_file } from './fetch_bytes';
import type { Language, PresetWords } from './words';

export interface Part {
  /** The app's words, as app_words takes them, and the number of the first. */
  first: number;
  app: Uint8Array;
  presets: Record<string, PresetWords>;
  /** Titles of all presets, if it is the common part. */
  titles?: Record<string, string>;
  /** The lab's presets, as lab_fetched takes them. */
  documents: object[];
  /** MathML by field or choice, as in formulas.ts. */
  formulas: Record<string, string>;
}
export interface Tongue { parts: Part[]; letters: Letters[] }
export type Script = keyof typeof files.letters;
export interface Letters { script: Script; bytes: Uint8Array }

/** A part's name: a lab's id, or empty. */
export const common = '';
const scripts_of = (language: Language, parts: string[]): Script[] => [...(parts.includes(common) ? ['latin' as const] : []),
  ...(language === 'zh' ? [...(parts.includes(common) ? ['chinese' as const] : []), ...(parts.some((part) => part !== common) ? ['rare' as const] : [])] : []), ...(parts.some((part) => files.code.includes(part)) ? ['code' as const] : [])];

export async function letters_of(script: Script): Promise<Letters> {
  return { script, bytes: await file_once(files.letters[script]) };
}

async function part_of(language: Language, part: string): Promise<Part> {
  const file = files.words[part]![language], text = new TextDecoder().decode(await file_once(file));
  let said;
  try { said = JSON.parse(text); } catch (error) { // it came damaged
    forget_file(file);
    throw error;
  }
  return { ...said, app: new TextEncoder().encode(Object.entries(said.app).map((row) => row.join('\0') + '\0').join('')) };
}

export async function tongue_of(language: Language, parts: string[]): Promise<Tongue> {
  const [said, letters] = await Promise.all([Promise.all(parts.map((part) => part_of(language, part))), Promise.all(scripts_of(language, parts).map(letters_of))]);
  return { parts: said, letters };
}

/** The files that a lab's part is in. */
export const files_of = (language: Language, lab: string): string[] => [files.words[lab]![language], ...scripts_of(language, [lab]).map((script) => files.letters[script])];

/** As app_letters counts them. */
export const script_number: Record<Script, number> = { latin: 0, chinese: 1, rare: 2, code: 3 };
