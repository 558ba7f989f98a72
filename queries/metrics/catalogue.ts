/**
 * What each metric means, in one table: pages print it and every Measurement names its version. Pure.
 * A change of meaning raises the version.
 */
import type { MetricName } from '../../warehouse/vocabulary';
import type { Measurement } from '../measurement';

export interface Definition {
	name: MetricName;
	version: number;
	question: string;
	numerator: string;
	denominator: string;
	clock: string;
	/** When a row can no longer change. */
	maturity: string;
	exclusions: string;
	unit: Measurement['unit'];
}

const EXCLUDED = 'Test traffic, business-initiated and survey messages';

const recontact = (name: MetricName, window: string, maturity: string): Definition => ({
	name,
	version: 1,
	question: 'Did customers have to come back?',
	numerator: `Resolved contacts followed by the same customer, same intent family, any channel, in ${window} after the resolve; a reopening counts`,
	denominator: 'Resolved contacts of known customers whose window has fully passed',
	clock: 'End of the contact',
	maturity: `${maturity} after the resolve`,
	exclusions: EXCLUDED,
	unit: 'share'
});

const define = (definition: Omit<Definition, 'version' | 'clock' | 'exclusions'>): Definition => ({
	version: 1,
	clock: 'End of the contact',
	exclusions: EXCLUDED,
	...definition
});

export const CATALOGUE: Record<MetricName, Definition> = {
	csat_top_box: define({
		name: 'csat_top_box',
		question: 'Are customers who answer satisfied?',
		numerator: 'Ratings in the top two boxes of five (at least three quarters of the scale)',
		denominator: 'Ratings answered within 7 days',
		maturity: '7 days',
		unit: 'share'
	}),
	recontact_24h: recontact('recontact_24h', '(0, 24 h]', '24 hours'),
	recontact_48h: recontact('recontact_48h', '(0, 48 h]', '48 hours'),
	recontact_72h: recontact('recontact_72h', '(0, 72 h]', '72 hours'),
	recontact_24_72h: recontact('recontact_24_72h', '[24 h, 72 h]', '72 hours'),
	first_contact_resolution: define({
		name: 'first_contact_resolution',
		question: 'Was one contact enough?',
		numerator:
			'Issues whose first contact was resolved, with no other contact and no reopening within 7 days',
		denominator: 'Issues of known customers',
		maturity: '7 days after the first contact',
		unit: 'share'
	}),
	containment: define({
		name: 'containment',
		question: 'How much did the bot keep to itself?',
		numerator: 'Contacts that only the bot answered',
		denominator: 'Contacts the bot took part in',
		maturity: 'At once',
		unit: 'share'
	}),
	bad_containment: define({
		name: 'bad_containment',
		question: 'How much of that was not solved?',
		numerator:
			'Contacts that only the bot answered, with at least one signal that the customer was not helped',
		denominator: 'Contacts that only the bot answered',
		maturity: '7 days',
		unit: 'share'
	}),
	escalation_latency: define({
		name: 'escalation_latency',
		question: 'How long do customers wait for a person?',
		numerator: 'First public reply of a person, less the earliest of request, policy trigger and handoff',
		denominator: 'Contacts that needed a person; those who left or were never answered are censored',
		maturity: 'When the wait ends',
		unit: 'minutes'
	}),
	refund_error_rate: define({
		name: 'refund_error_rate',
		question: 'How many refunds were wrong?',
		numerator: 'Refunds audited as wrong',
		denominator: 'Refunds audited',
		maturity: 'When audited',
		unit: 'share'
	}),
	complaint_rate: define({
		name: 'complaint_rate',
		question: 'How often do customers complain?',
		numerator: 'Contacts with a complaint within 14 days',
		denominator: 'Contacts, per 1,000',
		maturity: '14 days',
		unit: 'per_1000'
	}),
	time_to_resolution: define({
		name: 'time_to_resolution',
		question: 'How long until it is resolved?',
		numerator: 'Resolve less first customer message',
		denominator: 'Resolved contacts',
		maturity: 'At the resolve',
		unit: 'hours'
	})
};

export const definitionOf = (metric: MetricName) => `${metric}@${CATALOGUE[metric].version}`;
