import { HeddleError } from '../../core/error.ts';
import { type HostFunctions, hostFunction } from './guest.ts';

/** WeaveDrive, which is not there. A module built with it asks it whenever Lua opens a file. */
export const driveFunctions: HostFunctions = {
  'env.__asyncjs__weavedrive_open': hostFunction('pp>i', (guest) => guest.pause(0)),
  // All bulk reading goes to it, and the guest takes what is not read for read. AO's loader breaks here too.
  'env.__asyncjs__weavedrive_read': hostFunction('ipp>i', () => {
    throw new HeddleError('guest-trap', 'The module reads through WeaveDrive, which is not there');
  }),
  'env.__asyncjs__weavedrive_close': hostFunction('i>i', () => 0),
};
