// Who writes JavaScript can give anything: what it is told by when it does not belong where it was given.

import { HeddleError } from './error.ts';

/** How a value is told that is not what was wanted. */
export function told(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given);
  if (typeof given === 'function') return `the function ${given.name}`;
  if (Array.isArray(given)) return 'a list';
  try {
    return String(given);
  } catch {
    return 'an object that has no text';
  }
}

/** Refuses what is no object where one belongs that holds options. */
export function checkObject(option: string, given: unknown): void {
  if (typeof given === 'object' && given !== null) return;
  throw new HeddleError('option-invalid', `${option} is ${told(given)}, not an object`, { option });
}

/** Refuses what is no function. */
export function checkFunction(option: string, given: unknown): void {
  if (typeof given === 'function') return;
  throw new HeddleError('option-invalid', `${option} is ${told(given)}, not a function`, { option });
}

/** Refuses what is no text before it gets into the log, which could not be read back. */
export function checkText(option: string, value: unknown): void {
  if (typeof value === 'string') return;
  throw new HeddleError('option-invalid', `${option} is of type ${typeof value}, not text`, { option });
}

/** Refuses options that there are not, such as slips of the pen: nothing else would tell of them. */
export function checkNames(given: object, names: readonly string[], inside = ''): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const option = within(inside, name);
    throw new HeddleError('option-invalid', `there is no option ${option}`, { option });
  }
}

/** The name of an option that is inside of another, or of none. */
export const within = (outer: string, name: string): string => (outer === '' ? name : `${outer}.${name}`);
