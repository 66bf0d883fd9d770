// hactl check: the daemon's pipeline, once.
import { runCheck } from '../../lib/check.ts';
import { createPipeline } from '../../lib/pipeline.ts';
import { PROTOCOLS } from '../../lib/probe/index.ts';
import { PATH_ALONE, Targeting } from '../../lib/targeting.ts';
import type { Arguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { didYouMean } from '../nearest.ts';
import { SPOOL_ROOT } from '../option.ts';
import { checkSecrets, loginsOf, PROBE_OPTIONS } from '../probing.ts';
import type { Shell } from '../shell.ts';
import type { Command } from './index.ts';

const OPTIONS = { ...PROBE_OPTIONS, spoolRoot: SPOOL_ROOT } as const;

/** `hactl check`, as the table of commands has it. */
export const check: Command<typeof OPTIONS> = {
  usage: 'PROTOCOL/SERVICE/PORT[/QUERY]',
  about: `Does once, and without a cache, what the daemon does for a check, and prints the
body; the status line goes to stderr. Exits 0 when up, 1 when not.

PROTOCOL is ${PROTOCOLS.join(', ')}.`,
  operands: 'check',
  options: OPTIONS,
  examples: 'hactl check http/web/8080/health\nhactl check spool/web/0',
  run: async (given: Arguments<typeof OPTIONS>, shell: Shell): Promise<number> => {
    const { values, sources } = given;
    const [word, ...others] = given.operands;
    if (word === undefined || others.length > 0) throw new UsageError('name one check, such as http/web/8080/health');
    // As the bytes would stand in a request line: one character each.
    const path = Buffer.from(word.startsWith('/') ? word : `/${word}`, 'utf8').toString('latin1');
    const asked = new Targeting(PATH_ALONE).read(path);
    if ('refused' in asked) throw new UsageError(asked.refused + protocolMeant(path));
    const logins = loginsOf(given);
    for (const warning of checkSecrets({ [sources.mysqlPasswordFile]: values.mysqlPasswordFile, [sources.redisPasswordFile]: values.redisPasswordFile })) shell.warn(warning);
    const once = { cacheTime: 0, failureCacheTime: 0, refreshAhead: false, cacheEntries: 1, maxProbes: 1 };
    const pipeline = createPipeline({ ...values, ...once, logins }, shell.clock, raise);
    const { verdict } = await runCheck(pipeline, asked, false);
    shell.printError(`HTTP/1.1 ${verdict.status} ${verdict.phrase}\n`);
    shell.print(verdict.body);
    return verdict.state === 'up' ? EXIT.done : EXIT.out;
  },
};

/** The protocol that was probably meant, where there is none of that name. */
function protocolMeant(path: string): string {
  const [, protocol = ''] = path.split('/', 2);
  return PROTOCOLS.includes(protocol) ? '' : didYouMean(protocol, PROTOCOLS);
}

function raise(error: unknown): never {
  throw error;
}
