// A daemon that is killed while it probes, and while marks are written and removed, again and again: the next one is right from its first answer on.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EFFORT } from '../support/effort.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ready, startHactl, type ServingHactl } from '../support/hactl.ts';
import { ask } from '../support/request.ts';
import { freePort, httpService, type Service } from '../support/service.ts';
import type { Marked } from './marks-program.ts';

const OPERATOR = fileURLToPath(new URL('marks-program.ts', import.meta.url));
const KILLS = 500 * EFFORT;
/** Every so manieth daemon keeps verdicts, so that few probes are under way; the others probe all the time. */
const KEEPS = 5;
/** Clients who ask for one check after the other. */
const CLIENTS = 8;
/** Milliseconds that the service takes, and at most until a kill from the moment at which it was asked. */
const SERVICE = 10, AIM = 4;
/** Answers before a kill. */
const MOST_ANSWERS = 60;
const STATUS = { down: 503, drain: 404, none: 200 } as const;

/** A service, the probes of it that were cut off, and what is to happen when it is asked next. */
interface Probed extends Service {
  isUp: boolean;
  cut: number;
  asked: () => void;
}

async function probedService(): Promise<Probed> {
  const service = await httpService((_request, response) => {
    it.asked();
    const status = it.isUp ? 200 : 500;
    const timer = setTimeout(() => response.writeHead(status).end(), SERVICE);
    response.on('close', () => {
      clearTimeout(timer);
      if (!response.writableEnded) it.cut += 1;
    });
  });
  const it: Probed = { ...service, isUp: true, cut: 0, asked: () => undefined };
  return it;
}

interface Operator {
  readonly begin: () => void;
  readonly stop: () => Promise<Marked>;
}

async function startOperator(spool: string, service: string): Promise<Operator> {
  const child = fork(OPERATOR, [spool, service], { execArgv: ['--import', 'tsx'] });
  after(() => child.kill('SIGKILL'));
  const stop = async (): Promise<Marked> => {
    const told = once(child, 'message') as Promise<[Marked]>;
    child.send('stop');
    return (await told)[0];
  };
  await stop();
  return { begin: () => void child.send('go'), stop };
}

/** Asks without end over a connection that is kept open, until it is cut; tells each answer. */
function askOn(port: number, path: string, answered: () => void): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const request = `GET ${path} HTTP/1.1\r\n\r\n`;
    socket.write(request);
    socket.on('data', () => {
      answered();
      socket.write(request);
    });
    socket.on('error', () => undefined).on('close', () => resolve());
  });
}

/** Lets clients ask until so many answers have come, waits for the moment, kills the daemon, and gives when that was, on the machine's monotonic clock. */
async function killedBehind(daemon: ServingHactl, answers: number, paths: readonly string[], moment: (kill: () => void) => void): Promise<number> {
  let [came, killed] = [0, 0];
  const kill = (): void => {
    killed = Number(process.hrtime.bigint()) / 1e6;
    daemon.child.kill('SIGKILL');
  };
  const answered = (): void => {
    came += 1;
    if (came === answers) moment(kill);
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, at) => askOn(daemon.port, paths[at % paths.length] ?? '', answered)));
  await daemon.ended;
  return killed;
}

/** Of a mark's check, of the marked service's, of another one's, and of a page. */
function statuses(standing: Marked['standing'], { isUp }: Probed): number[] {
  const [marked, probed] = [STATUS[standing], isUp ? 200 : 500];
  return [marked, standing === 'none' ? probed : marked, probed, 200];
}

describe('a daemon that is killed under load', { timeout: 400_000 }, () => {
  it(`${KILLS} times, while it probes and while marks come and go, says what is so from its next first answer on`, async (test) => {
    const [spool, port, service] = [temporaryFolder(), await freePort(), await probedService()];
    const operator = await startOperator(spool, 'web');
    const paths = ['/spool/web/0', `/http/web/${service.port}/`, `/http/api/${service.port}/`, '/status'];
    const seen = { inProbe: 0, inChange: 0, inEither: 0 };
    let standing: Marked['standing'] = 'none';
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const keeps = kill % KEEPS === 0;
      const words = keeps ? [] : ['--cache-time', '0'];
      const daemon = await ready(startHactl(['serve', '-p', String(port), '-B', '127.0.0.1', '--spool-root', spool, ...words]));
      try {
        const first = await Promise.all(paths.map((path) => ask(port, path)));
        assert.deepEqual(first.map(({ status }) => status), statuses(standing, service), `start ${kill}, mark ${standing}, ${service.isUp ? 'up' : 'down'}`);
        const cutBefore = service.cut;
        operator.begin();
        const killed = await killedBehind(daemon, 2 + ((kill * 7) % MOST_ANSWERS), paths, (now) => {
          const soon = (): void => void setTimeout(now, kill % AIM);
          if (keeps) soon();
          else service.asked = soon;
        });
        service.asked = () => undefined;
        const { standing: left, changes } = await operator.stop();
        await service.idle();
        const [inProbe, inChange] = [service.cut > cutBefore, changes.some(([from, to]) => from <= killed && killed <= to)];
        seen.inProbe += Number(inProbe);
        seen.inChange += Number(inChange);
        seen.inEither += Number(inProbe || inChange);
        standing = left;
      } finally {
        daemon.child.kill('SIGKILL');
      }
      service.isUp = kill % 2 === 0;
    }
    test.diagnostic(`of ${KILLS} kills came ${seen.inProbe} while a probe was under way, ${seen.inChange} while a mark was written or removed`);
    assert.ok(Math.min(seen.inProbe, seen.inChange) > KILLS / 4 && seen.inEither > KILLS / 2, JSON.stringify(seen));
  });
});
