/** The built command line as a user starts it, in a folder of its own. Starts processes and touches disk. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
export const COMMAND = join(root, 'bin/plimsoll.mjs');

const { PLIMSOLL_DB: _db, PLIMSOLL_POLICY: _policy, ...ENVIRONMENT } = process.env;

/** Builds both programs when their sources changed. */
export function build(): void {
	const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], {
		encoding: 'utf8'
	});
	if (status !== 0) throw new Error(stderr);
}

export class Terminal {
	readonly folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
	/** Set for everything that is started, beside what is set already. */
	readonly environment: Record<string, string> = {};
	private readonly servers: ChildProcess[] = [];

	path = (name: string) => join(this.folder, name);

	run(...args: string[]) {
		const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
			cwd: this.folder,
			encoding: 'utf8',
			maxBuffer: 2 ** 26,
			env: { ...ENVIRONMENT, ...this.environment }
		});
		return { status, stdout, stderr };
	}

	/** Starts `plimsoll serve` on a free port; gives its address once it is printed. */
	async serve(...args: string[]): Promise<{ server: ChildProcess; url: string }> {
		const server = spawn(process.execPath, [COMMAND, 'serve', '--port', '0', ...args], {
			cwd: this.folder,
			env: { ...ENVIRONMENT, ...this.environment }
		});
		this.servers.push(server);
		const url = await new Promise<string>((found, failed) => {
			let output = '';
			server.stdout.on('data', (chunk: Buffer) => {
				output += chunk.toString();
				const match = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
				if (match) found(match[0]);
			});
			server.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
			server.on('exit', () => failed(new Error(output)));
		});
		return { server, url };
	}

	async stop(server: ChildProcess): Promise<number | null> {
		if (server.exitCode !== null || server.signalCode !== null) return server.exitCode;
		const ended = new Promise<number | null>((done) => server.once('exit', done));
		server.kill('SIGTERM');
		return ended;
	}

	async close(): Promise<void> {
		for (const server of this.servers) await this.stop(server);
		rmSync(this.folder, { recursive: true, force: true });
	}
}
