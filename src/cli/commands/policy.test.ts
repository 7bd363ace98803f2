import { describe, expect, it } from 'vitest';
import { faults } from '../../faults/index.ts';
import { sirocco } from '../cli.fixture.ts';

/** The capabilities that a policy gives in a namespace, in order. */
function wordsIn(policy: string, namespace: string): readonly string[] {
  const [, block = ''] = policy.split(`namespace "${namespace}" {`);
  const [, list = ''] = /^\n {2}capabilities = \[\n([^\]]*)\]/.exec(block) ?? [];
  return [...list.matchAll(/^ *"([^"]*)",/gm)].map(([, word = '']) => word);
}

describe('policy', () => {
  it('prints what one fault needs in one namespace, and no more', async () => {
    const ran = await sirocco('policy --namespaces default --faults alloc-kill --no-globs --no-nodes');
    expect([ran.code, ran.err, ran.nomad.asked]).toEqual([0, '', []]);
    expect(ran.out).toMatchInlineSnapshot(`
      "# What the Sirocco controller of home namespace "sirocco" may do, and nothing else.
      # Faults: alloc-kill.
      # Apply it to the job of the controller:
      #   nomad acl policy apply -namespace sirocco -job sirocco sirocco FILE

      # Home: records and the lock. Let nobody but operators write here.
      namespace "sirocco" {
        capabilities = [
          "read-job", # the controller's own job and allocation
        ]

        variables {
          path "chaos/control/leader" { capabilities = ["read", "list", "write"] }       # the lock: one controller acts
          path "chaos/runs/*" { capabilities = ["read", "list", "write", "destroy"] }    # run records, written before any harm; after seven days a summary takes their place
          path "chaos/history/*" { capabilities = ["read", "list", "write", "destroy"] } # summaries of old runs, deleted after 90 days
          path "chaos/control/*" { capabilities = ["read", "list"] }                     # halt, and in home the limits: only people write them
          path "chaos/control/_" { capabilities = ["read", "list", "write"] }            # the marker that proves the right to list
          path "chaos/schedule/*" { capabilities = ["read", "list"] }                    # schedules: only people write them
          path "chaos/schedule/_" { capabilities = ["read", "list", "write"] }           # the marker that proves the right to list
          path "chaos/experiments/*" { capabilities = ["read", "list"] }                 # experiments that schedules name: only people write them
          path "chaos/experiments/_" { capabilities = ["read", "list", "write"] }        # the marker that proves the right to list
          path "chaos/secrets/*" { capabilities = ["read"] }                             # values that the probes of a run ask with: only people write them
          path "chaos/status/*" { capabilities = ["read", "list", "write", "destroy"] }  # the answers to schedules and requests, deleted with them or after seven days
          path "chaos/requests/*" { capabilities = ["read", "list", "destroy"] }         # requests: people write them, and they are deleted when they are answered
          path "chaos/requests/_" { capabilities = ["read", "list", "write"] }           # the marker that proves the right to list
        }
      }

      namespace "default" {
        capabilities = [
          "read-job",        # jobs, allocations and deployments of targets, and their events; alloc-kill
          "alloc-lifecycle", # alloc-kill
        ]

        variables {
          path "chaos/control/*" { capabilities = ["read", "list"] }                    # halt, and in home the limits: only people write them
          path "chaos/control/_" { capabilities = ["read", "list", "write"] }           # the marker that proves the right to list
          path "chaos/schedule/*" { capabilities = ["read", "list"] }                   # schedules: only people write them
          path "chaos/schedule/_" { capabilities = ["read", "list", "write"] }          # the marker that proves the right to list
          path "chaos/experiments/*" { capabilities = ["read", "list"] }                # experiments that schedules name: only people write them
          path "chaos/experiments/_" { capabilities = ["read", "list", "write"] }       # the marker that proves the right to list
          path "chaos/secrets/*" { capabilities = ["read"] }                            # values that the probes of a run ask with: only people write them
          path "chaos/status/*" { capabilities = ["read", "list", "write", "destroy"] } # the answers to schedules and requests, deleted with them or after seven days
          path "chaos/requests/*" { capabilities = ["read", "list", "destroy"] }        # requests: people write them, and they are deleted when they are answered
          path "chaos/requests/_" { capabilities = ["read", "list", "write"] }          # the marker that proves the right to list
        }
      }"
    `);
  });

  it('asks for the right to change nodes only where a node fault is chosen, and to read them where targets may need it', async () => {
    const reads = /^# The whole cluster: targets by class.*\nnode \{\n {2}policy = "read"\n\}$/m;
    expect((await sirocco('policy --faults alloc-stop,alloc-restart')).out).toMatch(reads);
    expect((await sirocco('policy --faults alloc-stop --no-nodes')).out).not.toMatch(/^node \{/m);
    expect((await sirocco('policy --faults node-ineligible')).out).toMatch(/^node \{\n {2}policy = "write"\n\}$/m);
  });

  it.each<[string, readonly string[], string?]>([
    ['deployment-fail', ['read-job', 'fail-deployment']],
    ['deployment-pause', ['read-job', 'pause-deployment']],
    ['job-restart', ['read-job', 'alloc-lifecycle']],
    ['job-scale', ['read-job', 'scale-job', 'register-job']],
    ['job-stop', ['read-job', 'tag-job-version', 'deregister-job', 'revert-job']],
    ['node-drain', ['read-job'], 'node'],
    ['node-ineligible', ['read-job'], 'node'],
    ['scheduler-pause', ['read-job'], 'operator'],
    ['service-deregister', ['read-job', 'delete-service-registration']],
  ])('gives %s its own rights and no others', async (fault, capabilities, scope) => {
    const { out } = await sirocco(`policy --namespaces default --faults ${fault} --no-globs --no-nodes`);
    expect(wordsIn(out, 'sirocco')).toEqual(['read-job']);
    expect(wordsIn(out, 'default')).toEqual(capabilities);
    const scopes = [...out.matchAll(/^(# .*)\n(\w+) \{\n {2}policy = "(\w+)"\n\}$/gm)].map(found => found.slice(1));
    expect(scopes).toEqual(scope === undefined ? [] : [[`# The whole cluster: ${fault}.`, scope, 'write']]);
    expect(out).not.toContain('submit-job');
  });

  it('prints every right of all faults once, and no wildcard but at the end of a path', async () => {
    const { out } = await sirocco('policy --namespaces default');
    const rights = faults.flatMap(({ permissions }) => permissions);
    const words = rights.flatMap(each => (each.scope === 'namespace' ? [each.capability] : []));
    expect([...wordsIn(out, 'default')].sort()).toEqual([...new Set([...words, 'list-jobs'])].sort());
    expect([...out.matchAll(/^(?:node|operator|agent|\w+_\w+) .*$/gm)].flat()).toEqual(['node {', 'operator {']);
    expect([...out.matchAll(/".*?\*.*?"/g)].flat().every(each => /^"chaos\/(?:status\/)?\w+\/\*"$/.test(each))).toBe(
      true,
    );
  });

  it('names every namespace, home first and once, and never all of them', async () => {
    const ran = await sirocco('policy --home ops --namespaces shop,ops,default --prefix havoc');
    expect(ran.out.match(/^namespace .*$/gm)).toEqual([
      'namespace "ops" {',
      'namespace "shop" {',
      'namespace "default" {',
    ]);
    expect(ran.out).not.toContain('"*"');
    expect(ran.out).not.toContain('chaos/');
    // Home is managed too here: its jobs may be hit.
    expect(ran.out.split('namespace "shop"')[0]).toContain('alloc-lifecycle');
  });

  it('lets nobody write schedules, requests, halts or limits, and delete nothing but what was answered and what is old', async () => {
    const { out } = await sirocco('policy --namespaces default');
    const paths = [...out.matchAll(/path "([^"]+)" \{ capabilities = \[([^\]]*)\]/g)];
    const written = paths.filter(([, , words]) => words?.includes('write')).map(([, path]) => path);
    expect([...new Set(written)].sort()).toEqual([
      'chaos/control/_',
      'chaos/control/leader',
      'chaos/experiments/_',
      'chaos/history/*',
      'chaos/requests/_',
      'chaos/runs/*',
      'chaos/schedule/_',
      'chaos/status/*',
    ]);
    const deleted = paths.filter(([, , words]) => words?.includes('destroy')).map(([, path]) => path);
    expect([...new Set(deleted)].sort()).toEqual([
      'chaos/history/*',
      'chaos/requests/*',
      'chaos/runs/*',
      'chaos/status/*',
    ]);
  });

  it('says on standard error what it had to assume, or what an old Nomad lacks', async () => {
    const ran = await sirocco('policy --for 1.6.2');
    expect(ran.code).toBe(0);
    expect(ran.err.split('\n')).toEqual([
      'Nomad 1.6.2: it has no locks on Variables: no controller can lead',
      'no --namespaces: the policy is for namespace default alone',
    ]);
    expect(ran.out).toContain('# For Nomad 1.6.2.');
  });

  it.each([
    ['--faults aloc-kill', 'SIR-105', 'alloc-kill'],
    ['--for latest', 'SIR-104', undefined],
    ['--namespaces *', 'SIR-500', undefined],
  ])('refuses `policy %s`', async (flags, code, near) => {
    const ran = await sirocco(`policy ${flags} --output json`);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect((JSON.parse(ran.err) as { error: object }).error).toMatchObject({
      code,
      ...(near === undefined ? {} : { did_you_mean: near }),
    });
  });
});
