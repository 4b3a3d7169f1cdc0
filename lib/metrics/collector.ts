import type { SlotRef } from '../core/assignment.ts';
import type { Message } from '../core/message.ts';
import type { StatusChange } from '../core/status-change.ts';
import type { CommittedEvent, SupervisionEvent, TraceEvent } from '../core/trace-event.ts';
import type { System } from '../system/system.ts';
import { Census } from './census.ts';
import { Counts } from './counts.ts';
import { Measures } from './measures.ts';
import { ModuleTable } from './module-counts.ts';
import { type MetricsLimits, type MetricsOptions, metricsLimitsOf } from './options.ts';

type Of<Type extends TraceEvent['type'], Event extends TraceEvent = CommittedEvent | SupervisionEvent> = Extract<
  Event,
  { readonly type: Type }
>;

/** Counts and measures what the trace tells. */
export class Collector {
  readonly system: System;
  readonly limits: MetricsLimits;
  readonly measures: Measures;
  readonly modules: ModuleTable;
  readonly census: Census;
  counts = new Counts();
  /** The moment from which on it counts. */
  sinceMs: number;
  readonly #wallNow: (() => number) | undefined;
  /** When the last event was told, by the wall clock. */
  #wallMs = Number.NaN;

  constructor(system: System, { limits, moduleName, now }: MetricsOptions) {
    this.system = system;
    this.limits = metricsLimitsOf(limits);
    this.measures = new Measures(now !== undefined);
    this.modules = new ModuleTable(this.limits.modules, moduleName);
    this.census = new Census(system, this.modules);
    this.sinceMs = this.nowMs;
    this.#wallNow = now;
    this.census.open();
  }

  get nowMs(): number {
    return this.system.now.timestampMs;
  }

  take(event: TraceEvent): void {
    this.census.open();
    const wallMs = this.#wallNow?.() ?? Number.NaN;
    switch (event.type) {
      case 'spawned':
        this.counts.spawned++;
        this.census.spawned(event.process, event.item.tags).spawned++;
        break;
      case 'assigned':
        this.#assigned(event);
        break;
      case 'evaluated':
        this.#evaluated(event);
        this.#measureTurn(wallMs - this.#wallMs);
        break;
      case 'waiting':
        this.counts.waited++;
        this.#seeTimer(event.delivery.cause, event.delivery.message);
        this.census.find(event.delivery.process)?.waits(event.delivery.message);
        break;
      case 'outbound':
        this.counts.outbound.add(event.mail.reason);
        this.#seeTimer(event.mail.cause, event.mail.message);
        break;
      case 'timer':
        this.counts.timersSet++;
        this.census.find(event.timer.cause.process)?.setTimer(event.timer.message);
        break;
      case 'refused':
        this.counts.refused.add(event.code);
        break;
      case 'status':
        this.#status(event);
        break;
      case 'lifecycle':
        this.#lifecycle(event);
    }
    this.#wallMs = wallMs;
  }

  /** Counts from nothing again. What is in flight stays known. */
  reset(): void {
    this.counts = new Counts();
    this.measures.reset();
    this.modules.reset();
    this.sinceMs = this.nowMs;
  }

  #assigned({ assignment, cause }: Of<'assigned'>): void {
    this.counts.assigned++;
    const { process, slot, timestampMs, message } = assignment;
    this.#seeTimer(cause, message);
    const before = this.census.find(process)?.assigned(slot, timestampMs, message);
    if (before !== undefined) this.measures.queueDepth.record(before);
  }

  #evaluated({ process, slot, outcome }: Of<'evaluated'>): void {
    const { counts, measures } = this;
    const { error, fault, gasUsed } = outcome;
    const tracked = this.census.find(process);
    const arrivedMs = tracked?.evaluated(slot);
    if (arrivedMs !== undefined) measures.latency.record(this.nowMs - arrivedMs);
    for (const counted of tracked ? [counts, tracked.module] : [counts]) {
      counted.evaluated++;
      if (error) counted.errors++;
      counted.gasUsed += gasUsed;
    }
    if (fault) counts.faults.add(fault);
    // What is not metered reports nothing, which says nothing of what turns cost.
    if (gasUsed > 0n) measures.gas.record(Number(gasUsed));
  }

  #measureTurn(wallMs: number): void {
    const { wallTime } = this.measures;
    if (wallTime && Number.isFinite(wallMs)) wallTime.record(wallMs * wallTime.definition.stepsPerUnit);
  }

  /** A timer that fires is not told of, but its message is. */
  #seeTimer(cause: SlotRef | undefined, message: Message | undefined): void {
    if (cause && message && this.census.find(cause.process)?.fired(message)) this.counts.timersFired++;
  }

  #status({ process, status }: StatusChange): void {
    if (status === 'failed') this.counts.giveUps++;
    if (status === 'stopped') this.census.stopped(process);
    const tracked = this.census.find(process);
    if (tracked) tracked.failed = status === 'failed';
  }

  #lifecycle({ from, to }: Of<'lifecycle'>): void {
    const { counts } = this;
    // A failed process that its user restarts has not crashed again.
    if (to === 'restarting' && from !== 'failed') counts.crashes++;
    if (from === 'restarting' && to === 'ready') counts.restarts++;
    // One that cannot hibernate stays as it is.
    if (to === 'hibernated' && from !== to) counts.hibernations++;
    if (from === 'hibernated' && to === 'ready') counts.wakes++;
  }
}
