/** Who is to be aborted with a signal. */
const followers = new WeakMap<AbortSignal, Set<AbortController>>();

/**
 * Does `work` with a signal of its own, which is aborted with `signal`. Hosts warn of a leak when many listen to one signal, as
 * many requests do that end together.
 */
export async function withOwnSignal<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (!signal) return work(undefined);
  const own = new AbortController();
  const all = followersOf(signal);
  if (signal.aborted) own.abort(signal.reason);
  else all.add(own);
  try {
    return await work(own.signal);
  } finally {
    all.delete(own);
  }
}

function followersOf(signal: AbortSignal): Set<AbortController> {
  const known = followers.get(signal);
  if (known) return known;
  const all = new Set<AbortController>();
  followers.set(signal, all);
  signal.addEventListener('abort', () => {
    for (const one of all) one.abort(signal.reason);
  });
  return all;
}
