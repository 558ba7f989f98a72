/** The two reference worlds of the stop-loss benchmark. Pure. */
import type { World } from '../stoploss/world';

export type Kind = 'csat' | 'recontact';

const INTENTS = ['address', 'refund', 'access', 'cancel', 'return', 'exchange'];
const SHARES = [0.24, 0.2, 0.18, 0.15, 0.13, 0.1];
const RATES: Record<Kind, number[]> = {
	csat: [0.86, 0.72, 0.83, 0.78, 0.8, 0.75],
	recontact: [0.09, 0.16, 0.11, 0.13, 0.12, 0.14]
};
const intents = (kind: Kind) =>
	INTENTS.map((intent, i) => ({ intent, share: SHARES[i]!, rate: RATES[kind][i]! }));

export const WORLDS: Record<Kind, Pick<World, 'bad' | 'intents' | 'weekdays'>> = {
	csat: { bad: -1, intents: intents('csat') },
	recontact: { bad: 1, intents: intents('recontact'), weekdays: -0.5 }
};
