// Which of the files that were used the page still holds.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HeldFiles } from '../../web/page/own/held_files';

const file = (hash: string, size: number) => ({ hash, name: hash, bytes: new Uint8Array(size) });
const held = (files: HeldFiles, ...hashes: string[]) => hashes.filter((hash) => files.get(hash)).join('');

test('the file in use is held whatever its size; of the others the latest that fit, and none that the device keeps', () => {
  const files = new HeldFiles(100);
  const use = (hash: string, size: number) => { files.put(file(hash, size)); files.use(hash); };
  use('a', 40);
  use('b', 40);
  assert.equal(held(files, 'a', 'b'), 'ab', 'undo may name a again');
  use('c', 40);
  assert.equal(held(files, 'a', 'b', 'c'), 'bc');
  use('d', 500);
  assert.equal(held(files, 'b', 'c', 'd'), 'd');
  use('e', 30);
  files.kept('e', true);
  assert.equal(held(files, 'd', 'e'), 'e', 'in use it is held, kept or not: it may be forgotten on the device');
  use('f', 30);
  assert.equal(held(files, 'e', 'f'), 'f');
  assert.equal(files.knows('e'), true);
  files.kept('e', false);
  assert.equal(files.knows('e'), false);
  use('g', 30);
  files.use('f'); // by undo
  assert.equal(held(files, 'f', 'g'), 'fg');
  use('h', 50);
  assert.equal(held(files, 'f', 'g', 'h'), 'fh', 'the one used longest ago goes first');
  files.forget('h');
  assert.equal(held(files, 'h'), '');
});
