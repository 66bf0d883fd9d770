// A PostgreSQL in trouble: after a crash, out of processes, and away.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { probePostgres } from '../../lib/probe/postgres.ts';
import { openPostgresSession } from '../support/postgres-session.ts';
import { newPostgres } from '../support/postgres.ts';
import { runProgram, userOf } from '../support/process.ts';
import { probed, words } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';

const skip = lacking('pg_ctlcluster') || (process.getuid?.() === 0 ? false : 'LACKING root: PostgreSQL runs as a user of its own');

/** The process that has started another one. */
function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

describe('postgres, asked of a PostgreSQL that', { skip }, async () => {
  if (skip !== false) return;
  const startPostgres = newPostgres();

  it('recovers from the crash of a session, is down, and then up', async () => {
    const { port, said, signal, ended } = await startPostgres();
    const [crashing, lasting] = [await openPostgresSession(port), await openPostgresSession(port)];
    // It waits for this one to end before it recovers.
    process.kill(lasting.pid, 'SIGSTOP');
    after(() => signal('SIGQUIT'));
    process.kill(crashing.pid, 'SIGKILL');
    await said('terminating any other active server processes');
    assert.equal(words(await probed(probePostgres, port)), 'down: 57P03 the database system is in recovery mode');
    process.kill(lasting.pid, 'SIGCONT');
    await said(/reinitializing[\s\S]*ready to accept connections/);
    assert.equal(words(await probed(probePostgres, port)), 'up: asks for no password');
    signal('SIGQUIT');
    await ended;
  });

  it('may start no process, is down, and says why', async () => {
    const { port, said } = await startPostgres();
    const session = await openPostgresSession(port);
    runProgram('prlimit', ['--pid', String(parentOf(session.pid)), '--nproc=1:1'], userOf('postgres'));
    const verdict = await probed(probePostgres, port);
    await said('could not fork new process for connection');
    session.socket.destroy();
    // As protocol 2 had it: a letter and a text, without a length (postmaster.c, report_fork_failure_to_client).
    assert.match(words(verdict), /^down: .*could not fork new process for connection: Resource temporarily unavailable$/);
  });

  it('wants TLS alone, is up', async () => {
    const { port } = await startPostgres({ access: 'hostssl all all 127.0.0.1/32 trust\n' });
    assert.match(words(await probed(probePostgres, port)), /^up: 28000 no pg_hba\.conf entry for host "127\.0\.0\.1", user "hacheck", database "postgres", no encryption$/);
  });
});
