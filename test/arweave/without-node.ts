/** Runs heddle/arweave with the files that other hosts load, and without any module of Node. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const { imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  imports: Record<string, { readonly 'heddle-source': string }>;
};
const elsewhere = Object.fromEntries(
  Object.entries(imports).map(([name, { 'heddle-source': path }]) => [name, path.replace('./lib/', '')]),
);

const hooks = `
  const lib = ${JSON.stringify(new URL('../../lib/', import.meta.url).href)};
  const elsewhere = ${JSON.stringify(elsewhere)};
  export async function resolve(specifier, context, next) {
    const isOurs = context.parentURL?.startsWith(lib);
    if (isOurs && specifier in elsewhere) return next(lib + elsewhere[specifier], context);
    if (isOurs && (specifier[0] === '#' || specifier.startsWith('node:'))) throw new Error(specifier + ' in a browser');
    return next(specifier, context);
  }`;

/** What a program prints. */
export async function withoutNode(program: string): Promise<string> {
  const register = new URL('../typescript/register.js', import.meta.url).href;
  const url = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
  const hooked = url(`import { register } from 'node:module'; register(${JSON.stringify(url(hooks))});`);
  const loaders = ['--import', register, '--import', hooked, '-C', 'heddle-source'];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...loaders,
    '--input-type=module',
    '--eval',
    program,
  ]);
  return stdout;
}
