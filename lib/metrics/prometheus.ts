import { catalogue, type Sample, type Value } from './catalogue.ts';
import type { Measure } from './measure.ts';
import type { MetricsSnapshot } from './snapshot.ts';

/** The text that Prometheus reads, in version 0.0.4 of its format. */
export function prometheusText(snapshot: MetricsSnapshot, measures: readonly Measure[]): string {
  const lines = catalogue.flatMap(({ name, kind, unit, help, read }) => {
    const full = nameOf(name, unit, kind === 'counter');
    const samples = read(snapshot).map(({ labels, value }) => line(full, labels, value));
    return [...head(full, kind, help), ...samples];
  });
  return [...lines, ...measures.flatMap(histogram), ''].join('\n');
}

function histogram({ definition, buckets, sum, count }: Measure): readonly string[] {
  const name = nameOf(definition.name, definition.baseUnit, false);
  return [
    ...head(name, 'histogram', definition.help),
    ...buckets.map((bucket) => line(`${name}_bucket`, { le: String(bucket.bound) }, bucket.count)),
    line(`${name}_bucket`, { le: '+Inf' }, count),
    line(`${name}_sum`, {}, sum),
    line(`${name}_count`, {}, count),
  ];
}

function nameOf(name: string, unit: string | undefined, isCounter: boolean): string {
  return ['heddle', ...name.split('.'), ...(unit ? [unit] : []), ...(isCounter ? ['total'] : [])].join('_');
}

const head = (name: string, type: string, help: string): readonly string[] => [
  `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  `# TYPE ${name} ${type}`,
];

function line(name: string, labels: Sample['labels'], value: Value): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

const escaped = (text: string): string =>
  // Half a surrogate pair is no UTF-8.
  text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
