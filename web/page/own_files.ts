// The way to the dialog in which people bring their own files (own/dialog.ts): its script, words, worker and module are fetched when somebody wants it.
import { files } from 'site-files';
import { save } from './dialogs';
import { file_once, forget_file, single_file } from './fetch_bytes';
import { use_own_data } from './own_data';
import type { OwnDialog } from './own/dialog';
import type { Dropped } from './own/files';
import { trusted } from './trusted';
import type { Language } from './words';

const late = window as { downhill_own?: typeof OwnDialog };
let dialog: OwnDialog | undefined;
const texts = new Map<Language, Record<string, string>>();
const read = async <T>(file: string, act: (bytes: Uint8Array) => T | Promise<T>): Promise<T> => {
  const bytes = await file_once(file);
  try { return await act(bytes); } catch (error) { forget_file(file); throw error; } // it came damaged
};
const text_of = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The single-file page has the script in itself. */
const fetch_script = () => (late.downhill_own || single_file ? Promise.resolve() : new Promise<void>((resolve, reject) => {
  const script = document.createElement('script');
  script.onload = () => resolve();
  script.onerror = () => { script.remove(); reject(new Error(files.own.script)); };
  script.src = trusted.createScriptURL(new URL(files.own.script, document.baseURI).href);
  document.head.append(script);
}));

/** Opens the dialog, with what was dropped. Rejects where it can't be had. */
export async function open_own(language: Language, dropped?: Dropped): Promise<void> {
  const [said, compiled, worker] = await Promise.all([
    texts.get(language) ?? read(files.own.words[language], (bytes) => JSON.parse(text_of(bytes)) as Record<string, string>),
    dialog ? undefined : read(files.own.module, (bytes) => WebAssembly.compile(bytes as BufferSource)),
    dialog ? undefined : file_once(files.own.worker), fetch_script()]);
  texts.set(language, said);
  if (!dialog && compiled && worker && late.downhill_own) {
    const script = trusted.createScriptURL(URL.createObjectURL(new Blob([worker as BlobPart], { type: 'text/javascript' })));
    dialog = new late.downhill_own(said, language === 'en', { compiled, script }, { save: (name, bytes) => save(name, bytes), use: use_own_data });
  }
  if (!dialog) throw new Error(files.own.script);
  dialog.open(said, language === 'en');
  if (dropped) dialog.drop(dropped);
}
