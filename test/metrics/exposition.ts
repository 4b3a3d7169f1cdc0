// A strict reader of the Prometheus text format 0.0.4, as https://prometheus.io/docs/instrumenting/exposition_formats/
// describes it, and of the rules on names of https://prometheus.io/docs/practices/naming/.

import * as assert from 'uvu/assert';

/** One line with a value. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The lines of one metric. */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const labelName = '[a-zA-Z_][a-zA-Z0-9_]*';
const pair = `${labelName}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const sampleLine = new RegExp(`^(${metricName})(?:\\{((?:${pair})(?:,${pair})*)\\})? (\\S+)$`);
const helpLine = new RegExp(`^# HELP (${metricName}) ((?:[^\\\\]|\\\\[\\\\n])*)$`);
const typeLine = new RegExp(`^# TYPE (${metricName}) (counter|gauge|histogram|summary|untyped)$`);
const float = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/;

/** Reads what was exposed, or fails the test at the first line that breaks a rule. */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  assert.ok(text.endsWith('\n'), 'the last line ends with a line feed');
  const families = new Map<string, Family & { samples: ReadSample[] }>();
  const series = new Set<string>();
  const lines = text.slice(0, -1).split('\n');
  let family = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const help = helpLine.exec(line);
    if (help) {
      const [, name = '', words = ''] = help;
      const type = typeLine.exec(lines[++at] ?? '');
      assert.is(type?.[1], name, `the type of ${name} follows its help`);
      assert.not(families.has(name), `${name} has one group of lines`);
      families.set(name, { type: type?.[2] ?? '', help: words, samples: [] });
      family = name;
      continue;
    }
    const sample = readSample(line);
    const known = families.get(family);
    const suffixes = known?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    assert.ok(
      suffixes.some((suffix) => sample.name === `${family}${suffix}`),
      `${sample.name} stands among the lines of ${family}`,
    );
    const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
    assert.not(series.has(key), `${key} stands once`);
    series.add(key);
    known?.samples.push(sample);
  }
  for (const [name, { type, samples }] of families) checkFamily(name, type, samples);
  return families;
}

function readSample(line: string): ReadSample {
  const [, name = '', pairs = '', value = ''] = sampleLine.exec(line) ?? [];
  assert.ok(name, `a line of the format: ${line}`);
  assert.match(value, float);
  const labels: Record<string, string> = {};
  for (const [, label = '', text = ''] of pairs.matchAll(new RegExp(`(${labelName})="((?:[^"\\\\]|\\\\.)*)"`, 'g'))) {
    assert.not(label in labels || label.startsWith('__'), `label ${label}`);
    labels[label] = text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return { name, labels, value: value.endsWith('Inf') ? Number.POSITIVE_INFINITY : Number(value) };
}

function checkFamily(name: string, type: string, samples: readonly ReadSample[]): void {
  assert.is(name.endsWith('_total'), type === 'counter', `${name} says by its ending whether it is a counter`);
  assert.not.match(name, /milli|micro|_ms\b|_bucket$|_sum$|_count$/);
  if (type === 'counter') assert.ok(samples.every(({ value }) => value >= 0));
  if (type !== 'histogram') return;
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => (labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)));
  assert.is(bounds.at(-1), Number.POSITIVE_INFINITY);
  assert.equal(
    bounds,
    [...new Set(bounds)].sort((a, b) => a - b),
    `the buckets of ${name} rise`,
  );
  const counts = buckets.map(({ value }) => value);
  assert.equal(
    counts,
    counts.toSorted((a, b) => a - b),
    `the buckets of ${name} are cumulative`,
  );
  const count = samples.filter((sample) => sample.name === `${name}_count`);
  assert.equal(
    count.map(({ value }) => value),
    counts.slice(-1),
  );
  assert.is(samples.filter((sample) => sample.name === `${name}_sum`).length, 1);
}
