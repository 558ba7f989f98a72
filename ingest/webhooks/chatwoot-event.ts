/**
 * What is kept of an event of Chatwoot: the fields that its source reads, no names, addresses or attributes. Pure.
 * Format: chatwoot/chatwoot `app/listeners/webhook_listener.rb`, `app/presenters/conversations/event_data_presenter.rb`
 * and `webhook_data` of `app/models/message.rb`.
 */

export interface Piece {
	conversationId: string;
	accountId: string | null;
	/** As it came. */
	customerId: string | null;
	/** Fills in the texts, in the order in which they were heard, and the customer's id. */
	body: Fields;
}

export type Fields = { [name: string]: Json };
type Json = string | number | boolean | null | Json[] | Fields;

/** What is done to texts and to ids of customers on the way. */
export interface Shielding {
	text(text: string): string;
	customer(id: string | number): string | number;
}

export const AS_THEY_ARE: Shielding = { text: (text) => text, customer: (id) => id };

/** null for what is no event of a conversation: the source says what is wrong with it, or passes over it. */
export function pieceOf(event: unknown, shielding: Shielding): Piece | null {
	if (!isFields(event) || typeof event['event'] !== 'string') return null;
	const isMessage = event['event'].startsWith('message_');
	if (!isMessage && !event['event'].startsWith('conversation_')) return null;
	if (event['event'].startsWith('conversation_typing_')) return null;
	const conversation = isMessage ? fieldsOf(event['conversation']) : event;
	const id = scalar(isMessage ? (conversation['id'] ?? event['conversation_id']) : conversation['id']);
	if (id === undefined) return null;
	const kept = conversationOf(conversation, shielding);
	const body = isMessage
		? { ...messageOf(event, shielding), conversation: { ...kept, id } }
		: {
				...kept,
				...some({ changed_attributes: changesOf(event['changed_attributes']) })
			};
	const [first] = listOf(conversation['messages']).map(fieldsOf);
	const account = [
		fieldsOf(event['account'])['id'],
		conversation['account_id'],
		event['account_id'],
		first?.['account_id']
	]
		.map(scalar)
		.find((one) => one !== undefined);
	const customer = customerOf(conversation) ?? contactOf(event);
	return {
		conversationId: String(id),
		accountId: account === undefined ? null : String(account),
		customerId: customer === undefined ? null : String(customer),
		body: { event: event['event'], ...body }
	};
}

function conversationOf(given: Fields, shielding: Shielding): Fields {
	const meta = fieldsOf(given['meta']);
	const more = fieldsOf(given['additional_attributes']);
	const customer = (id: Json | undefined) => {
		const value = scalar(id);
		return value === undefined ? undefined : shielding.customer(value);
	};
	return some({
		...scalars(given, [
			'id',
			'account_id',
			'inbox_id',
			'status',
			'channel',
			'created_at',
			'updated_at',
			'timestamp',
			'last_activity_at',
			'campaign_id'
		]),
		meta: some({
			...scalars(meta, ['channel']),
			sender: some({ id: customer(fieldsOf(meta['sender'])['id']) })
		}),
		contact_inbox: some({ contact_id: customer(fieldsOf(given['contact_inbox'])['contact_id']) }),
		additional_attributes: some(scalars(more, ['conversation_language', 'browser_language'])),
		messages: listOf(given['messages']).map((one) => messageOf(fieldsOf(one), shielding))
	});
}

function messageOf(given: Fields, shielding: Shielding): Fields {
	const attributes = fieldsOf(given['content_attributes']);
	const rating = fieldsOf(fieldsOf(attributes['submitted_values'])['csat_survey_response'])['rating'];
	const contact = contactOf(given);
	const content = given['content'];
	return some({
		...scalars(given, ['id', 'created_at', 'message_type', 'content_type', 'private', 'sender_type']),
		content: typeof content === 'string' ? shielding.text(content) : undefined,
		sender: some({
			...scalars(fieldsOf(given['sender']), ['type']),
			id: contact === undefined ? undefined : shielding.customer(contact)
		}),
		content_attributes: some({
			...scalars(attributes, ['deleted']),
			submitted_values: some({ csat_survey_response: some({ rating: scalar(rating) }) })
		})
	});
}

/** Only changes of the status are read. */
const changesOf = (given: Json | undefined) =>
	listOf(given).flatMap((one) => {
		const { status } = fieldsOf(one);
		return isFields(status) ? [{ status: scalars(status, ['previous_value', 'current_value']) }] : [];
	});

const customerOf = (conversation: Fields) =>
	scalar(fieldsOf(fieldsOf(conversation['meta'])['sender'])['id']) ??
	scalar(fieldsOf(conversation['contact_inbox'])['contact_id']);

/** The sender of a message where that is the customer. */
function contactOf(message: Fields): string | number | undefined {
	const sender = fieldsOf(message['sender']);
	const type = String(sender['type'] ?? message['sender_type']).toLowerCase();
	return type === 'contact' ? (scalar(sender['id']) as string | number | undefined) : undefined;
}

export interface Heard {
	/** Messages of people and bots. */
	messages: number;
	/** Seconds of the epoch of the first message of the customer; null where none is there. */
	firstAskedAt: number | null;
}

/** How much of a conversation its pieces hold. */
export function heardOf(bodies: readonly Fields[]): Heard {
	const ids = new Set<string>();
	let firstAskedAt: number | null = null;
	for (const body of bodies) {
		const inside = fieldsOf(body['conversation'] ?? body)['messages'];
		const own = String(body['event']).startsWith('message_') ? [body] : [];
		for (const message of [...own, ...listOf(inside).map(fieldsOf)]) {
			const asks = ['0', 'incoming'].includes(String(message['message_type']));
			const says =
				['1', 'outgoing'].includes(String(message['message_type'])) &&
				(isFields(message['sender']) || typeof message['sender_type'] === 'string');
			if (asks || says) ids.add(String(message['id']));
			if (!asks) continue;
			const at = secondsOf(message['created_at']);
			if (at !== null && (firstAskedAt === null || at < firstAskedAt)) firstAskedAt = at;
		}
	}
	return { messages: ids.size, firstAskedAt };
}

function secondsOf(value: Json | undefined): number | null {
	const text = String(value);
	const number = /^[0-9.]+$/.test(text) ? Number(text) : Date.parse(text.replace(' UTC', 'Z')) / 1000;
	return Number.isFinite(number) ? Math.floor(number) : null;
}

const isFields = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function scalar(value: Json | undefined): string | number | undefined {
	return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

const scalars = (given: Fields, names: readonly string[]): Fields =>
	Object.fromEntries(
		names.flatMap((name) => {
			const value = given[name];
			return typeof value === 'object' || value === undefined ? [] : [[name, value]];
		})
	);

/** Without what is missing and what is empty; undefined counts as missing. */
function some(given: { [name: string]: Json | undefined }): Fields {
	return Object.fromEntries(
		Object.entries(given).filter(
			([, value]) =>
				value !== undefined &&
				!(Array.isArray(value) && value.length === 0) &&
				!(isFields(value) && Object.keys(value).length === 0)
		)
	) as Fields;
}
