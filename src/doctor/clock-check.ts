import type { Check } from './check.js';

/** How far another clock is ahead of this machine's, in milliseconds. */
export interface ClockReading {
  readonly of: string;
  readonly offsetMs: number;
}

const WARN_MS = 30_000;
const FAIL_MS = 300_000;
const FIX =
  'Keep the clock of this machine in step (chrony, systemd-timesyncd or the Amazon Time Sync Service); if only one of the others is off, it is theirs.';

/** Compares the clock with those of others: AWS refuses signatures five minutes off, and tokens live for minutes. */
export function clockCheck(readings: readonly ClockReading[]): Check {
  if (readings.length === 0) {
    return { area: 'clock', status: 'skip', says: 'The clock was not compared: nobody answered.' };
  }
  const worst = Math.max(...readings.map(({ offsetMs }) => Math.abs(offsetMs)));
  if (worst <= WARN_MS) {
    const others = readings.map(({ of }) => of).join(' and ');
    return { area: 'clock', status: 'ok', says: `The clock agrees with ${others} within ${WARN_MS / 1000} s.` };
  }
  const off = readings.filter(({ offsetMs }) => Math.abs(offsetMs) > WARN_MS).map(inWords);
  return {
    area: 'clock',
    status: worst > FAIL_MS ? 'fail' : 'warn',
    says: `The clock of this machine is ${off.join(' and ')}.`,
    fix: FIX,
  };
}

function inWords({ of, offsetMs }: ClockReading): string {
  return `${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs > 0 ? 'behind' : 'ahead of'} that of ${of}`;
}
