// Files of a student's own that were kept on the device because they asked for it, and only then: in IndexedDB, by hash.
// Where there is no storage (frames of other sites, private windows, sandboxed pages) nothing is kept, and nothing breaks.

export interface OwnFile { hash: string; name: string; bytes: Uint8Array }
export interface KeptFile { hash: string; name: string; size: number }

const store = 'files';

/** Not in a frame: the course site's storage is not ours. */
export const may_keep_files = (): boolean => window.parent === window && location.protocol.startsWith('http') && 'indexedDB' in window;

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(`downhill own ${new URL('./', document.baseURI).pathname}`, 1);
    asked.onupgradeneeded = () => { asked.result.createObjectStore(store, { keyPath: 'hash' }); };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => reject(asked.error ?? new Error('blocked'));
  });
}

async function in_store<T>(mode: IDBTransactionMode, act: (files: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const doing = database.transaction(store, mode), asked = act(doing.objectStore(store));
      doing.oncomplete = () => resolve(asked.result);
      doing.onerror = doing.onabort = () => reject(doing.error ?? new Error('aborted'));
    });
  } finally { database.close(); }
}

/** Rejects where there is no room or no storage. */
export async function keep_file(file: OwnFile): Promise<void> { await in_store('readwrite', (files) => files.put({ ...file, size: file.bytes.length })); }
export async function forget_file(hash: string): Promise<void> { await in_store('readwrite', (files) => files.delete(hash)); }
/** Undefined: it is not kept here. */
export async function kept_file(hash: string): Promise<OwnFile | undefined> {
  if (!may_keep_files()) return undefined;
  return (await in_store('readonly', (files) => files.get(hash)).catch(() => undefined)) as OwnFile | undefined;
}
export async function kept_files(): Promise<KeptFile[]> {
  if (!may_keep_files()) return [];
  const all = (await in_store('readonly', (files) => files.getAll()).catch(() => [])) as (OwnFile & KeptFile)[];
  return all.map(({ hash, name, size }) => ({ hash, name, size }));
}
