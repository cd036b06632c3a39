import type { IssuerProfile } from './issuer-profile.js';
import { oidc } from './oidc.js';

/**
 * The identity provider behind AWS IAM Identity Center. Identity Center itself issues no token that another service
 * could verify (its CreateToken supports no ID token, and its access token opens every account of its holder: AWS SSO
 * OIDC API Reference), so what arrives is a token of the provider its users come from, read by the specifications.
 */
export const identityCenter: IssuerProfile = { ...oidc };
