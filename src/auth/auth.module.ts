import { Module } from '@nestjs/common';
import { SecurityMonitoringModule } from '../security-monitoring/security-monitoring.module.js';
import { ApiKeyStoreService } from './api-key-store.service.js';
import { IntrospectionSlotsService } from './introspection-slots.service.js';
import { IntrospectionService } from './introspection.service.js';
import { IssuerRegistryService } from './issuers/issuer-registry.service.js';
import { ProtectedResourceMetadataController } from './protected-resource-metadata.controller.js';
import { ApiKeyStrategy } from './strategies/api-key.strategy.js';
import { IntrospectionStrategy } from './strategies/introspection.strategy.js';
import { JwtStrategy } from './strategies/jwt.strategy.js';

const SERVICES = [
  IssuerRegistryService,
  IntrospectionService,
  IntrospectionSlotsService,
  ApiKeyStoreService,
  JwtStrategy,
  IntrospectionStrategy,
  ApiKeyStrategy,
];

/** Who is calling. Nest makes a guard anew in each module that uses it, hence what the guard needs is exported too. */
@Module({
  imports: [SecurityMonitoringModule],
  controllers: [ProtectedResourceMetadataController],
  providers: SERVICES,
  exports: [...SERVICES, SecurityMonitoringModule],
})
export class AuthModule {}
