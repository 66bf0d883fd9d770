// HTTP on one side, Check and Verdict on the other. What every answer has in common stands in response.ts.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AskedChecks } from './asked.ts';
import { cacheStatus, Responder } from './response.ts';
import type { Answer } from './check.ts';
import type { Balancers, Row } from './balancers.ts';
import { codeOf } from './errno.ts';
import { readHeaders } from './headers.ts';
import { shortened } from './line.ts';
import { ASKED_LENGTH, type Entry } from './log-line.ts';
import type { PageDesk } from './page-desk.ts';
import { pathOf, type PageReply } from './page.ts';
import { badMethod, CHECK_METHODS, notAllowed, PAGE_METHODS, refuseBytes, refuseConnect, SPOOL_METHODS, type ParserError, type Refusing } from './refusal.ts';
import type { RemoteSpool } from './remote-spool.ts';
import { plainAddress, type Refusal } from './route.ts';
import type { Run } from './runner.ts';
import type { SeenServices } from './seen.ts';
import { ownReply, type Verdict } from './verdict.ts';

/** What the HTTP side works with. */
export interface ServerParts extends Refusing {
  readonly asked: AskedChecks;
  readonly run: Run;
  /** Takes orders to change the spool. */
  readonly remoteSpool: RemoteSpool;
  readonly balancers: Balancers;
  readonly seen: SeenServices;
  /** The pages beside the checks. */
  readonly desk: PageDesk;
  /** Whether every check gets a line in the log. */
  readonly verbose: boolean;
}

/** Milliseconds that a request's headers may take to arrive, and a whole request. */
const REQUEST_TIMEOUT = 10_000;
/** Milliseconds between two looks for requests that take too long. */
const REQUEST_TIMEOUT_SWEEP = 1_000;
const SERVER_OPTIONS: ServerOptions & { readonly requireHostHeader: boolean } = {
  // HAProxy's checks in HTTP/1.1 have no Host (contrary to RFC 9112 section 3.2) unless they are told to. Node 18 asks for none.
  requireHostHeader: false,
  // connections.ts closes idle ones.
  keepAliveTimeout: 0,
  headersTimeout: REQUEST_TIMEOUT,
  requestTimeout: REQUEST_TIMEOUT,
  connectionsCheckingInterval: REQUEST_TIMEOUT_SWEEP,
  // Saves a system call a connection; where an answer is more than one packet, response.ts sets it.
  noDelay: false,
};
const SPOOL_PATH = '/spool/';

/** Makes an HTTP server that answers checks and pages; it does not listen yet. */
export function createCheckServer(parts: ServerParts): Server {
  const listener = requestListener(parts);
  const server = createServer(SERVER_OPTIONS, listener);
  // HAProxy takes a 100 Continue for the answer, so none is sent but to those who may change the spool.
  server.on('checkContinue', listener);
  server.on('checkExpectation', listener);
  server.on('connection', (socket) => parts.connections.add(socket));
  server.on('connect', (_request, socket) => refuseConnect(parts, socket as Socket));
  server.on('clientError', (error: ParserError, socket) => refuseBytes(parts, error, socket as Socket));
  server.on('error', (error) => {
    if (server.listening) parts.log.sayCommon({ priority: 'warning', message: `a connection could not be taken: ${codeOf(error)}` });
  });
  return server;
}

function requestListener(parts: ServerParts): RequestListener {
  const { connections } = parts;
  const responder = new Responder();

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (!connections.take(request)) return;
    // Behind an earlier answer on this connection that is not out yet (pipelining).
    if (response.socket === null) connections.defer(request.socket, response);
    if (connections.isLast(request.socket)) response.shouldKeepAlive = false;
    try {
      // A reset that has come already leaves no address.
      const address = request.socket.remoteAddress ?? '';
      if (!parts.isAllowed(address)) return refuseClient(response, address);
      const method = request.method ?? '';
      if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return answerOther(request, response);
      const found = parts.asked.read(request.url ?? '', request.rawHeaders);
      if ('refused' in found) return answerPage(request, response, found);
      const { fresh, serverState, userAgent } = readHeaders(request.rawHeaders);
      const asker = address === '' ? undefined : parts.balancers.ask({ address, via: 'http', serverState, userAgent }, found);
      const answer = parts.run(found, fresh);
      if (answer instanceof Promise) return answerLater(request, response, asker, answer);
      answerCheck(request, response, asker, answer);
    } catch (error) {
      answerBug(response, error);
    }
  }

  function answerCheck(request: IncomingMessage, response: ServerResponse, asker: Row | undefined, { verdict, from }: Answer): void {
    // Whoever has hung up is told nothing.
    if (asker !== undefined && !request.socket.destroyed) {
      parts.balancers.tell(asker, verdict.state);
      parts.seen.note(asker.asker.service, asker.asker.address, verdict.status);
    }
    if (from !== undefined) responder.sendFound(response, from);
    else if (verdict.state === 'up') responder.sendConstant(response, verdict);
    else responder.send(response, verdict);
    if (parts.verbose) parts.log.sayCommon(checkEntry(request, verdict, from));
  }

  function answerLater(request: IncomingMessage, response: ServerResponse, asker: Row | undefined, answer: Promise<Answer>): void {
    if (response.socket !== null) connections.defer(request.socket, response);
    answer
      .then((known) => {
        if (connections.isLast(request.socket)) response.shouldKeepAlive = false;
        answerCheck(request, response, asker, known);
      })
      .catch((error: unknown) => answerBug(response, error));
  }

  function answerPage(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    const page = parts.desk.pages.get(pathOf(request.url));
    if (page === undefined) return responder.send(response, ownReply(refusal.status ?? 400, refusal.refused));
    if (pathOf(request.url) === '/' && !isPerson(request)) return responder.send(response, ownReply(400, refusal.refused));
    if (request.method === 'OPTIONS') return refuseMethod(request, response);
    const taken = parts.desk.take(page, request, response, (render) => sendPage(response, render));
    if (taken === 'flood') return connections.flood(request.socket);
    if (taken === 'refused') return responder.send(response, ownReply(503, 'too many ask for pages'));
    if (taken === 'waits' && response.socket !== null) connections.defer(request.socket, response);
  }

  function sendPage(response: ServerResponse, render: () => PageReply): void {
    if (connections.isLast(response.req.socket)) response.shouldKeepAlive = false;
    try {
      const { reply, headers } = render();
      responder.send(response, reply, headers);
    } catch (error) {
      answerBug(response, error);
    }
  }

  function answerOther(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST' || !isOfSpool(request)) return refuseMethod(request, response);
    // Whatever is left of the form is not waited for.
    response.shouldKeepAlive = false;
    if (response.socket !== null) connections.defer(request.socket, response);
    const waits = request.httpVersionMinor > 0 && request.headers.expect?.toLowerCase() === '100-continue';
    parts.remoteSpool
      .answer(request, () => (waits ? response.writeContinue() : undefined))
      .then(({ reply, headers }) => responder.send(response, reply, headers))
      .catch((error: unknown) => answerBug(response, error));
  }

  function refuseClient(response: ServerResponse, address: string): void {
    response.shouldKeepAlive = false;
    responder.send(response, ownReply(403, notAllowed(address)));
  }

  function refuseMethod(request: IncomingMessage, response: ServerResponse): void {
    const checkMethods = parts.remoteSpool.isOn && isOfSpool(request) ? SPOOL_METHODS : CHECK_METHODS;
    const allowed = parts.desk.pages.has(pathOf(request.url)) ? PAGE_METHODS : checkMethods;
    // Whatever body comes with it is not waited for.
    response.shouldKeepAlive = false;
    responder.send(response, badMethod(request.method ?? '', allowed), { Allow: allowed });
  }

  function answerBug(response: ServerResponse, error: unknown): void {
    parts.log.bug(error);
    if (response.headersSent) return void response.destroy();
    responder.send(response, ownReply(500, 'a bug in hacheck; its log says more'));
  }

  return onRequest;
}

function isOfSpool({ url }: IncomingMessage): boolean {
  return url?.startsWith(SPOOL_PATH) === true;
}

/** HAProxy's `option httpchk`, and the same with GET /, say nothing of what they accept; it would take the page for a service that is up. Browsers and curl do. */
function isPerson({ method, headers }: IncomingMessage): boolean {
  return method !== 'OPTIONS' && headers.accept !== undefined;
}

/** A check in the words of the log. */
function checkEntry({ socket: { remoteAddress }, method = '', url = '' }: IncomingMessage, { status, state, reason }: Verdict, from: Answer['from']): Entry {
  const cache = from === undefined ? null : cacheStatus(from);
  const client = remoteAddress === undefined ? null : plainAddress(remoteAddress);
  const message = `${client ?? '-'} ${method} ${shortened(url, ASKED_LENGTH)} ${status} ${reason}${cache === null ? '' : ` (${cache})`}`;
  return { priority: 'debug', message, fields: { event: 'check', client, via: 'http', method, path: url, status, state, reason, cache } };
}
