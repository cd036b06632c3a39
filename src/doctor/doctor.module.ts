import { type DynamicModule, Module } from '@nestjs/common';
import { Writable } from 'node:stream';
import { AuthModule } from '../auth/auth.module.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigModule } from '../config/config.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { LogModule } from '../security-monitoring/audit/log.module.js';
import { DoctorService } from './doctor.service.js';
import { IssuerCheckService } from './issuer-check.service.js';
import { RoleCheckService } from './role-check.service.js';
import { ServerIdentityCheckService } from './server-identity-check.service.js';

/** Is this configuration right for the world it is in; an application of its own that serves nothing. */
@Module({})
export class DoctorModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: DoctorModule,
      imports: [ConfigModule.forRoot(config), LogModule.forRoot(nowhere()), AuthModule, CredentialsModule],
      providers: [DoctorService, IssuerCheckService, ServerIdentityCheckService, RoleCheckService],
    };
  }
}

/** The findings are the output; what the rooms log on the way would only repeat them. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
