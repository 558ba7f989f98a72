/** `npm start`, `npm run demo`, ...: installs, builds what changed, and runs the command line with the arguments. */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './steps.mjs';

ensureInstalled();
if (!ensureBuilt('app') || !ensureBuilt('cli')) {
	console.error('The build failed; its message is above.');
	process.exit(2);
}
await import(pathToFileURL(join(root, 'build/cli/plimsoll.js')).href);
