// The labs' own modules (web/split.mjs takes them out of the app's): each is fetched when its lab is first asked for, and joined
// to the app before that makes the lab. The app refuses what would lead to a lab that is not there (App::fetched), so nothing
// of it is called before.
import { files } from 'site-files';
import { file_once, forget_file } from './fetch_bytes';
import { files_of } from './tongue';
import type { Language } from './words';

/** What was asked for leads to a lab whose module is not there; nothing was done. */
export class LabAbsent extends Error {
  constructor(sentence: string | undefined, readonly lab: string) { super(sentence); }
}

/** None for what is no lab's id, as `constructor`. */
const modules_of = (lab: string): string[] => (Object.hasOwn(files.labs, lab) ? files.labs[lab] ?? [] : []);

/** Begins to fetch what a lab needs besides the app, its words, too; whoever wants it is told what comes of it. */
export function fetch_lab(lab: string, language: Language): void {
  const modules = modules_of(lab);
  for (const file of modules.length ? [...modules, ...files_of(language, lab)] : []) file_once(file).catch(() => undefined);
}

export class LabModules {
  private app!: WebAssembly.Exports;
  private joined = new Map<string, Promise<void>>();

  /** The app that they are joined to. */
  into(app: WebAssembly.Instance): void { this.app = app.exports; }

  /** Resolves when a lab's functions are there. Rejects where its modules can't be had; then it may be tried again. */
  async bring(lab: string): Promise<void> {
    for (const file of modules_of(lab)) file_once(file).catch(() => undefined);
    for (const file of modules_of(lab)) await this.join(file);
  }

  private join(file: string): Promise<void> {
    let joined = this.joined.get(file);
    if (!joined) {
      this.joined.set(file, joined = file_once(file).then(async (bytes) => {
        await WebAssembly.instantiate(bytes as BufferSource, { '': this.app as WebAssembly.ModuleImports });
      }));
      joined.catch((error) => {
        this.joined.delete(file);
        if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) forget_file(file);
      });
    }
    return joined;
  }
}
