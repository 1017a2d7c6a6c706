import { once } from 'node:events';
import http2 from 'node:http2';

import { port } from './sockets.js';

/** Both sides of a request over HTTP/2. */
interface Http2Exchange {
  session: http2.ClientHttp2Session;
  request: http2.ClientHttp2Stream;
  /** The server's side: the stream, or the compatible request over it. */
  accepted: http2.ServerHttp2Stream;
  /** Of the compatible request: the answer to it. */
  response: http2.Http2ServerResponse;
  readonly dispose: () => void;
}

/** A request over the loopback interface, which the server has been told of `as` the event says. */
export async function http2Exchange(
  method: 'GET' | 'POST',
  as: 'stream' | 'request' = 'stream',
): Promise<Http2Exchange> {
  const server = http2.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${port(server)}`);
  const request = session.request({ ':path': '/', ':method': method });
  const [accepted, response] = (await once(server, as)) as [
    http2.ServerHttp2Stream,
    http2.Http2ServerResponse,
  ];
  const dispose = (): void => {
    session.destroy();
    server.close();
  };
  return { session, request, accepted, response, dispose };
}
