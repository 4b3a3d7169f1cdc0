/** What waiting between two tries goes by. Tests pass one that does not really wait. */
export interface WallClock {
  nowMs(): number;
  /** Ends after `ms`, or when `signal` is aborted. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Calls `over` after `ms`, or after the longest time that there are timers for, of 24 days: those for longer are over at once. */
export const timer = (over: () => void, ms: number): ReturnType<typeof setTimeout> =>
  setTimeout(over, Math.min(ms, 2 ** 31 - 1));

/** The time of the machine. */
export const wallClock: WallClock = {
  nowMs: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(waiting);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const waiting = timer(end, ms);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end);
    }),
};
