// Who has the port that a daemon was to have.
import { codeOf } from '../lib/errno.ts';
import { Failure } from './errors.ts';

/** Milliseconds for the one who has the port; not every program that listens answers. */
const PATIENCE = 1_000;
const EVERY_ADDRESS: readonly unknown[] = ['::', '0.0.0.0', undefined];

/** What says that another daemon has the port, where that is why this one cannot listen; undefined otherwise. */
export async function anotherDaemon(error: unknown): Promise<Failure | undefined> {
  if (!(error instanceof Error) || codeOf(error) !== 'EADDRINUSE') return undefined;
  const { address, port = 0 } = error as { readonly address?: string; readonly port?: number };
  // Not before it is needed: node:http alone takes its time to load.
  const { withDaemon } = await import('./daemon-client.ts');
  const place = { daemonPort: [port], daemonAddress: EVERY_ADDRESS.includes(address) ? undefined : address };
  const owner = await withDaemon(place, (daemon) => daemon.owner(), PATIENCE);
  if (owner === undefined) return undefined;
  return new Failure(`cannot listen on ${address ?? 'every address'} port ${port}: hacheck ${owner.version} has it already, with pid ${owner.pid}; stop that one, or choose another port with --port`);
}
