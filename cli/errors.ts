// The two ways in which a command ends early. Both are one line on stderr.

/** The command line is wrong: exit 2. */
export class UsageError extends Error {}

/** It could not be done: exit 3. The message says what, where, and what to do. */
export class Failure extends Error {}
