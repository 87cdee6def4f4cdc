// Bundles the TypeScript tests to build/tests, since Debian's node runs no TypeScript.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';

const folders = ['node', 'browser', 'bench'];
for (const folder of folders) rmSync(join('build/tests', folder), { recursive: true, force: true }); // tests that are no more
const entries = folders.flatMap((folder) => readdirSync(join('tests', folder)).filter((f) => /\.(test|bench)\.ts$/.test(f)).map((f) => join('tests', folder, f)));
await esbuild.build({
  entryPoints: entries, outdir: 'build/tests', outbase: 'tests', outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', target: 'node18',
  packages: 'external', alias: { 'strings.ts': join(process.cwd(), 'build/wasm-scalar/generated/strings.ts') }, logLevel: 'warning',
});
