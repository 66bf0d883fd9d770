// The pages /recent and /status/count, in the shape that scripts for the earlier hachecks parse.
import { jsonMembersContent, type Page } from './page.ts';
import { quote } from './route.ts';
import type { SeenServices, ServiceCounts } from './seen.ts';

/** Seconds. */
export const THRESHOLD = 600;

/** Makes /recent: the services that were asked for within the last ten minutes, or `?threshold=60` seconds. */
export function recentPage(seen: SeenServices): Page {
  return (query) => {
    const unknown = [...query.keys()].find((key) => key !== 'threshold');
    if (unknown !== undefined) return { refused: `unknown ${quote(unknown)}: the page takes threshold, as in /recent?threshold=60` };
    const [given = String(THRESHOLD), ...others] = query.getAll('threshold');
    if (others.length > 0) return { refused: 'threshold is given twice: name one, in seconds' };
    if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(given)) return { refused: `bad threshold ${quote(given)}: seconds, as in /recent?threshold=60` };
    return jsonMembersContent('{"seen_services":[', seen.recent(Number(given)), JSON.stringify, `],"threshold_seconds":${Number(given)}}`);
  };
}

/** Makes /status/count: how many checks of each service each client was answered. */
export function countPage(seen: SeenServices): Page {
  const textOf = ([service, clients]: ServiceCounts): string => `${JSON.stringify(service)}:${objectText(clients)}`;
  return () => jsonMembersContent('{"service_access_counts":{', seen.counts(), textOf, '}}');
}

/** An object in the order of its entries: JSON.stringify puts `1` before `alpha`, and loses `__proto__`. */
function objectText(entries: readonly (readonly [string, number])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}
