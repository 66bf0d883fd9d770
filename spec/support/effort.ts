// How much is tried of what chance and load decide.

/** The part of kills, cases and time under load that specs try: all of it, or less where the same is tried on several Nodes (EFFORT=0.2). */
export const EFFORT = Number(process.env['EFFORT'] ?? 1);
