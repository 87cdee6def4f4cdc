// The module of a user's own files (web/own/own.cpp): text and bytes into its memory and out of it. Its memory may be another after each call.

export interface OwnExports extends Record<string, unknown> {
  memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(size: number): number;
  free(at: number): void;
  own_begin(side: number, fit: number, invert: number): void;
  own_next_root(): void;
  own_wants(name: number, size: number): number;
  own_add(name: number, bytes: number, size: number): number;
  own_skip(name: number, code: number): void;
  own_full(): number;
  own_pictures(): number;
  own_square(picture: number): number;
  own_open_zip(name: number, size: number): number;
  own_zip_count(): number;
  own_next_entry(zip_name: number): number;
  own_entry_name(): number;
  own_entry_bytes(): number;
  own_entry_size(): number;
  own_close_zip(): void;
  own_too_large(is_table: number, size: number, english: number): number;
  own_open_table(bytes: number, size: number, english: number): number;
  own_advance(): number;
  own_progress(): number;
  own_choose(asked: number, english: number): number;
  own_table_shown(): number;
  own_finish(asked: number, english: number): number;
  own_open_data(bytes: number, size: number, english: number): number;
  own_example(index: number): number;
  own_pack(): number;
  own_packed(): number;
}

export class OwnModule {
  private constructor(readonly it: OwnExports) {}

  /** `read`: bytes of the zip that is open, from a place on; none where they can't be had. */
  static async make(compiled: WebAssembly.Module, read: (at: number, size: number) => Uint8Array | undefined): Promise<OwnModule> {
    let made: OwnModule | undefined;
    // it writes to no file and asks for no clock: what its libraries would want for that is never called
    const unused = () => { throw new Error('the module stopped'); };
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const { module, name } of WebAssembly.Module.imports(compiled)) (imports[module] ??= {})[name] = name === 'emscripten_notify_memory_growth' ? () => undefined : unused;
    imports.page = { read: (at: number, into: number, size: number) => {
      const bytes = read(at, size >>> 0);
      if (bytes?.length !== size >>> 0) return 0;
      made?.memory.set(bytes, into >>> 0);
      return 1;
    } };
    const instance = await WebAssembly.instantiate(compiled, imports);
    made = new OwnModule(instance.exports as OwnExports);
    made.it._initialize();
    return made;
  }

  get memory(): Uint8Array { return new Uint8Array(this.it.memory.buffer); }
  /** A copy. */
  bytes(at: number, size: number): Uint8Array { return this.memory.slice(at >>> 0, (at >>> 0) + size); }
  text(at: number): string {
    const memory = this.memory, begin = at >>> 0;
    return new TextDecoder().decode(memory.subarray(begin, memory.indexOf(0, begin)));
  }
  with_bytes<T>(bytes: Uint8Array, call: (at: number, size: number) => T): T {
    const at = this.it.malloc(bytes.length || 1);
    if (!at) throw new Error('out of memory');
    this.memory.set(bytes, at >>> 0);
    const done = call(at, bytes.length);
    this.it.free(at);
    return done;
  }
  with_text<T>(text: string, call: (at: number) => T): T { return this.with_bytes(new TextEncoder().encode(text + '\0'), call); }
}
