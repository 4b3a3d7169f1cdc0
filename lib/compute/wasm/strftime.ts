import { type CalendarTime, daysBefore, isLeapYear } from './calendar.ts';

/** What a format can ask of a moment besides its calendar time. */
export interface Zone {
  readonly offsetSeconds: number;
  readonly name: string;
}

/**
 * C's `strftime` in the C locale, as AO's loader has it: with its `%c`, its unpadded years, its week numbers and its
 * `%Ec`, which comes out as `%c`. A guest may pass fields outside their ranges.
 */
export function strftime(format: string, time: CalendarTime, zone: Zone): string {
  return expand(format, time, zone, composites);
}

/** Conversions that stand for others. */
const composites: Readonly<Record<string, string>> = {
  c: '%a %b %d %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

/** With a modifier, each conversion is the plain one, except this. */
const unexpanded = 'Ec';
const modified = /^(?:E[CxXyY]|O[deHImMSuUVwWy])$/;

function expand(format: string, time: CalendarTime, zone: Zone, also: Readonly<Record<string, string>>): string {
  return format.replace(/%([EO]?)(.?)/gsu, (whole: string, modifier: string, letter: string) => {
    if (modifier) {
      if (modifier + letter === unexpanded) return '%c';
      if (!modified.test(modifier + letter)) return whole;
    }
    const composite = also[letter];
    return composite ? expand(composite, time, zone, {}) : (conversions[letter]?.(time, zone) ?? whole);
  });
}

const conversions: Readonly<Record<string, (time: CalendarTime, zone: Zone) => string>> = {
  '%': () => '%',
  n: () => '\n',
  t: () => '\t',
  a: ({ weekday }) => (weekdays[weekday] ?? '').slice(0, 3),
  A: ({ weekday }) => weekdays[weekday] ?? '',
  b: ({ month }) => (months[month] ?? '').slice(0, 3),
  B: ({ month }) => months[month] ?? '',
  C: ({ year }) => digits(Math.trunc((year + 1900) / 100), 2),
  d: ({ day }) => digits(day, 2),
  e: ({ day }) => String(day).padStart(2, ' '),
  g: (time) => String(weekYear(time)).slice(2),
  G: (time) => String(weekYear(time)),
  H: ({ hour }) => digits(hour, 2),
  I: ({ hour }) => digits(hour === 0 ? 12 : hour > 12 ? hour - 12 : hour, 2),
  j: ({ day, month, year }) => digits(day + daysBefore(year + 1900, month) - daysBefore(year + 1900, 0), 3),
  m: ({ month }) => digits(month + 1, 2),
  M: ({ minute }) => digits(minute, 2),
  p: ({ hour }) => (hour >= 0 && hour < 12 ? 'AM' : 'PM'),
  S: ({ second }) => digits(second, 2),
  u: ({ weekday }) => String(weekday || 7),
  U: ({ yearday, weekday }) => digits(Math.floor((yearday + 7 - weekday) / 7), 2),
  V: (time) => digits(weekNumber(time), 2),
  w: ({ weekday }) => String(weekday),
  W: ({ yearday, weekday }) => digits(Math.floor((yearday + 7 - sinceMonday(weekday)) / 7), 2),
  y: ({ year }) => String(year + 1900).slice(2),
  Y: ({ year }) => String(year + 1900),
  z: (_, { offsetSeconds }) => {
    const minutes = Math.abs(offsetSeconds) / 60;
    return `${offsetSeconds >= 0 ? '+' : '-'}${digits(Math.floor(minutes / 60) * 100 + (minutes % 60), 4)}`;
  },
  Z: (_, { name }) => name,
};

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

/** Days from the Monday before. */
const sinceMonday = (weekday: number): number => (weekday + 6) % 7;

/** The year that owns the ISO week of `time`: the one in which that week's Thursday lies. */
function weekYear({ year, yearday }: CalendarTime): number {
  const full = year + 1900;
  // The loader takes the years 0 to 99 for 1900 to 1999 here.
  const base = full >= 0 && full <= 99 ? full + 1900 : full;
  const day = daysBefore(base, 0) + yearday;
  const thursday = day - sinceMonday((((day + 4) % 7) + 7) % 7) + 3;
  if (thursday < daysBefore(base, 0)) return base - 1;
  return thursday >= daysBefore(base + 1, 0) ? base + 1 : base;
}

/** The ISO week, with the loader's slip: two of its tests for leap years take the year since 1900 for the year. */
function weekNumber({ year, yearday, weekday }: CalendarTime): number {
  const mondays = Math.floor((yearday + 7 - sinceMonday(weekday)) / 7);
  // A week belongs to the year if it holds its Thursday.
  const week = (weekday + 371 - yearday - 2) % 7 <= 2 ? mondays + 1 : mondays;
  if (week === 0) {
    const lastDecember31 = (weekday + 7 - yearday - 1) % 7;
    return lastDecember31 === 4 || (lastDecember31 === 5 && isLeapYear((year % 400) - 1)) ? 53 : 52;
  }
  if (week === 53) {
    const january1 = (weekday + 371 - yearday) % 7;
    if (january1 !== 4 && (january1 !== 3 || !isLeapYear(year))) return 1;
  }
  return week;
}
