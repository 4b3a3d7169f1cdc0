/** `npm run bench [name …]`: runs the named benchmarks, or all, and prints their tables. */
import { actors } from './actors/index.ts';
import { aosPing } from './aos-ping/index.ts';
import { compute } from './compute/index.ts';
import { items } from './items/index.ts';
import { llama } from './llama/index.ts';
import { loader } from './loader/index.ts';
import { machine } from './machine.ts';
import { prepareBench } from './prepare/index.ts';
import { store } from './store/index.ts';

const quick = '--quick';
const isQuick = process.argv.includes(quick);

const benches: Readonly<Record<string, () => Promise<string>>> = {
  actors: () => actors({ isQuick }),
  compute,
  'aos-ping': aosPing,
  loader,
  prepare: prepareBench,
  items,
  llama,
  store: () => store({ isQuick }),
};

const names = process.argv.slice(2).filter((name) => name !== quick);
if (names.includes('--help') || names.some((name) => !(name in benches))) {
  const unknown = names.filter((name) => name !== '--help' && !(name in benches));
  if (unknown.length > 0) console.error(`There is no benchmark ${unknown.join(', ')}.`);
  console.log(
    `npm run bench -- [${quick}] [name …]

Benchmarks: ${Object.keys(benches).join(', ')}. Without a name, all of them run.
${quick} tries actors and store out with small sizes.`,
  );
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else {
  console.log(`${machine()}\n`);
  for (const name of names.length > 0 ? names : Object.keys(benches)) console.log(`${await benches[name]?.()}\n`);
}
