// Which of the files that were used since the page was opened it still holds in memory: the one in use always, since a worker that is made anew
// is given it again; of the others, which undo or a link may name again, the latest, as long as all of them together are no larger than two of
// the largest. Those that the device keeps are taken from there.
import type { OwnFile } from './kept_files';

export class HeldFiles {
  private files = new Map<string, OwnFile>(); // the one used last is last
  private on_device = new Set<string>();
  private in_use = '';

  constructor(private bytes_most = 270e6) {}

  get(hash: string): OwnFile | undefined { return this.files.get(hash); }
  /** Held, or known to be on the device. */
  knows(hash: string): boolean { return this.files.has(hash) || this.on_device.has(hash); }
  put(file: OwnFile): void {
    this.files.delete(file.hash);
    this.files.set(file.hash, file);
  }
  /** It is the one in use from now on; empty: none is. */
  use(hash: string): void {
    this.in_use = hash;
    const file = this.files.get(hash);
    if (file) this.put(file);
    this.let_go();
  }
  /** Whether the device keeps it. */
  kept(hash: string, is_kept: boolean): void {
    if (is_kept) this.on_device.add(hash);
    else this.on_device.delete(hash);
    this.let_go();
  }
  forget(hash: string): void {
    this.files.delete(hash);
    this.on_device.delete(hash);
  }

  private let_go(): void {
    let bytes = 0;
    for (const file of [...this.files.values()].reverse()) {
      if (file.hash !== this.in_use && (this.on_device.has(file.hash) || bytes + file.bytes.length > this.bytes_most)) this.files.delete(file.hash);
      else bytes += file.bytes.length;
    }
  }
}
