import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { SecurityMonitoringModule } from '../security-monitoring/security-monitoring.module.js';
import { DrainService } from './drain.service.js';
import { HealthController } from './health.controller.js';

/** Is the process there, may it be sent requests, and how it ends. */
@Module({
  imports: [AuthModule, SecurityMonitoringModule],
  controllers: [HealthController],
  providers: [DrainService],
})
export class HealthModule {}
