// The four official files of Fashion-MNIST, given by the user where larger data can't be fetched: told apart by their
// names (browsers may have added " (1)"), handed to the trainers as they are; what is in them is the engine's to judge.
import type { OfficialFiles } from './trainer';

const names = ['train-images', 'train-labels', 't10k-images', 't10k-labels'] as const;
const bytes_most = 64e6; // the largest has 47 MB unpacked

const which = (file: File): number => names.findIndex((name) => file.name.toLowerCase().includes(name));
export const is_official = (file: File): boolean => which(file) >= 0;

export class GivenFiles {
  private given: (Uint8Array | undefined)[] = [];

  /** Reads them; throws where one can't be read, with the file that is too large as the error's cause. */
  async take(files: File[]): Promise<void> {
    for (const file of files) {
      if (file.size > bytes_most) throw new Error('too large', { cause: file });
      this.given[which(file)] = new Uint8Array(await file.arrayBuffer());
    }
  }
  missing(): string[] { return names.filter((_, i) => !this.given[i]).map((name) => `${name}-idx${name.endsWith('images') ? 3 : 1}-ubyte.gz`); }
  /** All four, or null. */
  complete(): OfficialFiles | null { return this.missing().length ? null : [...this.given] as OfficialFiles; }
  forget(): void { this.given = []; }
}
