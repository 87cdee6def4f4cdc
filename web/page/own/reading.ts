// The worker of own files as the dialog sees it: given files in parts, so that the page goes on meanwhile; ended where somebody cancels.
import type { Found } from './files';
import type { Asked, FolderHandle, FromWorker, Look, ToWorker, Turn } from './messages';

const part_most = 40; // files in one message: a message of many would hold the page up

export interface ReadingParts { compiled: WebAssembly.Module; /** The address of the worker's script. */ script: string }

export class Reading {
  private worker: Worker | undefined;
  private line: Promise<void> = Promise.resolve();
  private asked = 0;
  private turn: Turn = { asks: 0, looks: 0 };
  private ended = 0;
  private packs = new Map<number, (bytes: Uint8Array | undefined) => void>();

  /** `died`: it has no memory left, or broke, or can't be had here. What comes of a worker that was ended is not told. */
  constructor(private parts: ReadingParts, private heard: (message: FromWorker) => void, private died: () => void) {}

  private post(message: ToWorker): void {
    if (!this.worker) {
      let worker: Worker;
      try { worker = this.worker = new Worker(this.parts.script); } catch { return void queueMicrotask(() => this.died()); }
      const dead = () => { if (this.worker === worker) this.end(), this.died(); };
      worker.onerror = (event) => { event.preventDefault(); dead(); };
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (this.worker !== worker) return;
        if (data.is === 'failed') dead();
        else if (data.is === 'packed') this.packs.get(data.id)?.(data.bytes), this.packs.delete(data.id);
        // more was asked since
        else if ((data.is === 'read' && data.of.asks !== this.turn.asks) || (data.is === 'sample' && data.of.looks !== this.turn.looks)) return;
        else this.heard(data);
      };
      worker.postMessage({ compiled: this.parts.compiled } satisfies ToWorker);
    }
    this.worker?.postMessage(message);
  }

  /** `english`: in which language a file's error is told. */
  give({ files, unread }: Found, english: boolean): void {
    const begun = this.ended;
    ++this.turn.asks;
    this.line = this.line.then(async () => {
      for (let at = 0; at === 0 || at < files.length; at += part_most) {
        if (begun !== this.ended) return;
        this.post({ given: files.slice(at, at + part_most), unread: at === 0 ? unread : [], last: at + part_most >= files.length, english });
        await new Promise((resolve) => setTimeout(resolve));
      }
    });
  }
  folder(folder: FolderHandle, root: number, english: boolean): void {
    ++this.turn.asks;
    this.post({ folder, root, english });
  }
  see(look: Look): void {
    ++this.turn.asks;
    ++this.turn.looks;
    this.post({ look });
  }
  /** The number that the answer has. */
  finish(asked: Asked): number {
    this.post({ finish: asked, id: ++this.asked });
    return this.asked;
  }
  /** The data as a file's bytes; none where the worker ended before. */
  pack(): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => {
      this.packs.set(++this.asked, resolve);
      this.post({ pack: this.asked });
    });
  }
  /** Forgets all files. */
  end(): void {
    ++this.ended;
    this.turn = { asks: 0, looks: 0 };
    this.worker?.terminate();
    this.worker = undefined;
    for (const done of this.packs.values()) done(undefined);
    this.packs.clear();
  }
}
