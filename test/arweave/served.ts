/** HTTP servers of a test's own, on loopback, which answer as it says and leave nothing behind. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WallClock } from 'heddle/arweave';

export interface Served extends AsyncDisposable {
  readonly url: string;
  /** What was asked for, in order: method and path. */
  readonly requests: readonly string[];
  /** Connections that are open and carried a request. Node opens another one when it breaks one off, and leaves it. */
  readonly sockets: ReadonlySet<Socket>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export async function serve(handler: Handler): Promise<Served> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { socket } = request;
    if (!sockets.has(socket)) socket.once('close', () => sockets.delete(socket));
    sockets.add(socket);
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON. */
export const json = (response: ServerResponse, value: unknown, status = 200): unknown =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set
  return Buffer.concat(pieces);
}

/** A url that nothing listens at. */
export async function closedUrl(): Promise<string> {
  const { url, [Symbol.asyncDispose]: close } = await serve(() => {});
  await close();
  return url;
}

/** A clock that waits no longer than until others had their turn, and says how long it was to wait. */
export function quickClock(): WallClock & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  let nowMs = 1_750_000_000_000;
  return {
    waits,
    nowMs: () => nowMs,
    async wait(ms) {
      waits.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      nowMs += ms;
    },
  };
}
