/** A package of others that the server runs with. */
export interface ThirdParty {
  readonly name: string;
  readonly version: string;
  /** Its SPDX name. */
  readonly licence: string;
}

/** Licences that ask for no more than that their text stays with the code, as it does in `node_modules`. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

/**
 * docs/third-party.md: whose code the server runs with, by licence.
 * @throws Error naming every package whose licence nobody has allowed.
 */
export function thirdPartyDocument(packages: readonly ThirdParty[]): string {
  const others = packages.filter(({ licence }) => !ALLOWED.has(licence));
  if (others.length > 0) {
    const named = others.map(({ name, version, licence }) => `${name}@${version} (${licence || 'none stated'})`);
    throw new Error(`Licences that are not allowed: ${named.join(', ')}`);
  }
  const byLicence = Map.groupBy(packages, ({ licence }) => licence);
  const sections = [...byLicence].sort(([one], [other]) => (one < other ? -1 : 1)).map(section);
  return `# Third-party packages

Written by \`npm run generate\` from package-lock.json: the ${packages.length} packages of others that the server may run
with, by licence. Each comes with its licence's text. \`npm run sbom\` prints the same as CycloneDX, with hashes.

${sections.join('\n')}`;
}

function section([licence, packages]: [string, readonly ThirdParty[]]): string {
  const names = packages.map(({ name, version }) => `${name} ${version}`).sort();
  return `## ${licence}\n\n${names.map((name) => `- ${name}`).join('\n')}\n`;
}
