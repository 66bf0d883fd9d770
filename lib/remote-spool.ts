// Marks made over HTTP, by whoever has the token: POST /spool/<service>/<port> with a form.
import type { IncomingMessage } from 'node:http';
import type { Clock } from './clock.ts';
import { codeOf } from './errno.ts';
import type { Log } from './log.ts';
import type { Mark } from './mark.ts';
import { removeMark, writeMark } from './marking.ts';
import { formatMarkName, isRefusal, marksOf, plainAddress, type MarkName, type Refusal } from './route.ts';
import { isSameSecret, readSecret, SecretError } from './secret.ts';
import { parseOrder, readForm, type Order } from './spool-form.ts';
import { decidingMark, marksWithin } from './spool.ts';
import type { Targeting } from './targeting.ts';
import { ownReply, type Reply } from './verdict.ts';

/** An answer, and its headers. */
export interface Posted {
  readonly reply: Reply;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The challenge of an answer of 401 (RFC 9110 section 11.6.1, RFC 6750 section 3). */
const CHALLENGE = { 'WWW-Authenticate': 'Bearer' };
/** Marks that an answer names. */
const MAX_NAMED = 10;
const BEARER = /^bearer +([^ ]+) *$/i;

/** What it works with. */
export interface RemoteSpoolParts {
  readonly spoolRoot: string;
  /** The file with the token that a client needs; nobody may write if undefined. */
  readonly tokenFile: string | undefined;
  readonly targeting: Targeting;
  readonly clock: Clock;
  readonly log: Log;
}

/** The spool, as it can be written to over HTTP. */
export class RemoteSpool {
  readonly #parts: RemoteSpoolParts;

  constructor(parts: RemoteSpoolParts) {
    this.#parts = parts;
  }

  /** Whether anybody may write. */
  get isOn(): boolean {
    return this.#parts.tokenFile !== undefined;
  }

  /**
   * Does what a request to a path of the spool asks for, if it may, and says what came of it.
   *
   * @param goOn tells a client that waits for leave to send its form that it may (RFC 9110 section 10.1.1)
   */
  async answer(request: IncomingMessage, goOn: () => void): Promise<Posted> {
    const barred = await this.#barred(request.headers.authorization);
    if (barred !== undefined) return barred;
    const service = this.#serviceOf(request);
    if (isRefusal(service)) return { reply: ownReply(service.status ?? 400, service.refused) };
    goOn();
    const form = await readForm(request);
    const order = isRefusal(form) ? form : parseOrder(form, this.#parts.clock.time());
    if (isRefusal(order)) return { reply: ownReply(400, order.refused) };
    return { reply: this.#carryOut(service, order, plainAddress(request.socket.remoteAddress ?? 'unknown')) };
  }

  /** The service that a path of the spool names, where port 0 stands for no port; headers that may choose an address choose one here, too. */
  #serviceOf({ url = '', rawHeaders }: IncomingMessage): MarkName | Refusal {
    const wish = this.#parts.targeting.wishOf(rawHeaders);
    const asking = isRefusal(wish) ? wish : this.#parts.targeting.read(url, wish);
    if (isRefusal(asking)) return asking;
    const { check, target } = asking;
    if (check.service === 'all' && check.port !== 0) return { refused: `all:${check.port} takes nothing out: name the service, or take out all with port 0` };
    if (target.address === undefined) return check.port === 0 ? { service: check.service } : { service: check.service, port: check.port };
    if (target.port === 0) return { refused: `${target.address} without a port is no place of a service` };
    return { service: check.service, port: target.port, address: target.address };
  }

  async #barred(authorization: string | undefined): Promise<Posted | undefined> {
    if (this.#parts.tokenFile === undefined) return { reply: ownReply(403, 'marks are made on the host, with hactl: --remote-spool is off') };
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    try {
      if (token !== undefined && (await isSameSecret(token, readSecret(this.#parts.tokenFile)))) return undefined;
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      this.#parts.log.sayCommon({ priority: 'warning', message: `--token-file: ${error.message}` });
      return { reply: ownReply(503, 'the token file cannot be read: the log of hacheck says why') };
    }
    const said = authorization === undefined ? 'no token: send Authorization: Bearer, and the token' : 'not the right token';
    return { reply: ownReply(401, said), headers: CHALLENGE };
  }

  #carryOut(service: MarkName, order: Order, by: string): Reply {
    const name = formatMarkName(service);
    try {
      const done = order.state === 'up' ? this.#putBack(service) : this.#takeOut(name, { ...order, state: order.state }, by);
      this.#parts.log.say('notice', `${done} (by ${by}, over HTTP)`);
      return ownReply(200, done);
    } catch (error) {
      this.#parts.log.say('warning', `${name} could not be changed: ${codeOf(error)} (by ${by}, over HTTP)`);
      return ownReply(503, `the spool cannot be written: ${codeOf(error)}`);
    }
  }

  #takeOut(name: string, { creation, ...wanted }: Order & { readonly state: Mark['state'] }, by: string): string {
    const { mark, full } = writeMark(this.#parts.spoolRoot, name, { ...wanted, by, ...(creation === undefined ? {} : { creation }) }, this.#parts.clock.time());
    const why = mark.reason === undefined ? '' : `: ${mark.reason}`;
    return `${name} is ${mark.state === 'down' ? 'down' : 'draining'}${full ? ', but the disk is full: the mark has no reason and no end' : why}`;
  }

  #putBack(service: MarkName): string {
    const { spoolRoot, clock } = this.#parts;
    const name = formatMarkName(service);
    // First: where it fails, nothing is changed.
    const within = marksWithin(spoolRoot, service, clock.time());
    const wasOut = removeMark(spoolRoot, name);
    const other = decidingMark(spoolRoot, marksOf(service), clock.time);
    if (other !== undefined) return `${name} is still out, ${'unreadable' in other ? `the spool is unreadable: ${other.unreadable}` : `by the mark ${other.name}`}`;
    return `${name} ${wasOut ? 'is up' : 'was not out'}${within.length === 0 ? '' : `; still out: ${someOf(within)}`}`;
  }
}

function someOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return `${names.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
