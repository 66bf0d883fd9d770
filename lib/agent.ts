// HAProxy's agent protocol on one side, Check and Verdict on the other (HAProxy's configuration manual, `agent-check`).
import { createServer, type Server, type Socket } from 'node:net';
import type { AgentSockets } from './agent-sockets.ts';
import type { Asked, AskedChecks } from './asked.ts';
import type { Balancers } from './balancers.ts';
import type { Answer } from './check.ts';
import { startDeadline } from './deadline.ts';
import { shortened } from './line.ts';
import { ASKED_LENGTH } from './log-line.ts';
import type { Log } from './log.ts';
import { notAllowed } from './refusal.ts';
import { plainAddress, quoteBytes } from './route.ts';
import type { SeenServices } from './seen.ts';
import { asPhrase } from './verdict.ts';

/** What the agent's side works with. */
export interface AgentParts {
  /** Whether the client of an address is answered. */
  readonly isAllowed: (address: string) => boolean;
  readonly asked: AskedChecks;
  readonly run: (asked: Asked) => Answer | Promise<Answer>;
  readonly balancers: Balancers;
  readonly seen: SeenServices;
  readonly sockets: AgentSockets;
  readonly log: Log;
  /** What was sent that is no check: each is said once, in the log alone, for HAProxy shows nothing of the answer. */
  readonly refused: Set<string>;
  /** Whether HAProxy is told `ready`, `drain` and `maint`, which take the place of what was set in HAProxy itself. */
  readonly admin: boolean;
  /** Whether every check gets a line in the log. */
  readonly verbose: boolean;
}

/** Milliseconds for the line of `agent-send`; then what has come of it counts. */
const LINE_PATIENCE = 500;
/** Milliseconds for the other side to take its answer and go. */
const LINGER = 1_000;
/** Node's HTTP takes as much for a path and its headers. */
const LINE_LENGTH = 16 * 1024;
/** So many different ones are said. */
const MAX_REFUSED = 100;
const SHORT = /^([^/:]+)(?::([^/:]+))?$/;

/** Makes a server that answers agent checks; it does not listen yet. */
export function createAgentServer(parts: AgentParts): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    parts.sockets.add(socket);
    // HAProxy ends agent checks with a reset, too; an error that nobody listens for ends the process.
    socket.on('error', () => socket.destroy());
    readLine(socket, (line) => void answerLine(parts, socket, line));
  });
}

/** Reads up to the first end of a line, the end of what is sent, or half a second, whichever is first. */
function readLine(socket: Socket, take: (line: string) => void): void {
  let text = '';
  let length = 0;
  let taken = false;
  const finish = (): void => {
    cancel();
    if (taken) return;
    taken = true;
    take(withoutBlanks(text));
  };
  const cancel = startDeadline(LINE_PATIENCE, finish);
  socket.on('data', (chunk) => {
    length += chunk.length;
    // Whoever goes on and on is read no further.
    if (length > LINE_LENGTH) socket.pause();
    if (taken) return;
    const bytes = chunk.toString('latin1', 0, LINE_LENGTH + 1);
    const end = bytes.search(/[\r\n]/);
    text += end < 0 ? bytes : bytes.slice(0, end);
    if (end >= 0 || length > LINE_LENGTH) finish();
  });
  socket.on('end', finish);
  socket.on('close', cancel);
}

/** Without the blanks around it; not trim(), which takes other characters for blanks, too. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (' \t'.includes(text[start] ?? '.')) start += 1;
  while (end > start && ' \t'.includes(text[end - 1] ?? '.')) end -= 1;
  return text.slice(start, end);
}

async function answerLine(parts: AgentParts, socket: Socket, line: string): Promise<void> {
  const { asked, run, balancers, seen, log, admin, verbose } = parts;
  try {
    const address = socket.remoteAddress;
    // A reset that has come already leaves no address.
    if (address === undefined) return void socket.destroy();
    if (!parts.isAllowed(address)) return refuse(parts, socket, notAllowed(address));
    if (line.length > LINE_LENGTH) return refuse(parts, socket, 'no such check: a line of more than 16 KiB');
    const found = asked.read(agentPath(line));
    if ('refused' in found) return refuse(parts, socket, found.status === 403 ? found.refused : refusalOf(line, found.refused));
    const asker = balancers.ask({ address, via: 'agent' }, found);
    const answer = await run(found);
    // Whoever has hung up is told nothing.
    if (!socket.writable) return;
    const words = agentWords(answer, admin);
    end(socket, words);
    balancers.tell(asker, answer.verdict.state);
    seen.note(asker.asker.service, asker.asker.address, answer.verdict.status);
    if (verbose) log.sayCommon({ priority: 'debug', message: `${asker.asker.address} agent ${shortened(line, ASKED_LENGTH)} ${words}`, fields: { event: 'check', client: asker.asker.address, via: 'agent', check: line, answer: words } });
  } catch (error) {
    log.bug(error);
    end(socket, '#a bug in hacheck; its log says more');
  }
}

function refuse({ refused, log }: AgentParts, socket: Socket, cause: string): void {
  end(socket, `#${asPhrase(cause)}`);
  if (refused.has(cause) || refused.size >= MAX_REFUSED) return;
  refused.add(cause);
  log.sayCommon({ priority: 'notice', message: `${plainAddress(socket.remoteAddress ?? 'somebody')}: agent check: ${cause}` });
}

function end(socket: Socket, words: string): void {
  // The newline in the same write: HAProxy takes no line without one.
  socket.end(`${words}\n`, 'latin1');
  const linger = setTimeout(() => socket.destroy(), LINGER);
  socket.on('close', () => clearTimeout(linger));
}

/** The path of the check that a line names: `web` and `web:8080` are short for a look at the marks. */
export function agentPath(line: string): string {
  const [, service, port = '0'] = SHORT.exec(line) ?? [];
  return service === undefined ? line : `/spool/${service}/${port}`;
}

function refusalOf(line: string, refused: string): string {
  if (line === '') return 'no such check: nothing was sent; in HAProxy: agent-send "web\\n"';
  return refused.startsWith('no such check') ? `no such check: ${quoteBytes(line)}` : `no such check: ${refused}`;
}

/**
 * What an answer is in the words of the agent protocol; the reason stands behind `#`, which ends the words.
 *
 * @param admin also says `ready`, `drain` and `maint`, which set HAProxy's administrative state
 */
export function agentWords({ verdict, mark }: Answer, admin: boolean): string {
  const { state, reason } = verdict;
  if (state === 'up') return admin ? 'ready up' : 'up 100%';
  if (mark === undefined) return `fail #${reason}`;
  if (state === 'drain') return `${admin ? 'drain up' : 'up 0%'} #${reason}`;
  return `${admin ? 'maint' : 'down'} #${reason}`;
}
