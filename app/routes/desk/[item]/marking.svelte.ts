/**
 * The marks of one item while a reviewer works: answers, saving, and what the keys do. One save is under way at a time
 * and the newest state is the next, so that a slow answer never overwrites a later one and fast keys don't queue up; a
 * failed save stays on the screen and is tried again with the next change.
 */
import { NOT_APPLICABLE, criteriaOf, mark, unanswered } from '#review/mark';
import type { Rubric } from '#review/rubric';

export interface Marks {
	answers: Record<string, string>;
	rootCauses: string[];
	note: string | null;
	finished: boolean;
}

type Send = (marks: Marks) => Promise<void>;

export class Marking {
	answers = $state<Record<string, string>>({});
	rootCauses = $state<string[]>([]);
	note = $state('');
	finished = $state(false);
	/** Place of the criterion that the number keys answer. */
	at = $state(0);
	saving = $state<'saved' | 'saving' | 'failed' | 'nothing'>('nothing');
	refusal = $state('');
	readonly criteria;
	readonly outcome = $derived.by(() => mark(this.rubric, this.answers));
	readonly open = $derived.by(() => unanswered(this.rubric, this.answers));

	readonly rubric: Rubric;
	private readonly send: Send;
	private tail: Promise<unknown> = Promise.resolve();
	private waiting: { marks: Marks; job: Promise<boolean> } | null = null;

	constructor(rubric: Rubric, before: Marks | null, send: Send) {
		this.rubric = rubric;
		this.send = send;
		this.criteria = criteriaOf(rubric);
		if (!before) return;
		this.answers = { ...before.answers };
		this.rootCauses = [...before.rootCauses];
		this.note = before.note ?? '';
		this.finished = before.finished;
		this.saving = 'saved';
	}

	/** Answers a criterion and moves to the next one. */
	answer(name: string, level: string): void {
		this.answers[name] = level;
		const place = this.criteria.findIndex((one) => one.name === name);
		this.at = Math.min(place + 1, this.criteria.length - 1);
		void this.save();
	}

	/** 1 and on are the levels from worst to best, 0 is "not applicable". */
	digit(digit: number): void {
		const criterion = this.criteria[this.at];
		if (!criterion) return;
		const level = digit === 0 ? undefined : criterion.scale[digit - 1]?.name;
		if (level) this.answer(criterion.name, level);
		else if (digit === 0 && criterion.not_applicable) this.answer(criterion.name, NOT_APPLICABLE);
	}

	move(by: number): void {
		this.at = Math.max(0, Math.min(this.criteria.length - 1, this.at + by));
	}

	toggleCause(name: string): void {
		this.rootCauses = this.rootCauses.includes(name)
			? this.rootCauses.filter((one) => one !== name)
			: [...this.rootCauses, name];
		void this.save();
	}

	/** True once this very state is stored. */
	save(finished = this.finished || this.waiting?.marks.finished || false): Promise<boolean> {
		const marks: Marks = {
			answers: { ...this.answers },
			rootCauses: [...this.rootCauses],
			note: this.note.trim() || null,
			// A finished review that is opened again stays finished while it is complete.
			finished: finished && this.open.length === 0
		};
		this.saving = 'saving';
		if (this.waiting) {
			this.waiting.marks = marks;
			return this.waiting.job;
		}
		const job = this.tail.then(() => this.sendWaiting());
		this.waiting = { marks, job };
		this.tail = job;
		return job;
	}

	private async sendWaiting(): Promise<boolean> {
		const { marks } = this.waiting!;
		this.waiting = null;
		try {
			await this.send(marks);
			this.finished = marks.finished;
			// An older save that arrives says nothing about what was marked since.
			if (!this.waiting) {
				this.saving = 'saved';
				this.refusal = '';
			}
			return true;
		} catch (error) {
			this.saving = 'failed';
			this.refusal = error instanceof Error ? error.message : String(error);
			return false;
		}
	}

	/** Finishes; false, with the open criterion in view, where something is not answered. */
	async finish(): Promise<boolean> {
		const [open] = this.open;
		if (open) {
			this.at = this.criteria.indexOf(open);
			this.refusal = `Not answered yet: ${open.title}`;
			return false;
		}
		return this.save(true);
	}
}
