// What the page / shows, as data: what the daemon knows, put in order. No HTML here.
import type { BalancerRow } from '../balancer-row.ts';
import type { Mark } from '../mark.ts';
import { askersView, type AskersView } from './balancers.ts';
import { servicesView, type KnownServices, type ServicesView } from './services.ts';

/** What a daemon knows. */
export interface Known extends KnownServices {
  readonly host: string;
  readonly version: string;
  /** Seconds since the daemon began. */
  readonly uptime: number;
  readonly balancers: Iterable<BalancerRow>;
}

/** The page. Times are Unix seconds. */
export interface Overview {
  readonly host: string;
  readonly version: string;
  readonly uptime: number;
  readonly time: number;
  /** The one service that is shown; every one if undefined. */
  readonly only: string | undefined;
  /** The mark that takes everything out. */
  readonly everything: Mark | undefined;
  /** Why the marks cannot be read: then nothing that is told of them is up. */
  readonly unreadable: string | undefined;
  readonly services: ServicesView;
  readonly askers: AskersView;
}

/** Puts what a daemon knows in order. */
export function overview(known: Known): Overview {
  const { host, version, uptime, time, only, marks, balancers } = known;
  return {
    ...{ host, version, uptime, time, only },
    everything: 'unreadable' in marks ? undefined : marks.get('all'),
    unreadable: 'unreadable' in marks ? marks.unreadable : undefined,
    services: servicesView(known),
    askers: askersView(balancers, time, only),
  };
}
