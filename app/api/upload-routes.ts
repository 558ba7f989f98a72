/** The routes of files that are brought first and decided about afterwards, as data. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { UPLOAD_STAGES } from '$lib/upload';
import { previewSchema, problemSchema } from './mapping-routes';
import { FAILED, FOREIGN, json, refused } from './routes';

const upload = z
	.object({
		id: z.string(),
		file: z.string(),
		bytes: z.int(),
		uploadedAt: z.string(),
		stage: z
			.enum(UPLOAD_STAGES)
			.describe(
				'held: nothing was decided; waiting: another file goes in first; reading; counting: it is stored, facts and verdicts follow; interrupted: the server stopped meanwhile, begin again, nothing is doubled.'
			),
		source: z.string().nullable().describe('The source that reads files of this name and look.'),
		doubt: z.string().nullable().describe('Why no source was found for it.'),
		recognised: z.boolean().describe('The content itself shows the format, and not only the name.'),
		mapping: z.string().nullable().describe('The mapping last tried on it, as YAML.'),
		as: z.string().nullable().describe('The source it is taken in as.'),
		bytesDone: z.number(),
		bytesPerSecond: z.number().nullable(),
		secondsLeft: z.number().nullable().describe('At the rate so far; null while that is not known.'),
		report: z
			.object({ read: z.int(), accepted: z.int(), unchanged: z.int(), quarantined: z.int() })
			.nullable(),
		error: z.string().nullable()
	})
	.openapi('Upload');

const params = z.object({ id: z.string() });
const GONE = refused('There is no such upload, or it was kept for a day already.');
const BUSY = refused('It is being taken in, or was and is not kept any more.');

export const uploadsRoute = createRoute({
	operationId: 'uploads',
	method: 'get',
	path: '/uploads',
	summary: 'Files that wait for a decision, are being taken in, or were within the last day.',
	responses: { 200: json(z.array(upload), 'The newest first.'), 500: FAILED }
});

export const newUploadRoute = createRoute({
	operationId: 'newUpload',
	method: 'post',
	path: '/uploads',
	summary: 'Brings a file and stores no record of it yet. It is kept for a day, unredacted.',
	request: {
		query: z.object({
			file: z.string().min(1).describe('Name of the file; its ending says what it is and how it is packed.')
		}),
		body: {
			description: 'The file as it is.',
			required: true,
			content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } }
		}
	},
	responses: {
		201: json(upload, 'It is held.'),
		400: refused('The body is empty.'),
		403: FOREIGN,
		413: refused('The body is too large.'),
		500: FAILED,
		503: refused('Too many files wait for a decision.'),
		507: refused('The disk is full.')
	}
});

export const uploadRoute = createRoute({
	operationId: 'upload',
	method: 'get',
	path: '/uploads/{id}',
	summary: 'How far a file is.',
	request: { params },
	responses: { 200: json(upload, 'The upload.'), 404: GONE, 500: FAILED }
});

export const outlineRoute = createRoute({
	operationId: 'uploadOutline',
	method: 'get',
	path: '/uploads/{id}/outline',
	summary: 'The columns of the file, what stands in them, and a mapping proposed for them.',
	request: { params },
	responses: {
		200: json(
			z
				.object({
					text: z.string().describe('The mapping that is being tried, else the proposed one, as YAML.'),
					proposed: z.string(),
					unsure: z.array(z.object({ field: z.string(), why: z.string() })),
					rows: z.int().describe('Rows looked at.'),
					columns: z.array(
						z.object({
							name: z.string(),
							filled: z.int().describe('Rows that have it.'),
							distinct: z.int(),
							examples: z.array(z.string())
						})
					)
				})
				.openapi('UploadOutline'),
			'The outline.'
		),
		404: GONE,
		409: BUSY,
		422: refused('It is no table that can be looked into.'),
		500: FAILED
	}
});

export const uploadPreviewRoute = createRoute({
	operationId: 'uploadPreview',
	method: 'get',
	path: '/uploads/{id}/preview',
	summary: 'What would go in: the first twenty records, and why others would be put aside. Stores nothing.',
	request: {
		params,
		query: z.object({
			source: z.string().optional().describe('Without one, by the mapping that is being tried.')
		})
	},
	responses: {
		200: json(
			z
				.object({
					preview: previewSchema
						.extend({ whole: z.boolean().describe('false: only the first 32 MB were tried.') })
						.nullable(),
					problems: z.array(problemSchema).describe('What is wrong with the mapping.'),
					error: z.string().nullable().describe('Why there is no preview.')
				})
				.openapi('UploadPreview'),
			'The preview, or why there is none.'
		),
		404: GONE,
		409: BUSY,
		500: FAILED
	}
});

export const draftRoute = createRoute({
	operationId: 'draftMapping',
	method: 'put',
	path: '/uploads/{id}/mapping',
	summary: 'Remembers a mapping with the file, sound or not, for its preview and its import.',
	request: {
		params,
		body: {
			description: 'The mapping, as YAML.',
			required: true,
			content: { 'application/yaml': { schema: z.string() } }
		}
	},
	responses: { 200: json(upload, 'It is remembered.'), 403: FOREIGN, 404: GONE, 409: BUSY, 500: FAILED }
});

export const importUploadRoute = createRoute({
	operationId: 'importUpload',
	method: 'post',
	path: '/uploads/{id}/import',
	summary: 'Begins to take the file in, as a source or, without one, by the mapping remembered with it.',
	request: {
		params,
		query: z.object({ source: z.string().optional().describe('One of ours, or of a mapping that is kept.') })
	},
	responses: {
		202: json(upload, 'It has begun; GET the upload to see how far it is.'),
		400: refused('The source is unknown, or the mapping has problems.'),
		403: FOREIGN,
		404: GONE,
		409: BUSY,
		500: FAILED
	}
});

export const dropUploadRoute = createRoute({
	operationId: 'dropUpload',
	method: 'delete',
	path: '/uploads/{id}',
	summary: 'Removes the file; what was taken in from it stays.',
	request: { params },
	responses: {
		200: json(z.object({ removed: z.literal(true) }), 'It is gone.'),
		403: FOREIGN,
		404: GONE,
		409: BUSY,
		500: FAILED
	}
});
