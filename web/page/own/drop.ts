// What people drop, taken while the event lasts.
import type { FolderHandle } from './messages';

/** What was dropped: files, and entries where the browser has them. `folders`: those of the entries that are folders as handles, where the
 *  browser (Chromium) hands such out, to be read by the worker: to find ten thousand files keeps the page from answering. */
export interface Dropped { entries: FileSystemEntry[]; folders: Promise<FolderHandle[]>; files: File[] }

export function dropped_in({ items, files }: DataTransfer): Dropped {
  const all = [...items], entries = all.flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  // a handle of a file that was opened (file:) reads nothing
  const handles = location.protocol.startsWith('http')
    ? all.filter((item) => item.webkitGetAsEntry?.()?.isDirectory).map((item) => (item as { getAsFileSystemHandle?: () => Promise<unknown> }).getAsFileSystemHandle?.())
    : [];
  const folders = Promise.all(handles).then((got) => got.filter((handle): handle is FolderHandle => (handle as FolderHandle | undefined)?.kind === 'directory'), () => []);
  return { entries, folders, files: [...files] };
}
