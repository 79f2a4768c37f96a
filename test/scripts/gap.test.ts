/** The gap bench: a rung that is run in small, and the faults and the arithmetic behind all of them. Needs the build. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SCRIPTS = join(__dirname, '..', '..', 'scripts');
const FAULTS = pathToFileURL(join(SCRIPTS, 'bench', 'gapFaults.mjs')).href;

async function node(...args: string[]): Promise<{ code: number | null; last: string }> {
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
	child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	return { code, last: said.trim().split('\n').at(-1) ?? '' };
}

const inFaults = async (expression: string): Promise<unknown> => {
	const script = `import * as faults from '${FAULTS}'; console.log(JSON.stringify(${expression}))`;
	return JSON.parse((await node('--input-type=module', '-e', script)).last);
};
const bench = (...args: string[]) => node(join(SCRIPTS, 'bench.mjs'), 'gap', ...args);

describe('bench gap', () => {
	it.each(['retries only', 'recovery, recall 0.7'])(
		"says of '%s' how its runs ended",
		async (name) => {
			const { code, last } = await bench('--rung', name, '--runs', '12');
			expect({ code, last }).toMatchObject({ code: 0 });
			const { rungs, langgraph } = JSON.parse(last);
			expect(langgraph).toEqual([]);
			expect(rungs).toHaveLength(1);
			const [rung] = rungs;
			expect(Object.keys(rung)).toEqual([
				...['name', 'recall', 'ok', 'stopped', 'silentlyWrong', 'generateCallsPerRun', 'judgeCallsPerRun'],
				...['predicted', 'low', 'high', 'runs'],
			]);
			expect(rung.ok + rung.stopped + rung.silentlyWrong).toBeCloseTo(1);
			// The faults are the same each time: two of these twelve runs lose an update or get off-style work.
			const isWhole = name !== 'retries only';
			expect(rung).toMatchObject({
				...{ name, runs: 12, recall: isWhole ? 0.7 : null },
				...{ ok: isWhole ? 1 : 10 / 12, silentlyWrong: isWhole ? 0 : 2 / 12, stopped: 0 },
			});
			expect(rung.judgeCallsPerRun > 0).toBe(isWhole);
		},
		120_000,
	);

	it('names the rungs when asked for one that is not there', async () => {
		const { code, last } = await bench('--rung', 'all');
		expect(code).toBe(1);
		expect(last).toContain("There is no rung 'all'. There are: 'raw chain', 'retries only'");
	});

	it('strikes 3 of 100 tries, with the shares that it says, each time the same', async () => {
		const tries = `Array.from({ length: 50_000 }, (_, run) => faults.faultOf(run, 1 + (run % 6), 1))`;
		const struck = (await inFaults(`${tries}.filter(Boolean)`)) as string[];
		expect(struck.length / 50_000).toBeCloseTo(0.03, 2);
		const kinds = (await inFaults('faults.KINDS')) as Array<[string, number]>;
		expect(kinds.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1);
		for (const [kind, share] of kinds)
			expect(Math.abs(struck.filter((each) => each === kind).length / struck.length - share)).toBeLessThan(
				0.04,
			);
		expect(await inFaults(`${tries}.filter(Boolean)`)).toEqual(struck);
	});

	it('predicts what the docs calculate', async () => {
		const all = (effect: string) => `Object.fromEntries(faults.KINDS.map(([kind]) => [kind, '${effect}']))`;
		expect(await inFaults(`faults.predictedOk(${all('stops')})`)).toBeCloseTo(0.97 ** 6, 10);
		expect(await inFaults(`faults.predictedOk(${all('again')})`)).toBeCloseTo((1 - 0.03 ** 3) ** 6, 10);
	});
});
