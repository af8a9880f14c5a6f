import { writeFileSync } from 'node:fs';
import { apiPage } from './api.ts';
import { configurationPage } from './configuration.ts';
import { root } from './types.ts';

/*
 * npm run reference: writes docs/configuration.md from the option table and docs/api.md from the
 * types.
 */
writeFileSync(`${root}docs/configuration.md`, configurationPage());
writeFileSync(`${root}docs/api.md`, apiPage());
