/** What `npm start` says and what the stand-in makes of a brief. Both are scripts, so a Node of their own runs them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const fileOf = (...path: string[]): string =>
	pathToFileURL(join(__dirname, '..', '..', 'scripts', ...path)).href;

function run(script: string): unknown {
	const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
		encoding: 'utf8',
	});
	if (stderr !== '') throw new Error(stderr);
	return JSON.parse(stdout);
}

describe('a template that is in n8n already', () => {
	const importOver = (present: object, hash: string): unknown =>
		run(`
			import { importTemplate } from '${fileOf('start', 'prepare.mjs')}';
			const said = [];
			const api = {
				getWorkflow: async () => (${JSON.stringify(present)}),
				updateWorkflow: async () => ({ id: '1', versionId: 'new', name: 'updated' }),
			};
			const home = { notes: { workflows: { 'a.json': { id: '1', hash: 'old', versionId: 'v1' } } } };
			const got = await importTemplate(api, home, 'a.json', {}, '${hash}', (line) => said.push(line));
			console.log(JSON.stringify([got.name, said]));
		`);

	it.each([
		[
			'is kept, in plain words, where somebody changed it',
			{ name: 'Mine', versionId: 'v2' },
			'new',
			'Mine',
			1,
		],
		[
			'is kept without a word where the package has no newer one',
			{ name: 'Mine', versionId: 'v2' },
			'old',
			'Mine',
			0,
		],
		['is replaced where nobody changed it', { name: 'Theirs', versionId: 'v1' }, 'new', 'updated', 0],
	])('%s', (_, present, hash, name, lines) => {
		const said = Array.from({ length: lines }, () =>
			expect.stringMatching(/^You changed 'Mine' in n8n, so it was kept as it is\. .*archive yours/),
		);
		expect(importOver(present, hash)).toEqual([name, said]);
	});
});

describe('what the stand-in makes of a brief', () => {
	const aboutOf = (brief: string) =>
		run(`
			import { readBrief, treatmentsFor } from '${fileOf('standIn', 'treatments.mjs')}';
			const about = readBrief(${JSON.stringify(brief)});
			const made = treatmentsFor(about);
			console.log(JSON.stringify({ ...about, titles: made.map(({ title }) => title), loglines: made.map(({ logline }) => logline) }));
		`) as { subject: string; details: string[]; titles: string[]; loglines: string[] };

	it.each([
		['A spot for a family bakery that opens at four in the morning', 'Family Bakery'],
		['A family bakery that opens at four in the morning, warm and honest', 'Family Bakery'],
		['A launch film for a folding bicycle, for commuters', 'Folding Bicycle'],
		['A film about the last lighthouse keeper on the coast of Brittany', 'Last Lighthouse Keeper'],
		['An advert for our small old family-run corner coffee shop', 'Family-run Corner Coffee Shop'],
	])('"%s" is about the %s', (brief, subject) => {
		expect(aboutOf(brief).titles[0]).toBe(`The First Minute: ${subject}`);
	});

	it('titles are whole also where the brief does not say what it is about', () => {
		const { titles } = aboutOf('Make people cry');
		expect(titles.slice(0, 2)).toEqual(['The First Minute', 'Only Hands']);
	});

	it('quotes no phrase that breaks off', () => {
		for (const detail of aboutOf(
			'A bakery that opens at four in the morning, bread for the whole of the town',
		).details)
			expect(detail).not.toMatch(/ (?:a|the|of|at|in|for|that)$/);
	});

	it('one logline is too long for the usual guide of 60 words, so that not all get full marks', () => {
		const long = aboutOf('A film about bread').loglines.map((line) => line.split(' ').length > 60);
		expect(long.slice(0, 3)).toEqual([false, true, false]);
	});
});
