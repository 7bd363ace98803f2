/** The contract of a route file: it adds its paths to the application, and reads only the source. */

import type { Hono } from 'hono';
import type { ApiSource } from '../types.ts';

export type Route = (app: Hono, source: ApiSource) => void;
