/**
 * `npm test`: installs what is missing, then type check, lint, formatting, both builds, and every test.
 * All steps run even when one fails; the exit code is 1 when any did. Arguments go to vitest.
 */
import { ensureBuilt, ensureChromium, ensureInstalled, tool } from './steps.mjs';

ensureInstalled();
const chromium = ensureChromium();

/** @type {[string, () => boolean][]} */
const steps = [
	['svelte-kit sync', () => tool('svelte-kit', ['sync'], { quiet: true })],
	['type check', () => tool('svelte-check', ['--tsconfig', './tsconfig.json', '--output', 'human'])],
	['lint', () => tool('eslint', ['.'])],
	['formatting', () => tool('prettier', ['--check', '--log-level', 'warn', '.'])],
	['build of the app', () => ensureBuilt('app')],
	['build of the command line', () => ensureBuilt('cli')]
];
/** @type {string[]} */
const failed = chromium ? [] : ['browser'];
for (const [name, step] of steps) {
	console.log(`\n== ${name}`);
	if (!step()) failed.push(name);
}
if (failed.length > 0) console.error(`\nFailed before the tests: ${failed.join(', ')}.`);

console.log('\n== tests');
const environment = chromium ? { CHROMIUM_PATH: chromium } : undefined;
const passed = tool('vitest', ['run', ...process.argv.slice(2)], environment ? { env: environment } : {});
if (failed.length > 0) console.error(`Failed beside the tests: ${failed.join(', ')}.`);
process.exitCode = passed && failed.length === 0 ? 0 : 1;
