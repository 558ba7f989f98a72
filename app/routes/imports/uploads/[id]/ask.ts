/** Asks the API to do something with an upload; gives null once it did, else why it did not, in words. */
export async function ask(id: string, method: string, path = '', mapping?: string): Promise<string | null> {
	const answer = await fetch(`/api/uploads/${id}${path}`, {
		method,
		...(mapping !== undefined && { headers: { 'content-type': 'application/yaml' }, body: mapping })
	}).catch(() => null);
	if (answer?.ok) return null;
	const told = (await answer?.json().catch(() => null)) as { error: string; remedy: string } | null;
	return told ? `${told.error} ${told.remedy}` : 'The server does not answer. Try again in a moment.';
}
