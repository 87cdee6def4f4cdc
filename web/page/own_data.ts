// A file of a student's own (.downhill-data, or a table as the command line takes it) as the data of the lab that is shown. Workers
// read and check it; the page only carries its bytes, and keeps them on the device where that is asked for.
import { files } from 'site-files';
import * as fetched from './fetch_bytes';
import { forget_file, keep_file, kept_file, kept_files, may_keep_files, type OwnFile } from './kept_files';
import type { TrainerInput } from './trainer';
import type { Words } from './words';

const bytes_most = 600e6; // unpacked a file may have 512 MB

export interface OwnActions {
  /** To all trainers, or to one. */
  hand(input: TrainerInput, only_worker?: number): void;
  command(verb: string, rest?: object): unknown;
  lab_has(verb: string): boolean;
  /** Leads to the Race. False: somebody went elsewhere, or it can't be had. */
  to_race(): Promise<boolean>;
  /** `act`: a button, with what it says. */
  say(text: string, wants_files: boolean, act?: { label: string; act: () => void }): void;
  redraw(): void;
  /** A dialog with this in it; the function it gives closes it. */
  dialog(title: string, content: HTMLElement[]): void;
  choose(): void;
}

/** What the lab that is shown wants: see the verb of this name. */
interface Wanted { own: boolean; file: string; name: string; here: boolean }

export const is_own_file = (file: File): boolean => /\.(downhill-data|csv)$/i.test(file.name);

export class OwnData {
  private files = new Map<string, OwnFile>(); // that were used since the page was opened
  private current = ''; // the one that trainers have or are about to have
  private reading?: { file: { name: string; bytes: Uint8Array }; done: () => void; failed: (why: Error) => void } | undefined;
  private line: Promise<unknown> = Promise.resolve();

  constructor(private words: Words, private actions: OwnActions) {}

  /** What is said here comes when it is first needed. Rejects with a sentence. */
  private async words_here(): Promise<void> {
    try { this.words.add(JSON.parse(new TextDecoder().decode(await fetched.file_once(files.own_words)))); } catch {
      fetched.forget_file(files.own_words);
      throw new Error(this.words.say('status.broken', files.own_words));
    }
  }
  private async with_words(act: () => Promise<void>): Promise<void> {
    try { await this.words_here(); } catch (error) { return this.actions.say((error as Error).message, false); }
    await act();
  }

  /** Resolves when the lab's document names it, or it was told why not; rejects with a sentence where the file can't be read. */
  use(bytes: Uint8Array, name: string): Promise<void> {
    const next = this.line.then(() => this.words_here()).then(() => new Promise<void>((done, failed) => {
      this.reading = { file: { name, bytes }, done, failed };
      this.actions.hand({ own: bytes, hash: '' });
    }));
    this.line = next.catch(() => undefined);
    return next;
  }
  /** The same of a file of the device; a failure is told. */
  take(file: File): Promise<void> { return this.with_words(() => this.take_in_words(file)); }
  private async take_in_words(file: File): Promise<void> {
    const { words, actions } = this;
    if (file.size > bytes_most) return actions.say(words.say('own.too_large', file.name, String(Math.round(file.size / 1e6))), true);
    try { await this.use(new Uint8Array(await file.arrayBuffer()), file.name); } catch (error) {
      actions.say(words.say('own.unreadable', file.name, (error as Error).message), true);
    }
  }

  /** A trainer has read it; others do, too. */
  async opened(hash: string, examples: number): Promise<void> {
    const reading = this.reading;
    this.current = hash;
    if (!reading) return this.name_it(hash);
    this.reading = undefined;
    this.files.set(hash, { ...reading.file, hash });
    const wanted = this.wanted();
    if (wanted?.own && wanted.file && wanted.file !== hash && !wanted.here) {
      this.actions.say(this.words.say('own.other', reading.file.name, wanted.name || wanted.file.slice(0, 8)), true,
        { label: this.words.say('own.use_other'), act: () => void this.adopt(hash, examples) });
    } else await this.adopt(hash, examples);
    reading.done();
  }
  refused(text: string): void {
    const reading = this.reading;
    this.reading = undefined;
    reading?.failed(new Error(text));
  }

  private wanted(): Wanted | undefined { return this.actions.lab_has('own_wanted') ? this.actions.command('own_wanted') as Wanted : undefined; }
  private name_it(hash: string): void {
    const file = this.files.get(hash);
    if (file && this.wanted()?.file === hash) this.actions.command('show', { file: file.name });
    this.actions.redraw();
  }

  /** The lab's document names it from now on; where it does already, its file has come. */
  private async adopt(hash: string, examples: number): Promise<void> {
    const { words, actions } = this, file = this.files.get(hash);
    if (!file || (!actions.lab_has('use_own') && !(await actions.to_race()))) return;
    try {
      if (this.wanted()?.file === hash) this.name_it(hash);
      else actions.command('use_own', { hash, name: file.name.slice(0, 100) });
    } catch (error) { return actions.say((error as Error).message, false); }
    actions.redraw();
    const kept = await kept_file(hash), said = words.say('own.used', file.name, String(examples));
    if (kept || !may_keep_files()) return actions.say(said, false);
    actions.say(said, false, { label: words.say('own.keep', megabytes(file.bytes.length)), act: () => void this.keep(hash) });
  }

  /** A document names this file: from what was used, or what is kept here; else the page says which one is missing. */
  async load(hash: string, only_worker?: number): Promise<void> {
    const { actions } = this, file = this.files.get(hash) ?? await kept_file(hash);
    if (file) {
      this.files.set(hash, file);
      this.current = hash;
      return actions.hand({ own: file.bytes, hash }, only_worker);
    }
    actions.command('pack_failed', { code: 'needs_file' });
    await this.with_words(() => this.tell_missing(hash));
    actions.redraw();
  }
  private async tell_missing(hash: string): Promise<void> {
    const { words, actions } = this, name = this.wanted()?.name;
    actions.say(name ? words.say('own.missing', name, hash.slice(0, 8)) : words.say('own.missing_unnamed', hash.slice(0, 8)), true);
  }
  load_again(worker: number): void { if (this.current) void this.load(this.current, worker); }
  /** What is kept of it is no good. */
  forget(hash: string): void {
    this.files.delete(hash);
    if (this.current === hash) this.current = '';
  }

  private async keep(hash: string): Promise<void> {
    const { words, actions } = this, file = this.files.get(hash);
    if (!file) return;
    await keep_file(file).then(() => actions.say(words.say('own.kept', file.name), false), () => actions.say(words.say('own.not_kept', file.name), false));
  }

  /** What is used and what is kept, with the buttons that keep, use and forget. */
  show(): Promise<void> { return this.with_words(() => this.show_in_words()); }
  private async show_in_words(): Promise<void> {
    const { words, actions } = this, kept = await kept_files(), wanted = this.wanted(), here = wanted?.own ? this.files.get(wanted.file) : undefined;
    const paragraph = (text: string) => Object.assign(document.createElement('p'), { textContent: text });
    const button = (text: string, id: string, act: () => unknown) => Object.assign(document.createElement('button'), { textContent: text, id, onclick: () => void act() });
    const row = (text: string, ...buttons: HTMLElement[]) => {
      const it = document.createElement('div'), words = document.createElement('span');
      it.className = 'row';
      words.textContent = text;
      it.append(words, ...buttons);
      return it;
    };
    const again = (act: () => Promise<void>) => async () => { await act().catch(() => undefined); await this.show(); };
    const rows = kept.map(({ hash, name, size }, i) => row(words.say('own.size', name, megabytes(size)),
      button(words.say('own.use'), `own_use_${i}`, async () => {
        const file = await kept_file(hash);
        if (file) await this.use(file.bytes, file.name).catch((error: Error) => actions.say(error.message, false));
      }),
      button(words.say('own.forget'), `own_forget_${i}`, again(() => forget_file(hash)))));
    if (here && may_keep_files() && !kept.some(({ hash }) => hash === here.hash))
      rows.unshift(row(words.say('own.in_use', here.name), button(words.say('own.keep', megabytes(here.bytes.length)), 'own_keep', again(() => keep_file(here)))));
    actions.dialog('own.title', [paragraph(words.say('own.text')), row('', button(words.say('own.choose'), 'own_choose', () => actions.choose())),
      paragraph(words.say(kept.length ? 'own.kept_here' : 'own.none_kept')), ...rows]);
  }
}

const megabytes = (bytes: number) => (bytes < 95_000 ? (bytes / 1e6).toFixed(3) : (bytes / 1e6).toFixed(1));

let the_page_s: OwnData | undefined;
export function set_own_data(own: OwnData): void { the_page_s = own; }
/** A .downhill-data file's bytes become the data of the lab that is shown, or of the Race. Rejects with a sentence. */
export async function use_own_data(bytes: Uint8Array, name: string): Promise<void> { await the_page_s?.use(bytes, name); }
