/** Rows of the scorecard's statements, one a window and slice (waits: several). Pure. */

/** Metrics that counts.sql gives as `<metric>_x` and `<metric>_n`. */
type Counted =
	| 'csatTopBox'
	| 'csatReplyRate'
	| 'csatIfSilentUnhappy'
	| 'csatIfSilentHappy'
	| 'recontact24h'
	| 'recontact48h'
	| 'recontact72h'
	| 'firstContactResolution'
	| 'containment'
	| 'badContainment'
	| 'durableResolution'
	| 'escalationWithinLimit'
	| 'escalationAbandonment'
	| 'humanOut'
	| 'reAskRate'
	| 'complaintRate'
	| 'complaintRateRegulator';

type Numbers =
	| 'rows'
	| `${Counted}X`
	| `${Counted}N`
	| 'csatPending'
	| 'csatAsked'
	| 'csatSum'
	| 'csatSumOfSquares'
	| 'csatReplyRatePending'
	| 'recontact24hPending'
	| 'recontact48hPending'
	| 'recontact72hPending'
	| 'recontact2472hX'
	| 'recontact72hAnyIntentX'
	| 'firstContactResolutionPending'
	| 'badContainmentPending'
	| 'durableResolutionPending'
	| 'durableResolved'
	| 'escalationWithinLimitPending'
	| 'escalationAbandonmentPending'
	| 'humanOutPending'
	| 'handoffPartsSum'
	| 'handoffPartsSumOfSquares'
	| 'handoffN'
	| 'handoffComplete'
	| 'complaintRateRegulatorUnknown'
	| 'complaintRateRegulatorPending'
	| 'complaintPending';

/** What the sources of a slice have ever said. */
export type Flag =
	| 'hasCustomer'
	| 'hasResolve'
	| 'hasRating'
	| 'hasAudit'
	| 'hasComplaint'
	| 'hasSignal'
	| 'hasRefund'
	| 'hasCost'
	| 'hasHandoffParts'
	| 'hasReAsked'
	| 'hasRequest'
	| 'hasSilence'
	| 'hasEscalation'
	| 'hasRegulator';

export type Counts = Record<Numbers, number> &
	Record<Flag, boolean> & {
		sources: string;
		humanOutTurns: number | null;
		humanOutMinutes: number | null;
	};

export interface Wait {
	ending: 'engaged' | 'abandoned' | 'unanswered' | 'waiting';
	minutes: number;
	n: number;
}

export interface Resolution {
	n: number;
	p50: number;
	p90: number;
	low: number;
	high: number;
}

export interface Survival {
	n: number;
	events: number;
	censored: number;
	allReturned: boolean;
	survival: number;
	greenwood: number;
	/** Whether anybody was watched for the whole window. */
	reaches: boolean;
}

export interface Refunds {
	refunds: number;
	audited: number;
	wrong: number;
	weighted: number;
	weight: number;
	weightWrong: number;
	square: number;
	squareWrong: number;
	priced: number;
	lost: number;
	moved: number;
	lostLost: number;
	lostMoved: number;
	movedMoved: number;
	weightedPriced: number;
	weightedLost: number;
	weightedMoved: number;
	weightedLostLost: number;
	weightedLostMoved: number;
	weightedMovedMoved: number;
	currencies: number;
	currency: string | null;
	weightedCurrencies: number;
	weightedCurrency: string | null;
	/** In the currency of the limit. */
	overLimit: number;
	overLimitKnown: number;
	overLimitApproved: number;
	/** Not judged: of another currency than the limit or of none, and of no amount. */
	otherCurrency: number;
	withoutAmount: number;
}

export interface Costs {
	costed: number;
	uncosted: number;
	cost: number;
	costOfSquares: number;
	charged: number;
	charge: number;
	durable: number;
	chargeCharge: number;
	chargeDurable: number;
	pending: number;
	currencies: number;
	currency: string | null;
	/** Of what is charged; '' is a cost without a currency. */
	chargeCurrencies: readonly string[];
}

/** A group that a sample was drawn from, and what was found of one slice in it. */
export interface ReviewCell {
	plan: string;
	week: string;
	stratum: string;
	risky: boolean;
	/** Of the whole group: conversations, and those reviewed. */
	population: number;
	n: number;
	/** Conversations in groups of the same draw of which nothing was drawn. */
	undrawn: number;
	/** Of the slice, as all that follows. */
	drawn: number;
	waiting: number;
	waitingSaidSolved: number;
	defectN: number;
	defectX: number;
	notSolvedN: number;
	notSolvedX: number;
	scoreN: number;
	scoreSum: number;
	scoreSumOfSquares: number;
}

/** Everything known of one window and slice. */
export interface Known {
	counts: Counts | null;
	waits: readonly Wait[];
	businessWaits: readonly Wait[];
	resolution: Resolution | null;
	survival: Survival | null;
	refunds: Refunds | null;
	costs: Costs | null;
	/** `nothing`: why there is no cell. */
	reviews: { cells: readonly ReviewCell[]; nothing: string };
}
