/**
 * The door of the room: everything that reads the warehouse for people, alerts and machines. Touches the database.
 */
export { refreshFacts, type IntentPolicy, type RefreshReport } from './facts/refresh.server';
export { scorecard, watermark, type Filter, type ScorecardRequest } from './scorecard/scorecard.server';
export * from './listings.server';
export { CATALOGUE, definitionOf, type Definition } from './metrics/catalogue';
