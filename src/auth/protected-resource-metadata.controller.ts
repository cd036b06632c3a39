import { All, Controller, Get, Inject } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { HttpRefusal } from '../errors.js';
import { type ProtectedResourceMetadata, protectedResourceMetadata } from './protected-resource-metadata.js';

/** Serves the metadata at the root and at the resource's own well-known path, without authentication. */
@Controller('.well-known/oauth-protected-resource')
export class ProtectedResourceMetadataController {
  readonly #document: ProtectedResourceMetadata;

  constructor(@Inject(APP_CONFIG) config: AppConfig) {
    this.#document = protectedResourceMetadata(config);
  }

  @Get(['/', 'mcp'])
  metadata(): ProtectedResourceMetadata {
    return this.#document;
  }

  @All(['/', 'mcp'])
  otherMethods(): never {
    throw new HttpRefusal(405, 'method_not_allowed', 'Only GET is offered here.', { Allow: 'GET' });
  }
}
