import { Measure } from './measure.ts';

/** What is measured of each message and each turn. */
export class Measures {
  readonly latency = new Measure({
    name: 'message.latency',
    help: 'Virtual time from the slot of a message to the outcome of its turn.',
    unit: 'ms',
    baseUnit: 'seconds',
    stepsPerUnit: 1,
    stepsPerBaseUnit: 1_000,
    bounds: [0, 1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 60_000, 300_000, 3_600_000],
  });
  readonly queueDepth = new Measure({
    name: 'message.queue_depth',
    help: 'Messages that stood before a message in the mailbox when it got its slot.',
    unit: 'messages',
    stepsPerUnit: 1,
    stepsPerBaseUnit: 1,
    bounds: [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000],
  });
  readonly gas = new Measure({
    name: 'turn.gas',
    help: 'Gas of a turn, of those that used any.',
    unit: 'gas',
    stepsPerUnit: 1,
    stepsPerBaseUnit: 1,
    bounds: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10],
  });
  /** There if wall-clock time is measured. */
  readonly wallTime: Measure | undefined;

  constructor(withWallTime: boolean) {
    this.wallTime = withWallTime
      ? new Measure({
          name: 'turn.wall_time',
          help: 'Wall-clock time from the event before a turn to its outcome being stored.',
          unit: 'ms',
          baseUnit: 'seconds',
          stepsPerUnit: 1_000,
          stepsPerBaseUnit: 1_000_000,
          bounds: [10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000],
        })
      : undefined;
  }

  get all(): readonly Measure[] {
    const { latency, queueDepth, gas, wallTime } = this;
    return [latency, queueDepth, gas, ...(wallTime ? [wallTime] : [])];
  }

  reset(): void {
    for (const measure of this.all) measure.reset();
  }
}
