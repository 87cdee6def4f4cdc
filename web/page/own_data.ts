// A user's own data as data of runs. Until runs take them, they are offered as a file.
import { save } from './dialogs';

/** `bytes` of a .downhill-data file. Rejects with a sentence where they can't be used. */
export async function use_own_data(bytes: Uint8Array, name: string): Promise<void> { save(name, bytes); }
