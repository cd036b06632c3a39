import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { makeStandInBase, missingForImages, storageIn } from './stand-in-base.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder in which images and containers are kept; absent where none can be made. */
    readonly dockerState?: string;
  }
}

/** The image the Dockerfile builds on, in one place: its own words. */
const baseOf = (dockerfile: string): string => /^FROM (\S+)$/m.exec(dockerfile)?.[1] ?? '';

let remove: (() => Promise<void>) | undefined;

/** Once for all image tests: a place for images and containers, a stand-in base, a `docker` command. */
export function setup(project: TestProject): void {
  const missing = missingForImages();
  if (missing !== undefined) {
    console.warn(`The tests of the image are skipped: ${missing}.`);
    return;
  }
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const state = mkdtempSync('/var/tmp/cloudwatch-mcp-image-');
  const storage = storageIn(state);
  writeFileSync(`${state}/storage.json`, JSON.stringify(storage));
  remove = async () => {
    spawnSync('buildah', [...storage, 'umount', '--all']);
    spawnSync('umount', [`${state}/storage/overlay`]);
    await rm(state, { recursive: true, force: true });
  };
  makeStandInBase(`docker.io/library/${baseOf(readFileSync(`${root}Dockerfile`, 'utf8'))}`, storage);
  mkdirSync(`${state}/bin`);
  const docker = `#!/bin/sh\nexec ${process.execPath} ${root}test/image/docker.ts "$@"\n`;
  writeFileSync(`${state}/bin/docker`, docker, { mode: 0o755 });
  // The build installs what this machine has installed already: no need to fetch it again.
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${state}/npm-cache`, cache);
  project.provide('dockerState', state);
}

export async function teardown(): Promise<void> {
  await remove?.();
}
