/**
 * The scorecard for pages, which ask the same thing again and again. Touches the database. An answer is kept with the
 * state of what it came from (last ingest, intent policy, reviews), so that the first look after any change counts anew.
 */
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Measurement } from '../measurement';
import factsState from './facts-state.sql?raw';
import { scorecard, type ScorecardRequest } from './scorecard.server';

const KEPT = 100;
const answers = new WeakMap<Warehouse, Map<string, Promise<Measurement[]>>>();

export async function rememberedScorecard(
	warehouse: Warehouse,
	request: ScorecardRequest
): Promise<Measurement[]> {
	const [state] = await warehouse.all(factsState);
	const key = JSON.stringify([state ?? null, request]);
	let kept = answers.get(warehouse);
	if (!kept) answers.set(warehouse, (kept = new Map()));
	let answer = kept.get(key);
	// The oldest goes first; a repeated question becomes the youngest.
	kept.delete(key);
	if (!answer) {
		answer = scorecard(warehouse, request);
		answer.catch(() => kept.delete(key));
	}
	kept.set(key, answer);
	for (const oldest of kept.keys()) {
		if (kept.size <= KEPT) break;
		kept.delete(oldest);
	}
	return [...(await answer)];
}
