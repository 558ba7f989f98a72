/** Files on their way from the browser to the server, one after the other. */
import type { Upload } from '$lib/upload';

export class Sending {
	/** The file that is being sent; null when none is. */
	file: string | null = $state(null);
	done = $state(0);
	total = $state(1);
	/** Files that did not arrive, with the reason. */
	failed: { file: string; error: string }[] = $state([]);
	private request: XMLHttpRequest | null = null;

	/** Sends them; gives those that arrived. */
	async send(files: readonly File[]): Promise<Upload[]> {
		this.failed = [];
		const arrived: Upload[] = [];
		for (const file of files) {
			this.file = file.name;
			this.done = 0;
			this.total = Math.max(1, file.size);
			try {
				arrived.push(await this.sendOne(file));
			} catch (error) {
				this.failed.push({ file: file.name, error: (error as Error).message });
			}
		}
		this.file = null;
		return arrived;
	}

	stop(): void {
		this.request?.abort();
	}

	/** Not by fetch, which does not say how much has left. */
	private sendOne(file: File): Promise<Upload> {
		return new Promise((arrived, failed) => {
			const request = (this.request = new XMLHttpRequest());
			request.upload.addEventListener('progress', ({ loaded }) => (this.done = loaded));
			request.addEventListener('load', () => {
				const answer = JSON.parse(request.responseText || '{}') as Upload & {
					error?: string;
					remedy?: string;
				};
				if (request.status === 201) arrived(answer);
				else failed(new Error(`${answer.error ?? `Status ${request.status}.`} ${answer.remedy ?? ''}`));
			});
			request.addEventListener('error', () =>
				failed(new Error('The connection broke. Nothing of it was kept; send it again.'))
			);
			request.addEventListener('abort', () => failed(new Error('Stopped by you. Nothing of it was kept.')));
			request.open('POST', `/api/uploads?file=${encodeURIComponent(file.name)}`);
			request.setRequestHeader('content-type', 'application/octet-stream');
			request.send(file);
		});
	}
}
