/**
 * Versions of definitions: the one that is counted now, those that are gone, and where a line that runs through
 * several of them must break. Pure. Refuses a metric that is not in the catalogue.
 */
import { METRICS, type MetricName } from '../../warehouse/vocabulary';
import { Refusal } from '../refusal';
import { CATALOGUE, definitionOf } from './catalogue';

/** `csat_top_box@1`, or `csat_top_box` for the version that is counted now. */
export function parseDefinition(text: string): { metric: MetricName; version: number } {
	const [name = '', version, ...more] = text.split('@');
	const metric = METRICS.find((known) => known === name);
	if (!metric) {
		const near = METRICS.filter((known) => known.split('_')[0] === name.split('_')[0]);
		const known = near.length > 0 ? near : METRICS;
		throw new Refusal(`There is no metric "${name}".`, `Known: ${known.join(', ')}.`, {
			field: 'definition',
			value: text,
			nearest: known
		});
	}
	if (more.length > 0 || (version !== undefined && !/^\d+$/.test(version)))
		throw new Refusal(`"${text}" is no definition.`, `Write it as ${definitionOf(metric)}.`);
	return { metric, version: version === undefined ? CATALOGUE[metric].version : Number(version) };
}

/** What became of a version that is not counted now. */
export function fateOf(metric: MetricName, version: number): string {
	const { version: current, former } = CATALOGUE[metric];
	const gone = former.find((one) => one.version === version);
	const exists = former.map((one) => `version ${one.version} until ${one.until}`);
	return gone
		? `${metric}@${version} was replaced on ${gone.until} and is no longer counted. ${gone.changed}`
		: `There is no ${metric}@${version}: it is counted as version ${current} now${exists.length > 0 ? `, and was as ${exists.join(', ')}` : ''}.`;
}

/** Where the points of a line stop being comparable. */
export interface Break {
	/** Index of the first point under the other definition, and of the last one before it. */
	at: number;
	after: number;
	from: number;
	to: number;
	/** When the older one was replaced, and by what; null where the catalogue has forgotten it. */
	until: string | null;
	changed: string | null;
}

const versionOf = (definition: string) => Number(definition.split('@')[1]);

/** `definitions` are those of neighbouring points, null where a point has no value. */
export function breaksOf(metric: MetricName, definitions: readonly (string | null)[]): Break[] {
	const breaks: Break[] = [];
	let last: { at: number; version: number } | null = null;
	for (const [at, definition] of definitions.entries()) {
		if (definition === null) continue;
		const version = versionOf(definition);
		if (last && last.version !== version) {
			const older = CATALOGUE[metric].former.find((one) => one.version === Math.min(last!.version, version));
			breaks.push({
				at,
				after: last.at,
				from: last.version,
				to: version,
				until: older?.until ?? null,
				changed: older?.changed ?? null
			});
		}
		last = { at, version };
	}
	return breaks;
}
