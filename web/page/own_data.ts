// The door to data of a student's own: all that is done with them (own/own.ts) is a script, which is fetched with its words when somebody brings
// data, or a document names some.
import { files } from 'site-files';
import { save } from './dialogs';
import { file_once, forget_file, single_file } from './fetch_bytes';
import type { Dropped } from './own/drop';
import type { Own, OwnActions, Texts } from './own/own';
import { trusted } from './trusted';
import type { Language, Words } from './words';

const late = window as { downhill_own?: typeof Own };
const read = async <T>(file: string, act: (bytes: Uint8Array) => T | Promise<T>): Promise<T> => {
  const bytes = await file_once(file);
  try { return await act(bytes); } catch (error) { forget_file(file); throw error; } // it came damaged
};
const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as Texts;
/** The single-file page has the script in itself. */
const fetch_script = () => (late.downhill_own || single_file ? Promise.resolve() : new Promise<void>((resolve, reject) => {
  const script = document.createElement('script');
  script.onload = () => resolve();
  script.onerror = () => { script.remove(); reject(new Error(files.own.script)); };
  script.src = trusted.createScriptURL(new URL(files.own.script, document.baseURI).href);
  document.head.append(script);
}));
/** What reads people's files: a module, and the script of its worker. */
const fetch_reader = async () => {
  const [compiled, worker] = await Promise.all([read(files.own.module, (bytes) => WebAssembly.compile(bytes as BufferSource)), file_once(files.own.worker)]);
  return { compiled, script: trusted.createScriptURL(URL.createObjectURL(new Blob([worker as BlobPart], { type: 'text/javascript' }))) };
};

export class OwnData {
  private own: Own | undefined;

  constructor(private words: Words, private actions: OwnActions) {}

  /** In the language that is shown. Rejects with a sentence. */
  private async here(): Promise<Own> {
    const { words } = this;
    let language: Language, texts: Texts;
    try {
      do [texts] = await Promise.all([read(files.own.words[language = words.language], json), fetch_script()]);
      while (language !== words.language);
      this.own ??= new late.downhill_own!(this.actions, fetch_reader, save);
    } catch { throw new Error(words.say('notice.no_own')); }
    this.own.speak(texts, language);
    return this.own;
  }
  /** A failure is told, and can be tried again. */
  private async with_own(act: (own: Own) => Promise<void>, failed = () => {}): Promise<void> {
    try { await act(await this.here()); } catch (error) {
      failed();
      this.actions.say((error as Error).message, { label: this.words.say('notice.again'), act: () => void this.with_own(act, failed) });
    }
  }

  /** The dialog in which people bring their data, with what was dropped. */
  open(dropped?: Dropped): Promise<void> { return this.with_own((own) => own.open(dropped)); }
  /** Another language is shown. */
  speak(): void { if (this.own) void this.here().catch(() => undefined); }
  /** A document names this file. */
  load(hash: string, only_worker?: number): Promise<void> {
    return this.with_own((own) => own.load(hash, only_worker), () => { this.actions.command('pack_failed', { code: 'needs_file' }); });
  }
  // what trainers say of it
  opened(hash: string, examples: number): void { void this.own?.opened(hash, examples); }
  refused(text: string): void { this.own?.refused(text); }
  load_again(worker: number): void { this.own?.load_again(worker); }
  /** What is kept of it is no good. */
  forget(hash: string): void { this.own?.forget(hash); }
}
