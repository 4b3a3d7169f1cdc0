import type { Collector } from './collector.ts';
import type { MetricsSnapshot } from './snapshot.ts';

/** How things stand. */
export function snapshotOf({ counts, census, measures, modules, limits, sinceMs, nowMs }: Collector): MetricsSnapshot {
  census.open();
  const { running, failed, stopped, timers, byModule, ...mail } = census.report(nowMs, limits.topProcesses);
  const { latency, queueDepth, gas, wallTime } = measures;
  const { crashes, restarts, giveUps, hibernations, wakes } = counts;
  return {
    sinceMs,
    atMs: nowMs,
    processes: { spawned: counts.spawned, running, failed, stopped },
    messages: {
      assigned: counts.assigned,
      evaluated: counts.evaluated,
      waited: counts.waited,
      outbound: counts.outbound.toJSON(),
      refused: counts.refused.toJSON(),
    },
    turns: { errors: counts.errors, faults: counts.faults.toJSON(), gasUsed: String(counts.gasUsed) },
    timers: { set: counts.timersSet, fired: counts.timersFired, pending: timers },
    supervision: { crashes, restarts, giveUps, hibernations, wakes },
    mail: {
      unevaluated: mail.mail,
      largest: mail.largest,
      waiting: mail.waiting,
      oldestMs: mail.oldestMs,
      top: mail.top,
    },
    modules: Object.fromEntries(
      modules.entries.map(([name, module]) => {
        const { spawned, evaluated, errors, gasUsed } = module;
        const processes = byModule.get(module) ?? 0;
        return [name, { spawned, processes, evaluated, errors, gasUsed: String(gasUsed) }];
      }),
    ),
    latency: latency.snapshot(),
    queueDepth: queueDepth.snapshot(),
    gas: gas.snapshot(),
    ...(wallTime && { wallTime: wallTime.snapshot() }),
  };
}
