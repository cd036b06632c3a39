import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** Nest's way to the log. Its progress reports at start are for debugging Nest, not for operators. */
@Injectable()
export class NestLogService extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    this.debug(message, ...rest);
  }
}
