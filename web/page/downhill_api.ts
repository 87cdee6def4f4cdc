// window.downhill: the page's public interface (design: "Public interface of the page").

export type EventName = 'ready' | 'height' | 'state' | 'progress' | 'finished' | 'error';

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

export interface ScreenItem {
  id: string; label: string; role: string; value: string; enabled: boolean; help: string;
  /** Of a slider, 0 to 1. */
  position: number | null;
  rectangle: { x: number; y: number; width: number; height: number };
}

export interface Downhill {
  /** Resolved once the page can be used (data may still be on its way). */
  ready: Promise<void>;
  /** The experiment, complete, as JSON. */
  getState(): unknown;
  /** Replaces the experiment (object or text). Rejects with a sentence if it is refused; then nothing has changed. */
  setState(experiment: unknown): Promise<void>;
  start(): void;
  pause(): void;
  /** Every lane makes n updates. */
  step(n?: number): void;
  reset(): void;
  /** Every lane to this update, back or forward. */
  seek(step: number): void;
  undo(): void;
  redo(): void;
  /** A view below the curves, of a lane, beside another's (−1: none). */
  show(what: { view?: string; lane?: number; other?: number; metric?: string; axis?: string; log?: number }): void;
  /** What the page says happened, most important first. */
  explain(): { rule: string; text: string; field: string }[];
  /** The lab as a picture (PNG). */
  screenshot(): Promise<Blob>;
  results(): Result[];
  /** Controls on the screen, in px of the canvas. */
  items(): ScreenItem[];
  /** Returns a function that stops listening. */
  on(event: EventName, listener: (detail: unknown) => void): () => void;
  /** Frames drawn and their times; for the curious and for tests. */
  stats(): Record<string, number>;
}

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
