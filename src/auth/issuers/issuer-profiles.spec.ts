import { describe, expect, it } from 'vitest';
import type { IssuerProfileName, IssuerSettings } from '../../config/issuer-settings.js';
import { refuseClaims } from '../claims-policy.js';
import { principalOfToken } from '../token-principal.js';
import type { Claims, TokenHeader } from '../token-shape.js';
import { profileOf } from './issuer-profiles.js';

const NOW = 1_800_000_000;
const CLIENT = '00001111-aaaa-2222-bbbb-3333cccc4444';
const RESOURCE = 'https://mcp.test/mcp';
const ISSUERS: Readonly<Record<IssuerProfileName, string>> = {
  'identity-center': 'https://idp.test',
  cognito: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI',
  'entra-id': 'https://login.microsoftonline.com/11112222-bbbb-3333-cccc-4444dddd5555/v2.0',
  okta: 'https://example.okta.com/oauth2/default',
  auth0: 'https://example.eu.auth0.com/',
  keycloak: 'https://keycloak.test/realms/operations',
  oidc: 'https://idp.test',
};

/** One issuer, and what it makes of a token of its own. */
function issuer(profile: IssuerProfileName, given: Partial<IssuerSettings> = {}) {
  const settings: IssuerSettings = {
    name: profile,
    profile,
    issuer: ISSUERS[profile],
    clientId: CLIENT,
    audiences: [RESOURCE],
    allowedClients: profile === 'cognito' ? [CLIENT] : [],
    acceptedTokens: ['access'],
    requireAtJwt: false,
    claimNames: {},
    ...given,
  };
  const reads = profileOf(settings);
  const token = (claims: Claims, typ?: TokenHeader['typ']) => ({
    header: { alg: 'RS256', kid: 'k1', ...(typ && { typ }) } as const,
    claims: { iss: settings.issuer, sub: 'u1', iat: NOW, exp: NOW + 600, ...claims },
  });
  return {
    algorithms: reads.algorithms,
    judge: (claims: Claims, typ?: TokenHeader['typ']): string =>
      refuseClaims(token(claims, typ), { settings, profile: reads }, NOW)?.reason ?? 'accepted',
    read: (claims: Claims) => principalOfToken(token(claims).claims, reads, 'a.b.c'),
  };
}

const anyKind: Partial<IssuerSettings> = { acceptedTokens: ['access', 'id'], audiences: [RESOURCE, CLIENT] };

describe('every profile', () => {
  it('offers asymmetric algorithms with EdDSA impossible, and takes a narrower list from the settings [JWT-39]', () => {
    for (const name of Object.keys(ISSUERS) as IssuerProfileName[]) {
      const { algorithms } = issuer(name);
      expect(algorithms).toContain('RS256');
      expect(algorithms.every((algorithm) => /^(RS|PS|ES)(256|384|512)$/.test(algorithm))).toBe(true);
      expect(issuer(name, { algorithms: ['ES384'] }).algorithms).toEqual(['ES384']);
    }
  });

  it('reads groups, scopes and the name where the settings say they stand', () => {
    const claimNames: IssuerSettings['claimNames'] = {
      groups: ['resource_access', 'cloudwatch-mcp', 'roles'],
      scopes: ['https://corp.test/scopes'],
      name: ['login'],
    };
    const claims = {
      groups: ['elsewhere'],
      scope: 'elsewhere',
      resource_access: { 'cloudwatch-mcp': { roles: ['reader'] } },
      'https://corp.test/scopes': 'cw:read',
      login: 'ann',
      name: 'Ann',
    };
    for (const name of Object.keys(ISSUERS) as IssuerProfileName[]) {
      const read = issuer(name, { claimNames }).read(claims);
      expect(read).toMatchObject({ groups: ['reader'], scopes: ['cw:read'], displayName: 'ann' });
    }
    expect(issuer('oidc', { claimNames }).read({ resource_access: { 'cloudwatch-mcp': 7 } }).groups).toEqual([]);
    expect(issuer('oidc', { claimNames: { groups: ['constructor', 'name'] } }).read({}).groups).toEqual([]);
  });
});

describe('identity-center', () => {
  it("reads the identity provider's tokens by the specifications [A2]", () => {
    const { judge, read } = issuer('identity-center');
    expect(judge({ aud: RESOURCE })).toBe('accepted');
    expect(judge({ aud: CLIENT })).toBe('aud_mismatch');
    expect(read({ scope: 'cw:read', groups: ['sre'], client_id: 'c' })).toMatchObject({
      scopes: ['cw:read'],
      groups: ['sre'],
      clientId: 'c',
    });
  });
});

describe('cognito', () => {
  const access = { token_use: 'access', client_id: CLIENT, scope: 'cw:read openid', username: 'ann' };
  const id = { token_use: 'id', aud: CLIENT, 'cognito:username': 'ann', 'cognito:groups': ['sre'] };

  it('knows an access token by its client, since it has no audience [A3] [CLM-15]', () => {
    const { judge } = issuer('cognito');
    expect(judge(access)).toBe('accepted');
    expect(judge({ ...access, client_id: 'other' })).toBe('client_not_allowed');
    expect(judge({ ...access, client_id: undefined })).toBe('client_not_allowed');
    expect(issuer('cognito', { allowedClients: [] }).judge(access)).toBe('client_not_allowed');
  });

  it('refuses a token that does not say what it is [A3] [CLM-15]', () => {
    const { judge } = issuer('cognito', anyKind);
    for (const token_use of [undefined, 'Access', 'refresh', true]) {
      expect(judge({ ...access, token_use })).toBe('claim_invalid');
      expect(judge({ ...id, token_use })).toBe('claim_invalid');
    }
  });

  it('wants the audience of an access token that has one', () => {
    const { judge } = issuer('cognito');
    expect(judge({ ...access, aud: RESOURCE })).toBe('accepted');
    expect(judge({ ...access, aud: 'https://other.test' })).toBe('aud_mismatch');
    expect(judge({ ...access, aud: [] })).toBe('aud_mismatch');
  });

  it('knows an ID token by its audience and takes it only where ID tokens are accepted [A3]', () => {
    expect(issuer('cognito', { audiences: [RESOURCE, CLIENT] }).judge(id)).toBe('typ_mismatch');
    expect(issuer('cognito', anyKind).judge(id)).toBe('accepted');
    expect(issuer('cognito', anyKind).judge({ ...id, aud: 'other' })).toBe('aud_mismatch');
    expect(issuer('cognito', anyKind).judge({ ...id, aud: undefined, client_id: CLIENT })).toBe('aud_mismatch');
  });

  it('takes ID tokens alone in front of an identity pool [A3]', () => {
    const { judge } = issuer('cognito', { ...anyKind, acceptedTokens: ['id'] });
    expect(judge(id)).toBe('accepted');
    expect(judge(access)).toBe('typ_mismatch');
  });

  it('reads client, scopes, groups and names as Cognito writes them', () => {
    const { read } = issuer('cognito');
    expect(read(access)).toMatchObject({ clientId: CLIENT, scopes: ['cw:read', 'openid'], displayName: 'ann' });
    expect(read(id)).toMatchObject({ clientId: CLIENT, groups: ['sre'], displayName: 'ann', scopes: [] });
    expect(read({ ...id, groups: ['forged-by-attribute'] }).groups).toEqual(['sre']);
  });
});

describe('entra-id', () => {
  const v2 = { ver: '2.0', aud: CLIENT, azp: 'app', scp: 'cw.read cw.query', preferred_username: 'ann@corp.test' };
  const v1 = { ver: '1.0', aud: `api://${CLIENT}`, appid: 'app', scp: 'cw.read', upn: 'ann@corp.test' };
  const idToken = { ver: '2.0', aud: CLIENT, nonce: 'n', preferred_username: 'ann@corp.test' };
  const audiences = [CLIENT, `api://${CLIENT}`];

  it('accepts both versions, for the GUID and for the api:// address, each to the letter', () => {
    const { judge } = issuer('entra-id', { audiences });
    expect(judge(v2)).toBe('accepted');
    expect(judge(v1)).toBe('accepted');
    expect(judge({ ...v1, aud: `api://${CLIENT.toUpperCase()}` })).toBe('aud_mismatch');
    expect(issuer('entra-id').judge(v2)).toBe('aud_mismatch');
  });

  it('knows the issuer by its tenant', () => {
    const { judge } = issuer('entra-id', { audiences });
    expect(judge({ ...v2, iss: 'https://sts.windows.net/11112222-bbbb-3333-cccc-4444dddd5555/' })).toBe('iss_mismatch');
    expect(judge({ ...v2, iss: ISSUERS['entra-id'].replace('1111', '9999') })).toBe('iss_mismatch');
  });

  it('knows an ID token by the client it does not name, with or without a nonce', () => {
    for (const token of [idToken, { ...idToken, nonce: undefined }]) {
      expect(issuer('entra-id', { audiences }).judge(token)).toBe('typ_mismatch');
      expect(issuer('entra-id', { ...anyKind, audiences }).judge(token)).toBe('accepted');
    }
  });

  it('reads scp of a user and roles of an application, and never the roles of a user, as scopes', () => {
    const { read } = issuer('entra-id');
    expect(read(v2)).toMatchObject({ clientId: 'app', scopes: ['cw.read', 'cw.query'], displayName: 'ann@corp.test' });
    expect(read({ ...v2, roles: ['cw.admin'] })).toMatchObject({
      scopes: ['cw.read', 'cw.query'],
      groups: ['cw.admin'],
    });
    expect(read({ ...v2, scp: undefined, roles: ['cw.read'] }).scopes).toEqual([]);
    const { scp: _, ...application } = v2;
    expect(read({ ...application, roles: ['cw.read'] }).scopes).toEqual(['cw.read']);
    expect(read(v1)).toMatchObject({ clientId: 'app', displayName: 'ann@corp.test' });
  });

  it('counts groups that the token only points to as none, and asks nobody', () => {
    const { read } = issuer('entra-id');
    expect(read({ ...v2, groups: ['g1'] }).groups).toEqual(['g1']);
    const pointer = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.test' } } };
    expect(read({ ...v2, ...pointer }).groups).toEqual([]);
    expect(read({ ...v2, ...pointer, groups: ['g1'] }).groups).toEqual([]);
    expect(read({ ...v2, hasgroups: true, groups: ['g1'], roles: ['reader'] }).groups).toEqual(['reader']);
  });
});

describe('okta', () => {
  const access = { aud: RESOURCE, cid: 'app', uid: '00u1', scp: ['cw:read', 'openid'], groups: ['Everyone', 'sre'] };

  it('reads the client from cid, the scopes from a list, the groups from the added claim', () => {
    const { judge, read } = issuer('okta');
    expect(judge(access)).toBe('accepted');
    expect(read(access)).toMatchObject({ clientId: 'app', scopes: ['cw:read', 'openid'], groups: ['Everyone', 'sre'] });
    expect(issuer('okta', { allowedClients: ['app'] }).judge({ ...access, cid: 'other' })).toBe('client_not_allowed');
  });

  it('knows an ID token by the cid it does not have', () => {
    expect(issuer('okta', { audiences: [CLIENT] }).judge({ aud: CLIENT, ver: 1 })).toBe('typ_mismatch');
    expect(issuer('okta', anyKind).judge({ aud: CLIENT, ver: 1 })).toBe('accepted');
  });
});

describe('auth0', () => {
  const access = { aud: [RESOURCE, 'https://example.eu.auth0.com/userinfo'], azp: 'app', scope: 'openid cw:read' };

  it('accepts its list of audiences and reads permissions beside the scopes', () => {
    const { judge, read } = issuer('auth0');
    expect(judge(access)).toBe('accepted');
    expect(read({ ...access, permissions: ['cw:query'] })).toMatchObject({
      clientId: 'app',
      scopes: ['openid', 'cw:read', 'cw:query'],
    });
  });

  it('knows its issuer only with the slash at the end', () => {
    expect(issuer('auth0').judge({ ...access, iss: 'https://example.eu.auth0.com' })).toBe('iss_mismatch');
  });

  it('reads groups from a namespaced claim once it is named', () => {
    const claims = { ...access, 'https://corp.test/groups': ['sre'] };
    expect(issuer('auth0').read(claims).groups).toEqual([]);
    const claimNames = { groups: ['https://corp.test/groups'] } as const;
    expect(issuer('auth0', { claimNames }).read(claims).groups).toEqual(['sre']);
  });

  it('knows an ID token by the client it does not name, and the RFC 9068 profile by client_id', () => {
    expect(issuer('auth0', { audiences: [CLIENT] }).judge({ aud: CLIENT, nickname: 'ann' })).toBe('typ_mismatch');
    const rfc9068 = { ...access, azp: undefined, client_id: 'app' };
    expect(issuer('auth0', { requireAtJwt: true }).judge(rfc9068, 'at+jwt')).toBe('accepted');
    expect(issuer('auth0', { requireAtJwt: true }).judge(access, 'jwt')).toBe('typ_mismatch');
  });
});

describe('keycloak', () => {
  const access = { aud: [RESOURCE, 'account'], typ: 'Bearer', azp: 'app', scope: 'cw:read profile' };

  it('goes by the kind in the payload and refuses whatever is neither access nor ID token', () => {
    const { judge } = issuer('keycloak');
    expect(judge(access)).toBe('accepted');
    expect(judge({ ...access, typ: 'ID' })).toBe('typ_mismatch');
    expect(issuer('keycloak', anyKind).judge({ ...access, typ: 'ID' })).toBe('accepted');
    for (const typ of ['Refresh', 'Offline', 'Logout', 'DPoP', undefined, 'bearer', '__proto__'])
      expect(issuer('keycloak', anyKind).judge({ ...access, typ })).toBe('claim_invalid');
  });

  it('refuses the audience account that every token has without a mapper', () => {
    expect(issuer('keycloak').judge({ ...access, aud: 'account' })).toBe('aud_mismatch');
  });

  it('reads groups from the group mapper and from the realm roles', () => {
    const { read } = issuer('keycloak');
    expect(read({ ...access, groups: ['/sre'], realm_access: { roles: ['reader'] } })).toMatchObject({
      clientId: 'app',
      scopes: ['cw:read', 'profile'],
      groups: ['/sre', 'reader'],
    });
    expect(read({ ...access, realm_access: { roles: 'reader' } }).groups).toEqual([]);
  });
});

describe('oidc', () => {
  it('wants at+jwt where the settings require it, in any of its spellings [JWT-23] [JWT-24]', () => {
    const { judge } = issuer('oidc', { requireAtJwt: true });
    expect(judge({ aud: RESOURCE }, 'at+jwt')).toBe('accepted');
    expect(judge({ aud: RESOURCE }, 'jwt')).toBe('typ_mismatch');
    expect(judge({ aud: RESOURCE })).toBe('typ_mismatch');
    expect(issuer('oidc').judge({ aud: RESOURCE })).toBe('accepted');
  });

  it('refuses access tokens where only ID tokens are accepted', () => {
    const { judge } = issuer('oidc', { acceptedTokens: ['id'], audiences: [CLIENT] });
    expect(judge({ aud: CLIENT, nonce: 'n' })).toBe('accepted');
    expect(judge({ aud: CLIENT })).toBe('typ_mismatch');
  });
});
