import { errorTable } from '../../src/base/errors.ts';
import { code, type Page, page, table } from './page.ts';

export function errors(): Page {
  const rows = Object.entries(errorTable).map(([number, { name, exit, http, hint }]) => [
    `<a id="${number.toLowerCase()}"></a>${code(number)}`,
    code(name),
    String(exit),
    String(http),
    hint,
  ]);
  return page('docs/reference/errors.md', 'Errors', '`src/base/errors.ts`', [
    'Every error that Sirocco tells has a code, and a code keeps its meaning for ever. It stands in `error_code` of `chaos/status/<name>`, in the log, and before the message of each command. With `--output json` a command prints its error as one line on stderr: `{"error": {"code", "message", "key", "found", "allowed", "did_you_mean", "hint"}}`, of which only those appear that apply.',
    table(['Code', 'Name', 'Exit code', 'HTTP status', 'What helps'], rows),
    'The exit code is that of a command, see [exit codes](exit-codes.md); the HTTP status is that of the controller’s own interface.',
  ]);
}
