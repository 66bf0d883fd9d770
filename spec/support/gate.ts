// A service that holds its answers back until a spec lets them go.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { httpService, type Service } from './service.ts';

export interface Gate {
  readonly service: Service;
  /** Resolves when so many requests wait at the gate. */
  readonly waiting: (count: number) => Promise<void>;
  /** Answers the requests that wait, and from now on every other one at once, with 200 and its path, or as `answer` says. */
  readonly open: () => void;
}

/** Starts such a service; it ends with the specs around the call. */
export async function gatedService(answer = (request: IncomingMessage, response: ServerResponse): void => void response.end(request.url)): Promise<Gate> {
  const held: (() => void)[] = [];
  const looks: (() => void)[] = [];
  let closed = true;
  const service = await httpService((request, response) => {
    if (!closed) return answer(request, response);
    held.push(() => answer(request, response));
    for (const look of looks.splice(0)) look();
  });
  const waiting = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (held.length >= count ? resolve() : looks.push(look));
      look();
    });
  const open = (): void => {
    closed = false;
    for (const each of held.splice(0)) each();
  };
  return { service, waiting, open };
}
