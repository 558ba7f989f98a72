/** The routes of mappings as data: what each takes and answers. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { FAILED, FOREIGN, json, refused } from './routes';

const TOO_LARGE = refused('The body is too large.');

const saved = z
	.object({ source: z.string(), version: z.int(), text: z.string(), savedAt: z.string() })
	.openapi('SavedMapping');

const problem = z.object({
	line: z.int(),
	column: z.int(),
	path: z.string(),
	message: z.string(),
	remedy: z.string()
});

export const previewSchema = z
	.object({
		read: z.int(),
		good: z.int().describe('Records that would go in.'),
		quarantined: z.int(),
		records: z.array(z.record(z.string(), z.unknown())),
		reasons: z.array(
			z.object({
				field: z.string(),
				reason: z.string(),
				records: z.int(),
				file: z.string(),
				line: z.int().nullable(),
				raw: z.string().nullable()
			})
		)
	})
	.openapi('Preview');
export const problemSchema = problem;

const file = {
	description: 'The file as it is.',
	required: true,
	content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } }
};
const fileName = z
	.string()
	.min(1)
	.describe('Name of the file; its ending says what it is and how it is packed.');

export const mappingsRoute = createRoute({
	operationId: 'mappings',
	method: 'get',
	path: '/mappings',
	summary: 'The mappings that are kept: the newest version of each.',
	responses: { 200: json(z.array(saved), 'Mappings.'), 500: FAILED }
});

export const saveMappingRoute = createRoute({
	operationId: 'saveMapping',
	method: 'post',
	path: '/mappings',
	summary: 'Keeps a mapping as the newest version of its source; the same text again changes nothing.',
	request: {
		body: {
			description: 'The mapping, as YAML.',
			required: true,
			content: { 'application/yaml': { schema: z.string() } }
		}
	},
	responses: {
		200: json(saved, 'It is kept.'),
		400: json(
			z.object({ error: z.string(), remedy: z.string(), problems: z.array(problem).optional() }),
			'The mapping has problems, each with its line and remedy.'
		),
		403: FOREIGN,
		500: FAILED
	}
});

export const proposeMappingRoute = createRoute({
	operationId: 'proposeMapping',
	method: 'post',
	path: '/mappings/propose',
	summary: 'Looks into a file and proposes a mapping for it. Stores nothing.',
	request: { query: z.object({ file: fileName }), body: file },
	responses: {
		200: json(
			z
				.object({
					text: z.string().describe('The mapping as YAML, with a comment where it is a guess.'),
					unsure: z.array(z.object({ field: z.string(), why: z.string() })),
					unused: z.array(z.string()).describe('Columns that the proposal does not use.')
				})
				.openapi('MappingProposal'),
			'A proposal.'
		),
		400: refused('The file can not be read, or there are no rows in it.'),
		403: FOREIGN,
		413: TOO_LARGE,
		500: FAILED
	}
});

export const previewRoute = createRoute({
	operationId: 'preview',
	method: 'post',
	path: '/mappings/preview',
	summary:
		'What a source would make of a file: its first twenty records, and why others would be refused. Stores nothing.',
	request: { query: z.object({ source: z.string(), file: fileName }), body: file },
	responses: {
		200: json(previewSchema, 'The preview.'),
		400: refused('The source is unknown, or the file is not what it reads.'),
		403: FOREIGN,
		413: TOO_LARGE,
		500: FAILED
	}
});

export const mappingSchemaRoute = createRoute({
	operationId: 'mappingSchema',
	method: 'get',
	path: '/schema/mapping.json',
	summary: 'JSON Schema of a mapping.',
	responses: { 200: json(z.looseObject({ $schema: z.string() }), 'The schema.') }
});
