// Real Redis servers and sentinels, each in a folder of its own.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOpen, ownedBy, runProgram, serverFolder, startServer, userOf, type ServerProcess } from './process.ts';
import { freePort } from './service.ts';

/** A Redis that listens. */
export interface Redis extends ServerProcess {
  readonly port: number;
  readonly folder: string;
  /** Gives a command, and gives what is answered. */
  readonly tell: (...words: readonly string[]) => string;
}

/** Starts a Redis with more flags than it needs. */
export async function startRedis(flags: readonly string[] = [], folder = serverFolder('redis')): Promise<Redis> {
  const port = await freePort();
  const server = startServer('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, '--daemonize', 'no', ...flags], { folder, ...userOf('redis') });
  return opened({ ...server, port, folder });
}

/** Starts a sentinel that watches a master. */
export async function startSentinel(master: number): Promise<Redis> {
  const [port, folder] = [await freePort(), serverFolder('redis')];
  const file = join(folder, 'sentinel.conf');
  writeFileSync(file, `port ${port}\nbind 127.0.0.1\ndir ${folder}\nsentinel monitor main 127.0.0.1 ${master} 1\nsentinel down-after-milliseconds main 300\n`);
  // It writes what it finds out into its file.
  ownedBy('redis', folder);
  return opened({ ...startServer('redis-sentinel', [file], { folder, ...userOf('redis') }), port, folder });
}

async function opened(server: Omit<Redis, 'tell'>): Promise<Redis> {
  await isOpen(server.port);
  return { ...server, tell: (...words) => runProgram('redis-cli', ['-p', String(server.port), ...words]) };
}
