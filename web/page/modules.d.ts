// What Emscripten's output and esbuild's loaders look like to TypeScript.
interface WasmModule {
  HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  stringToNewUTF8(text: string): number;
  UTF8ToString(pointer: number): string;
}
interface TrainerModule extends WasmModule {
  _trainer_receive(bytes: number, size: number): void;
  _trainer_open_pack(bytes: number, size: number, id: number, hash: number): void;
  _trainer_open_files(...pieces_id_hash: number[]): void;
  _trainer_open_own(bytes: number, size: number, hash: number): void;
  _trainer_work(budget_ms: number): number;
  _trainer_bench(): void;
}
interface AppModule extends WasmModule {
  _app_create(packs: number): number;
  _app_words(first: number, bytes: number, size: number): void;
  _app_letters(script: number, bytes: number, size: number): void;
  _app_resize(width: number, height: number, pixel_ratio: number): void;
  _app_frame(now_ms: number, input: number): number;
  _app_deliver(worker: number, bytes: number, size: number): void;
  _app_command(json: number): number;
}
declare module 'trainer.mjs' {
  const create: (options: object) => Promise<TrainerModule>;
  export default create;
}
declare module 'app.mjs' {
  const create: (options: object) => Promise<AppModule>;
  export default create;
}
declare module 'strings.ts' {
  export const strings: Record<string, { zh: string; en: string }>;
}
declare module '*.css' {
  const text: string;
  export default text;
}
declare module 'formulas.ts' {
  /** MathML by field or choice. */
  export const formulas: Record<string, string>;
}
declare module '*/first_visit.mjs' {
  interface Weighed { file: string; what: string; bytes: number; gzip: number; brotli: number }
  export const first_visit: (language: string) => Weighed[];
  export const lab_modules: () => Weighed[];
  export const lab_words: (language: string) => Weighed[];
}
declare module '*/late_keys.mjs' {
  export const late_keys: (root: string, keys: string[], labs: string[]) => Map<string, string>;
}
declare module 'bench-source' {
  const source: string;
  export default source;
}
declare module 'site-files' {
  /** Names of the built files beside the page, and packs.json. */
  export const files: {
    app: string;
    /** By lab: modules that it needs besides the app, in the order in which they are joined to it. */
    labs: Record<string, string[]>;
    trainer_simd: string; trainer_scalar: string; script: string;
    /** Data of one's own: what is done with them, the script of the worker that reads them, its module, what is said. */
    own: { script: string; worker: string; module: string; words: Record<'zh' | 'en', string> };
    /** By part (see tongue.ts) and language, and by script. */
    words: Record<string, Record<'zh' | 'en', string>>; letters: Record<'latin' | 'chinese' | 'rare' | 'code', string>;
    /** Labs that show a script, in letters of its own. */
    code: string[];
    sizes: Record<string, number>;
  };
  /** assets/labs.json, in the book's order; a drawing is lines of a colour. */
  export const labs: { id: string; section: string; drawing: [color: string, path: string][] }[];
  export const packs: { id: string; file: string; hash: string; bytes: number; train: number; test: number; seed?: number; files?: string }[];
}
interface Window {
  /** What old_browser.js found missing. */
  downhill_lacking?: string[];
  /** What ask_early.js has asked for. */
  downhill_asked?: Record<string, Promise<Response>>;
  /** The address of the worker's script, and those that it has started. */
  downhill_worker?: string;
  downhill_workers?: Worker[];
}
