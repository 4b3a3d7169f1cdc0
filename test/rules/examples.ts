// Keeps the documentation true: every ts block compiles, and every public name says what it is for.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const folder = 'test/rules/.examples';
// A fence and its code, in Markdown or in a doc comment.
const tsBlock = /^[ \t]*(?:\* ?)?```ts\n([\s\S]*?)^[ \t]*(?:\* ?)?```$/gm;

/** Typechecks the ts blocks of `files`, with 'heddle' meaning the sources. Returns the errors as `file:line: message`. */
export function typecheckExamples(files: readonly string[]): string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sourceOf = new Map<string, string>();
  for (const file of files) {
    for (const { line, code } of blocksOf(readFileSync(file, 'utf8'))) {
      const path = join(folder, `${file.replace(/[\\/.]/g, '-')}-${String(line).padStart(4, '0')}.ts`);
      // As many lines above it as in its source, so that the compiler's line numbers are right there too.
      writeFileSync(path, `${'\n'.repeat(line - 1)}${code}export {};\n`);
      sourceOf.set(resolve(path), file);
    }
  }
  const program = ts.createProgram([...sourceOf.keys()], compilerOptions());
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => describe(diagnostic, sourceOf));
}

/** The exports of `entry` without a doc comment and, for what can be called or constructed, without an `@example`. */
export function undocumentedExports(entry: string): string[] {
  const program = ts.createProgram([entry], compilerOptions());
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  return (module ? checker.getExportsOfModule(module) : []).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const says = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== '';
    const shows = symbol.getJsDocTags(checker).some(({ name }) => name === 'example');
    const place = `${placeOf(symbol)}: ${exported.name}`;
    return [
      ...(says ? [] : [`${place} has no doc comment that says what it is for`]),
      ...(shows || !isCallable(symbol, checker) ? [] : [`${place} has no @example`]),
    ];
  });
}

function* blocksOf(text: string) {
  for (const match of text.matchAll(tsBlock)) {
    const line = text.slice(0, match.index).split('\n').length + 1;
    const isComment = /^[ \t]*\*/.test(match[0]);
    const code = match[1] ?? '';
    yield { line, code: isComment ? code.replace(/^[ \t]*\* ?/gm, '') : code };
  }
}

function isCallable(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  if (!(symbol.flags & ts.SymbolFlags.Value)) return false;
  const type = checker.getTypeOfSymbol(symbol);
  return type.getCallSignatures().length + type.getConstructSignatures().length > 0;
}

function placeOf(symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.[0];
  if (!declaration) return '?';
  const file = declaration.getSourceFile();
  return `${shown(file.fileName)}:${file.getLineAndCharacterOfPosition(declaration.getStart()).line + 1}`;
}

function describe({ file, start, messageText }: ts.Diagnostic, sourceOf: ReadonlyMap<string, string>): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (!file) return message;
  const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
  return `${sourceOf.get(resolve(file.fileName)) ?? shown(file.fileName)}:${line + 1}: ${message}`;
}

const shown = (path: string) => relative(process.cwd(), path);

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, process.cwd()).options;
}
