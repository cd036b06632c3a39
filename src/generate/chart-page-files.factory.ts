import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { inHouseStyle } from './house-style.js';

const PATH = 'src/chart-page/generated/chart-script.json';
const ENTRY = fileURLToPath(new URL('../../src/chart-page/browser/main.ts', import.meta.url));

/** The script of the chart page: what runs in the browser, as one text that can still be read. */
export async function chartPageFiles(): Promise<ReadonlyMap<string, string>> {
  const built = await build({
    configFile: false,
    envDir: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { output: { comments: false } },
      lib: { entry: ENTRY, formats: ['iife'], name: 'chartPage' },
    },
  });
  const [chunk] = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  if (chunk?.type !== 'chunk') throw new Error('The chart page has no script');
  const lines = chunk.code
    .trimEnd()
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('//#'));
  return new Map([[PATH, await inHouseStyle(JSON.stringify({ lines }), 'json')]]);
}
