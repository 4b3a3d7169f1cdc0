import imported from 'hdr-histogram-js/dist/Float64Histogram.js';

/** What is measured, and in which steps: a histogram counts whole numbers. */
export interface MeasureDefinition {
  /** With dots; exporters make theirs of it. */
  readonly name: string;
  readonly help: string;
  /** What a snapshot shows it in. */
  readonly unit: 'ms' | 'messages' | 'gas';
  /** What exporters show it in, a base unit; nothing for what is counted. */
  readonly baseUnit?: 'seconds';
  readonly stepsPerUnit: number;
  readonly stepsPerBaseUnit: number;
  /** The upper bounds, inclusive, of the buckets that exporters show, in steps. */
  readonly bounds: readonly number[];
}

/** How values are distributed, in `unit`; with a `count` of 0 everything else is 0. Percentiles are at most 0.1 % above. */
export interface HistogramSnapshot {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly unit: MeasureDefinition['unit'];
}

/** So many leading digits of a value count: exact to 2047, and at most 360 KiB for whatever comes. */
const significantDigits = 3;

// The file itself instead of the package's entry, which brings a WebAssembly binary and a compressor along. Bundlers
// disagree on whether the default import of CommonJS is the module or its default export.
const Float64Histogram = 'default' in imported ? imported.default : imported;

/** The distribution of one quantity: percentiles from an HDR histogram, and exact counts in a few fixed buckets. */
export class Measure {
  readonly definition: MeasureDefinition;
  /** Are told of each value, in the base unit. */
  readonly listeners = new Set<(value: number) => void>();
  readonly #histogram = new Float64Histogram(1, 2, significantDigits);
  readonly #buckets: number[];
  #count = 0;
  #sum = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = 0;

  constructor(definition: MeasureDefinition) {
    this.definition = definition;
    this.#histogram.autoResize = true;
    this.#buckets = definition.bounds.map(() => 0);
  }

  /** Counts a value, given in steps. */
  record(value: number): void {
    const steps = Math.min(Math.max(Math.round(value), 0), Number.MAX_SAFE_INTEGER);
    this.#histogram.recordValue(steps);
    this.#count++;
    this.#sum += steps;
    if (steps < this.#least) this.#least = steps;
    if (steps > this.#most) this.#most = steps;
    const { bounds, stepsPerBaseUnit } = this.definition;
    const bucket = bounds.findIndex((bound) => steps <= bound);
    if (bucket >= 0) this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    for (const listener of this.listeners) listener(steps / stepsPerBaseUnit);
  }

  get count(): number {
    return this.#count;
  }

  /** The sum of all values in the base unit. */
  get sum(): number {
    return this.#sum / this.definition.stepsPerBaseUnit;
  }

  /** For each bound in the base unit how many values are not above it. */
  get buckets(): readonly { readonly bound: number; readonly count: number }[] {
    const { bounds, stepsPerBaseUnit } = this.definition;
    let count = 0;
    return bounds.map((bound, at) => {
      count += this.#buckets[at] ?? 0;
      return { bound: bound / stepsPerBaseUnit, count };
    });
  }

  snapshot(): HistogramSnapshot {
    const { unit, stepsPerUnit } = this.definition;
    // The histogram answers with the highest value that it cannot tell from the one asked for.
    const at = (percent: number) => Math.min(this.#histogram.getValueAtPercentile(percent), this.#most) / stepsPerUnit;
    return {
      count: this.#count,
      min: this.#count === 0 ? 0 : this.#least / stepsPerUnit,
      mean: this.#count === 0 ? 0 : this.#sum / this.#count / stepsPerUnit,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: this.#most / stepsPerUnit,
      unit,
    };
  }

  reset(): void {
    this.#histogram.reset();
    this.#buckets.fill(0);
    this.#count = 0;
    this.#sum = 0;
    this.#least = Number.POSITIVE_INFINITY;
    this.#most = 0;
  }
}
