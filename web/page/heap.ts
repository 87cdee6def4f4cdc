// Bytes and strings into a module's memory for the length of one call.

export function with_bytes<T>(module: WasmModule, bytes: Uint8Array, call: (pointer: number, size: number) => T): T {
  const pointer = module._malloc(bytes.length || 1);
  if (!pointer) throw new Error('out of memory');
  try {
    module.HEAPU8.set(bytes, pointer);
    return call(pointer, bytes.length);
  } finally {
    module._free(pointer);
  }
}

export function with_text<T>(module: WasmModule, text: string, call: (pointer: number) => T): T {
  const pointer = module.stringToNewUTF8(text);
  try {
    return call(pointer);
  } finally {
    module._free(pointer);
  }
}

/** Makes an Emscripten module from a compiled one, never from an address: hosts serve .wasm under wrong types. `made`
 *  is told the instance. */
export function instantiate_from(compiled: WebAssembly.Module, made: (instance: WebAssembly.Instance) => void = () => {}) {
  return (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
    void WebAssembly.instantiate(compiled, imports).then((instance) => { made(instance); done(instance); });
    return {};
  };
}
