// window.downhill: the page's public interface. Its verbs and their arguments are a table of the app (web/app/commands.cpp):
// an argument of another kind or out of range is refused in a sentence of the page's language, thrown as an Error; where a
// verb answers with a promise, it rejects. Nothing has then changed.

export const events = ['ready', 'height', 'state', 'progress', 'finished', 'error'] as const;
export type EventName = (typeof events)[number];

/** Of a lane that is trained. A lane that walks on a surface has x, y, f and distance instead of epoch and losses, and points
 *  [x, y, f] as its curve. */
export interface Result {
  label: string; step: number; steps: number; epoch: number; examples: number; seconds: number;
  train_loss: number | null; train_accuracy: number | null; test_loss: number | null; test_accuracy: number | null;
  status: 'ready' | 'running' | 'paused' | 'finished' | 'diverged' | 'stopped' | 'error';
  /** 16 hex digits, once the lane rests or has ended. */
  hash: string | null;
  curve: Record<string, number>[];
  /** Not drawn among the curves. */
  hidden: boolean;
}

/** How a lane stands. */
export type Standing = Omit<Result, 'curve'>;

export interface ScreenItem {
  id: string; label: string; role: string; value: string; enabled: boolean; help: string;
  /** Of a slider, 0 to 1. */
  position: number | null;
  /** Of what opens a list: whether it is open. */
  expanded: boolean | null;
  /** Not cut by the edge of a panel that scrolls. */
  whole: boolean;
  /** A slider that is no place to press: it does by keys what a drag does elsewhere, and lies where that is. */
  by_keys: boolean;
  /** By its name in the DOM (KeyboardEvent.key): it presses the control wherever the lab, or nothing, has the focus. Empty: none. */
  key: string;
  rectangle: { x: number; y: number; width: number; height: number };
}

export interface Downhill {
  /** Resolved once the page can be used (data may still be on its way). */
  ready: Promise<void>;
  /** The experiment, complete, as JSON. */
  getState(): unknown;
  /** Replaces the experiment (object or text). */
  setState(experiment: unknown): Promise<void>;
  start(): void;
  pause(): void;
  /** Every lane makes n updates; a negative n goes back. */
  step(n?: number): void;
  reset(): void;
  /** Every lane to this update, back or forward; beyond the end is the end. */
  seek(step: number): void;
  undo(): void;
  redo(): void;
  /** What is looked at: a lab, a view below the curves, of a lane, beside another's (−1: none), the curves' axes. Links hold
   * the same names; `tab`, `at`, `mode` and `image` are of the labs of activations and dropout, `tab`, `picture` and `map` of the surface.
   * Done at once, unless it leads to a lab whose module has not been fetched: then what is called meanwhile and acts is done after it,
   * in order, and if another lab is chosen before, resolves without having acted. */
  show(what: { lab?: string; preset?: string; view?: string; lane?: number; other?: number; metric?: string; second?: string; axis?: string; log?: number | boolean; batch_losses?: number | boolean;
    tab?: string; at?: number; mode?: number; image?: number; picture?: string; map?: string }): Promise<void>;
  /** What the page says happened, most important first. */
  explain(): { rule: string; text: string; field: string; show: string }[];
  /** The lab as a picture (PNG); rejects where there is none, as in the form view. */
  screenshot(): Promise<Blob>;
  results(): Result[];
  /** Controls on the screen, in px of the canvas. */
  items(): ScreenItem[];
  /** Returns a function that stops listening. Throws a sentence if there is no such event. */
  on(event: EventName, listener: (detail: unknown) => void): () => void;
  /** Frames drawn and their times; for the curious and for tests. */
  stats(): Record<string, number>;
}

/** A public verb as the app's table has it (web/app/commands.cpp). */
export interface PublicVerb {
  name: string;
  /** Whether it changes anything. */
  acts: boolean;
  promises: boolean;
}
/** Calls a public verb. Throws a sentence if there is no such verb or its arguments are not right. */
export type Call = (verb: string, args: readonly unknown[]) => unknown;

export class Emitter {
  private listeners = new Map<EventName, Set<(detail: unknown) => void>>();

  on(event: EventName, listener: (detail: unknown) => void): () => void {
    const set = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, set.add(listener));
    return () => set.delete(listener);
  }
  emit(event: EventName, detail?: unknown): void {
    for (const listener of this.listeners.get(event) ?? [])
      try { listener(detail); } catch (error) { console.error(error); } // a listener's fault stops nobody else
  }
}
