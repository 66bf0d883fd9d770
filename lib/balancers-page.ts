// The page /balancers: who asks, for programs and for `hactl balancers`.
import type { Balancers } from './balancers.ts';
import { jsonMembersContent, type Page } from './page.ts';
import { parseMarkName, quote, type Refusal } from './route.ts';

/** Makes the page: an array of rows, `?service=web` those of one service. */
export function balancersPage(balancers: Balancers): Page {
  return (query) => {
    const services = query.getAll('service');
    const [service] = services;
    const unknown = [...query.keys()].find((key) => key !== 'service');
    if (unknown !== undefined) return { refused: `unknown ${quote(unknown)}: the page takes service, as in /balancers?service=web` };
    if (services.length > 1) return { refused: 'service is given twice: name one, or none for all' };
    return refusalOf(service) ?? jsonMembersContent('[', balancers.rows(service), JSON.stringify, ']');
  };
}

function refusalOf(service: string | undefined): Refusal | undefined {
  if (service === undefined) return undefined;
  const name = parseMarkName(service);
  if ('refused' in name) return name;
  return name.port === undefined ? undefined : { refused: `service=${service}: name the service alone, as in /balancers?service=${name.service}` };
}
