/** A plot in text, on a logarithmic scale. */

const columns = 60;

export interface Series {
  readonly name: string;
  readonly mark: string;
  readonly values: readonly number[];
}

/** A line for each label, on which every series has its mark. */
export function plot(labels: readonly string[], series: readonly Series[], unit: string): string {
  const all = series.flatMap(({ values }) => values);
  const from = Math.floor(Math.log10(Math.min(...all)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...all))));
  const column = (value: number) => Math.round(((Math.log10(value) - from) / (to - from)) * columns);
  const labelWidth = Math.max(...labels.map(({ length }) => length));
  const axis = Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at));
  const scale = axis.reduce((line, value) => line.padEnd(column(value)) + value.toLocaleString('en'), '');
  const ticks = axis.reduce((line, value) => `${line.padEnd(column(value), '-')}+`, '');
  const lines = labels.map((label, at) => {
    const marks = Array.from({ length: columns + 1 }, () => ' ');
    for (const { mark, values } of series) marks[column(values[at] ?? 0)] = mark;
    return `${label.padStart(labelWidth)} |${marks.join('').trimEnd()}`;
  });
  const margin = ' '.repeat(labelWidth + 2);
  const legend = series.map(({ name, mark }) => `${mark} ${name}`).join(', ');
  return [`${margin}${scale} ${unit}`, `${margin}${ticks}`, ...lines, `${margin}${legend}`].join('\n');
}
