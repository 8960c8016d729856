/** The contract as a page: Swagger UI from its package, with `/openapi.json`. Nothing is loaded from other hosts. */
import { dirname } from 'node:path';
import type { IRouter } from 'express';
import { z } from 'zod';
import { filesInMemory } from './files-in-memory';
import { route } from '../http/route';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>durable-reels: HTTP API</title>
<link rel="icon" href="/docs/viewer/favicon-32x32.png">
<link rel="stylesheet" href="/docs/viewer/swagger-ui.css">
</head>
<body>
<main id="reference"></main>
<noscript>This page needs JavaScript. The same is in <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/viewer/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // The default is a validator on the Internet.
  validatorUrl: null,
});
`;

export const getDocs = route({
  method: 'GET',
  path: '/docs',
  id: 'getDocs',
  tag: 'Service',
  summary: 'This contract, for people',
  access: 'open',
  answers: { 200: { text: 'A page.', content: { 'text/html': { schema: z.string() } } } },
  handler: ({ res }) => void res.type('html').send(PAGE),
});

/** What the page loads. */
export function addDocsFiles(router: IRouter): void {
  const viewer = dirname(require.resolve('swagger-ui-dist/package.json'));
  // A file, as the content security policy allows no script inside the page.
  router.get('/docs/start.js', (_req, res) => void res.type('js').send(START));
  router.use('/docs/viewer', filesInMemory(viewer));
}
