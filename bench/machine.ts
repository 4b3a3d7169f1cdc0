import { cpus, loadavg, totalmem } from 'node:os';

/** One line on what the figures below it were measured on. */
export function machine(): string {
  const [first] = cpus();
  const model = first?.model.trim() ?? 'unknown processor';
  const memoryGib = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()[0]?.toFixed(1);
  const { version, platform, arch } = process;
  return `${cpus().length} x ${model}, ${memoryGib} GiB, ${platform} ${arch}, Node ${version}, load ${load} at the start`;
}
