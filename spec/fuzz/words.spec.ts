// The small languages: headers, forms, times, phrases.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { parseDuration, parseMoment } from '../../cli/time.ts';
import { readHeaders } from '../../lib/headers.ts';
import { isTime } from '../../lib/mark.ts';
import { isRefusal } from '../../lib/route.ts';
import { parseServerState } from '../../lib/server-state.ts';
import { parseOrder } from '../../lib/spool-form.ts';
import { asPhrase, downVerdict, ownReply, serviceVerdict } from '../../lib/verdict.ts';
import { assertFit } from './fit.ts';
import { holds, isLinear, mutated, type Chance } from './fuzz.ts';

const TOKENS = [';', '; ', '=', '/', '%', '+', '&', ' ', '\0', '\n', '\xff', '-1', '0', '999999999', '9999999999', 'UP', 'NOLB', 'no check', 'name=', 'weight=', 'qcur=-1; ', 'scur=-1/2; ', 'status=', '%00', '%zz', '__proto__=1', 'é', '\ud800', '\u202e', '\u0301'];

function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

describe('X-Haproxy-Server-State', () => {
  const HEADER = 'UP 2/3; address=10.0.0.7; port=8080; name=web/web1; node=lb1; weight=1/2; scur=13/22; qcur=0; throttle=100%';
  holds('is a state and numbers, or of another shape', (chance) => mutated(chance, HEADER, TOKENS), (header) => {
    const seen = parseServerState(header);
    if (seen === undefined) return;
    assert.match(seen.state, /^(?:(?:UP|DOWN|NOLB)(?: \d+\/\d+)?|no check)$/);
    for (const number of [seen.weight, seen.total, seen.sessions, seen.queue]) assert.ok(number === null || (Number.isInteger(number) && number >= 0 && number < 1e9));
    assert.ok(seen.target === null || (seen.target >= 1 && seen.target <= 65535));
    for (const word of [seen.name, seen.node]) assert.ok(word === null || /^[\x21-\x7e]+$/.test(word));
  });
  isLinear('reading it', [';', ' ', 'UP', '; a=b', '='], (text) => parseServerState(text.slice(0, 1024)), { length: 250 });
});

describe('headers', () => {
  const names = ['Pragma', 'cache-control', 'User-Agent', 'X-Haproxy-Server-State', 'X-Other', '__proto__'];
  const anyHeaders = (chance: Chance): string[] => chance.some(names, 6).flatMap((name) => [name, mutated(chance, chance.one(['no-cache', 'max-age=0, No-Cache', 'UP', '']), TOKENS)]);
  holds('say whether a fresh verdict is wanted, and nothing else that matters', anyHeaders, (headers) => {
    const { fresh, userAgent, serverState } = readHeaders(headers);
    assert.equal(fresh, headers.some((value, at) => at % 2 === 1 && /^(?:pragma|cache-control)$/i.test(headers[at - 1] ?? '') && value.split(',').some((part) => part.trim().toLowerCase() === 'no-cache')));
    for (const said of [userAgent, serverState]) assert.ok(said === undefined || said === '' || headers.includes(said));
  });
  isLinear('reading them', ['a,', ' ', 'no-cache,'], (text) => readHeaders(['Pragma', text]));
});

describe('the form of --remote-spool', () => {
  const FORM = 'status=down&reason=kernel+upgrade&expiration=4102444800&creation=1763805600';
  holds('is an order that a mark can be made of, or is refused in a line', (chance) => mutated(chance, chance.one([FORM, 'status=up', 'status=drain&reason=%C3%A9']), TOKENS.filter((token) => /^[\0-\xff]*$/.test(token))), (form) => {
    const order = parseOrder(form, 1_763_805_600);
    if (isRefusal(order)) return assertFit(ownReply(400, order.refused));
    assert.ok(['up', 'down', 'drain'].includes(order.state));
    for (const time of [order.expiration, order.creation]) assert.ok(time === undefined || isTime(time));
  });
  isLinear('reading one', ['&', '=', '%41', '+', 'a=b&', 'status=down&'], (text) => parseOrder(text, 0));
});

describe('a duration', () => {
  holds('is more than nothing, or is refused in a line', (chance) => mutated(chance, chance.one(['90s', '30m', '2h', '1d', '1h30m', '1d2h3m4s']), ['d', 'h', 'm', 's', '0', '999999999', '-', '.', ' ', '\n', 'e9']), (text) => {
    const seconds = parseDuration(text);
    if (isRefusal(seconds)) return assertFit(ownReply(400, seconds.refused));
    assert.ok(Number.isInteger(seconds) && seconds > 0);
    const [days, rest] = [Math.floor(seconds / 86_400), seconds % 86_400];
    assert.equal(parseDuration(`${days}d${rest}s`), seconds);
  });
  isLinear('reading one', ['1', '1d', 'd', '1h1m'], parseDuration);
});

describe('a moment', () => {
  holds('is a time that a mark can hold, or is refused in a line', (chance) => mutated(chance, chance.one(['2026-11-22T18:00:00Z', '2026-11-22 18:00', '2026-11-22', '1763805600', '1763805600.5', '2026-11-22T18:00:00.123+01:00']), ['-', ':', 'T', 'Z', '+', '.', '0', '99', '31', ' ', '\n']), (text) => {
    const time = parseMoment(text);
    if (isRefusal(time)) return assertFit(ownReply(400, time.refused));
    assert.ok(isTime(time));
  });
  isLinear('reading one', ['1', '2026-', '-', 'T'], parseMoment);
});

describe('a reason phrase', () => {
  const anyText = (chance: Chance): string => utf8(mutated(chance, chance.one(['kernel upgrade', 'é'.repeat(60), 'x'.repeat(200), 'connect ECONNREFUSED 127.0.0.1:8080']), TOKENS)) + String.fromCharCode(...chance.some([0xd800, 0xdfff, 0xfeff, 0x202e, 0x1f600, 0x0301], 4));
  holds('is printable ASCII of at most 100 characters, whatever the cause is', anyText, (text) => {
    assertFit(downVerdict(text));
    assert.equal(asPhrase(asPhrase(text)), asPhrase(text));
  });
  holds("is so, too, where it is the service's own", (chance) => ({ status: chance.below(1_000), phrase: anyText(chance) }), ({ status, phrase }) => {
    const verdict = serviceVerdict(status, phrase, Buffer.alloc(0));
    if (verdict.status >= 200) assertFit(verdict, false);
    assert.equal(verdict.state, status >= 200 && status < 400 && verdict.status === status ? 'up' : 'down');
  });
  isLinear('making one', ['x', 'é', '\u0301', ' ', '\u202e', '\0'], asPhrase);
});
