import { Module } from '@nestjs/common';
import { WelcomeController } from './welcome.controller.js';

/** What people find at the root of this server. */
@Module({ controllers: [WelcomeController] })
export class WelcomeModule {}
