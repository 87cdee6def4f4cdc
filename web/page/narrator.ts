// Says to screen readers how the race goes: when it starts, rests or ends, and now and then in between.
import type { Standing } from './downhill_api';
import type { Words } from './words';

const every_ms = 5000;

export class Narrator {
  private state = '';
  private spoken_at = 0;

  constructor(private live: HTMLElement, private words: Words) {}

  /** `columns`: of the lab's numbers. `leader` gives the first of the explanations, `spoken` the lab's own sentence, if it has one. */
  tell({ running, finished }: { running: boolean; finished: boolean }, columns: string[], results: Standing[], leader: () => string, spoken: (ended: boolean) => string): void {
    if (!results[0]) return; // a lab without lanes
    const classes = columns.includes('test_accuracy'); // else numbers are learned
    const standing = (r: Standing) => (classes ? r.test_accuracy ?? 0 : -(r.test_loss ?? Infinity));
    const best = results.reduce((a, b) => (standing(b) > standing(a) ? b : a), results[0]);
    const state = finished ? 'finished' : running ? 'running' : best.step > 0 ? 'paused' : 'ready';
    const stand = state === 'paused' ? `${state} ${best.step}` : state; // a step by itself is told, too
    if (stand === this.state && (state !== 'running' || performance.now() - this.spoken_at < every_ms)) return;
    const own = state === 'ready' ? '' : spoken(state === 'finished');
    if (state === 'running' && !own && (classes ? best.test_accuracy : best.test_loss) === null) return; // nothing is measured yet, or every lane diverged
    const before = this.state;
    this.state = stand;
    this.spoken_at = performance.now();
    if (state === 'ready') return;
    const epoch = Math.max(...results.map((r) => r.epoch)).toFixed(1);
    const on_the_way = () => classes ? this.words.say('live.running', epoch, best.label, `${(100 * (best.test_accuracy ?? 0)).toFixed(1)} %`) : this.words.say('live.running_loss', epoch, best.label, best.test_loss?.toFixed(4) ?? '–');
    const text = own ? own : state === 'running' ? on_the_way()
      : state === 'finished' ? this.words.say('live.finished', leader()) : before === 'running' ? this.words.say('live.paused') : '';
    if (text) this.live.textContent = text;
  }
}
