import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What VIES answers to `POST /check-vat-number`, as its REST API does. */
export const viesAnswer = (fields: object = {}) => ({
  countryCode: 'DE',
  vatNumber: '136695976',
  requestDate: '2027-03-01T10:00:00.000Z',
  valid: true,
  requestIdentifier: 'WAPIAAAAaEDkvhHx',
  name: 'Muster Werkzeuge GmbH',
  address: 'Beispielweg 1\n10115 BERLIN',
  traderName: '---',
  traderNameMatch: 'NOT_PROCESSED',
  ...fields,
});

/** How VIES says that something is wrong. */
export const viesError = (code: string) => ({ actionSucceed: false, errorWrappers: [{ error: code }] });

export const json =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

export type Asked = { method: string; path: string; headers: IncomingMessage['headers']; body: object };

/** A register on a free port that answers as VIES does; `answer` may be replaced. */
export async function startVies() {
  const asked: Asked[] = [];
  const vies = { answer: json(viesAnswer()) };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    asked.push({ method: method!, path: url!, headers, body: body ? JSON.parse(body) : {} });
    vies.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(vies, {
    asked,
    origin,
    url: `${origin}/vies/rest-api`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
