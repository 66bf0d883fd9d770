// The services on the page: what is out first, and no more of them than a page can hold.
import { nameOf, type Asked } from '../asked.ts';
import type { Glance } from '../cache.ts';
import { oneLine, shortened } from '../line.ts';
import type { Mark } from '../mark.ts';
import type { Unreadable } from '../spool.ts';
import type { Cell } from '../strip.ts';
import { isOut, STANDINGS, standOf, type Stand, type Standing } from './standing.ts';

/** A check: one way in which a service is asked. */
export interface CheckView extends Stand {
  /** Its path and the place that headers chose, cut where it is long. */
  readonly name: string;
  /** Whether it is asked by agents alone, who are told of marks while others are not. */
  readonly isAgent: boolean;
  /** Since when it was told so, in Unix seconds; undefined where that is not so now. */
  readonly since: number | undefined;
  readonly glance: Glance;
  readonly cells: readonly Cell[];
}

/** A service that is asked for, or taken out. */
export interface ServiceView {
  readonly service: string;
  /** That of its worst check or mark. */
  readonly standing: Standing;
  /** The marks of its name that stand, whether they decide or not. */
  readonly marks: readonly Mark[];
  readonly checks: readonly CheckView[];
  /** How many of its marks and checks are not among them. */
  readonly moreMarks: number;
  readonly moreChecks: number;
}

/** Some services, and what is said of all. */
export interface ServicesView {
  readonly shown: readonly ServiceView[];
  /** How many there are, how many are out, and how many stand in each way. */
  readonly count: number;
  readonly out: number;
  readonly tally: ReadonlyMap<Standing, number>;
}

/** What is known of services. Times in milliseconds are the monotonic clock's. */
export interface KnownServices {
  /** The checks that are asked; the agent's beside them, where it is told otherwise. */
  readonly checks: Iterable<Asked>;
  readonly agentChecks: Iterable<Asked>;
  /** Those that count now, by name; `all` among them. */
  readonly marks: ReadonlyMap<string, Mark> | Unreadable;
  readonly glance: (key: string) => Glance;
  readonly now: number;
  /** Unix seconds. */
  readonly time: number;
  /** The one service that is wanted; every one if undefined. */
  readonly only: string | undefined;
}

/** Checks that nobody has asked for in so many milliseconds are not shown. */
const FORGOTTEN = 3_600_000;
/** Checks and marks on a page, characters of their names and causes, and how many of each one service has there, among others and alone. */
const MAX_ROWS = 200;
const MAX_CHARACTERS = 128 * 1024;
const MAX_OF_SERVICE = 8;
const MAX_OF_SERVICE_ALONE = 100;
const NAME_LENGTH = 300;

interface Candidate {
  readonly asked: Asked;
  readonly isAgent: boolean;
  readonly stand: Stand;
}

interface Group {
  readonly service: string;
  readonly candidates: Candidate[];
  readonly marks: Mark[];
  /** The worst of its standings, as its place in their order. */
  rank: number;
}

/** What the page shows of services. */
export function servicesView(known: KnownServices): ServicesView {
  const groups = [...gather(known).values()];
  groups.sort((a, b) => a.rank - b.rank || (a.service < b.service ? -1 : 1));
  const tally = new Map(STANDINGS.map((standing, rank) => [standing, groups.filter((group) => group.rank === rank).length]));
  const out = STANDINGS.filter(isOut).reduce((sum, standing) => sum + (tally.get(standing) ?? 0), 0);
  return { shown: fitting(groups, known), count: groups.length, out, tally };
}

function gather(known: KnownServices): Map<string, Group> {
  const groups = new Map<string, Group>();
  const groupOf = (service: string, standing: Standing): Group => {
    const group = groups.get(service) ?? { service, candidates: [], marks: [], rank: Infinity };
    group.rank = Math.min(group.rank, rankOf(standing));
    groups.set(service, group);
    return group;
  };
  const isWanted = (service: string): boolean => known.only === undefined || known.only === service;
  for (const [checks, isAgent] of [[known.checks, false], [known.agentChecks, true]] as const) {
    for (const asked of checks) {
      if (!isWanted(asked.check.service) || known.now - asked.told > FORGOTTEN) continue;
      const stand = standOf(asked, known.marks, known.now);
      groupOf(asked.check.service, stand.standing).candidates.push({ asked, isAgent, stand });
    }
  }
  if ('unreadable' in known.marks) return groups;
  for (const mark of known.marks.values()) {
    const [service = ''] = mark.name.split(':', 1);
    if (mark.name !== 'all' && isWanted(service)) groupOf(service, mark.state).marks.push(mark);
  }
  return groups;
}

function rankOf(standing: Standing): number {
  return STANDINGS.indexOf(standing);
}

/** The first services, as many as a page holds; at least one. */
function fitting(groups: readonly Group[], known: KnownServices): ServiceView[] {
  const views: ServiceView[] = [];
  const most = known.only === undefined ? MAX_OF_SERVICE : MAX_OF_SERVICE_ALONE;
  let [rows, characters] = [0, 0];
  for (const group of groups) {
    const view = viewOf(group, most, known);
    rows += view.checks.length + view.marks.length;
    characters += lengthOf(view);
    if (views.length > 0 && (rows > MAX_ROWS || characters > MAX_CHARACTERS)) break;
    views.push(view);
  }
  return views;
}

function lengthOf({ marks, checks }: ServiceView): number {
  const texts = [...marks.map(({ name, reason = '', by = '' }) => name + reason + by), ...checks.map(({ name, cause }) => name + cause)];
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function viewOf({ service, rank, marks, candidates }: Group, most: number, known: KnownServices): ServiceView {
  const named = candidates.map((candidate) => ({ ...candidate, name: readableName(candidate.asked), rank: rankOf(candidate.stand.standing) }));
  named.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  const checks = named.slice(0, most).map((candidate) => checkView(candidate, known));
  const shown = marks.sort((a, b) => rankOf(a.state) - rankOf(b.state) || (a.name < b.name ? -1 : 1)).slice(0, most);
  return { service, standing: STANDINGS[rank] ?? 'unknown', marks: shown, checks, moreMarks: marks.length - shown.length, moreChecks: candidates.length - checks.length };
}

/** Queries are bytes, and UTF-8 if they are any text. */
function readableName(asked: Asked): string {
  return shortened(oneLine(Buffer.from(nameOf(asked), 'latin1').toString('utf8')), NAME_LENGTH, '…');
}

function checkView({ asked, isAgent, name, stand }: Candidate & { readonly name: string }, { now, time, glance }: KnownServices): CheckView {
  const since = stand.isTold === true ? time - (now - asked.since) / 1000 : undefined;
  return { ...stand, name, isAgent, since, glance: glance(asked.key), cells: asked.strip.cells(now) };
}
