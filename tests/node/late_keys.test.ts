// Which strings come with a lab: a small project of a few files, then the true one.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { late_keys } from '../../assets/late_keys.mjs';

const files: Record<string, string> = {
  'web/app/main.cpp': '#include "app/panel.hpp"\ntr("app.title"); by_id("metric." + id); "help.control." + kind; "label." + pointer; "choice." + pointer; ui.button("both.press");',
  'web/app/panel.hpp': '',
  'web/app/panel_more.cpp': '#include "app/panel.hpp"\ntr("plain.of_panel");',
  'web/app/labs/plain.cpp': '#include "app/core/plain_model.hpp"\ntr("plain.title"); tr("plain.of_panel"); by_id("plain.kind." + id); by_id("plain.case" + end); button("plain.of:" + n + ":remove"); tr("metric.own"); tr("both.press"); tr("two.labs");',
  'web/app/labs/other/other.cpp': 'tr("other.title"); tr("two.labs");',
  'web/app/core/plain_model.hpp': '#include "plain/document.hpp"',
  'web/app/core/plain_model_edits.cpp': '#include "app/core/plain_model.hpp"\nconst id = "plain.edited";',
  'web/protocol/messages.hpp': '',
  'engine/plain/document.hpp': '',
  'engine/plain/document.cpp': '#include "plain/document.hpp"\nfield("/size"); field("/way");',
  'engine/cli/main.cpp': '"app.title"; "plain.title"',
};
const wanted: Record<string, string> = {
  'app.title': '', 'metric.own': '', 'metric.loss': '', 'both.press': '', 'help.control.both.press': '', 'two.labs': '', 'nobody.names_it': '', 'plain.of_panel': '',
  'plain.title': 'plain', 'plain.kind.first': 'plain', 'plain.case_note': 'plain', 'plain.edited': 'plain', 'help.control.plain.of.remove': 'plain', 'help.plain.title': 'plain',
  'label./size': 'plain', 'choice./way.long': 'plain', 'help./way': 'plain', 'label./way/deeper': '', 'other.title': 'other', 'other.titled': '',
};

test('a string comes with a lab where nothing but its sources names it, in full or by its beginning; what is unclear is common', () => {
  const root = mkdtempSync(join(tmpdir(), 'downhill-keys-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const found = late_keys(root, Object.keys(wanted), ['plain', 'other']);
  rmSync(root, { recursive: true });
  assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, found.get(key) ?? ''])), wanted);
});

test('nearly half of all strings wait for a lab, and of every lab some do', () => {
  const labs = (JSON.parse(readFileSync('assets/labs.json', 'utf8')) as { id: string; first?: boolean }[]).filter(({ first }) => !first).map(({ id }) => id);
  const keys = Object.keys(JSON.parse(readFileSync('assets/strings/zh.json', 'utf8'))), found = late_keys('.', keys, labs);
  for (const lab of labs) assert.ok([...found.values()].filter((of) => of === lab).length > 20, lab);
  assert.ok(found.size > keys.length / 2.2, `${found.size} of ${keys.length}`);
  for (const key of ['app.title', 'nav.fit', 'transport.start', 'activation.relu', 'metric.test_loss', 'label./optimizer', 'help./optimizer']) assert.equal(found.get(key), undefined, key);
});
