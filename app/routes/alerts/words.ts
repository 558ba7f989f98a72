/** What people call states, events and outcomes of alerts. Pure. */
import type { DataStatus, NotificationKind, ResolveReason } from '#stoploss/alert';
import type { Caution } from '#stoploss/evidence';
import type { WishName } from '#stoploss/wishes';
import type { AlertState, DeliveryOutcome } from '#warehouse/vocabulary';

export const STATE_LABELS: Record<AlertState, string> = {
	inactive: 'Inactive',
	pending: 'Pending',
	firing: 'Firing',
	acknowledged: 'Acknowledged',
	mitigated: 'Rolled back',
	resolved: 'Resolved'
};

export const DATA_LABELS: Record<DataStatus, string> = {
	ok: 'Data are fine',
	insufficient: 'Too few data',
	stale: 'Data have stopped',
	error: 'Could not be judged'
};

export const KIND_LABELS: Record<NotificationKind, string> = {
	firing: 'It fires',
	reopened: 'It fires again',
	reminder: 'It still fires',
	worsened: 'It is worse',
	overdue: 'The due date passed',
	mitigated: 'It was rolled back',
	resolved: 'It is over',
	data_stale: 'Its data stopped',
	evaluation_failed: 'It could not be judged'
};

export const OUTCOME_LABELS: Record<DeliveryOutcome, string> = {
	sending: 'being sent',
	delivered: 'delivered',
	failed: 'not taken, will be tried again',
	unclear: 'no answer, will be tried again',
	dead: 'given up',
	gone: 'wants no more messages'
};

export const RESOLVE_LABELS: Record<ResolveReason, string> = {
	recovered: 'It has recovered',
	rolled_back: 'The intents were rolled back',
	accepted_new_level: 'The new level is accepted',
	false_alarm: 'It was a false alarm',
	data_error: 'The data were wrong'
};

/** Why a state changed, where nobody's name stands. */
export const REASON_LABELS: Readonly<Record<string, string>> = {
	...RESOLVE_LABELS,
	watch: 'close to the line',
	breach: 'over the line for a first day',
	held: 'over the line for as many days as the rule asks',
	reopened: 'over the line again within 14 days',
	not_confirmed: 'the next day did not confirm it',
	expired_no_data: 'no data for a week',
	settled: 'a day without a finding',
	acknowledgement_overdue: 'the due date of the acknowledgement passed'
};

export const WISH_LABELS: Record<WishName, string> = {
	acknowledge: 'Acknowledge',
	silence: 'Silence',
	unsilence: 'Lift the silence',
	resolve: 'Resolve by hand'
};

export const EVENT_LABELS: Readonly<Record<string, string>> = {
	acknowledged: 'Acknowledged',
	silenced: 'Silenced',
	unsilenced: 'Silence lifted',
	mitigated: 'Rolled back',
	resolved: 'Resolved by hand',
	evidence_restated: 'Late data changed the evidence of the firing'
};

export const CAUTION_LABELS: Record<Caution, string> = {
	response_rate_shift: 'Another share of customers answers than before: ratings may come from other people.',
	path_mix_shift: 'Another share of contacts leaves this path than before: the hard cases may have moved.',
	all_paths_disagree: 'Over all paths the same metric moved the other way.',
	pooled_intents: 'Many small intents are judged together, so that some of it may be mix.',
	days_missing: 'Days of the window hold no data.',
	mix_explains_most: 'Most of it is a change of mix: review the routing, and roll nothing back.'
};
