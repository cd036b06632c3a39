import { Module } from '@nestjs/common';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { ListAccountsTool } from './list-accounts.tool.js';
import { AccountCompletion } from './resources/account.completion.js';
import { RegionCompletion } from './resources/region.completion.js';

/** What callers may know of their own access. */
@Module({ imports: [CredentialsModule], providers: [ListAccountsTool, AccountCompletion, RegionCompletion] })
export class AccountsModule {}
