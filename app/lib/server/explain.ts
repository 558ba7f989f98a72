/** A failure as people and machines read it: what happened and what to do. Pure. Shows no stack and no SQL. */
import { Refusal } from '#queries/refusal';

export interface Explanation {
	error: string;
	remedy: string;
}

/** Errors that were written to be read by people. */
const READABLE = ['WarehouseError', 'PolicyRefused', 'RangeError'];

export function explain(thrown: unknown): Explanation {
	if (thrown instanceof Refusal) return { error: thrown.message, remedy: thrown.remedy };
	if (thrown instanceof Error && READABLE.includes(thrown.name)) {
		return { error: thrown.message, remedy: 'Mend that and try again.' };
	}
	return {
		error: 'Something went wrong inside Plimsoll.',
		remedy: "Its log on the server's stderr says more."
	};
}
