/** Exit codes of `plimsoll check`: a breach outranks all, and what is not known never reads as safe. */
import { describe, expect, it } from 'vitest';
import { exitOf } from '../app/cli/check';

describe('exitOf', () => {
	it.each([
		[['clear', 'clear'], 0],
		[['clear', 'watch'], 0],
		[['blind', 'breach'], 1],
		[['clear', 'undecided'], 3],
		[['clear', 'blind'], 3],
		[[], 3]
	] as const)('%j is %i', (findings, code) => expect(exitOf(findings)).toBe(code));
});
