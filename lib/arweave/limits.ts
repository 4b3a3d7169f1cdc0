import { HeddleError } from '../core/error.ts';
import { checkWhole } from '../system/options.ts';

/** The defaults with `given` over them. Refuses with `option-invalid` one that there is not, and what is no whole number. */
export function limitsOver<T extends object>(defaults: T, given: Partial<T> = {}): T {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new HeddleError('option-invalid', `there is no limit ${name}`, { option: name });
    }
    checkWhole(name, value as number); // which says what else it is
  }
  return { ...defaults, ...given };
}
