/** `npm run docs`: writes the generated parts of the documents, and formats them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedDocs } from './generated-docs';

process.chdir(join(__dirname, '../..'));
const files = [...generatedDocs((path) => readFileSync(path, 'utf8'))];
for (const [path, text] of files) writeFileSync(path, text);
execFileSync('npx', ['prettier', '--write', ...files.map(([path]) => path)], { stdio: 'inherit' });
