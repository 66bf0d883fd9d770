// A real MariaDB in a folder of its own.
import { join } from 'node:path';
import { isOpen, runProgram, serverFolder, startServer, userOf, type ServerProcess } from './process.ts';
import { freePort } from './service.ts';

/** A MariaDB that listens. */
export interface Mariadb extends ServerProcess {
  readonly port: number;
  /** Runs statements as root, and gives what they print. */
  readonly sql: (statements: string) => string;
}

/** Starts a MariaDB, with more flags than it needs. */
export async function startMariadb(flags: readonly string[] = []): Promise<Mariadb> {
  const folder = serverFolder('mysql');
  const own = ['--no-defaults', '--user=mysql', `--datadir=${join(folder, 'data')}`];
  runProgram('mariadb-install-db', [...own, '--auth-root-authentication-method=normal', '--skip-test-db'], { env: { TMPDIR: folder } });
  const [port, socket] = [await freePort(), join(folder, 'socket')];
  const place = [`--socket=${socket}`, `--pid-file=${join(folder, 'pid')}`, `--port=${port}`, '--bind-address=127.0.0.1'];
  // Several servers that share a folder for what is temporary trip over each other.
  const thrifty = [`--tmpdir=${folder}`, '--innodb-buffer-pool-size=8M', '--innodb-flush-log-at-trx-commit=0'];
  const server = startServer('mariadbd', [...own, ...place, ...thrifty, ...flags], { folder, ...userOf('mysql') });
  await server.said('ready for connections');
  await isOpen(port);
  return { ...server, port, sql: (statements) => runProgram('mariadb', ['--no-defaults', '-S', socket, '-uroot', '-N', '-e', statements]) };
}
