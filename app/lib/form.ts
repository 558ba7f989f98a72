/** Forms whose fields are the state of a page: the address follows them. Touches the form it is given, nothing else. */

/** For the `onchange` of a select: what was chosen counts at once. */
export const submitOnChange = (event: Event & { currentTarget: HTMLSelectElement }): void =>
	event.currentTarget.form?.requestSubmit();

/** What a form says, without its empty fields, so that an address is as short as it can be. */
export const filledFields = (form: HTMLFormElement): URLSearchParams =>
	new URLSearchParams(
		[...new FormData(form)].filter(
			(field): field is [string, string] => typeof field[1] === 'string' && field[1] !== ''
		)
	);
