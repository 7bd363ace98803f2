/** `/v1/acl/token/self`: what a token is. */

import { Refusal } from '../failure.ts';
import type { Route } from '../route.ts';

const anonymous = {
  AccessorID: 'anonymous',
  SecretID: '',
  Name: 'Anonymous Token',
  Type: 'client',
  Policies: ['anonymous'],
  Roles: null,
  Global: false,
  Hash: null,
  CreateTime: '0001-01-01T00:00:00Z',
  ExpirationTime: null,
  ExpirationTTL: '',
  CreateIndex: 0,
  ModifyIndex: 0,
};

export const aclRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/acl/token/self',
    run({ cluster, access }) {
      if (!cluster.acl) throw new Refusal(400, 'ACL support disabled');
      const { token } = access;
      if (token === undefined) return { body: anonymous };
      const policies = token.type === 'management' ? null : [token.name];
      const body = {
        ...anonymous,
        AccessorID: token.accessor,
        SecretID: token.secret,
        Name: token.name,
        Type: token.type,
        Policies: policies,
        CreateIndex: 1,
        ModifyIndex: 1,
      };
      return { body, index: cluster.tables.index };
    },
  },
];
