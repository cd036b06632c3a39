import { Module } from '@nestjs/common';
import { Clock } from './clock.service.js';

/** What the tool rooms share. */
@Module({ providers: [Clock], exports: [Clock] })
export class CloudwatchModule {}
