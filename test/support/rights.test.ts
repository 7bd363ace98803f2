import { describe, expect, it } from 'vitest';
import { policyRules } from './rights.ts';

describe('policyRules', () => {
  it('renders namespaces, Variables and scopes as Nomad reads them', () => {
    const text = policyRules({
      namespaces: {
        shop: { policy: 'read', capabilities: ['alloc-lifecycle'], variables: { 'chaos/*': ['read', 'list'] } },
      },
      node: 'write',
    });
    expect(text).toBe(`namespace "shop" {
  policy = "read"
  capabilities = ["alloc-lifecycle"]
  variables {
    path "chaos/*" { capabilities = ["read", "list"] }
  }
}
node {
  policy = "write"
}
`);
  });

  it('grants nothing by a namespace without rights', () => {
    expect(policyRules({ namespaces: { shop: {} } })).toBe('namespace "shop" {\n\n}\n');
  });
});
