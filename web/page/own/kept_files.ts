// Files of a student's own that were kept on the device because they asked for it, and only then: in IndexedDB, by hash.
// Where there is no storage (frames of other sites, private windows, sandboxed pages) nothing is kept, and nothing breaks.

export interface OwnFile { hash: string; name: string; bytes: Uint8Array }
export interface KeptFile { hash: string; name: string; size: number }

// bytes, and what is told of them: a list must not load them all
const files = 'files', listed = 'listed';

/** Not in a frame: the course site's storage is not ours. */
export const may_keep_files = (): boolean => window.parent === window && location.protocol.startsWith('http') && 'indexedDB' in window;

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(`downhill own ${new URL('./', document.baseURI).pathname}`, 2);
    asked.onupgradeneeded = () => {
      const has = asked.result.objectStoreNames;
      for (const store of [files, listed]) if (!has.contains(store)) asked.result.createObjectStore(store, { keyPath: 'hash' });
      // a browser that kept files before there was a list
      const list = asked.transaction!.objectStore(listed), all = asked.transaction!.objectStore(files).openCursor();
      all.onsuccess = () => {
        if (!all.result) return;
        const { hash, name, bytes } = all.result.value as OwnFile;
        list.put({ hash, name, size: bytes.length });
        all.result.continue();
      };
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => reject(asked.error ?? new Error('blocked'));
  });
}

/** `act` does what is to be done with both stores, and gives the request whose result is wanted. */
async function in_stores<T>(mode: IDBTransactionMode, act: (store: (name: string) => IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const doing = database.transaction([files, listed], mode), asked = act((name) => doing.objectStore(name));
      doing.oncomplete = () => resolve(asked.result);
      doing.onerror = doing.onabort = () => reject(doing.error ?? new Error('aborted'));
    });
  } finally { database.close(); }
}

/** Rejects where there is no room or no storage. */
export async function keep_file({ hash, name, bytes }: OwnFile): Promise<void> {
  await in_stores('readwrite', (store) => { store(files).put({ hash, name, bytes }); return store(listed).put({ hash, name, size: bytes.length }); });
}
export async function forget_file(hash: string): Promise<void> { await in_stores('readwrite', (store) => { store(files).delete(hash); return store(listed).delete(hash); }); }
/** Undefined: it is not kept here. */
export async function kept_file(hash: string): Promise<OwnFile | undefined> {
  if (!may_keep_files()) return undefined;
  return (await in_stores('readonly', (store) => store(files).get(hash)).catch(() => undefined)) as OwnFile | undefined;
}
export async function kept_files(): Promise<KeptFile[]> {
  if (!may_keep_files()) return [];
  return (await in_stores('readonly', (store) => store(listed).getAll()).catch(() => [])) as KeptFile[];
}
export const is_kept = async (hash: string): Promise<boolean> => (await kept_files()).some((file) => file.hash === hash);
