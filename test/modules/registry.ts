/** The published modules under the transaction ids by which processes name them. */
import { type Module, wasm } from 'heddle';
import { publishedModules } from './index.ts';

export const registry: readonly Module[] = publishedModules.flatMap((published) =>
  published.ids.map((id) => {
    const tags = { 'Data-Protocol': 'ao', Type: 'Module', 'Module-Format': published.format };
    return wasm(published.bytes(), { id, tags });
  }),
);

/** The module of that transaction. */
export function moduleOf(id: string): Module {
  const module = registry.find((one) => one.id === id);
  if (!module) throw new Error(`No published module has the id ${id}.`);
  return module;
}
