// The worker's whole script: the first message brings the compiled module, the others go to the trainer.
import { Trainer, type TrainerInput } from './trainer';

const scope = self as unknown as { postMessage(data: unknown, transfer?: Transferable[]): void };
const waiting: TrainerInput[] = [];
let trainer: Trainer | undefined;

self.onmessage = (event: MessageEvent<{ compiled: WebAssembly.Module } | TrainerInput>) => {
  const data = event.data;
  if ('compiled' in data) {
    void Trainer.make(data.compiled, (bytes) => scope.postMessage(bytes, [bytes.buffer]), (error) => scope.postMessage({ failed: String(error) })).then(
      (made) => {
        trainer = made;
        scope.postMessage('ready');
        for (const input of waiting.splice(0)) trainer.receive(input);
      },
      (error: unknown) => scope.postMessage({ failed: String(error) }),
    );
  } else if (trainer) trainer.receive(data);
  else waiting.push(data);
};
