import { FileError } from './files/index.ts';
import { type HostFunction, hostFunction } from './guest.ts';
import { charge, costs } from './host-gas.ts';

/** A function that tells of a failure by the negative of its number, and returns 0 if nothing else. */
export const syscall = (kinds: string, call: HostFunction['call']): HostFunction => telling(kinds, call, -1);

/** A function that tells of a failure by its number. */
export const wasiCall = (kinds: string, call: HostFunction['call']): HostFunction => telling(kinds, call, 1);

const telling = (kinds: string, call: HostFunction['call'], sign: number): HostFunction =>
  hostFunction(kinds, (guest, ...values) => {
    charge(guest, costs.fileCall);
    try {
      return call(guest, ...values) ?? 0;
    } catch (error) {
      if (error instanceof FileError) return sign * error.errno;
      throw error;
    }
  });
