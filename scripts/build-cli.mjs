/** `npm run prepare`: builds the command line quietly. A failure here must not fail `npm ci`; bin/ tries again. */
import { ensureBuilt } from './steps.mjs';

if (!ensureBuilt('cli', { quiet: true })) {
	console.error('The command line could not be built yet; `npx plimsoll` will try again.');
}
