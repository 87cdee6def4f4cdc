// The speed of one trainer module, row by row as it is measured, ended by 'done'.
import create from 'trainer.mjs';
import { instantiate_from } from './heap';

self.onmessage = (event: MessageEvent<WebAssembly.Module>) => {
  void create({ instantiateWasm: instantiate_from(event.data), post: () => {}, bench_row: (json: string) => self.postMessage(json) }).then((module) => {
    module._trainer_bench();
    self.postMessage('done');
  });
};
