import { Module } from '@nestjs/common';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { ListAccountsTool } from './list-accounts.tool.js';

/** What callers may know of their own access. */
@Module({ imports: [CredentialsModule], providers: [ListAccountsTool] })
export class AccountsModule {}
