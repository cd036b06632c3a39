import { Injectable } from '@nestjs/common';

/** The current time; replaced in tests that pin it. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
