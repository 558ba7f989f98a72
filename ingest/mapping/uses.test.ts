/** Columns and the fields they fill: found wherever a cell can name them, and given to another field by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ASSIGNABLE, assign, usesOf } from './uses';

const TEXT = `version: 1
source: desk
# Ours.
read:
  format: csv
may_lack:
  - customer_id
record:
  id: ticket
  # UNSURE: created is a guess.
  started_at: created
  channel: { column: via, values: { web: chat, created: email } }
  intent: { first_of: [topic, { column: tag }] }
  resolved_at: { if: { column: state, is: closed }, then: nothing, else: nothing }
  rating: { score: stars, scale: { constant: 5 } }
  messages:
    from: { column: thread }
    role: { column: who }
    text: body
`;

describe('the fields that columns fill', () => {
	it('are found in short cells, whole cells, conditions and lists, and not in values', () => {
		const columns = ['ticket', 'created', 'via', 'topic', 'tag', 'state', 'stars', 'thread', 'closed', 'web'];
		const uses = usesOf(TEXT, [...columns, 'thread[*].who', 'thread[*].body', 'nothing']);
		expect(Object.fromEntries(uses)).toEqual({
			ticket: ['id'],
			created: ['started_at'],
			via: ['channel'],
			topic: ['intent'],
			tag: ['intent'],
			state: ['resolved_at'],
			stars: ['rating.score'],
			thread: ['messages'],
			closed: [],
			web: [],
			'thread[*].who': ['messages.role'],
			'thread[*].body': ['messages.text'],
			nothing: []
		});
	});

	it('include what groups and orders the rows', () => {
		const uses = usesOf('group: { by: [a, b], order: c }\nrecord: { id: { group: key } }', ['a', 'b', 'c']);
		expect([...uses.values()]).toEqual([['group'], ['group'], ['order of the rows']]);
	});

	it('are none in a text that is no YAML, or none that is safe to read', () => {
		expect(usesOf('a: [', ['a']).get('a')).toEqual([]);
		expect(usesOf('record: *missing', ['a']).get('a')).toEqual([]);
		expect(usesOf('', ['a']).get('a')).toEqual([]);
	});
});

describe('a column given to a field', () => {
	it('fills it, keeps the comments, and settles the doubt and the lack', () => {
		const text = assign(assign(TEXT, 'who', 'customer_id'), 'created', 'started_at');
		expect(text).toContain('customer_id: who');
		expect(text).toContain('# Ours.');
		expect(text).not.toContain('UNSURE');
		expect(text).not.toContain('may_lack');
	});

	it('leaves the field that it filled before, and nothing else', () => {
		const text = assign(TEXT, 'ticket', 'intent');
		expect(usesOf(text, ['ticket', 'topic', 'created']).get('ticket')).toEqual(['intent']);
		expect(text).not.toMatch(/^ {2}id:/m);
		expect(text).toContain('created');
	});

	it('leaves all of them for null, and a value map stays', () => {
		const text = assign(assign(TEXT, 'created', null), 'via', null);
		expect(text).not.toContain('started_at: created');
		expect(text).toContain('column: via');
	});

	it('changes nothing in a text that is no YAML', () => {
		expect(assign('a: [', 'x', 'id')).toBe('a: [');
		expect(assign('- a', 'x', 'id')).toBe('- a');
	});

	it('fills it whatever its name', () => {
		const column = fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => name.trim() !== '');
		fc.assert(
			fc.property(column, fc.constantFrom(...ASSIGNABLE), (name, field) => {
				const text = assign(TEXT, name, field);
				expect(usesOf(text, [name]).get(name)).toContain(field);
			}),
			{ endOnFailure: true }
		);
	});
});
