/**
 * The item to come: taken and fetched while the present one is read, so that going on costs one save. Touches the API.
 * Asks nothing before the reviewer has marked something, because who only looks should hold nothing.
 */
import { preloadData } from '$app/navigation';

interface At {
	item: string;
	take: () => Promise<{ item: string | null }>;
	path: (item: string) => string;
}

/** A hold lasts half an hour; an older one may be somebody else's by now. */
const TRUST_MS = 20 * 60_000;

export class Ahead {
	private at: At | null = null;
	private following: { item: string; since: number } | null = null;

	/** Takes and fetches what follows; once for each item. */
	async prepare(at: At): Promise<void> {
		if (this.at?.item === at.item) return;
		this.at = at;
		this.following = null;
		try {
			const { item } = await at.take();
			if (this.at !== at) return;
			if (item === null) return;
			this.following = { item, since: Date.now() };
			await preloadData(at.path(item));
		} catch {
			// Then it is asked for when it is needed, and what is wrong is said there.
			this.following = null;
		}
	}

	/** A reload of the page's data throws away what was fetched. */
	async fetchAgain(): Promise<void> {
		if (this.at && this.following)
			await preloadData(this.at.path(this.following.item)).catch(() => undefined);
	}

	/** What was taken ahead of this item, if it can still be relied on. */
	after(item: string): string | null {
		if (this.at?.item !== item || !this.following) return null;
		return Date.now() - this.following.since < TRUST_MS ? this.following.item : null;
	}
}
