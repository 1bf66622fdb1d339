// `node lint-diagrams.mjs FOLDER…`: bpmnlint over each .bpmn below; ends with 1 when a rule that is an error is broken.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Linter } from 'bpmnlint';
import NodeResolver from 'bpmnlint/lib/resolver/node-resolver.js';
import { BpmnModdle } from 'bpmn-moddle';

const config = JSON.parse(await readFile(new URL('.bpmnlintrc', import.meta.url), 'utf8'));
const linter = new Linter({ config, resolver: new NodeResolver() });
const moddle = new BpmnModdle();

async function diagrams(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((e) => e.name.endsWith('.bpmn')).map((e) => join(e.parentPath ?? e.path, e.name)).sort();
}

// A multi-instance names a variable of the process (co_units), not an element of the drawing: that is no broken reference.
const VARIABLES = new Set(['bpmn:loopDataInputRef', 'bpmn:loopDataOutputRef']);

async function lint(file) {
  const { rootElement, warnings } = await moddle.fromXML(await readFile(file, 'utf8'));
  const broken = warnings.filter((w) => !VARIABLES.has(w.property)).map((w) => ({ category: 'error', id: '', message: w.message, rule: 'import' }));
  for (const [rule, reports] of Object.entries(await linter.lint(rootElement))) {
    broken.push(...reports.map((r) => ({ ...r, rule })));
  }
  for (const b of broken) console.log(`${file}: ${b.category} ${b.id}: ${b.message} [${b.rule}]`);
  return broken.filter((b) => b.category === 'error').length;
}

let errors = 0;
let count = 0;
for (const folder of process.argv.slice(2)) {
  for (const file of await diagrams(folder)) {
    errors += await lint(file);
    count += 1;
  }
}
console.log(`bpmnlint: ${count} diagrams, ${errors} errors`);
process.exit(errors ? 1 : 0);
