// The trainers of the page: workers where they can be had, else one on this thread. A worker that dies is replaced.
import worker_source from 'worker-source';
import { trusted } from './trusted';
import { Trainer, type TrainerInput } from './trainer';

export interface PoolEvents {
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
  /** How many died before it in this place, one soon after the other. */
  deaths: number;
}

const start_within_ms = 8000;
const deaths_most = 3, healthy_after_ms = 10000;

export class WorkerPool {
  private seats: Seat[] = [];
  private local: Trainer | undefined;
  private address = '';

  private constructor(private compiled: WebAssembly.Module, private events: PoolEvents) {}

  /** Starts `count` workers; if the first can't start, one trainer on this thread serves instead. */
  static async make(compiled: WebAssembly.Module, count: number, events: PoolEvents): Promise<WorkerPool> {
    const pool = new WorkerPool(compiled, events);
    let first: Seat | undefined;
    try {
      if (count < 1) throw new Error('no workers wanted');
      // a Blob's address works in sandboxed frames and from file://, where a file's does not
      pool.address = URL.createObjectURL(new Blob([worker_source], { type: 'text/javascript' }));
      first = pool.seat(0); // takes its place once it has started: till then it is not replaced
      await pool.started(first);
      pool.seats.push(first);
      for (let i = 1; i < count; ++i) pool.seats.push(pool.seat(i));
    } catch {
      first?.worker.terminate();
      pool.seats.forEach((seat) => seat.worker.terminate());
      pool.seats = [];
      await pool.make_local();
    }
    return pool;
  }

  private local_deaths = 0;
  private async make_local(): Promise<void> {
    this.local = await Trainer.make(this.compiled, (bytes) => this.events.message(0, bytes), () => {
      if (++this.local_deaths % deaths_most === 0) this.events.hopeless(0);
      void this.make_local().then(() => this.events.restarted(0));
    });
  }

  get count(): number { return this.seats.length || 1; }
  get on_page(): boolean { return this.local !== undefined; }

  post(worker: number, input: TrainerInput): void {
    if (this.local) this.local.receive(input);
    else this.seats[worker]?.worker.postMessage(input);
  }

  /** Ends a worker as a crash would: for tests, and for nothing else. */
  kill(worker: number): void {
    const seat = this.seats[worker];
    if (!seat) return;
    seat.deaths = 0; // a test may kill as often as it likes
    this.replace(worker, seat);
  }

  private seat(index: number, deaths = 0): Seat {
    const worker = new Worker(trusted.createScriptURL(this.address));
    const seat: Seat = { worker, born_ms: performance.now(), ready: false, deaths };
    worker.onmessage = (event: MessageEvent<Uint8Array | 'ready' | { failed: string }>) => {
      if (event.data instanceof Uint8Array) this.events.message(index, event.data);
      else if (event.data === 'ready') seat.ready = true;
      else this.replace(index, seat);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.replace(index, seat);
    };
    worker.postMessage({ compiled: this.compiled });
    return seat;
  }

  private started(seat: Seat): Promise<void> {
    return new Promise((resolve, reject) => {
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
    if (this.seats[index] !== dead || this.on_page) return;
    dead.worker.terminate();
    let deaths = performance.now() - dead.born_ms > healthy_after_ms ? 1 : dead.deaths + 1;
    if (deaths > deaths_most) {
      this.events.hopeless(index);
      if (!dead.ready) return; // workers do not even start here any more
      deaths = 0;
    }
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
