import { ACTION_SCOPES } from './action-scopes.js';

/** A statement of an identity policy, in IAM's own words. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string;
}

/** An IAM policy document. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Masked data stays masked whatever else is attached to the role. */
const NEVER_UNMASK: Statement = { Sid: 'NeverUnmask', Effect: 'Deny', Action: 'logs:Unmask', Resource: '*' };

/**
 * The permission policy of a caller's role: every action that a tool declares, on the narrowest resource IAM offers
 * for it, and nothing more.
 * @throws Error for an action whose scope is not known
 */
export function userRolePermissions(tools: readonly { readonly iamActions: readonly string[] }[]): PolicyDocument {
  const wanted = new Set(tools.flatMap(({ iamActions }) => iamActions));
  const known = new Set(ACTION_SCOPES.flatMap(({ actions }) => actions));
  const unknown = [...wanted].filter((action) => !known.has(action));
  if (unknown.length > 0) throw new Error(`Say in action-scopes.ts what can be limited: ${unknown.join(', ')}`);
  const allowed = ACTION_SCOPES.map(({ sid, resource, actions }): Statement => ({
    Sid: sid,
    Effect: 'Allow',
    Action: actions.filter((action) => wanted.has(action)),
    Resource: resource,
  }));
  return {
    Version: '2012-10-17',
    Statement: [...allowed.filter(({ Action: actions }) => actions.length > 0), NEVER_UNMASK],
  };
}
