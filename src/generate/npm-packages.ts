/** What the packages take from the project's own package.json. */
export interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** The name in the MCP registry, which every package of the server has to repeat. */
  readonly mcpName: string;
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
  /** Exact versions. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A package as npm publishes it. */
export interface NpmPackage {
  readonly manifest: { readonly name: string; readonly version: string } & Readonly<Record<string, unknown>>;
  /** Whether a file of the build is in it; the path is below `dist`. */
  readonly holds: (path: string) => boolean;
}

export const BRIDGE_PACKAGE = 'cloudwatch-mcp-bridge';

const BRIDGE = /^stdio-bridge\//;
const CODE = /\.(js|json)$/;

/** The packages: the server with what it needs to run, and the bridge with nothing. */
export function npmPackages(project: ProjectManifest): readonly NpmPackage[] {
  return [
    {
      manifest: {
        ...common(project, project.name, project.description),
        engines: project.engines,
        bin: project.bin,
        dependencies: project.dependencies,
      },
      holds: (path) => CODE.test(path) && !BRIDGE.test(path),
    },
    {
      manifest: {
        ...common(project, BRIDGE_PACKAGE, 'Connects an MCP client that starts programs to a CloudWatch MCP server'),
        engines: { node: '>=20' },
        bin: { [BRIDGE_PACKAGE]: 'dist/stdio-bridge/bridge.js' },
      },
      holds: (path) => CODE.test(path) && BRIDGE.test(path),
    },
  ];
}

/** Without the project's scripts and pinned Node, which are for its development. */
function common({ version, license, mcpName }: ProjectManifest, name: string, description: string) {
  return {
    name,
    version,
    description,
    license,
    mcpName,
    keywords: ['mcp', 'model-context-protocol', 'aws', 'cloudwatch', 'logs', 'metrics', 'alarms'],
    type: 'module',
    files: ['dist'],
    // Programs, no libraries: what is inside may change with every release.
    exports: { './package.json': './package.json' },
  };
}
