/** What the inputs of an ingest name. Touches disk. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { sourceFor, type Source } from './sources/index';

/** Files that the inputs name, in order, each once; an input that names nothing stays, to be reported. */
export async function expand(inputs: readonly string[], asked: Source | null): Promise<string[]> {
	const files = new Set<string>();
	const taken = (name: string) =>
		asked ? asked.accepts(name.replace(/\.(gz|zst)$/i, '')) : sourceFor(name) !== null;
	for (const input of inputs) {
		const found = statSync(input, { throwIfNoEntry: false });
		if (found?.isDirectory()) {
			const inside = await glob('**/*', { cwd: input, absolute: true });
			for (const name of inside.filter(taken).sort()) files.add(name);
		} else if (found) {
			files.add(resolve(input));
		} else {
			const matches = await glob(input, { absolute: true });
			for (const name of matches.length ? matches.sort() : [resolve(input)]) files.add(name);
		}
	}
	return [...files];
}
