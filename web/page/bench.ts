// bench.html: how fast is this device? Runs the trainer's own benchmark in a worker, with SIMD and without.
import bench_source from 'bench-source';
import { files } from 'site-files';
import { fetch_module } from './fetch_bytes';
import { trusted } from './trusted';
import { first_language } from './first_language';
import { Words } from './words';
import { has_simd } from './worker_pool';

interface Row { work: string; seconds: number; gigaflops: number; share: number }

const words = new Words(first_language());
const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const body = element<HTMLTableSectionElement>('rows');
const state = element('state');
const start = element<HTMLButtonElement>('start');

function add(build: string, row: Row, most: number): void {
  const line = body.insertRow();
  const cells = [build, row.work, row.seconds ? row.seconds.toFixed(3) : '', row.gigaflops.toFixed(1), row.seconds ? `${Math.round(100 * row.share)} %` : ''];
  for (const [i, text] of cells.entries()) {
    const cell = line.insertCell();
    cell.textContent = text;
    if (i > 1) cell.className = 'number';
  }
  const bar = line.insertCell().appendChild(document.createElement('i'));
  bar.style.width = `${Math.min(100, (100 * row.gigaflops) / most)}%`;
}

async function measure(build: string, file: string): Promise<void> {
  const compiled = await fetch_module(file, () => {});
  const address = URL.createObjectURL(new Blob([bench_source], { type: 'text/javascript' }));
  const worker = new Worker(trusted.createScriptURL(address));
  let most = 1;
  try {
    await new Promise<void>((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = (event: MessageEvent<string>) => {
        if (event.data === 'done') return resolve();
        const row = JSON.parse(event.data) as Row;
        if (!row.seconds) most = row.gigaflops;
        add(build, row, most);
      };
      worker.postMessage(compiled);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(address);
  }
}

async function run(): Promise<void> {
  start.disabled = true;
  body.replaceChildren();
  try {
    for (const [build, file] of [['simd128', files.trainer_simd], ['scalar', files.trainer_scalar]] as const) {
      if (build === 'simd128' && !has_simd()) continue;
      state.textContent = words.say('bench.running', build);
      await measure(build, file);
    }
    state.textContent = words.say('bench.done');
  } catch (error) {
    state.textContent = words.say('bench.failed', String(error));
  }
  start.disabled = false;
}

words.apply();
document.title = words.say('bench.title');
document.documentElement.dataset.theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
element('device').textContent = words.say('bench.device', String(navigator.hardwareConcurrency));
start.onclick = () => void run();
