// The tree's own tidiness: what the linter cannot see, or what a suppression comment could hide from it.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const maxLines = 400;
const usualLines = 300;

/** May pass the usual length, each for a reason given here. */
const longFiles: readonly string[] = [];

const tree = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { encoding: 'utf8' })
  .split('\0')
  .filter((path) => path && existsSync(path));
const texts = new Map(tree.filter((path) => !isBinary(path)).map((path) => [path, readFileSync(path, 'utf8')]));
const sources = [...texts]
  .filter(([path]) => path.endsWith('.ts'))
  .map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));

test('no any, enum, namespace or default export', () => {
  const kinds = new Map<ts.SyntaxKind, string>([
    [ts.SyntaxKind.AnyKeyword, 'any'],
    [ts.SyntaxKind.EnumDeclaration, 'enum'],
    [ts.SyntaxKind.ModuleDeclaration, 'namespace'],
    [ts.SyntaxKind.ExportAssignment, 'default export'],
    [ts.SyntaxKind.DefaultKeyword, 'default export'],
  ]);
  assert.equal(
    findNodes(sources, (node) => (isAmbientModule(node) ? undefined : kinds.get(node.kind))),
    [],
  );
});

test('chance in lib comes from the random streams', () => {
  const lib = sources.filter(({ fileName }) => fileName.startsWith('lib/'));
  const chance = ['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'];
  const find = (node: ts.Node) =>
    ts.isPropertyAccessExpression(node) ? chance.find((name) => node.getText().endsWith(name)) : undefined;
  assert.equal(findNodes(lib, find), []);
});

test('a file in lib can be read in a sitting', () => {
  const tooLong = [...texts]
    .filter(([path]) => path.startsWith('lib/'))
    .map(([path, text]) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > (longFiles.includes(path) ? maxLines : usualLines));
  assert.equal(tooLong, []);
});

test('no text names a machine or a registry', () => {
  const forbidden = [
    /(?<![\w.])\/(?:work|root)\//,
    /\bregistry\.[\w-]+\.(?:org|com|net|io|dev)\b/,
    /"resolved": *"http/,
  ];
  const found = [...texts].flatMap(([path, text]) =>
    forbidden.flatMap((pattern) => pattern.exec(text)?.[0] ?? []).map((words) => `${path}: ${words}`),
  );
  assert.equal(found, []);
});

test('the top level has its rooms and nothing else', () => {
  const rooms = ['.ci', '.gitignore', 'CHANGELOG.md', 'LICENSE', 'README.md', 'bench', 'examples', 'lib', 'test'];
  const known = new Set([...rooms, 'package.json', 'package-lock.json', 'tsconfig.json']);
  assert.equal(
    tree.filter((path) => !known.has(path.split('/')[0] ?? '')),
    [],
  );
});

test('no binaries in git', () => {
  assert.equal(tree.filter(isBinary), []);
});

function isBinary(path: string): boolean {
  return /\.(wasm|tgz|node|zip|gz)$/.test(path);
}

/** `declare global` and `declare module 'x'` describe what others made. */
function isAmbientModule(node: ts.Node): boolean {
  return ts.isModuleDeclaration(node) && (ts.isStringLiteral(node.name) || node.name.text === 'global');
}

/** The places where `find` names something, as `file:line: name`. */
function findNodes(files: readonly ts.SourceFile[], find: (node: ts.Node) => string | undefined): string[] {
  return files.flatMap((file) => {
    const places: string[] = [];
    const visit = (node: ts.Node) => {
      const name = find(node);
      if (name)
        places.push(`${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${name}`);
      node.forEachChild(visit);
    };
    file.forEachChild(visit);
    return places;
  });
}

test.run();
