// Import rules. The rows are those of the architecture: a file imports from its own folder or from a lower row, so that
// reading downwards is always enough to understand a folder.
const rows = [
  ['core'],
  ['schedule', 'compute', 'store'],
  ['process', 'route'],
  ['system'],
  ['arweave', 'sim', 'explore', 'report', 'connect', 'metrics'],
  ['serve', 'cluster'],
  ['cli'],
];

const anyOf = (folders) => `^lib/(${folders.join('|')})/`;

// `$1` is the folder matched by `from`: one rule forbids both higher rows and siblings of the same row.
const downwardOnly = rows.map((row, i) => ({
  name: `row-${i + 1}-imports-downward`,
  severity: 'error',
  from: { path: anyOf(row) },
  to: { path: [anyOf(rows.slice(i).flat()), '^lib/[^/]+$'], pathNot: '^lib/$1/' },
}));

const nodeFiles = ['\\.node\\.ts$', '^lib/store/lmdb/', '^lib/(serve|cluster|cli)/'];

module.exports = {
  forbidden: [
    ...downwardOnly,
    {
      name: 'every-folder-has-a-row',
      severity: 'error',
      from: {},
      to: { path: '^lib/[^/]+/', pathNot: anyOf(rows.flat()) },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'lib-stands-alone',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(test|examples|bench)/' },
    },
    {
      name: 'runs-in-a-browser',
      comment: 'Node only in files named for it',
      severity: 'error',
      from: { path: '^lib/', pathNot: nodeFiles },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-dev-dependency-in-lib',
      comment: 'An optional peer is installed here for the tests',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Others may be installing there.
    doNotFollow: { path: ['node_modules', '^test/[^/]+/cache/', '^test/rules/[.]examples/'] },
    // Type-only imports count too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['heddle-source', 'import', 'node', 'default', 'types'],
    },
  },
};
