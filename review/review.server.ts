/** The door of the room: samples, the desk and what the reviews come to. Touches the database. */
export { drawSample, readSample, type Sample, type SampleItem } from './draw.server';
export {
	commentOn,
	commentsOn,
	flagItem,
	mayReview,
	myReview,
	planOfItem,
	readItem,
	remarks,
	reviewHistory,
	rubricOf,
	saveReview,
	skipItem,
	skipOf,
	takeNext,
	type DeskItem,
	type SavedReview
} from './desk.server';
export { decideDispute, listDisputes, raiseDispute, type Dispute } from './disputes.server';
export { exportRows, type ExportRow } from './export.server';
export { answerFlag, listFlags, type Flag, type FlagEvent } from './flags.server';
export { exportReviews, progress, results, type Results, type WeekProgress } from './results.server';
