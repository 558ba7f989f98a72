/**
 * The rows of a long list that are in view: knows which, and fetches them block by block as they come into sight.
 * Touches the page's scroll position and the API; a block that can't be had is asked for again when it is next in view.
 */
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import {
	elementScroll,
	observeElementOffset,
	observeElementRect,
	Virtualizer,
	type VirtualItem
} from '@tanstack/virtual-core';
import type { BehindRow } from '#queries/behind/behind.server';

export const ROW_HEIGHT = 40;
/** As many as every browser can lay out at this height; a longer list is taken along as a file. */
export const MOST_ROWS = 400_000;
const BLOCK = 200;
/** Drawn by the server, and where there is no script. */
const AT_FIRST = 40;

interface List {
	count: number;
	first: readonly BehindRow[];
	/** Address of the list, without a block. */
	address: string;
}

export class RowWindow {
	items = $state.raw<{ index: number; start: number }[]>([]);
	failed = $state(false);
	#blocks = new SvelteMap<number, readonly BehindRow[]>();
	#asked: number[] = [];
	#list: List;

	constructor(list: List) {
		this.#list = list;
		this.#blocks.set(0, list.first);
		this.items = Array.from({ length: Math.min(AT_FIRST, list.first.length) }, (_, index) => ({
			index,
			start: index * ROW_HEIGHT
		}));
	}

	get count(): number {
		return Math.min(this.#list.count, MOST_ROWS);
	}
	get before(): number {
		return this.items[0]?.start ?? 0;
	}
	get after(): number {
		const last = this.items.at(-1);
		return last ? this.count * ROW_HEIGHT - last.start - ROW_HEIGHT : 0;
	}
	row(index: number): BehindRow | undefined {
		return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
	}

	/** An attachment for the element that scrolls. */
	watch = (scroller: HTMLElement) => {
		const virtualizer = new Virtualizer<HTMLElement, HTMLElement>({
			count: this.count,
			getScrollElement: () => scroller,
			estimateSize: () => ROW_HEIGHT,
			overscan: 12,
			scrollToFn: elementScroll,
			observeElementRect,
			observeElementOffset,
			onChange: (changed) => this.#show(changed.getVirtualItems())
		});
		const unmount = virtualizer._didMount();
		virtualizer._willUpdate();
		// Untracked: rows that arrive must not begin the watching anew.
		untrack(() => this.#show(virtualizer.getVirtualItems()));
		return unmount;
	};

	#show(items: VirtualItem[]): void {
		if (items.length === 0) return;
		this.items = items.map(({ index, start }) => ({ index, start }));
		for (const { index } of items) void this.#fetch(Math.floor(index / BLOCK));
	}

	async #fetch(block: number): Promise<void> {
		if (this.#blocks.has(block) || this.#asked.includes(block)) return;
		this.#asked.push(block);
		try {
			const answer = await fetch(`${this.#list.address}&block=${block}`);
			if (!answer.ok) throw new Error(String(answer.status));
			const { rows } = (await answer.json()) as { rows: BehindRow[] };
			this.#blocks.set(block, rows);
			this.failed = false;
		} catch {
			this.failed = true;
		} finally {
			this.#asked = this.#asked.filter((one) => one !== block);
		}
	}
}
