// A daemon that was asked for all that it can remember, so that its pages are large.
import { exchangeFrom } from '../support/from.ts';

/** Rows of /balancers are 64 an address and 4096 in all; /recent has 10 000 services. */
const [ADDRESSES, CHECKS] = [64, 160];
/** Requests on a connection, behind one another: more than a hundred are a flood. */
const PIPELINED = 80;

/** Fills it, with services of long names. */
export async function fill(port: number): Promise<void> {
  for (let address = 1; address <= ADDRESSES; address += 1) {
    const requests = Array.from({ length: CHECKS }, (_, at) => `GET /spool/${`${address}-${at}-`.padEnd(100, 'n')}/0 HTTP/1.1\r\n${at % PIPELINED === PIPELINED - 1 ? 'Connection: close\r\n' : ''}\r\n`);
    for (let at = 0; at < CHECKS; at += PIPELINED) await exchangeFrom(`127.2.0.${address}`, port, requests.slice(at, at + PIPELINED).join(''));
  }
}
