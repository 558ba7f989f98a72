/**
 * How the command line fails: one clear line on stderr and an exit code. Pure but for `exitWith`.
 *
 * 0 fine (for `check`: all clear), 1 a breach, 2 the call failed, 3 undecided or blind.
 */
import { Refusal } from '#queries/refusal';

export const EXIT = { clear: 0, breach: 1, failed: 2, undecided: 3 } as const;

/** A failure that the user can do something about: its message is the whole story. */
export class Failure extends Error {
	override name = 'Failure';
}

/** One line for people, whatever was thrown. Nothing of a stack, which helps nobody at a prompt. */
export function explainFailure(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	const lines = message
		.split('\n')
		.map((line) => line.trim())
		.filter(Boolean);
	const remedy = error instanceof Refusal ? ` ${error.remedy}` : '';
	return `plimsoll: ${lines[0] ?? 'failed without a message'}${remedy}`;
}
