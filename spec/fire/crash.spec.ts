// A daemon that is killed while it answers, again and again, while marks are written and removed: the next one is right from its first answer on.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { removeMark, writeMark } from '../../lib/marking.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ready, startHactl, type ServingHactl } from '../support/hactl.ts';
import { ask } from '../support/request.ts';
import { freePort, httpService } from '../support/service.ts';

const KILLS = 500;
/** Clients who ask for one check after the other. */
const CLIENTS = 8;
/** The kill comes behind so many answers at most, 4 of which come in a millisecond. */
const MOST_ANSWERS = 60;

type Standing = 'down' | 'drain' | undefined;
const STATUS = { down: 503, drain: 404, none: 200 } as const;

/** Asks without end over a connection that is kept open; tells each answer, and whether it was cut off waiting for one. */
function askOn(port: number, path: string, answered: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    let waits = true;
    const socket = connect(port, '127.0.0.1');
    const request = `GET ${path} HTTP/1.1\r\n\r\n`;
    socket.write(request);
    socket.on('data', () => {
      waits = false;
      answered();
      if (!socket.destroyed) waits = true;
      socket.write(request);
    });
    socket.on('error', () => undefined).on('close', () => resolve(waits));
  });
}

/** Lets clients ask until so many answers have come, kills the daemon then, and gives how many clients were left without one. */
async function killedBehind(daemon: ServingHactl, answers: number, paths: readonly string[], meanwhile: () => void): Promise<number> {
  let came = 0;
  const answered = (): void => {
    came += 1;
    if (came === Math.floor(answers / 2)) meanwhile();
    if (came === answers) daemon.child.kill('SIGKILL');
  };
  const cut = await Promise.all(Array.from({ length: CLIENTS }, (_, at) => askOn(daemon.port, paths[at % paths.length] ?? '', answered)));
  await daemon.ended;
  return cut.filter(Boolean).length;
}

describe('a daemon that is killed under load', { timeout: 400_000 }, () => {
  it(`${KILLS} times, while marks come and go, says what is so from its next first answer on`, async (test) => {
    const [spool, port] = [temporaryFolder(), await freePort()];
    let isUp = true;
    const service = await httpService((_request, response) => void response.writeHead(isUp ? 200 : 500).end());
    const paths = ['/spool/web/0', `/http/web/${service.port}/`, `/http/api/${service.port}/`, '/status'];
    const start = (): Promise<ServingHactl> => ready(startHactl(['serve', '-p', String(port), '-B', '127.0.0.1', '--spool-root', spool]));
    let standing: Standing;
    let inTheMiddle = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const daemon = await start();
      try {
        const wanted = STATUS[standing ?? 'none'];
        const first = await Promise.all(paths.map((path) => ask(port, path)));
        assert.deepEqual(first.map(({ status }) => status), [wanted, standing === undefined ? (isUp ? 200 : 500) : wanted, isUp ? 200 : 500, 200], `start ${kill}, mark ${standing ?? 'none'}, ${isUp ? 'up' : 'down'}`);
        const next = ([undefined, 'down', 'drain'] as const)[kill % 3];
        const cut = await killedBehind(daemon, 2 + ((kill * 7) % MOST_ANSWERS), paths, () => {
          if (next === undefined) removeMark(spool, 'web');
          else writeMark(spool, 'web', { state: next, reason: `kill ${kill}`, by: 'spec', expiration: undefined }, Date.now() / 1_000);
        });
        standing = next;
        if (cut > 0) inTheMiddle += 1;
      } finally {
        daemon.child.kill('SIGKILL');
      }
      isUp = kill % 2 === 0;
    }
    test.diagnostic(`${inTheMiddle} of ${KILLS} kills came while somebody waited for an answer`);
    assert.ok(inTheMiddle > KILLS / 2, `${inTheMiddle} kills in the middle of something`);
  });
});
