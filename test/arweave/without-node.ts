/** Runs heddle/arweave with the files that other hosts load, and without any module of Node. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const hooks = `
  const lib = ${JSON.stringify(new URL('../../lib/', import.meta.url).href)};
  const elsewhere = {
    '#crypto': 'arweave/crypto.ts',
    '#sha256': 'core/sha256.ts',
    '#read-file': 'compute/wasm/read-file.ts',
  };
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
