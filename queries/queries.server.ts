/**
 * The door of the room: everything that reads the warehouse for people, alerts and machines. Touches the database.
 */
export { refreshFacts, type IntentPolicy, type RefreshReport } from './facts/refresh.server';
export { news, type News } from './facts/news.server';
export { scorecard, watermark, type Filter, type ScorecardRequest } from './scorecard/scorecard.server';
export { changeOf, type Direction, type MeasurementChange } from './scorecard/change';
export { compareSides, type Comparison, type ComparisonRequest } from './comparison/comparison.server';
export {
	UNTOLD,
	type ComparedMetric,
	type Relation,
	type Side as ComparedSide,
	type SideFilter,
	type Untold
} from './comparison/compare';
export {
	dailyCohorts,
	knownCohorts,
	MATURITY_HOURS,
	type CohortMetric,
	type CohortRequest
} from './cohorts/daily.server';
export * from './coverage/coverage.server';
export * from './listings/listings.server';
export { daysWindow, weekOf, weekWindow, weeksBetween } from './calendar';
export { CATALOGUE, definitionOf, GROUPS, type Definition } from './metrics/catalogue';
export { breaksOf, type Break } from './metrics/versions';
export {
	DECOMPOSED_BY,
	EXPLAINABLE,
	explainChange,
	segmentsOf,
	spanOf,
	type Change,
	type ChangeRequest
} from './decomposition/decomposition.server';
export { decompose, type Decomposition, type SegmentPart } from './decomposition/decompose';
export {
	bothViews,
	cameBack,
	translate,
	type BothViews,
	type CameBackRow,
	type Share,
	type Translation
} from './translator/translator.server';
export {
	DEFINITIONS,
	RESOLVED,
	type DefinitionName,
	type ResolvedDefinition
} from './translator/definitions';
export {
	laterThan,
	publications,
	publish,
	readPublication,
	remeasure,
	restatement,
	type Card,
	type Publication,
	type Restatement
} from './publications/publications.server';
export {
	RESTATEMENT_REASONS,
	type CountedReason,
	type RestatedMeasurement,
	type RestatementReason
} from './publications/restate';
export { knownAt, knownAtTime, lastIngestBy } from './publications/known-at.server';
export { asPublished, definitionAsked, formerMeasurements } from './publications/former.server';
export { Refusal } from './refusal';
export { mustBeAskable, type Asked } from './listings/askable.server';
export { documented, TITLES } from './metrics/document';
export { waterfall, type Step } from './decomposition/waterfall';
export { rememberedScorecard } from './scorecard/remembered.server';
export { dashboardWeeks, type DashboardWeek } from './replay/dashboard.server';
export {
	handledHistory,
	tellingConversations,
	type HandledRow,
	type TellingConversation
} from './rollback/rollback.server';
export {
	arrowBehind,
	behindBlock,
	behindCounts,
	BLOCK,
	exportBehind,
	EXPORTS,
	type BehindRequest,
	type BehindRow
} from './behind/behind.server';
export { SIDES, sidesOf, SORTS, type Side, type SideCounts, type Sort } from './behind/sides';
export {
	feedHealth,
	type HealthRequest,
	type LateRecords,
	type PutAside,
	type SourceHealth
} from './health/health.server';
export { wantedExports, type Wanted } from './health/wanted.server';
export { HEALTH_FIELDS, type FieldWeek, type Freshness, type HealthField } from './health/judge';
