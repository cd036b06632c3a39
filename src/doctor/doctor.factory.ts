import { NestFactory } from '@nestjs/core';
import { type AppConfig, loadAppConfig } from '../config/app-config.js';
import { ConfigurationInvalid } from '../errors.js';
import { type Check, type Diagnosis, diagnosisOf } from './check.js';
import { DoctorModule } from './doctor.module.js';
import { DoctorService } from './doctor.service.js';

/** Examines the configuration that an environment holds. Shows no secret of it. */
export async function examine(env: Readonly<Record<string, string | undefined>>): Promise<Diagnosis> {
  let config: AppConfig;
  try {
    config = loadAppConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return diagnosisOf(error.problems.map(invalidSetting));
    throw error;
  }
  const app = await NestFactory.createApplicationContext(DoctorModule.forRoot(config), {
    logger: false,
    abortOnError: false,
  });
  try {
    return diagnosisOf(await app.get(DoctorService).examine());
  } finally {
    await app.close();
  }
}

function invalidSetting(problem: string): Check {
  return { area: 'configuration', status: 'fail', says: problem };
}
