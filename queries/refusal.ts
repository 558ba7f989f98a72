/**
 * A question that can't be answered as it was put: what is wrong with it, what would do, and what is near. Pure. The
 * command line, the API and the pages tell the same story from it.
 */
export class Refusal extends RangeError {
	constructor(
		message: string,
		readonly remedy: string,
		/** The field that is wrong, and what it may be instead, the nearest first. */
		readonly about: { field: string; value: string; nearest: readonly string[] } | null = null
	) {
		super(message);
	}
}
