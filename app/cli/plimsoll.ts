/**
 * The command line `plimsoll`: a thin door over the rooms. Parses arguments, hands over, prints.
 * Answers go to stdout, everything else to stderr; exit codes are those of `failure.ts`.
 */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DEFINITIONS, type Filter } from '#queries/queries.server';
import { RESOLVE_REASONS } from '#stoploss/alert';
import type { WishName } from '#stoploss/wishes';
import { DIMENSIONS, METRICS, type Dimension } from '#warehouse/vocabulary';
import { runAlerts, runWish } from './alerts';
import { SCENARIOS } from '#stoploss/scenario';
import { runBacktest } from './backtest';
import { runBaselines, runFreeze } from './baseline';
import { runCheck } from './check';
import { runDecisions } from './decisions';
import { runCoverage } from './coverage';
import { runDemo } from './demo';
import { EXIT, explainFailure } from './failure';
import { runExport } from './export';
import { runHealth } from './health';
import { runIngest } from './ingest';
import { runMap } from './map';
import { checkPolicyFile } from './policy';
import { testPolicyFile } from './policy-test';
import { FORMATS, runScorecard } from './scorecard';
import { runForget, runRetain } from './privacy';
import { REVIEW_EXPORTS } from '#warehouse/vocabulary';
import { REVIEW_FORMATS } from '../lib/server/review-export';
import { runReviews } from './reviews';
import { runSample } from './sample';
import { serve } from './serve';
import { listSources } from './sources';
import { runWatch } from './watch';
import { runPublish, runRestated, runTranslate, runWhy } from './why';

const DEFAULT_DB = '.plimsoll/plimsoll.duckdb';

const database = () => new Option('--db <file>', 'database file').env('PLIMSOLL_DB').default(DEFAULT_DB);
const policy = () =>
	new Option('--policy <file>', 'policy file (default: plimsoll.yaml here, else the built-in one)').env(
		'PLIMSOLL_POLICY'
	);
const asOf = () =>
	new Option(
		'--as-of <time>',
		'judge as if it were this time (default: the last time in the data)'
	).argParser(parseTime);

function parseTime(text: string): string {
	const hasZone = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
	const time = new Date(text);
	// JavaScript takes 31 February for 3 March.
	const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
	const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
	if (!hasZone || !isDay || Number.isNaN(time.getTime())) {
		throw new InvalidArgumentError('Write a time as 2026-03-09T08:00:00Z, or a day as 2026-03-09.');
	}
	return time.toISOString();
}

function parseWeek(text: string): string {
	if (text !== 'all' && !/^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/.test(text)) {
		throw new InvalidArgumentError('Write a week as 2026-W10, or "all".');
	}
	return text;
}

function parseOneWeek(text: string): string {
	if (text === 'all') throw new InvalidArgumentError('One week, such as 2026-W10.');
	return parseWeek(text);
}

function parseDimensions(text: string): Dimension[] {
	return text.split(',').map((word) => {
		const dimension = DIMENSIONS.find((known) => known === word.trim());
		if (!dimension) throw new InvalidArgumentError(`"${word}" is none of ${DIMENSIONS.join(', ')}.`);
		return dimension;
	});
}

const collect = (value: string, earlier: string[] = []) => [...earlier, value];

/** One option a dimension, such as --market SE; given again, any of the values. */
function narrowed(command: Command): Command {
	for (const name of DIMENSIONS)
		command.addOption(
			new Option(
				`--${name.replaceAll('_', '-')} <value>`,
				`only this ${name.replaceAll('_', ' ')}; may be repeated`
			).argParser(collect)
		);
	return command;
}

/** What `narrowed` was given; options are named in camelCase. */
function filterOf(options: Record<string, unknown>): Filter {
	const given = DIMENSIONS.map((name) => [
		name,
		options[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]
	]);
	return Object.fromEntries(given.filter(([, values]) => values !== undefined)) as Filter;
}

function parsePort(text: string): number {
	const port = Number(text);
	if (!Number.isInteger(port) || port < 0 || port > 65535)
		throw new InvalidArgumentError('A port is 0 to 65535.');
	return port;
}

function parseDays(text: string): number {
	const days = Number(text);
	if (!Number.isInteger(days) || days < 1) throw new InvalidArgumentError('Write a whole number of days.');
	return days;
}

function parseSeconds(text: string): number {
	const seconds = Number(text);
	if (!(seconds >= 0.1 && seconds <= 86_400))
		throw new InvalidArgumentError('Write seconds, from 0.1 to 86400.');
	return seconds;
}

function parseCount(text: string): number {
	const count = Number(text);
	if (!Number.isInteger(count) || count < 1000)
		throw new InvalidArgumentError('Write a whole number of at least 1000.');
	return count;
}

const program = new Command('plimsoll')
	.description('The load line for AI customer support: a weekly scorecard and a stop-loss, from your logs.')
	.version('0.1.0')
	.exitOverride()
	.showHelpAfterError('(plimsoll --help shows what there is)');

program
	.command('ingest')
	.description('take conversation logs in; what was taken before is recognised and not doubled')
	.argument('<file...>', 'files, folders, globs, or - for standard input; .gz and .zst are read as they are')
	.option(
		'--source <name>',
		'format of the files; see `plimsoll sources` (default: by the name of each file)'
	)
	.option('--mapping <file>', 'a mapping for a table of your own; `plimsoll map FILE` proposes one')
	.addOption(database())
	.addOption(policy())
	.option('--json', 'print the report as JSON')
	.action(async (inputs: string[], options) => {
		process.exitCode = await runIngest(inputs, options);
	});

program
	.command('watch')
	.description('take in what comes into a folder, until it is stopped; half-written files are left alone')
	.argument('<folder>', 'watched with its subfolders')
	.option(
		'--source <name>',
		'format of the files; see `plimsoll sources` (default: by the name of each file)'
	)
	.addOption(database())
	.addOption(policy())
	.addOption(new Option('--interval <seconds>', 'between two looks').argParser(parseSeconds).default(5))
	.addOption(
		new Option('--settle <seconds>', 'how long a file must have been still')
			.argParser(parseSeconds)
			.default(10)
	)
	.option('--once', 'take in what is there and still, then end')
	.action(async (folder: string, options) => {
		process.exitCode = await runWatch(folder, options);
	});

program
	.command('export')
	.description('write the stored conversations as canonical records; taken in again, they are unchanged')
	.argument('<file>', 'a new file: .ndjson, .ndjson.gz or .parquet, or - for standard output')
	.option('--source <name>', 'whose conversations (default: the only source there is)')
	.addOption(new Option('--from <time>', 'conversations that began from here').argParser(parseTime))
	.addOption(new Option('--to <time>', 'conversations that began before').argParser(parseTime))
	.addOption(database())
	.option('--json', 'print what was written as JSON')
	.action(async (file: string, options) => {
		process.exitCode = await runExport(file, options);
	});

program
	.command('forget')
	.description('remove the text and the identity of a customer; what was counted stays')
	.argument('[customer]', 'the id as the logs have it, also where ids are kept hashed')
	.option('--by <name>', 'who asks for it')
	.option('--receipts', 'list who asked when, and how much went')
	.addOption(database())
	.addOption(policy())
	.option('--json', 'print as JSON')
	.action(async (customer: string | undefined, options) => {
		process.exitCode = await runForget(customer, options);
	});

program
	.command('retain')
	.description('delete texts that were kept long enough; what was counted stays')
	.addOption(
		new Option('--days <count>', 'days since a conversation closed (default: that of the policy)').argParser(
			parseDays
		)
	)
	.option('--dry-run', 'say what would go')
	.addOption(database())
	.addOption(policy())
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runRetain(options);
	});

program
	.command('map')
	.description(
		'look into a file of your own and propose a mapping; with --mapping, try one and store nothing'
	)
	.argument('<file...>', 'a CSV, TSV, Parquet, JSON or JSON lines file; .gz is read as it is')
	.option(
		'--mapping <file>',
		'try this mapping: show the first twenty records and why others would be refused'
	)
	.option('--json', 'print as JSON')
	.action(async (files: string[], options) => {
		process.exitCode = await runMap(files, options);
	});

narrowed(program.command('scorecard'))
	.description('print the weekly scorecard')
	.addOption(database())
	.addOption(policy())
	.addOption(
		new Option('--week <week>', 'a week such as 2026-W10, or all (default: the last week)').argParser(
			parseWeek
		)
	)
	.addOption(
		new Option('--by <dimensions>', 'such as path,tier,intent')
			.argParser(parseDimensions)
			.default(['path'], 'path')
	)
	.addOption(
		new Option(
			'--definition <name>',
			'only this metric, such as csat_top_box or csat_top_box@1; may be repeated'
		).argParser(collect)
	)
	.addOption(asOf())
	.addOption(
		new Option(
			'--known-at <time>',
			'as the log stood at this time: what was taken in later is unknown'
		).argParser(parseTime)
	)
	.addOption(new Option('--format <format>').choices(FORMATS).default('table'))
	.action(async (options) => {
		process.exitCode = await runScorecard({ ...options, filter: filterOf(options) });
	});

narrowed(program.command('why'))
	.description('explain a change of a metric: what its segments did, and what their mix did')
	.addOption(database())
	.addOption(policy())
	.requiredOption('--week <weeks>', 'such as 2026-W10, or 2026-W09..2026-W10')
	.requiredOption('--against <weeks>', 'what it is compared with, such as 2026-W05..2026-W08')
	.addOption(new Option('--metric <metric>').choices(METRICS).default('csat_top_box'))
	.addOption(asOf())
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runWhy({ ...options, filter: filterOf(options) });
	});

narrowed(program.command('translate'))
	.description('count one week under each published meaning of "resolved", beside the press-release view')
	.addOption(database())
	.addOption(policy())
	.requiredOption('--week <weeks>', 'such as 2026-W10, or 2026-W09..2026-W10')
	.addOption(
		new Option(
			'--came-back <definition>',
			'instead list, as CSV, what this definition calls resolved and came back'
		).choices(DEFINITIONS)
	)
	.addOption(asOf())
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runTranslate({ ...options, filter: filterOf(options) });
	});

program
	.command('publish')
	.description('freeze the card of a week that is over')
	.addOption(database())
	.addOption(policy())
	.addOption(new Option('--week <week>').argParser(parseOneWeek).makeOptionMandatory())
	.requiredOption('--by <name>', 'who publishes')
	.option('--reason <text>', 'needed for a second edition')
	.action(async (options) => {
		process.exitCode = await runPublish(options);
	});

program
	.command('restated')
	.description('what changed of a published card since, and why')
	.addOption(database())
	.addOption(policy())
	.addOption(new Option('--week <week>').argParser(parseOneWeek).makeOptionMandatory())
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runRestated(options);
	});

program
	.command('sample')
	.description('draw the conversations that people review of a week; a week that was drawn stays as it was')
	.addOption(database())
	.addOption(policy())
	.addOption(new Option('--week <week>').argParser(parseOneWeek).makeOptionMandatory())
	.option('--plan <name>', 'a plan of review.yaml (default: the first)')
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runSample(options);
	});

program
	.command('check')
	.description('judge the stop-loss rules: exit 0 all clear, 1 a breach, 2 failed, 3 undecided or blind')
	.addOption(database())
	.addOption(policy())
	.addOption(asOf())
	.option('--json', 'print the verdicts as JSON')
	.action(async (options) => {
		process.exitCode = await runCheck(options);
	});

program
	.command('backtest')
	.description('replay the rule book over the log as known at the time, or over a simulated scenario')
	.addOption(database())
	.addOption(policy())
	.addOption(new Option('--scenario <name>', 'simulate this instead of replaying the log').choices(SCENARIOS))
	.addOption(new Option('--from <week>', 'first week (default: of the log)').argParser(parseOneWeek))
	.addOption(new Option('--to <week>', 'last week (default: of the log)').argParser(parseOneWeek))
	.option('--wrong <weeks>', 'when something really was wrong, such as 2025-W38..2026-W11')
	.option('--rule <name>', 'whose limit is varied (default: the first rule)')
	.option('--naive <points>', 'limit of the naive week-over-week rule', '5')
	.option('--naive-percent <percent>', 'the same, for rules that are set in per cent', '20')
	.option('--size <points>', 'size of the scenario: points at once, or points a week for erosion')
	.option('--runs <count>', 'simulated years', '40')
	.option('--per-day <count>', 'simulate this many conversations a day, not those of the log')
	.option('--reply <percent>', 'with --per-day: customers who answer a survey (default: 20)')
	.option('--ai-only <percent>', 'with --per-day: closed by the AI alone (default: 60)')
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runBacktest(options);
	});

program
	.command('alerts')
	.description('list the alerts that fired, or may soon, with their state')
	.addOption(database())
	.addOption(policy())
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runAlerts(options);
	});

const alertCommand = program.command('alert').description('answer an alert; its key may be shortened');
const wish = (name: WishName, description: string) =>
	alertCommand
		.command(name)
		.description(description)
		.argument('<key>', 'as `plimsoll alerts` shows it')
		.addOption(database())
		.addOption(policy())
		.requiredOption('--by <name>', 'who asks')
		.option('--json', 'print as JSON')
		.action(async (key: string, options) => {
			process.exitCode = await runWish(name, key, options);
		});

wish('acknowledge', 'take it on until a due date; then it speaks again unless it is over')
	.requiredOption('--owner <name>', 'who looks after it')
	.addOption(new Option('--due <time>').argParser(parseTime).makeOptionMandatory())
	.option('--note <text>');
wish('silence', 'keep it from speaking until a time; it goes on living')
	.addOption(new Option('--until <time>').argParser(parseTime).makeOptionMandatory())
	.requiredOption('--reason <text>');
wish('unsilence', 'end a silence');
wish('resolve', 'close it by hand')
	.addOption(new Option('--reason <reason>').choices(RESOLVE_REASONS).makeOptionMandatory())
	.option('--note <text>');

program
	.command('reviews')
	.description(
		'what people decided at the desk: every version of every mark, comments, flags, disputes, skips'
	)
	.addArgument(new Argument('<what>').choices(REVIEW_EXPORTS))
	.addOption(database())
	.option('--plan <name>', 'a plan of review.yaml (default: all)')
	.addOption(new Option('--format <format>').choices(REVIEW_FORMATS).default('csv'))
	.action(async (what, options) => {
		process.exitCode = await runReviews(what, options);
	});

program
	.command('decisions')
	.description('what was decided of alerts, what came of it, and what each rule was worth')
	.addOption(database())
	.addOption(policy())
	.addOption(new Option('--format <format>').choices(['table', 'json', 'csv']).default('table'))
	.action(async (options) => {
		process.exitCode = await runDecisions(options);
	});

program
	.command('demo')
	.description('make a synthetic year of support, take it in, judge it week by week, and serve it')
	.addOption(new Option('--conversations <count>', 'about how many').argParser(parseCount).default(200_000))
	.addOption(new Option('--port <port>', 'default: the first free one from 4180').argParser(parsePort))
	.option('--no-serve', 'stop after the summary')
	.action((options) => runDemo(options));

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
	.command('health')
	.description(
		'how fresh each source is, how late its records are, what was put aside, and which fields vanished'
	)
	.addOption(database())
	.addOption(policy())
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runHealth(options);
	});

program
	.command('coverage')
	.description(
		'what the records of each source say, which metrics that allows, and what to add for the others'
	)
	.addOption(database())
	.addOption(policy())
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runCoverage(options);
	});

program
	.command('sources')
	.description('list the formats that can be taken in')
	.option('--json', 'print as JSON')
	.action(listSources);

const baselineCommand = program.command('baseline').description('look after the baselines of the rules');

baselineCommand
	.command('freeze')
	.description('freeze the baseline of a rule from whole, mature weeks; kept with author and reason')
	.argument('<rule>')
	.addOption(database())
	.addOption(policy())
	.requiredOption('--from <day>', 'first day, such as 2026-01-05')
	.requiredOption('--to <day>', 'last day')
	.requiredOption('--author <name>', 'who freezes it')
	.requiredOption('--reason <text>', 'why; accepted_new_level while its alert is open')
	.option('--json', 'print as JSON')
	.action(async (rule: string, options) => {
		process.exitCode = await runFreeze(rule, options);
	});

baselineCommand
	.command('list')
	.description(
		'the baseline of each rule: whether it is ready to scale on, what was accepted, what could be tightened'
	)
	.addOption(database())
	.addOption(policy())
	.option('--json', 'print as JSON')
	.action(async (options) => {
		process.exitCode = await runBaselines(options);
	});

const policyCommand = program.command('policy').description('look after the policy file');

policyCommand
	.command('check')
	.description('check a policy file; every problem is named with its line and its remedy')
	.argument('<file>')
	.action((file: string) => {
		process.exitCode = checkPolicyFile(file);
	});

policyCommand
	.command('test')
	.description('run the tests that a policy carries: given these weeks, expect this verdict')
	.argument('<file>')
	.action((file: string) => {
		process.exitCode = testPolicyFile(file);
	});

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
