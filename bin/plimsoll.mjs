#!/usr/bin/env node
/** The command `plimsoll`: runs the built command line, building it first when it is missing. */
import { existsSync } from 'node:fs';

const built = new URL('../build/cli/plimsoll.js', import.meta.url);
if (!existsSync(built)) {
	const { ensureBuilt } = await import('../scripts/steps.mjs');
	if (!ensureBuilt('cli', { quiet: true })) {
		console.error('plimsoll: the command line could not be built; the message is above.');
		process.exit(2);
	}
}
await import(built.href);
