import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe } from 'node:test';
import { PROTOCOLS, readCheck } from '../../lib/probe/index.ts';
import { canonicalAddress, formatCheck, formatMarkName, isRefusal, parseMarkName, type Check, type MarkName, type Refusal } from '../../lib/route.ts';
import { keyOf, targetOf } from '../../lib/probe/target.ts';
import { agentPath } from '../../lib/agent.ts';
import { ownReply } from '../../lib/verdict.ts';
import { holds, isLinear, mutated, type Chance } from './fuzz.ts';
import { assertFit } from './fit.ts';

const TOKENS = ['/', '//', '..', '%2F', '%00', '%zz', '?', '#', ':', '0', '65535', '65536', '08', 'all', '.', '-', '_', ' ', '\t', '\n', '\r\n', '\0', '\x7f', '\xff', '__proto__', 'constructor', '::1', '::ffff:10.0.0.7', '10.0.0.7', '[', ']', 'http', 'spool', 'redis', '?role=master'];
const NAMES = ['web', 'api.v2', 'a', '_x', '1', '__proto__', 'constructor', 'toString', 'a-b', 'x'.repeat(128)];
const QUERIES = ['', '/', '/health', '/a%2Fb?x=1', '/?role=master', '/..//./', '/%zz', '/:8080', '/?'];

function path(chance: Chance): string {
  return `/${chance.one(PROTOCOLS)}/${chance.one(NAMES)}/${chance.one(['80', '8080', '65535', '1', '0', String(chance.below(70_000))])}${chance.one(QUERIES)}`;
}

const anyPath = (chance: Chance): string => (chance.below(20) === 0 ? chance.bytes() : mutated(chance, path(chance), TOKENS));
const anyMark = (chance: Chance): string => mutated(chance, [chance.one(NAMES), ...chance.some(['80', '10.0.0.7', '::1', '[::1]', '8080'], 2)].join(':'), TOKENS);

function assertSound(read: Check | Refusal, text: string): void {
  if (isRefusal(read)) return assertFit(ownReply(400, read.refused));
  const printed = `/${formatCheck(read)}`;
  assert.ok(text === printed || text === `${printed}/`, printed);
  assert.deepEqual(readCheck(printed), read);
  assert.match(read.service, /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
  assert.ok(read.port >= (read.protocol === 'spool' ? 0 : 1) && read.port <= 65535);
  assert.match(read.query, /^[\x21-\xff]*$/);
  for (const mark of read.marks) assert.ok(!mark.includes('/') && !mark.startsWith('.'), mark);
  assert.equal(typeof keyOf(targetOf(read)), 'string');
}

describe('a path', () => {
  holds('that is a check prints back to itself; one that is none is refused in a line', anyPath, (text) => assertSound(readCheck(text), text));
  isLinear('reading one', ['/', 'a', '/http/web/80/', '%2F', '?a=', '&a=b'], (text) => [readCheck(text), readCheck(`/http/web/80/${text}`), readCheck(`/redis/web/80/?a=${text}`)]);
});

describe("an agent's line", () => {
  const anyLine = (chance: Chance): string => (chance.below(3) === 0 ? anyPath(chance) : anyMark(chance));
  holds('is a path that is read as one', anyLine, (line) => assertSound(readCheck(agentPath(line)), agentPath(line)));
  isLinear('reading one', ['a', ':', '/', ' '], agentPath);
});

describe('the name of a mark', () => {
  holds('prints back to one that reads as the same', anyMark, (text) => {
    const name = parseMarkName(text);
    if (isRefusal(name)) return assertFit(ownReply(400, name.refused));
    assert.deepEqual(parseMarkName(formatMarkName(name)), name);
    assert.ok(!formatMarkName(name).includes('/') && !formatMarkName(name).startsWith('.'), formatMarkName(name));
  });

  const ADDRESSES = [undefined, '10.0.0.7', '::1', '2001:db8::a', 'fe80::1'];
  const anyParts = (chance: Chance): MarkName => {
    const [service, port, address] = [chance.one(NAMES), 1 + chance.below(65_535), chance.one(ADDRESSES)];
    return chance.one([{ service }, { service, port }, address === undefined ? { service, port } : { service, port, address }]);
  };
  holds('reads back, whatever its parts are', anyParts, (parts) => assert.deepEqual(parseMarkName(formatMarkName(parts)), parts));

  holds('has an address that is its own canonical form', (chance) => mutated(chance, chance.one(['10.0.0.7', '::1', '2001:db8::a', '::ffff:1.2.3.4', 'fe80::1', '1:2:3:4:5:6:7:8']), TOKENS), (text) => {
    const address = canonicalAddress(text);
    if (address === undefined) return;
    assert.equal(canonicalAddress(address), address);
    assert.ok(isIP(address) > 0 && !/^::ffff:[^:]+:[^:]+$/.test(address), address);
  });
  isLinear('reading one', ['a', ':', '1:', '[', '.', '1.'], (text) => [parseMarkName(text), parseMarkName(`a:${text}`), canonicalAddress(text)]);
});
