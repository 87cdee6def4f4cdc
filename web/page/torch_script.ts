// The PyTorch script of a lane, by a module that is fetched when the first one is asked for (web/script/script.cpp).
import { files } from 'site-files';
import { file_once, forget_file } from './fetch_bytes';

interface ScriptModule extends Record<string, unknown> {
  memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(size: number): number;
  torch_script_of(text: number): number;
}

/** `asked`: what the app's verb `script` answers, as JSON. Rejects where the module can't be had. */
export async function torch_script(asked: string): Promise<string> {
  const module = await WebAssembly.compile(await file_once(files.script) as BufferSource).catch((error: unknown) => { forget_file(files.script); throw error; });
  // it writes to no file and asks for no clock: what its libraries would want for that is never called
  const unused = () => { throw new Error('the script module stopped'); }, imports: Record<string, Record<string, () => void>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = name === 'emscripten_notify_memory_growth' ? () => undefined : unused;
  const it = (await WebAssembly.instantiate(module, imports)).exports as ScriptModule;
  it._initialize();
  const text = new TextEncoder().encode(asked + '\0'), at = it.malloc(text.length);
  new Uint8Array(it.memory.buffer).set(text, at);
  const begin = it.torch_script_of(at), script = new Uint8Array(it.memory.buffer, begin); // the memory may be another by now
  return new TextDecoder().decode(script.subarray(0, script.indexOf(0)));
}
