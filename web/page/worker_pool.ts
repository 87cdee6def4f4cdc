// The trainers of the page: workers where they can be had, else one on this thread. A worker that dies is replaced.
import { trusted } from './trusted';
import { Trainer, type TrainerInput } from './trainer';

export interface PoolEvents {
  /** The workers are made. What `all` is given they take as soon as they can; if none of them starts, nobody does. */
  seated(all: (input: TrainerInput) => void): void;
  message(worker: number, bytes: Uint8Array): void;
  /** A dead worker has been replaced; it knows nothing yet. */
  restarted(worker: number): void;
  /** It died again and again of what its lanes do: they are to be given up before it is replaced once more. */
  hopeless(worker: number): void;
}

interface Seat {
  worker: Worker;
  born_ms: number;
  ready: boolean;
  dead: boolean;
  /** When it was given up, since not even starting worked; 0: never. */
  given_up: number;
  /** The timer that tries it again. */
  again: number;
  /** How many died before it in this place, one soon after the other. */
  deaths: number;
}

const start_within_ms = 8000;
const try_again_after_ms = 10000;
const deaths_most = 3, healthy_after_ms = 10000;

export class WorkerPool {
  private seats: Seat[] = [];
  private local: Trainer | undefined;
  private address = '';

  private constructor(private compiled: Promise<WebAssembly.Module>, private events: PoolEvents) {}

  /** Starts `count` workers while the module is still on its way; if the first can't start, one trainer on this thread
   * serves instead. Rejects if there is no module. */
  static async make(compiled: Promise<WebAssembly.Module>, count: number, events: PoolEvents): Promise<WorkerPool> {
    const pool = new WorkerPool(compiled, events), seats: Seat[] = [];
    try {
      if (count < 1) throw new Error('no workers wanted');
      // a Blob's address works in sandboxed frames and from file://, where a file's does not
      pool.address = window.downhill_worker ?? URL.createObjectURL(new Blob([document.getElementById('worker')?.textContent ?? ''], { type: 'text/javascript' }));
      for (let i = 0; i < count; ++i) seats.push(pool.seat(i));
      for (const worker of window.downhill_workers?.splice(0) ?? []) worker.terminate(); // more than were wanted
      events.seated((input) => { for (const seat of seats) seat.worker.postMessage(input); });
      await pool.started(seats[0] as Seat);
      pool.seats = seats; // till now none was replaced
      seats.forEach((seat, i) => { if (seat.dead) pool.replace(i, seat); });
    } catch {
      seats.forEach((seat) => seat.worker.terminate());
      await pool.make_local();
    }
    return pool;
  }

  private local_deaths = 0;
  private async make_local(): Promise<void> {
    // it may answer at once, in the midst of a frame: what it says waits for the end of that, as a worker's would
    this.local = await Trainer.make(await this.compiled, (bytes) => queueMicrotask(() => this.events.message(0, bytes)), () => queueMicrotask(() => {
      if (++this.local_deaths % deaths_most === 0) this.events.hopeless(0);
      void this.make_local().then(() => this.events.restarted(0));
    }));
  }

  get count(): number { return this.seats.length || 1; }
  get on_page(): boolean { return this.local !== undefined; }

  post(worker: number, input: TrainerInput): void {
    if (this.local) return this.local.receive(input);
    const seat = this.seats[worker];
    // who begins anew is told all that this message says
    if (seat?.given_up) seat.again ||= window.setTimeout(() => this.begin_anew(worker, 0), seat.given_up + try_again_after_ms - performance.now());
    else seat?.worker.postMessage(input);
  }

  /** Ends a worker as a crash would: for tests, and for nothing else. */
  kill(worker: number): void {
    const seat = this.seats[worker];
    if (!seat) return;
    seat.deaths = 0; // a test may kill as often as it likes
    this.replace(worker, seat);
  }

  private seat(index: number, deaths = 0): Seat {
    const worker = window.downhill_workers?.shift() ?? new Worker(trusted.createScriptURL(this.address));
    const seat: Seat = { worker, born_ms: performance.now(), ready: false, dead: false, given_up: 0, again: 0, deaths };
    worker.onmessage = (event: MessageEvent<Uint8Array | 'ready' | { failed: string }>) => {
      if (event.data instanceof Uint8Array) this.events.message(index, event.data);
      else if (event.data === 'ready') seat.ready = true;
      else this.replace(index, seat);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.replace(index, seat);
    };
    // what is posted before waits there; without a module nobody starts
    this.compiled.then((compiled) => worker.postMessage({ compiled }), () => undefined);
    return seat;
  }

  private async started(seat: Seat): Promise<void> {
    await this.compiled;
    if (seat.ready) return;
    if (seat.dead) throw new Error('refused');
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), start_within_ms);
      seat.worker.addEventListener('message', (event) => {
        clearTimeout(timer);
        if (event.data === 'ready') resolve();
        else reject(new Error(String(event.data.failed)));
      }, { once: true });
      seat.worker.addEventListener('error', () => { clearTimeout(timer); reject(new Error('refused')); }, { once: true });
    });
  }

  private replace(index: number, dead: Seat): void {
    dead.dead = true;
    if (this.seats[index] !== dead || this.on_page) return;
    dead.worker.terminate();
    let deaths = performance.now() - dead.born_ms > healthy_after_ms ? 1 : dead.deaths + 1;
    if (deaths > deaths_most) {
      this.events.hopeless(index);
      if (!dead.ready) { // workers do not even start here any more: tried again when something is wanted of it
        dead.given_up = performance.now();
        return;
      }
      deaths = 0;
    }
    this.begin_anew(index, deaths);
  }
  private begin_anew(index: number, deaths: number): void {
    this.seats[index] = this.seat(index, deaths);
    this.events.restarted(index);
  }
}

/** Whether a policy forbids WebAssembly: then not even an empty module is let in. */
export function wasm_forbidden(): boolean {
  try { return !new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); } catch { return true; }
}

/** Whether this engine runs simd128: validates a function that uses one vector instruction. */
export function has_simd(): boolean {
  return WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]));
}
