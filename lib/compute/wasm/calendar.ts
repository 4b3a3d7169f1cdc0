/** A moment as C's `struct tm` has it, in UTC: months from 0, years from 1900, days of the week from Sunday. */
export interface CalendarTime {
  readonly second: number;
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly year: number;
  readonly weekday: number;
  readonly yearday: number;
}

/** What a moment that has no date reads as. */
export const noDate: CalendarTime = {
  second: 0,
  minute: 0,
  hour: 0,
  day: 0,
  month: 0,
  year: 0,
  weekday: 0,
  yearday: 0,
};

/** How far from 1970 a date of JavaScript, and so of AO's loader, can lie. */
const maximumSeconds = 8_640_000_000_000;
const daySeconds = 86_400;

/** The calendar time `seconds` after 1 January 1970, or undefined if it is too far away. */
export function calendarTime(seconds: number): CalendarTime | undefined {
  if (!(Math.abs(seconds) <= maximumSeconds)) return undefined;
  const days = Math.floor(seconds / daySeconds);
  const rest = seconds - days * daySeconds;
  const { year, month, day } = civilDate(days);
  return {
    second: rest % 60,
    minute: Math.floor(rest / 60) % 60,
    hour: Math.floor(rest / 3600),
    day,
    month,
    year: year - 1900,
    weekday: modulo(days + thursday, 7),
    yearday: days - daysBefore(year, 0),
  };
}

/** Fields that may lie outside their ranges, as C's `mktime` takes them. */
export type CalendarFields = Pick<CalendarTime, 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year'>;

/** The seconds from 1970 to `fields`, or undefined if that is too far away. */
export function calendarSeconds({ second, minute, hour, day, month, year }: CalendarFields): number | undefined {
  // JavaScript reads the years 0 to 99 as 1900 to 1999, and with it AO's loader.
  const fullYear = year + 1900 >= 0 && year + 1900 <= 99 ? year + 3800 : year + 1900;
  const seconds = (daysBefore(fullYear, month) + day - 1) * daySeconds + hour * 3600 + minute * 60 + second;
  return Math.abs(seconds) <= maximumSeconds ? seconds : undefined;
}

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days from 1 January 1970 to the first of `month`, which may be any number of months from January of `year`. */
export function daysBefore(year: number, month: number): number {
  // Years run from March, so that the leap day is their last; 400 of them are an era and have always the same length.
  const marches = year * 12 + month - 2;
  const marchYear = Math.floor(marches / 12);
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * modulo(marches, 12) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * eraDays + dayOfEra - epochDays;
}

function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + epochDays;
  const era = Math.floor(shifted / eraDays);
  const dayOfEra = shifted - era * eraDays;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const march = Math.floor((5 * dayOfYear + 2) / 153);
  const month = (march + 2) % 12;
  const year = yearOfEra + era * 400 + (month < 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * march + 2) / 5) + 1 };
}

const eraDays = 146_097;
/** From 1 March of the year 0 to 1 January 1970, which was a Thursday. */
const epochDays = 719_468;
const thursday = 4;

const modulo = (value: number, by: number): number => value - by * Math.floor(value / by);
