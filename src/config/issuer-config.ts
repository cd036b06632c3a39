import type { Findings } from './findings.js';
import { completeIssuer, type IssuerBlock, refuseRepeatedIssuers } from './issuer-rules.js';
import type { IssuerSettings } from './issuer-settings.js';
import { issuersOfVariables, OAUTH_VARIABLES } from './issuer-variables.js';
import { issuersOfFile } from './issuers-file.js';
import type { Settings } from './settings.js';

/** The trusted issuers, from single variables and from the file together; none when OAuth is switched off. */
export function assembleIssuers(settings: Settings, resource: string, findings: Findings): IssuerSettings[] {
  if (settings.OAUTH_ENABLED === false) return [];
  const blocks: IssuerBlock[] = issuersOfVariables(settings, findings);
  if (settings.ISSUERS_FILE !== undefined) blocks.push(...issuersOfFile(settings.ISSUERS_FILE, findings));
  if (settings.OAUTH_ENABLED === true && OAUTH_VARIABLES.every((name) => settings[name] === undefined))
    findings.problems.push(
      `OAUTH_ENABLED: is true, and no issuer is configured; set one of ${OAUTH_VARIABLES.join(', ')}`,
    );
  refuseRepeatedIssuers(blocks, findings);
  const defaults = {
    resource,
    audiences: settings.OAUTH_AUDIENCE,
    allowedClients: settings.OAUTH_ALLOWED_CLIENTS,
    acceptIdTokens: settings.ACCEPT_ID_TOKENS,
  };
  return blocks.map((block) => completeIssuer(block, defaults, findings));
}
