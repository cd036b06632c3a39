import { createRequire } from 'node:module';

/** The product's name and version, from the package file that ships beside the compiled code. */
export const PRODUCT: { readonly name: string; readonly version: string } = createRequire(import.meta.url)(
  '../../package.json',
) as { name: string; version: string };
