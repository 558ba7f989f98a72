/** The desk's words. Pure. */
import { humanise } from '$lib/format';
import type { RiskSignal, SamplePart, SkipReason } from '#warehouse/vocabulary';

export const SIGNAL_LABELS: Record<RiskSignal, string> = {
	came_back: 'the customer came back within 72 hours',
	low_rating: 'a low rating',
	complaint: 'a complaint',
	person_never_reached: 'asked for a person and never reached one',
	refund: 'money was moved',
	rephrased: 'the customer rephrased and left unhappy',
	low_confidence: 'the bot was not sure of the intent',
	tool_error: 'a tool failed'
};

export const SKIP_LABELS: Record<SkipReason, string> = {
	unreadable: 'Unreadable',
	wrong_language: 'In a language I do not read',
	conflict_of_interest: 'I was part of it',
	not_support: 'No support conversation',
	deleted: 'Deleted'
};

export const PART_LABELS: Record<SamplePart, string> = {
	random: 'random',
	risk: 'by risk',
	reserve: 'stands in'
};

interface Drawn {
	part: SamplePart;
	stratum: string;
	signals: readonly RiskSignal[];
	probability: number;
	cellPopulation: number;
	cellDrawn: number;
}

/** Why this conversation is in the queue. */
export function whyDrawn({ part, stratum, signals, cellPopulation, cellDrawn }: Drawn): string {
	const group = `${humanise(stratum)}, ${signals.length > 0 ? 'with a risk signal' : 'without a risk signal'}`;
	const chance = `one of ${cellDrawn} drawn from ${cellPopulation} in ${group}`;
	const why: Record<SamplePart, string> = {
		random: `Drawn at random: ${chance}.`,
		risk: `Drawn because it shows ${signals.map((signal) => SIGNAL_LABELS[signal]).join('; ')}: ${chance}.`,
		reserve: `Stands in for one that was skipped: ${chance}.`
	};
	return why[part];
}
