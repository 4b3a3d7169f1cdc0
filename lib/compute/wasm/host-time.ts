import { HeddleError } from '../../core/error.ts';
import { utf8Bytes } from '../../core/tags.ts';
import { wasm64 } from './abi.ts';
import { type CalendarTime, calendarSeconds, calendarTime, noDate } from './calendar.ts';
import { type Guest, type HostFunctions, hostFunction } from './guest.ts';
import { charge, costs, readText } from './host-gas.ts';
import { strftime } from './strftime.ts';

/** Time, which is a count of its readings, and calendars, which are in UTC. */
export const timeFunctions: HostFunctions = {
  'env.emscripten_date_now': hostFunction('>d', (guest) => guest.clockMs++),
  'env.emscripten_get_now': hostFunction('>d', (guest) => guest.clockMs++),
  'env._emscripten_get_now_is_monotonic': hostFunction('>i', () => 1),
  'env._gmtime_js': hostFunction('lp>', (guest, seconds = 0, at = 0) => {
    writeTime(guest, at, calendarTime(seconds) ?? noDate);
    return undefined;
  }),
  'env._localtime_js': hostFunction('lp>', localTime),
  'env._mktime_js': hostFunction('p>l', makeTime),
  'env._tzset_js': hostFunction('pppp>', (guest, offsetAt = 0, daylightAt = 0, standardAt = 0, summerAt = 0) => {
    guest.memory.writePointer(offsetAt, 0);
    guest.memory.writeInt32(daylightAt, 0);
    guest.memory.writeText(standardAt, 'UTC');
    guest.memory.writeText(summerAt, 'UTC');
    return undefined;
  }),
  'env.strftime': hostFunction('pppp>p', formatTime),
  'env.strftime_l': hostFunction('ppppp>p', formatTime),
};

/** What AO's loader shows a module of the newer formats that reads the clock for the first time. */
export const { clockStartMs } = wasm64;

// C's `struct tm`: these as i32 in this order, then `isdst`.
const fields = ['second', 'minute', 'hour', 'day', 'month', 'year', 'weekday', 'yearday'] as const;
const daylightOffset = 32;

export function writeTime({ memory }: Guest, at: number, time: CalendarTime): void {
  fields.forEach((field, i) => {
    memory.writeInt32(at + 4 * i, time[field]);
  });
}

function readTime({ memory }: Guest, at: number): CalendarTime {
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0, weekday = 0, yearday = 0] = fields.map(
    (_, i) => memory.readInt32(at + 4 * i),
  );
  return { second, minute, hour, day, month, year, weekday, yearday };
}

function localTime(guest: Guest, seconds = 0, at = 0): undefined {
  const time = calendarTime(seconds);
  // The loader's 64-bit host breaks here, its 32-bit host writes zeros.
  if (!time && guest.abi.wide) throw new HeddleError('guest-trap', `${seconds} seconds from 1970 have no date`);
  writeTime(guest, at, time ?? noDate);
  guest.memory.writePointer(at + guest.abi.tmOffset, 0);
  guest.memory.writeInt32(at + daylightOffset, 0);
}

export function makeTime(guest: Guest, at = 0): number {
  const seconds = calendarSeconds(readTime(guest, at));
  if (guest.memory.readInt32(at + daylightOffset) < 0) guest.memory.writeInt32(at + daylightOffset, 0);
  writeTime(guest, at, (seconds !== undefined && calendarTime(seconds)) || noDate);
  return seconds ?? -1;
}

function formatTime(guest: Guest, into = 0, capacity = 0, format = 0, at = 0): number {
  const { memory, abi } = guest;
  const zoneName = memory.readPointer(at + abi.tmZone);
  const pattern = readText(guest, format);
  const name = zoneName ? readText(guest, zoneName) : '';
  charge(guest, pattern.length * costs.dateCharacter);
  // Each conversion may take the zone's name.
  if (pattern.length > longestPattern || name.length > longestPattern) {
    throw new HeddleError('guest-trap', `The module formats a date by ${pattern.length} characters`);
  }
  const text = strftime(pattern, readTime(guest, at), {
    offsetSeconds: abi.wide
      ? Number(memory.view.getBigInt64(at + abi.tmOffset, true))
      : memory.readInt32(at + abi.tmOffset),
    name,
  });
  charge(guest, text.length * costs.character);
  const length = utf8Bytes(text);
  if (length + 1 > capacity) return 0;
  memory.writeText(into, text);
  return length;
}

/** More than any program has. Of as many as fit a memory, the host could not keep the parts. */
const longestPattern = 4096;
