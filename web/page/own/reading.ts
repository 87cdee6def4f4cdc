// The worker of own files as the dialog sees it: given files in parts, so that the page goes on meanwhile; ended where somebody cancels.
import type { Found } from './files';
import type { Asked, FromWorker, Look, ToWorker } from './messages';

const part_most = 200; // files in one message

export interface ReadingParts { compiled: WebAssembly.Module; /** The address of the worker's script. */ script: string; english: boolean }

export class Reading {
  private worker: Worker | undefined;
  private line: Promise<void> = Promise.resolve();
  private asked = 0;

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
        else this.heard(data);
      };
      worker.postMessage({ compiled: this.parts.compiled, english: this.parts.english } satisfies ToWorker);
    }
    this.worker.postMessage(message);
  }

  give({ files, unread }: Found): void {
    this.line = this.line.then(async () => {
      const begun = this.ended;
      for (let at = 0; at === 0 || at < files.length; at += part_most) {
        if (begun !== this.ended) return;
        this.post({ given: files.slice(at, at + part_most), unread: at === 0 ? unread : [], last: at + part_most >= files.length });
        await new Promise((resolve) => setTimeout(resolve));
      }
    });
  }
  see(look: Look): void { this.post({ look }); }
  /** The number that the answer has. */
  finish(asked: Asked): number {
    this.post({ finish: asked, id: ++this.asked });
    return this.asked;
  }
  pack(): number {
    this.post({ pack: ++this.asked });
    return this.asked;
  }
  private ended = 0;
  /** Forgets all files. */
  end(): void {
    ++this.ended;
    this.worker?.terminate();
    this.worker = undefined;
  }
}
