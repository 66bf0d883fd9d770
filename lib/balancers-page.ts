// The page /balancers: who asks, for programs and for `hactl balancers`.
import type { Balancers } from './balancers.ts';
import { parseMarkName, type Refusal } from './route.ts';

/** Makes the page: an array of rows, `?service=web` those of one service. */
export function balancersPage(balancers: Balancers): (query: URLSearchParams) => unknown {
  return (query) => {
    const service = query.get('service');
    if (service === null) return balancers.rows();
    return refusalOf(service) ?? balancers.rows(service);
  };
}

function refusalOf(service: string): Refusal | undefined {
  const name = parseMarkName(service);
  if ('refused' in name) return name;
  return name.port === undefined ? undefined : { refused: `service=${service}: name the service alone, as in /balancers?service=${name.service}` };
}
