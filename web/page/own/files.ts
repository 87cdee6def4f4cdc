// What people choose, drop or paste, as a list of files with their names in their folders.
import type { Dropped } from './drop';
import type { FolderHandle, GivenFile, Unread } from './messages';

export interface Found { files: GivenFile[]; unread: Unread[] }

let roots = 0;
const of_picture = /\.(png|jpe?g|jpe|jfif|webp)$/i;

/** Files that were chosen: of a folder, if they say so. A picture without a folder is of the class that was named for such. */
export function chosen(files: ArrayLike<File>, class_name: string): Found {
  const in_folder = roots++;
  return { files: Array.from(files, (file) => (file.webkitRelativePath ? { name: file.webkitRelativePath, file, root: in_folder, alone: false } : alone(file, class_name))), unread: [] };
}

function alone(file: File, class_name: string): GivenFile {
  return { name: class_name && of_picture.test(file.name) ? `${class_name.replace(/[\\/]/g, '_')}/${file.name}` : file.name, file, root: roots++, alone: true };
}

/** Pictures from the clipboard all have one name. */
export function pasted(files: File[], class_name: string): Found {
  return chosen(files.map((file) => (of_picture.test(file.name) ? new File([file], file.name.replace(/(?=\.\w+$)/, `-${roots + 1}`), { type: file.type }) : file)), class_name);
}

/** What was dropped, with the files in its folders. `told`: how many it has found; false: no more is wanted. */
export async function dropped({ entries, files }: Pick<Dropped, 'entries' | 'files'>, class_name: string, told: (count: number) => boolean): Promise<Found> {
  if (!entries.some(({ isDirectory }) => isDirectory)) return chosen(files, class_name);
  const found: Found = { files: [], unread: [] };
  for (const entry of entries) {
    if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, roots++, found, told);
    else await file_of(entry as FileSystemFileEntry).then((file) => found.files.push(alone(file, class_name)), () => found.unread.push({ name: entry.name, code: 'file_unreadable' }));
  }
  return found;
}

const file_of = (entry: FileSystemFileEntry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject));
async function walk(top: FileSystemDirectoryEntry, root: number, found: Found, told: (count: number) => boolean): Promise<void> {
  const folders = [top];
  for (const folder of folders) { // the list grows
    const reader = folder.createReader();
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => undefined);
      if (!some) found.unread.push({ name: folder.fullPath.slice(1), code: 'own_folder' });
      if (!told(found.files.length)) return;
      if (!some?.length) break;
      for (const entry of some) {
        const name = entry.fullPath.slice(1);
        if (entry.isDirectory) folders.push(entry as FileSystemDirectoryEntry);
        else await file_of(entry as FileSystemFileEntry).then((file) => found.files.push({ name, file, root, alone: false }), () => found.unread.push({ name, code: 'file_unreadable' }));
      }
    }
  }
}

export const next_root = (): number => roots++;
const picked_at_once = 50;
/** The same of a folder by its handle. */
export async function picked(top: FolderHandle, root: number, told: (count: number) => void): Promise<Found> {
  const found: Found = { files: [], unread: [] }, folders = [{ folder: top, name: top.name }];
  for (const { folder, name } of folders) { // the list grows
    let some: Promise<unknown>[] = [];
    try {
      for await (const entry of folder.values()) {
        const path = `${name}/${entry.name}`;
        if (entry.kind === 'directory') folders.push({ folder: entry, name: path });
        else some.push(entry.getFile().then((file) => found.files.push({ name: path, file, root, alone: false }), () => found.unread.push({ name: path, code: 'file_unreadable' })));
        if (some.length < picked_at_once) continue;
        await Promise.all(some);
        some = [];
        told(found.files.length);
      }
    } catch { found.unread.push({ name, code: 'own_folder' }); }
    await Promise.all(some);
  }
  return found;
}
