// hactl man: the man page.
import type { Arguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import type { Command } from './index.ts';

const OPTIONS = {} as const;

/** `hactl man`, as the table of commands has it. */
export const man: Command<typeof OPTIONS> = {
  usage: '',
  about: `Prints the page hactl(1), which explains every command and option, as mdoc. To read it:

  hactl man | man -l -

To keep it:

  hactl man | sudo tee /usr/local/share/man/man1/hactl.1 >/dev/null`,
  options: OPTIONS,
  examples: 'hactl man > hactl.1',
  run: async ({ operands }: Arguments<typeof OPTIONS>, shell: Shell): Promise<number> => {
    if (operands.length > 0) throw new UsageError(`man prints one page, and takes no ${operands[0]}`);
    const { manPage } = await import('../man/page.ts');
    shell.print(await manPage());
    return EXIT.done;
  },
};
