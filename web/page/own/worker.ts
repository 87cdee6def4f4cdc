// The worker that reads a user's own files, one after the other, by the module own.wasm; it has the page's File objects, so that no more than a few
// files are in memory at once. The page asks by messages (messages.ts) and ends it when somebody cancels.
import { picked } from './files';
import type { Asked, FolderHandle, FromWorker, GivenFile, Kind, Look, Sample, ToWorker, Turn, Unread } from './messages';
import { OwnModule } from './module';

const scope = self as unknown as { postMessage(data: FromWorker, transfer?: Transferable[]): void };
const samples_most = 8, slice_ms = 40, told_every_ms = 200;
const ahead_most = 16, ahead_bytes_most = 32e6; // files that are read while another one is worked off

/** Of workers: TypeScript's DOM library has it not. */
declare class FileReaderSync { readAsArrayBuffer(blob: Blob): ArrayBuffer }

const post = (message: FromWorker, transfer: Transferable[] = []) => scope.postMessage(message, transfer);
/** Messages come in before it goes on. */
const pause = () => new Promise<void>((resolve) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { port1.close(); resolve(); }; port2.postMessage(0); });

class Reader {
  private files: GivenFile[] = [];
  private unread: Unread[] = [];
  private look: Look = { side: 28, fit: false, invert: false };
  private kind: Kind = 'pictures';
  private turn: Turn = { asks: 0, looks: 0 };
  private begun = 0; // counts readings: an older one that wakes up ends
  private finishing = 0; // counts what was asked of them, in the same way
  private in_zip = false;
  private english = 0;
  private read = false;
  private next = 0; // of files
  private told_unread = 0;
  private root = -1;
  private samples = 0;
  private bytes = 0;
  private told_ms = 0;
  private chosen = ''; // by which a table was read last
  private whole = ''; // what own_open_data answered

  constructor(private module: OwnModule, private opened: { zip?: File }) { this.begin(); }

  private begin(): void {
    const { side, fit, invert } = this.look;
    this.module.it.own_begin(side, Number(fit), Number(invert));
    this.next = this.samples = this.bytes = this.told_unread = 0;
    this.root = -1;
    this.read = this.in_zip = false;
    this.chosen = '';
  }

  async give(files: GivenFile[], unread: Unread[], last: boolean, english: boolean): Promise<void> {
    // a table or data file takes the place of the one before
    if (last && files.length === 1 && this.files.length === 1 && this.unread.length === 0 && kind_of(this.files[0]!) !== 'pictures' && kind_of(files[0]!) !== 'pictures') this.files = [];
    const before = this.files.length;
    this.english = Number(english);
    this.files.push(...files);
    this.unread.push(...unread);
    if (!last) return;
    ++this.turn.asks;
    const only = this.files.length === 1 && this.unread.length === 0, kind: Kind = only ? kind_of(this.files[0]!) : 'pictures';
    // more files go on from where it is, but not within a zip, nor once tables have been looked at
    if (kind !== 'pictures' || this.kind !== 'pictures' || this.in_zip || this.next >= before) this.begin();
    this.kind = kind;
    await this.go();
  }
  async give_folder(folder: FolderHandle, root: number, english: boolean): Promise<void> {
    const { files, unread } = await picked(folder, root, (count) => {
      if (performance.now() - this.told_ms < told_every_ms) return;
      this.told_ms = performance.now();
      post({ is: 'progress', done: 0, of: count, bytes: 0, pictures: 0, share: 0 });
    });
    await this.give(files, unread, true, english);
  }
  async see(look: Look): Promise<void> {
    this.look = look;
    ++this.turn.asks;
    ++this.turn.looks;
    if (this.kind !== 'pictures') return;
    this.begin();
    await this.go();
  }

  private async go(): Promise<void> {
    const number = ++this.begun;
    this.read = false;
    this.progress(true);
    if (this.kind === 'pictures') await this.read_pictures(() => this.begun !== number);
    else await this.read_one(() => this.begun !== number);
  }
  private done(more: { error?: string } = {}): void {
    this.read = true;
    this.progress(true);
    const { it } = this.module;
    if (this.kind === 'table' && !more.error) Object.assign(more, { table: JSON.parse(this.module.text(it.own_table_shown())) });
    post({ is: 'read', kind: this.kind, ...more, memory: it.memory.buffer.byteLength, of: { ...this.turn } });
  }
  private progress(now = false, share?: number): void {
    const now_ms = performance.now();
    if (!now && now_ms - this.told_ms < told_every_ms) return;
    this.told_ms = now_ms;
    post({ is: 'progress', done: this.next, of: this.files.length, bytes: this.bytes, pictures: this.module.it.own_pictures(), share: share ?? (this.files.length ? this.next / this.files.length : 0) });
  }
  private async advance(over: () => boolean): Promise<boolean> {
    for (;;) {
      const until_ms = performance.now() + slice_ms;
      let more = 1;
      while (more && performance.now() < until_ms) more = this.module.it.own_advance();
      if (!more) return true;
      this.progress(false, this.kind === 'table' ? this.module.it.own_progress() : 1);
      await pause();
      if (over()) return false;
    }
  }

  /** A table, or a data file. */
  private async read_one(over: () => boolean): Promise<void> {
    const { file } = this.files[0]!, { module, english } = this, is_table = this.kind === 'table';
    const large = module.text(module.it.own_too_large(Number(is_table), file.size, english));
    if (large) return this.done({ error: `${file.name}: ${large}` });
    const content = await file.arrayBuffer().then((bytes) => new Uint8Array(bytes), () => undefined);
    if (over()) return;
    if (!content) return this.done({ error: 'unreadable' });
    this.bytes = content.length;
    if (!is_table) {
      this.whole = module.with_bytes(content, (at, size) => module.text(module.it.own_open_data(at, size, english)));
      const { error, shape = [], sums } = JSON.parse(this.whole) as { error?: string; shape?: number[]; sums?: { train: number } };
      for (let i = 0; !error && shape.length === 2 && shape[0] === shape[1] && i < Math.min(samples_most, sums?.train ?? 0); ++i) this.sample({ name: '', square: module.bytes(module.it.own_example(i), shape[0]! * shape[0]!), side: shape[0]! });
      this.next = 1;
      return this.done(error ? { error: `${file.name}: ${error}` } : {});
    }
    const { error } = JSON.parse(module.with_bytes(content, (at, size) => module.text(module.it.own_open_table(at, size, english)))) as { error?: string };
    if (error) return this.done({ error: `${file.name}: ${error}` });
    if (!(await this.advance(over))) return;
    this.next = 1;
    this.done();
  }

  private async read_pictures(over: () => boolean): Promise<void> {
    const { module } = this, { it } = module;
    const skip = (name: string, code: string) => module.with_text(name, (n) => module.with_text(code, (c) => it.own_skip(n, c)));
    for (; this.told_unread < this.unread.length; ++this.told_unread) skip(this.unread[this.told_unread]!.name, this.unread[this.told_unread]!.code);
    // what is wanted of the files to come: their bytes are on the way
    const coming = new Map<number, Promise<Uint8Array | undefined>>();
    let asked = this.next, ahead_bytes = 0, paused_ms = performance.now();
    const ask_ahead = () => {
      while (asked < this.files.length && coming.size < ahead_most && (coming.size === 0 || ahead_bytes + this.files[asked]!.file.size < ahead_bytes_most)) {
        const { file, alone, name } = this.files[asked]!;
        // of what is no picture by its name it is asked first what it is; a large one is refused unread
        if (file.size <= ahead_bytes_most && (!alone || is_picture(name))) {
          ahead_bytes += file.size;
          coming.set(asked, file.arrayBuffer().then((bytes) => new Uint8Array(bytes), () => undefined));
        }
        ++asked;
      }
    };
    while (this.next < this.files.length) {
      const { name, file, root, alone } = this.files[this.next]!;
      if (root !== this.root) it.own_next_root();
      this.root = root;
      asked = Math.max(asked, this.next);
      ask_ahead();
      const early = coming.get(this.next);
      if (it.own_full()) this.next = this.files.length - 1;
      else if (alone && await this.is_zip(file, name)) {
        if (over()) return;
        await this.read_zip(file, over);
      }
      else if (alone && /\.zip$/i.test(name)) skip(name, 'own_zip_damaged');
      else if (module.with_text(name, (n) => it.own_wants(n, file.size))) {
        const content = await (early ?? file.arrayBuffer().then((bytes) => new Uint8Array(bytes), () => undefined));
        if (over()) return;
        if (!content) skip(name, 'file_unreadable');
        else {
          this.bytes += content.length;
          if (module.with_text(name, (n) => module.with_bytes(content, (at, size) => it.own_add(n, at, size)))) this.sample_of(name, file);
        }
      }
      if (early && coming.delete(this.next)) ahead_bytes -= file.size;
      if (over()) return;
      ++this.next;
      this.progress();
      if (performance.now() - paused_ms > slice_ms) {
        await pause();
        paused_ms = performance.now();
        if (over()) return;
      }
    }
    if (!(await this.advance(over))) return;
    this.done();
  }

  private async is_zip(file: File, name: string): Promise<boolean> {
    if (is_picture(name) || /\.(csv|tsv)$/i.test(name)) return false;
    const mark = await file.slice(0, 4).arrayBuffer().then((bytes) => new Uint8Array(bytes), () => new Uint8Array());
    return mark[0] === 0x50 && mark[1] === 0x4b && ((mark[2] === 3 && mark[3] === 4) || (mark[2] === 5 && mark[3] === 6)); // of an empty one, too
  }
  private async read_zip(file: File, over: () => boolean): Promise<void> {
    const { module } = this, { it } = module;
    this.opened.zip = file;
    if (!module.with_text(file.name, (n) => it.own_open_zip(n, file.size))) return;
    const count = it.own_zip_count();
    this.in_zip = true;
    let paused_ms = performance.now();
    for (let entries = 0; ; ++entries) {
      const found = module.with_text(file.name, (n) => it.own_next_entry(n));
      if (!found) break;
      this.bytes += it.own_entry_size();
      if (found === 2) this.sample_of(module.text(it.own_entry_name()), () => new Blob([module.bytes(it.own_entry_bytes(), it.own_entry_size()) as BlobPart]));
      if (performance.now() - paused_ms < slice_ms) continue;
      this.progress(false, (this.next + entries / Math.max(1, count)) / this.files.length);
      await pause();
      paused_ms = performance.now();
      if (over()) return;
    }
    this.in_zip = false;
    it.own_close_zip();
  }

  private sample_of(name: string, before: Blob | (() => Blob)): void {
    if (this.samples >= samples_most) return;
    const { module, look } = this;
    const square = (picture: number) => module.bytes(module.it.own_square(picture), look.side * look.side), { side } = look;
    if (is_picture(name)) return this.sample({ name, before: before instanceof Blob ? before : before(), square: square(module.it.own_pictures() - 1), side });
    for (let at = 0, count = module.it.own_pictures(); this.samples < samples_most && at < count; at += Math.max(1, Math.floor(count / samples_most))) this.sample({ name: '', square: square(at), side }); // IDX holds many
  }
  private sample(sample: Sample): void {
    post({ is: 'sample', sample, place: this.samples++, of: { ...this.turn } });
  }

  async finish(asked: Asked, id: number): Promise<void> {
    if (!this.read) return; // it is asked again when all is read
    const { module } = this, { english } = asked, { it } = module, begun = this.begun, number = ++this.finishing;
    const said = (text: string, call: (at: number, english: number) => number) => JSON.parse(module.with_text(text, (at) => module.text(call(at, english))));
    const answer = (summary: object) => post({ is: 'summary', id, summary, memory: it.memory.buffer.byteLength });
    if (this.kind === 'file') return answer(JSON.parse(this.whole));
    const { target, as, features } = asked, choice = JSON.stringify({ target, as, features });
    if (this.kind === 'table' && choice !== this.chosen) {
      this.chosen = '';
      const refused = said(choice, it.own_choose);
      if (refused.error) return answer(refused);
      if (!(await this.advance(() => this.begun !== begun || this.finishing !== number))) return; // something else was asked
      this.chosen = choice;
    }
    answer(said(JSON.stringify(asked), it.own_finish));
  }
  pack(id: number): void {
    const size = this.module.it.own_pack(), bytes = this.module.bytes(this.module.it.own_packed(), size);
    post({ is: 'packed', id, bytes }, [bytes.buffer]);
  }
}
/** What a file is that was given and is the only one. */
const kind_of = ({ name, alone }: GivenFile): Kind => (alone && /\.(csv|tsv)$/i.test(name) ? 'table' : alone && /\.downhill-data(\.gz)?$/i.test(name) ? 'file' : 'pictures');
const is_picture = (name: string) => /\.(png|jpe?g|jpe|jfif|webp)$/i.test(name);

let reader: Promise<Reader> | undefined;
const opened: { zip?: File } = {};
/** Synchronous, as the module reads zips. */
function read_of_zip(at: number, size: number): Uint8Array | undefined {
  try { return new Uint8Array(new FileReaderSync().readAsArrayBuffer(opened.zip!.slice(at, at + size))); } catch { return undefined; }
}
async function receive(message: ToWorker): Promise<void> {
  if ('compiled' in message) {
    reader = OwnModule.make(message.compiled, read_of_zip).then((module) => new Reader(module, opened));
    await reader;
    return post({ is: 'ready' });
  }
  const it = (await reader)!;
  if ('given' in message) await it.give(message.given, message.unread, message.last, message.english);
  else if ('folder' in message) await it.give_folder(message.folder, message.root, message.english);
  else if ('look' in message) await it.see(message.look);
  else if ('finish' in message) await it.finish(message.finish, message.id);
  else it.pack(message.pack);
}
self.onmessage = (event: MessageEvent<ToWorker>) => {
  receive(event.data).catch((error: unknown) => {
    post({ is: 'failed' }); // no memory, or a mistake of ours: the module can't be used after that
    throw error;
  });
};
