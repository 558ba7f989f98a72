/**
 * What the npm scripts share: run a step, install what is missing, build only what changed. Touches disk and
 * starts processes. Plain Node without dependencies, because it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a command in the project folder; true when it succeeded.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options] quiet: output only when it fails
 */
export function run(command, args, options = {}) {
	const result = spawnSync(command, args, {
		cwd: root,
		stdio: options.quiet ? 'pipe' : 'inherit',
		env: { ...process.env, ...options.env },
		shell: process.platform === 'win32'
	});
	if (result.error) console.error(`${command}: ${result.error.message}`);
	if (options.quiet && result.status !== 0) {
		process.stderr.write(result.stdout ?? '');
		process.stderr.write(result.stderr ?? '');
	}
	return result.status === 0;
}

/**
 * Runs a tool of node_modules.
 * @param {string} name
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options]
 */
export function tool(name, args, options) {
	return run(join(root, 'node_modules', '.bin', name), args, options);
}

/** Installs the locked packages when node_modules is missing or older than the lockfile. */
export function ensureInstalled() {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major < 20 || (major === 20 && minor < 19)) {
		console.error(`Plimsoll needs Node 20.19 or later; this is ${process.version}.`);
		process.exit(2);
	}
	const installed = join(root, 'node_modules', '.package-lock.json');
	const lock = join(root, 'package-lock.json');
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
	console.log('Installing packages (npm ci) ...');
	if (!run('npm', ['ci', '--no-audit', '--no-fund'])) {
		console.error('npm ci failed; its message is above.');
		process.exit(2);
	}
}

/** Path of a Chromium or Chrome, or null. */
function findChromium() {
	const named = process.env['CHROMIUM_PATH'];
	if (named) return existsSync(named) ? named : null;
	const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
	for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
		for (const name of names) if (folder && existsSync(join(folder, name))) return join(folder, name);
	}
	const elsewhere = [
		'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
		'/Applications/Chromium.app/Contents/MacOS/Chromium',
		'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'
	];
	return elsewhere.find((path) => existsSync(path)) ?? null;
}

/** Path of a browser for the browser tests; installs Debian's Chromium when there is none and it may. */
export function ensureChromium() {
	const found = findChromium();
	if (found) return found;
	if (existsSync('/etc/debian_version')) {
		const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
		console.log('Installing Chromium (apt-get install chromium) ...');
		const apt = (/** @type {string[]} */ args) => {
			const [command = 'apt-get', ...rest] = [...sudo, 'apt-get', ...args];
			return run(command, rest, { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } });
		};
		if (apt(['update']) && apt(['install', '-y', '--no-install-recommends', 'chromium'])) {
			const installed = findChromium();
			if (installed) return installed;
		}
	}
	console.error(
		'No Chromium or Chrome found, and none could be installed. Install one (Debian: apt-get install chromium; ' +
			'macOS: brew install --cask google-chrome) or set CHROMIUM_PATH to its program.'
	);
	return null;
}

const ROOMS = ['app', 'ingest', 'queries', 'warehouse', 'stoploss', 'review', 'fixtures', 'bench'];
const CONFIGURATION = [
	'package-lock.json',
	'svelte.config.js',
	'vite.config.ts',
	'vite.cli.config.ts',
	'tsconfig.json'
];

/** Fingerprint of everything that a build is made of. */
function sourceHash() {
	const hash = createHash('sha256');
	/** @param {string} path */
	const add = (path) => {
		if (statSync(path).isDirectory()) {
			for (const name of readdirSync(path).sort()) add(join(path, name));
		} else if (!path.endsWith('.test.ts')) {
			hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
		}
	};
	for (const name of [...ROOMS, ...CONFIGURATION]) {
		const path = join(root, name);
		if (existsSync(path)) add(path);
	}
	return hash.digest('hex');
}

const BUILDS = {
	app: { made: 'build/app/handler.js', args: ['build', '--logLevel', 'warn'] },
	cli: {
		made: 'build/cli/plimsoll.js',
		args: ['build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn']
	}
};

/**
 * Builds one of the two programs unless it stands there, made from these very sources; true when it stands.
 * @param {'app' | 'cli'} name
 * @param {{ quiet?: boolean, force?: boolean }} [options]
 */
export function ensureBuilt(name, options = {}) {
	const lock = join(root, 'build', `${name}.lock`);
	mkdirSync(dirname(lock), { recursive: true });
	// Two builds at once would write over each other; one that died long ago holds nobody up.
	for (let waited = 0; waited < 600; waited++) {
		try {
			mkdirSync(lock);
			break;
		} catch {
			const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
			if (Date.now() - since > 120_000) rmSync(lock, { recursive: true, force: true });
			else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
		}
	}
	try {
		return build(name, options);
	} finally {
		rmSync(lock, { recursive: true, force: true });
	}
}

/**
 * @param {'app' | 'cli'} name
 * @param {{ quiet?: boolean, force?: boolean }} options
 */
function build(name, options) {
	const { made, args } = BUILDS[name];
	const stamp = join(root, 'build', `${name}.stamp`);
	const hash = sourceHash();
	const fresh = existsSync(join(root, made)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
	if (fresh && !options.force) return true;
	// tsconfig.json stands on one that SvelteKit writes, and both builds read it.
	const synced = existsSync(join(root, '.svelte-kit/tsconfig.json'));
	if (!synced && !tool('svelte-kit', ['sync'], { quiet: true })) return false;
	if (!options.quiet) console.log(`Building the ${name === 'app' ? 'pages and API' : 'command line'} ...`);
	if (!tool('vite', args, { quiet: true, env: { NODE_ENV: 'production' } })) return false;
	mkdirSync(dirname(stamp), { recursive: true });
	writeFileSync(stamp, hash);
	return true;
}
