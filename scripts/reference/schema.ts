import { catalogOf } from '../../src/faults/catalog.ts';
import { faults } from '../../src/faults/index.ts';
import { documentJsonSchema } from '../../src/spec/document/schema.ts';
import type { Page } from './page.ts';

/** For editors: `# yaml-language-server: $schema=…` in the first line of a document. */
export function schema(): Page {
  const json = JSON.stringify(documentJsonSchema(catalogOf(faults)), null, 2);
  return { path: 'docs/reference/experiment.schema.json', text: `${json}\n` };
}
