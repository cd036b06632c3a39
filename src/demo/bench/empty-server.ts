import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { serveParent } from './child.js';

@Module({})
class EmptyModule {}

/** What Nest and the packages cost by themselves: an application without a room that has loaded the same of them. */
await serveParent(async () => {
  for (const name of JSON.parse(process.env['BENCH_PACKAGES'] ?? '[]') as string[]) await import(name);
  const options: NestApplicationOptions = { bodyParser: false, logger: false };
  const app = await NestFactory.create(EmptyModule, options);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}` };
});
