import { describe, expect, it } from 'vitest';
import { createHand, jobBody } from '../testing.ts';
import { interpolate } from './environment.ts';

const named = (name: string) => `\${${name}}`;

describe('a task’s environment', () => {
  it.each([
    [`--port ${named('NOMAD_PORT_http')}`, '--port 2345'],
    [named('env["NOMAD_PORT_http"]'), '2345'],
    [`${named('node.unique.name')}/${named('unknown')}`, `one/${named('unknown')}`],
    ['$NOMAD_PORT_http', '$NOMAD_PORT_http'],
  ])('stands in %s for what is known', (text, expected) => {
    expect(interpolate(text, { NOMAD_PORT_http: '2345', 'node.unique.name': 'one' })).toBe(expected);
  });

  it('names the allocation and its place, carries meta, and lets the job file have the last word', () => {
    const { ask, run, cluster } = createHand({ nodes: [{ name: 'one', datacenter: 'dc1' }] });
    const task = {
      Name: 't',
      Driver: 'raw_exec',
      Config: { command: 'a', args: [1] },
      Env: { WHERE: named('node.unique.name'), NOMAD_REGION: 'mine' },
      Meta: { tier: 'gold' },
    };
    ask('PUT', '/v1/jobs', jobBody({ tasks: [task], job: { Meta: { tier: 'tin', 'a-b': 'c' } } }));
    run(100);
    const [start] = cluster.orders;
    const alloc = [...cluster.tables.allocs.keys()][0] ?? '';
    expect(start).toMatchObject({
      kind: 'start',
      handle: `${alloc}/t/1`,
      args: ['1'],
      env: {
        NOMAD_ALLOC_ID: alloc,
        NOMAD_ALLOC_NAME: 'web.g[0]',
        NOMAD_ALLOC_INDEX: '0',
        NOMAD_DC: 'dc1',
        NOMAD_NAMESPACE: 'default',
        NOMAD_META_tier: 'gold',
        NOMAD_META_a_b: 'c',
        WHERE: 'one',
        NOMAD_REGION: 'mine',
      },
    });
  });
});
