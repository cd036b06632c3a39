import { Module } from '@nestjs/common';
import { SecurityMonitoringModule } from '../security-monitoring/security-monitoring.module.js';
import { IssuerRegistryService } from './issuers/issuer-registry.service.js';
import { ProtectedResourceMetadataController } from './protected-resource-metadata.controller.js';
import { ApiKeyStrategy } from './strategies/api-key.strategy.js';
import { JwtStrategy } from './strategies/jwt.strategy.js';

/** Who is calling. Nest makes a guard anew in each module that uses it, hence what the guard needs is exported too. */
@Module({
  imports: [SecurityMonitoringModule],
  controllers: [ProtectedResourceMetadataController],
  providers: [IssuerRegistryService, JwtStrategy, ApiKeyStrategy],
  exports: [IssuerRegistryService, JwtStrategy, ApiKeyStrategy, SecurityMonitoringModule],
})
export class AuthModule {}
