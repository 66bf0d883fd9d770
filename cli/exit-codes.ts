// What the exit codes of hactl mean, for the help and the man page.

/** One exit code. */
export interface ExitCode {
  readonly code: number;
  /** In a few words, as the help's overview has it. */
  readonly meaning: string;
  /** When, or what then, as a sentence without its full stop; nothing where the few words say it all. */
  readonly detail?: string;
}

/** Every exit code but those of signals, which are 128 and the signal's number. */
export const EXIT_CODES: readonly ExitCode[] = [
  { code: 0, meaning: 'done, up' },
  { code: 1, meaning: 'down or drained', detail: 'Of check, and of status with a service named; of up --wait, while another mark still takes the service out' },
  { code: 2, meaning: 'bad command line', detail: 'Nothing was done' },
  { code: 3, meaning: 'could not be done', detail: 'No permission, a port in use, a full disk, no daemon to ask; or the mark was changed during a --wait' },
  { code: 4, meaning: 'waited too long (--wait)', detail: 'The mark stands' },
  { code: 5, meaning: 'refused: the last server (--unless-last)', detail: 'No mark was made' },
];
