/**
 * The command line `plimsoll`: a thin door over the rooms. Parses arguments, hands over, prints.
 * Answers go to stdout, everything else to stderr; exit codes are those of `failure.ts`.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT, explainFailure } from './failure';
import { serve } from './serve';
import { listSources } from './sources';

const DEFAULT_DB = '.plimsoll/plimsoll.duckdb';

const database = () => new Option('--db <file>', 'database file').env('PLIMSOLL_DB').default(DEFAULT_DB);
const policy = () =>
	new Option('--policy <file>', 'policy file (default: plimsoll.yaml here, else the built-in one)').env(
		'PLIMSOLL_POLICY'
	);

function parsePort(text: string): number {
	const port = Number(text);
	if (!Number.isInteger(port) || port < 0 || port > 65535)
		throw new InvalidArgumentError('A port is 0 to 65535.');
	return port;
}

const program = new Command('plimsoll')
	.description('The load line for AI customer support: a weekly scorecard and a stop-loss, from your logs.')
	.version('0.1.0')
	.exitOverride()
	.showHelpAfterError('(plimsoll --help shows what there is)');

program
	.command('serve')
	.description('serve the pages and the API on this machine')
	.addOption(database())
	.addOption(policy())
	.addOption(new Option('--port <port>', 'default: the first free one from 4180').argParser(parsePort))
	.action(async (options: { db: string; policy?: string; port?: number }) => {
		const url = await serve({ database: options.db, policy: options.policy, port: options.port });
		console.log(`Plimsoll serves ${options.db} at ${url} (Ctrl+C stops it)`);
	});

program
	.command('sources')
	.description('list the formats that can be taken in')
	.option('--json', 'print as JSON')
	.action(listSources);

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
	throw error;
});

try {
	await program.parseAsync();
} catch (error) {
	if (error instanceof CommanderError) {
		process.exitCode = error.exitCode === 0 ? 0 : EXIT.failed;
	} else {
		console.error(explainFailure(error));
		if (process.env['PLIMSOLL_DEBUG'] && error instanceof Error) console.error(error.stack);
		process.exitCode = EXIT.failed;
	}
}
