// The exit codes of hactl, and what they mean.

/** Every one by its name, but those of signals, which are 128 and the signal's number. */
export const EXIT = { done: 0, out: 1, usage: 2, failed: 3, timedOut: 4, refused: 5 } as const;

/** One exit code. */
export interface ExitCode {
  readonly code: number;
  /** In a few words, as the help's overview has it. */
  readonly meaning: string;
  /** When, or what then, as a sentence without its full stop; nothing where the few words say it all. */
  readonly detail?: string;
}

/** What they mean, for the help and the man page. */
export const EXIT_CODES: readonly ExitCode[] = [
  { code: EXIT.done, meaning: 'done, up' },
  { code: EXIT.out, meaning: 'down or drained', detail: 'Of check, and of status with a service named; of up --wait, while another mark still takes the service out' },
  { code: EXIT.usage, meaning: 'bad command line', detail: 'Nothing was done' },
  { code: EXIT.failed, meaning: 'could not be done', detail: 'No permission, a port in use, a full disk, no daemon to ask; or the mark was changed during a --wait' },
  { code: EXIT.timedOut, meaning: 'waited too long (--wait)', detail: 'The mark stands' },
  { code: EXIT.refused, meaning: 'refused: the last server (--unless-last)', detail: 'No mark was made' },
];
