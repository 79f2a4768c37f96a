/** n8n loads every node file when it starts: what is slow to load must wait until it is needed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const { n8n } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const FILES: string[] = [...n8n.nodes, ...n8n.credentials].map((file: string) =>
	join(ROOT, file.replace(/^dist\//, '').replace(/\.js$/, '')),
);
const SLOW = ['zod', 'zod/v4', '@google/genai', 'pg', 'fflate', 're2js', 'culori', 'image-size'];

/** Which of the slow packages are loaded by `work`. n8n-workflow, which n8n has loaded already, does not count. */
async function loadedBy(work: () => Promise<unknown>): Promise<string[]> {
	const loaded: string[] = [];
	const n8nWorkflow = jest.requireActual('n8n-workflow');
	await jest.isolateModulesAsync(async () => {
		jest.doMock('n8n-workflow', () => n8nWorkflow);
		for (const name of SLOW) {
			const missing = name === 'pg';
			jest.doMock(
				name,
				() => {
					loaded.push(name);
					return missing ? {} : jest.requireActual(name);
				},
				{ virtual: missing },
			);
		}
		await work();
	});
	return [...new Set(loaded)];
}

it.each(FILES)('%s loads nothing slow', async (file) => {
	expect(await loadedBy(() => import(file))).toEqual([]);
});

it('would notice: the rooms that need them do load them', async () => {
	expect(await loadedBy(() => import('../../nodes/shared/state'))).toEqual(['zod/v4']);
	expect(await loadedBy(() => import('../../nodes/shared/export'))).toEqual(
		expect.arrayContaining(['zod/v4', 'fflate']),
	);
	expect(await loadedBy(() => import('../../nodes/shared/style'))).toEqual(
		expect.arrayContaining(['re2js', 'culori', 'image-size']),
	);
});

it('holds for the review page too, which a webhook renders', async () => {
	expect(await loadedBy(() => import('../../nodes/HumanGate/page'))).toEqual([]);
});
