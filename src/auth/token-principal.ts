import { type Principal, PresentedToken } from '../principal.js';
import { withoutCredentials } from './claim-credentials.js';
import type { IssuerProfile } from './issuers/issuer-profile.js';
import type { Claims } from './token-shape.js';

/** The person behind a token that has passed every check; `text` is the token as presented. */
export function principalOfToken(claims: Claims, profile: IssuerProfile, text: string): Principal {
  const subject = claims.sub as string;
  const email = profile.email(claims);
  return {
    issuer: claims.iss as string,
    subject,
    method: 'jwt',
    displayName: [email?.split('@')[0], ...profile.names(claims)].find(isReadable) ?? subject,
    email,
    clientId: profile.clientId(claims),
    scopes: profile.scopes(claims),
    groups: profile.groups(claims),
    claims: withoutCredentials(claims),
    token: new PresentedToken(text),
    expiresAt: claims.exp as number,
  };
}

/** Fit for a log line and a session name: short, and without control or direction characters. */
export function isReadable(name: unknown): name is string {
  return typeof name === 'string' && name.trim() !== '' && name.length <= 128 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name);
}
