// The ways in which a command ends early. Each is one line on stderr.

/** The command line is wrong: exit 2. */
export class UsageError extends Error {}

/** It could not be done: exit 3. The message says what, where, and what to do. */
export class Failure extends Error {}

/** It was refused, because it would take out the last server: exit 5. */
export class Refused extends Error {}
