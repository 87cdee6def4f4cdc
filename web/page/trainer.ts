// One trainer module and the loop that gives it time in short slices; in a worker or on the page's own thread.
import create from 'trainer.mjs';
import { instantiate_from, with_bytes, with_text } from './heap';

const slice_ms = 8;

/** The official files: images and labels for training, then for test. */
export type OfficialFiles = [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
/** What goes to a trainer: a message's bytes, a data pack as fetched, the official files instead of one, or a user's
 *  own file; `hash` says which one is wanted, or nothing. */
export type TrainerInput = { bytes: Uint8Array } | { own: Uint8Array; hash: string } | { pack: Uint8Array; id: string; hash: string } | { files: OfficialFiles; id: string; hash: string };

export class Trainer {
  private working = false;
  private dead = false;

  private constructor(private module: TrainerModule, private failed: (error: unknown) => void, private channel = new MessageChannel()) {
    // a message to ourselves lets waiting messages in between two slices, without the delays of timers
    this.channel.port1.onmessage = () => this.alive(() => {
      if (this.module._trainer_work(slice_ms)) this.channel.port2.postMessage(0);
      else this.working = false;
    });
  }

  /** `failed` is called once, when the module has no memory or breaks; it can't be used after that. */
  static async make(compiled: WebAssembly.Module, post: (bytes: Uint8Array) => void, failed: (error: unknown) => void): Promise<Trainer> {
    return new Trainer(await create({ instantiateWasm: instantiate_from(compiled), post }), failed);
  }

  receive(input: TrainerInput): void {
    this.alive(() => {
      this.open(input);
      if (this.working) return;
      this.working = true;
      this.channel.port2.postMessage(0);
    });
  }

  private open(input: TrainerInput): void {
    const m = this.module;
    if ('bytes' in input) return with_bytes(m, input.bytes, (p, n) => m._trainer_receive(p, n));
    if ('own' in input) return with_text(m, input.hash, (hash) => with_bytes(m, input.own, (p, n) => m._trainer_open_own(p, n, hash)));
    with_text(m, input.id, (id) => with_text(m, input.hash, (hash) => {
      if ('pack' in input) return with_bytes(m, input.pack, (p, n) => m._trainer_open_pack(p, n, id, hash));
      const [a, b, c, d] = input.files;
      with_bytes(m, a, (...a) => with_bytes(m, b, (...b) => with_bytes(m, c, (...c) => with_bytes(m, d, (...d) => m._trainer_open_files(...a, ...b, ...c, ...d, id, hash)))));
    }));
  }

  private alive(act: () => void): void {
    if (this.dead) return;
    try { act(); } catch (error) {
      this.dead = true;
      this.failed(error);
    }
  }
}
