/**
 * Calls `call`. This runtime has no way to interrupt a guest that does not end from its own thread: whoever needs one
 * puts the system into a worker and terminates that.
 */
export const callWithin = <T>(_limitMs: number, call: () => T): T => call();
