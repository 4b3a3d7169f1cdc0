/** `npm run bench [name …]`: runs the named benchmarks, or all, and prints one table for each. */
import { aosPing } from './aos-ping/index.ts';
import { compute } from './compute/index.ts';
import { loader } from './loader/index.ts';
import { machine } from './machine.ts';
import { prepareBench } from './prepare/index.ts';

const benches: Readonly<Record<string, () => Promise<string>>> = {
  compute,
  'aos-ping': aosPing,
  loader,
  prepare: prepareBench,
};

const names = process.argv.slice(2);
if (names.includes('--help') || names.some((name) => !(name in benches))) {
  const unknown = names.filter((name) => name !== '--help' && !(name in benches));
  if (unknown.length > 0) console.error(`There is no benchmark ${unknown.join(', ')}.`);
  console.log(
    `npm run bench [name …]\n\nBenchmarks: ${Object.keys(benches).join(', ')}. Without a name, all of them run.`,
  );
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else {
  console.log(`${machine()}\n`);
  for (const name of names.length > 0 ? names : Object.keys(benches)) console.log(`${await benches[name]?.()}\n`);
}
