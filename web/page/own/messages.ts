// What the dialog and the worker of own files say to each other.

/** A file with its name as its folder has it, `pets/cat/1.png`; one that was given by itself has no folder. */
export interface GivenFile { name: string; file: File; /** One number a folder, zip or file that was given. */ root: number; /** Given by itself, so that it may be a zip, a table or a data file. */ alone: boolean }
/** The little of a folder's handle that is used; TypeScript's DOM library has no list of its entries. */
export interface FolderHandle { kind: 'directory'; name: string; values(): AsyncIterable<FolderHandle | FileSystemFileHandle> }
/** Something given that can't be read, with the code of its sentence. */
export interface Unread { name: string; code: string }
export interface Look { side: 28 | 32; fit: boolean; invert: boolean }
export interface Asked { target: string; as: '' | 'classes' | 'numbers'; features: string[]; seed: number; test: number; validation: number; /** In which language sentences are told: 1 or 0. */ english: number }

export type ToWorker =
  | { compiled: WebAssembly.Module }
  /** Files in parts; after the last part they are read. `english`: in which language sentences are told. */
  | { given: GivenFile[]; unread: Unread[]; last: boolean; english: boolean }
  /** A folder, whose files the worker finds itself: of an input Chromium hands thousands on in one go, half a second in which the page stands still. */
  | { folder: FolderHandle; root: number; english: boolean }
  /** Reads all pictures again, as these. */
  | { look: Look }
  | { finish: Asked; id: number }
  | { pack: number };

export type Kind = 'pictures' | 'table' | 'file';
export interface Column { name: string; filled: number; numbers: number; of_numbers: boolean }
export interface TableShown { columns: Column[]; rows: number; encoding: string; separator: string; named: boolean; shown: string[][] }
export interface Summary {
  error?: string;
  told?: string[]; told_count?: number;
  classes?: { name: string; train: number; validation: number; test: number }[];
  sums?: { train: number; validation: number; test: number };
  shape?: number[]; answer?: string; of_classes?: boolean; hash?: string; /** Unpacked. */ bytes?: number; pictures?: number;
  /** Places of a table's columns. */
  features?: number[];
}
/** A picture before (its file) and after (side×side grey). */
export interface Sample { name: string; before?: Blob; square: Uint8Array; side: number }

/** What it is of, so that what was under way when more was asked is known as such: counts what was given, and looks; `looks` those alone. */
export interface Turn { asks: number; looks: number }

export type FromWorker =
  | { is: 'ready' }
  | { is: 'progress'; done: number; of: number; bytes: number; pictures: number; share: number }
  /** `place` 0: those before it count no more. */
  | { is: 'sample'; sample: Sample; place: number; of: Turn }
  /** All is read; what there is can be asked for. `error`: the one file could not be read. */
  | { is: 'read'; kind: Kind; table?: TableShown; error?: string; memory: number; of: Turn }
  | { is: 'summary'; id: number; summary: Summary; memory: number }
  | { is: 'packed'; id: number; bytes: Uint8Array }
  | { is: 'failed' };
