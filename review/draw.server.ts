/**
 * Draws the sample of a week, once, and reads it back. Touches the database; DuckDB does the drawing, in one pass.
 * Refuses a week that is not over, because who comes last could then never be drawn. A week that was drawn stays as
 * it was drawn, whatever the plan or the log says later.
 */
import { watermark } from '../queries/queries.server';
import { weekWindow } from '../queries/calendar';
import type { Calendar } from '../queries/measurement';
import type { RiskSignal, SamplePart } from '../warehouse/vocabulary';
import type { Session, Warehouse } from '../warehouse/warehouse.server';
import { allocate, type AllocatedCell, type Cell } from './allocate';
import { seedOf, type Plan } from './plan';
import type { Rubric } from './rubric';
import cellsSql from './sql/cells.sql?raw';
import drawItems from './sql/draw-items.sql?raw';
import frameSql from './sql/frame.sql?raw';

export interface DrawRequest {
	plan: Plan;
	rubric: Rubric;
	week: string;
	calendar: Calendar;
	now: string;
}

export interface SampleItem {
	item: string;
	source: string;
	id: string;
	stratum: string;
	risky: boolean;
	signals: RiskSignal[];
	part: SamplePart;
	place: number;
	probability: number;
	twoReviewers: boolean;
}

export interface Sample {
	plan: string;
	week: string;
	seed: string;
	population: number;
	drawnAt: string;
	cells: AllocatedCell[];
	/** In the order of the queue; reserves only where they were called in. */
	items: SampleItem[];
	/** What a reader must know: a quota that could not be met, a plan that changed since. */
	notes: string[];
}

export async function drawSample(warehouse: Warehouse, request: DrawRequest): Promise<Sample> {
	const { plan, week, calendar } = request;
	const drawn = await readSample(warehouse, plan, week);
	if (drawn) return drawn;
	const { until } = weekWindow(calendar, week);
	const last = await watermark(warehouse);
	if (last === null || Date.parse(last) < Date.parse(until)) {
		throw new RangeError(
			`${week} is not over in the data (${last ? `the last event is of ${last}` : 'there is none yet'}); draw a week that is.`
		);
	}
	await warehouse.write((session) => draw(session, request));
	return (await readSample(warehouse, plan, week))!;
}

async function draw(session: Session, { plan, rubric, week, calendar, now }: DrawRequest): Promise<void> {
	const { since, until } = weekWindow(calendar, week);
	// Two requests for the same week can both have found nothing; the second one finds the first one's draw here.
	const [taken] = await session.all('SELECT 1 AS one FROM review.draw WHERE plan = $plan AND week = $week', {
		plan: plan.name,
		week
	});
	if (taken) return;
	const seed = seedOf(plan, week);
	await session.run(frameSql, {
		since,
		until,
		seed,
		tiers: plan.population.tier,
		paths: plan.population.path,
		strata: plan.strata,
		signals: plan.risk_signals,
		lowBelow: plan.confidence_bands[0],
		highFrom: plan.confidence_bands[1]
	});
	const found = await session.all<Cell>(cellsSql);
	const { cells, byStratum, notes } = allocate(plan, found);
	const population = cells.reduce((sum, cell) => sum + cell.population, 0);
	const as = { plan: plan.name, week };
	await session.run(
		`INSERT INTO review.draw BY NAME SELECT $plan AS plan, $week AS week, $seed AS seed, $definition AS definition,
			$rubric AS rubric, $population::BIGINT AS population, $now::TIMESTAMPTZ AS drawn_at, $notes AS notes`,
		{
			...as,
			seed,
			definition: JSON.stringify(plan),
			rubric: JSON.stringify(rubric),
			population,
			now,
			notes
		}
	);
	if (cells.length > 0) {
		await session.run(
			`INSERT INTO review.cell BY NAME SELECT $plan AS plan, $week AS week, unnest(from_json($cells,
				'[{"stratum": "VARCHAR", "risky": "BOOLEAN", "population": "BIGINT", "random": "INTEGER", "risk": "INTEGER"}]'), recursive := true)`,
			{ ...as, cells: JSON.stringify(cells) }
		);
		await session.run(drawItems, {
			...as,
			cells: JSON.stringify(cells),
			byStratum,
			doubleShare: plan.double_share
		});
	}
	await session.run('DROP TABLE review_frame');
}

/** null where the week was never drawn. */
export async function readSample(warehouse: Warehouse, plan: Plan, week: string): Promise<Sample | null> {
	const of = { plan: plan.name, week };
	const [draw] = await warehouse.all<Omit<Sample, 'cells' | 'items'>>(
		'SELECT plan, week, seed, population, drawn_at, notes FROM review.draw WHERE plan = $plan AND week = $week',
		of
	);
	if (!draw) return null;
	const [cells, items] = await Promise.all([
		warehouse.all<AllocatedCell>(
			'SELECT stratum, risky, population, random, risk FROM review.cell WHERE plan = $plan AND week = $week ORDER BY stratum, risky',
			of
		),
		warehouse.all<SampleItem>(
			'SELECT item, source, id, stratum, risky, signals, part, place, probability, two_reviewers FROM review.standing WHERE plan = $plan AND week = $week ORDER BY queue, item',
			of
		)
	]);
	const changed = draw.seed !== seedOf(plan, week);
	const notes = changed
		? [...draw.notes, 'The plan changed after this week was drawn; it counts from the next draw.']
		: draw.notes;
	return { ...draw, cells, items, notes };
}
