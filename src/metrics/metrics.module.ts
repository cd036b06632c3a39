import { Module } from '@nestjs/common';
import { CloudwatchModule } from '../cloudwatch/cloudwatch.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { GetMetricDataTool } from './get-metric-data.tool.js';

/** The tools for CloudWatch metrics. */
@Module({ imports: [CredentialsModule, CloudwatchModule], providers: [GetMetricDataTool] })
export class MetricsModule {}
