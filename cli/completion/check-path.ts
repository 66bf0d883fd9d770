// The path of `hactl check`, part by part: `http/`, then `http/web/`, then `http/web/8080`.
import { parseMarkName, type MarkName } from '../../lib/route.ts';
import { PROTOCOLS } from '../../lib/probe/index.ts';
import { marked, seen, type Candidate, type Surroundings } from './services.ts';

/** What may stand where the cursor is; a word that goes on ends with a slash. */
export async function checkPaths(around: Surroundings): Promise<Candidate[]> {
  const [protocol = '', service, port, query] = around.typed.current.split('/', 4);
  if (service === undefined) return PROTOCOLS.map((name) => ({ word: `${name}/`, about: '' }));
  if (query !== undefined) return [];
  const names = [...(await seen(around)), ...marked(around).map(({ word }) => parseMarkName(word))].filter((name): name is MarkName => !('refused' in name) && name.service !== 'all');
  const words = port === undefined ? names.map((name) => `${protocol}/${name.service}/`) : portsOf(names, service, protocol).map((number) => `${protocol}/${service}/${number}`);
  return [...new Set(words)].map((word) => ({ word, about: '' }));
}

/** Ports under which a service is known; 0, which is no port, for `spool`. */
function portsOf(names: readonly MarkName[], service: string, protocol: string): number[] {
  const known = names.flatMap((name) => (name.service === service && name.port !== undefined ? [name.port] : []));
  return protocol === 'spool' ? [0, ...known] : known;
}
