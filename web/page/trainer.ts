// One trainer module and the loop that gives it time in short slices; in a worker or on the page's own thread.
import create from 'trainer.mjs';
import { instantiate_from, with_bytes, with_text } from './heap';

const slice_ms = 8;

/** What goes to a trainer: a message's bytes, or a data pack as fetched. */
export type TrainerInput = { bytes: Uint8Array } | { pack: Uint8Array; id: string; hash: string };

export class Trainer {
  private constructor(private module: TrainerModule, private channel = new MessageChannel()) {
    // a message to ourselves lets waiting messages in between two slices, without the delays of timers
    this.channel.port1.onmessage = () => {
      if (this.module._trainer_work(slice_ms)) this.channel.port2.postMessage(0);
      else this.working = false;
    };
  }
  private working = false;

  static async make(compiled: WebAssembly.Module, post: (bytes: Uint8Array) => void): Promise<Trainer> {
    return new Trainer(await create({ instantiateWasm: instantiate_from(compiled), post }));
  }

  receive(input: TrainerInput): void {
    const m = this.module;
    if ('bytes' in input) with_bytes(m, input.bytes, (p, n) => m._trainer_receive(p, n));
    else with_bytes(m, input.pack, (p, n) => with_text(m, input.id, (id) => with_text(m, input.hash, (hash) => m._trainer_open_pack(p, n, id, hash))));
    if (this.working) return;
    this.working = true;
    this.channel.port2.postMessage(0);
  }
}
