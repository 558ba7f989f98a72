/** The door of the API: everything under /api goes to Hono. */
import type { RequestHandler } from './$types';
import { createApi } from '../../../api/api.server';

const api = createApi();

export const fallback: RequestHandler = ({ request }) => api.fetch(request);
