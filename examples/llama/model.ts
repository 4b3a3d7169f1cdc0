import { randomStream } from 'heddle';

/** A small language model of the architecture `llama`. It has learned nothing: its weights are drawn from a seed. */
const shape = { layers: 2, width: 64, heads: 4, feedForward: 128, context: 256 };

const words =
  `the of and a to in is was he for it with as his on be at by had not are but from or have an they which one
  you were her all she there would their we him been has when who will more no if out so said what up its about into
  than them can only other new some could time these two may then do first any my now such like our over man me even
  most made after also did many before must through back years where much your way well down should because each just
  those people`.split(/\s+/);

/** What a tokenizer of the kind that the architecture has knows of a token. */
const tokenKinds = { normal: 1, unknown: 2, control: 3, byte: 6 };

const tokens = [
  { text: '<unk>', score: 0, kind: tokenKinds.unknown },
  { text: '<s>', score: 0, kind: tokenKinds.control },
  { text: '</s>', score: 0, kind: tokenKinds.control },
  ...Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    score: 0,
    kind: tokenKinds.byte,
  })),
  // The tokenizer writes a space so. The longer a word, the sooner it is taken for a token.
  ...words.map((word) => ({ text: `\u2581${word}`, score: word.length, kind: tokenKinds.normal })),
];

/** The model as a file in the format GGUF, version 3. The same seed makes the same bytes. */
export function languageModel(seed: string): Uint8Array {
  const { layers, width, heads, feedForward, context } = shape;
  const draw = randomStream(seed, 'weights');
  const matrix = (inputs: number, outputs: number, isUsed: (output: number) => boolean = () => true): Tensor => ({
    sizes: [inputs, outputs],
    values: Float32Array.from({ length: inputs * outputs }, (_, at) =>
      isUsed(Math.floor(at / inputs)) ? (2 * draw.unit() - 1) * Math.sqrt(3 / inputs) : 0,
    ),
  });
  const ones = (): Tensor => ({ sizes: [width], values: new Float32Array(width).fill(1) });
  const tensors: Record<string, Tensor> = {
    'token_embd.weight': matrix(width, tokens.length),
    'output_norm.weight': ones(),
    // It says nothing but words.
    'output.weight': matrix(width, tokens.length, (token) => tokens[token]?.kind === tokenKinds.normal),
  };
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `blk.${layer}.${part}.weight`;
    tensors[name('attn_norm')] = ones();
    for (const part of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) tensors[name(part)] = matrix(width, width);
    tensors[name('ffn_norm')] = ones();
    for (const part of ['ffn_gate', 'ffn_up']) tensors[name(part)] = matrix(width, feedForward);
    tensors[name('ffn_down')] = matrix(feedForward, width);
  }
  const file = new GgufWriter();
  file.begin(Object.keys(tensors).length);
  file.text('general.architecture', 'llama');
  file.text('general.name', 'heddle example');
  file.number('llama.context_length', context);
  file.number('llama.embedding_length', width);
  file.number('llama.block_count', layers);
  file.number('llama.feed_forward_length', feedForward);
  file.number('llama.attention.head_count', heads);
  file.number('llama.rope.dimension_count', width / heads);
  file.float('llama.attention.layer_norm_rms_epsilon', 1e-5);
  file.text('tokenizer.ggml.model', 'llama');
  file.texts(
    'tokenizer.ggml.tokens',
    tokens.map(({ text }) => text),
  );
  file.floats(
    'tokenizer.ggml.scores',
    tokens.map(({ score }) => score),
  );
  file.integers(
    'tokenizer.ggml.token_type',
    tokens.map(({ kind }) => kind),
  );
  file.number('tokenizer.ggml.unknown_token_id', 0);
  file.number('tokenizer.ggml.bos_token_id', 1);
  file.number('tokenizer.ggml.eos_token_id', 2);
  return file.end(tensors);
}

interface Tensor {
  /** The numbers of its columns and rows. */
  readonly sizes: readonly number[];
  readonly values: Float32Array;
}

/** What GGUF calls the types of its values. */
const types = { uint32: 4, int32: 5, float32: 6, text: 8, list: 9 };

/** Writes GGUF 3: a head, keys with values, the tensors' names and places, and behind them what they hold. Little-endian. */
class GgufWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #keys = 0;
  #tensors = 0;

  begin(tensors: number): void {
    this.#tensors = tensors;
  }

  text(key: string, value: string): void {
    this.#key(key, types.text);
    this.#text(value);
  }

  number(key: string, value: number): void {
    this.#key(key, types.uint32);
    this.#uint32(value);
  }

  float(key: string, value: number): void {
    this.#key(key, types.float32);
    this.#float32(value);
  }

  texts(key: string, values: readonly string[]): void {
    this.#list(key, types.text, values.length);
    for (const value of values) this.#text(value);
  }

  floats(key: string, values: readonly number[]): void {
    this.#list(key, types.float32, values.length);
    for (const value of values) this.#float32(value);
  }

  integers(key: string, values: readonly number[]): void {
    this.#list(key, types.int32, values.length);
    for (const value of values) this.#uint32(value);
  }

  end(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
    let offset = 0;
    for (const [name, { sizes, values }] of Object.entries(tensors)) {
      this.#text(name);
      this.#uint32(sizes.length);
      for (const size of sizes) this.#uint64(size);
      this.#uint32(0); // of 32-bit floats
      this.#uint64(offset);
      offset = aligned(offset + values.byteLength);
    }
    const head = new Uint8Array(24);
    const view = new DataView(head.buffer);
    head.set(new TextEncoder().encode('GGUF'));
    view.setUint32(4, 3, true);
    view.setBigUint64(8, BigInt(this.#tensors), true);
    view.setBigUint64(16, BigInt(this.#keys), true);
    const dataAt = aligned(head.length + this.#length);
    const bytes = new Uint8Array(dataAt + offset);
    let at = 0;
    for (const part of [head, ...this.#parts]) {
      bytes.set(part, at);
      at += part.length;
    }
    at = dataAt;
    for (const { values } of Object.values(tensors)) {
      const data = new DataView(bytes.buffer, at);
      for (const [index, value] of values.entries()) data.setFloat32(4 * index, value, true);
      at = aligned(at + values.byteLength);
    }
    return bytes;
  }

  #list(key: string, type: number, length: number): void {
    this.#key(key, types.list);
    this.#uint32(type);
    this.#uint64(length);
  }

  #key(key: string, type: number): void {
    this.#keys++;
    this.#text(key);
    this.#uint32(type);
  }

  #text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.#uint64(bytes.length);
    this.#put(bytes);
  }

  #uint32(value: number): void {
    this.#put(new Uint8Array(Uint32Array.of(value).buffer));
  }

  #uint64(value: number): void {
    this.#put(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }

  #float32(value: number): void {
    this.#put(new Uint8Array(Float32Array.of(value).buffer));
  }

  #put(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }
}

/** Tensors begin at multiples of this. */
const alignment = 32;
const aligned = (at: number): number => Math.ceil(at / alignment) * alignment;
