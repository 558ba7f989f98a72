/** `plimsoll sources`: the formats that can be taken in. Pure but for printing. */
import { SOURCES } from '#ingest/sources';

export function listSources(options: { json?: boolean }): void {
	const sources = Object.values(SOURCES).map(({ name, description }) => ({ name, description }));
	if (options.json) return console.log(JSON.stringify(sources, null, 2));
	const width = Math.max(...sources.map(({ name }) => name.length));
	for (const { name, description } of sources) console.log(`${name.padEnd(width)}  ${description}`);
	console.log(`\nA table of your own: \`plimsoll map FILE\` proposes a mapping for it.`);
}
