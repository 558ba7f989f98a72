/** The migrations in order; a migration that has been released never changes. Vocabularies become CHECK lists. Pure. */
import * as vocabulary from './vocabulary';
import log from './migrations/001_log.sql?raw';
import facts from './migrations/002_facts.sql?raw';
import ledger from './migrations/003_ledger.sql?raw';
import answeredEscalation from './migrations/004_answered_escalation.sql?raw';
import metrics from './migrations/005_metrics.sql?raw';
import publication from './migrations/006_publication.sql?raw';
import restatedVerdicts from './migrations/007_restated_verdicts.sql?raw';
import alerts from './migrations/008_alerts.sql?raw';
import review from './migrations/009_review.sql?raw';
import saidSince from './migrations/010_said_since.sql?raw';
import delivery from './migrations/011_delivery.sql?raw';
import saidOfRegulators from './migrations/012_said_of_regulators.sql?raw';
import baselines from './migrations/013_baselines.sql?raw';
import decisions from './migrations/014_decisions.sql?raw';
import mapping from './migrations/015_mapping.sql?raw';
import requests from './migrations/016_requests.sql?raw';
import privacy from './migrations/017_privacy.sql?raw';
import signals from './migrations/018_signals.sql?raw';
import moreSignals from './migrations/019_more_signals.sql?raw';
import fragments from './migrations/020_fragments.sql?raw';
import deskTalk from './migrations/021_desk_talk.sql?raw';
import firstFinished from './migrations/022_first_finished.sql?raw';
import reviewAsOf from './migrations/023_review_as_of.sql?raw';

export const MIGRATIONS: readonly string[] = [
	log,
	facts,
	ledger,
	answeredEscalation,
	metrics,
	publication,
	restatedVerdicts,
	alerts,
	review,
	saidSince,
	delivery,
	saidOfRegulators,
	baselines,
	decisions,
	mapping,
	requests,
	privacy,
	signals,
	moreSignals,
	fragments,
	deskTalk,
	firstFinished,
	reviewAsOf
].map(fillVocabularies);

function fillVocabularies(sql: string): string {
	return sql.replaceAll(/\{\{([A-Z_]+)\}\}/g, (_, name: string) => {
		const words = (vocabulary as Record<string, unknown>)[name];
		if (!Array.isArray(words)) throw new Error(`No vocabulary named ${name}`);
		return words.map((word) => `'${word}'`).join(', ');
	});
}
