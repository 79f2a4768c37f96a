/** The benches about template 01, in small and without LangGraph, which would have to be installed. Needs the build. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const BENCH = join(__dirname, '..', '..', 'scripts', 'bench.mjs');

async function bench(...args: string[]): Promise<{ code: number | null; last: string }> {
	const child = spawn(process.execPath, [BENCH, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
	child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	return { code, last: said.trim().split('\n').at(-1) ?? '' };
}

describe('bench article', () => {
	it('shows template 01 stopping at the cap and keeping what passed, also when it is started again', async () => {
		const { code, last } = await bench('article', '--ours');
		expect({ code, last }).toMatchObject({ code: 0 });
		const { attempts, briefs } = JSON.parse(last);
		expect(attempts).toBe(3);
		expect(briefs).toMatchObject([
			{ name: 'one fails', rows: [{ end: 'done', questions: 2, passed: 3, keepsApproved: true }] },
			{
				name: 'none passes',
				rows: [{ end: 'handed to a person', questions: 1 + 3 + 3, passed: 0, keepsApproved: null }],
			},
			{
				name: 'the first passes',
				rows: [
					{
						...{ end: 'handed to a person', questions: 1 + 2 + 2, passed: 1, keepsApproved: true },
						again: { end: 'handed to a person', questions: 1 + 2 + 2, passed: 1, keepsApproved: true },
					},
				],
			},
		]);
	}, 120_000);
});

describe('bench pass8', () => {
	it('says of how many briefs all eight runs come out right, by a plain chain and by template 01', async () => {
		const { code, last } = await bench('pass8', '--briefs', '2');
		expect({ code, last }).toMatchObject({ code: 0 });
		const { chains } = JSON.parse(last);
		expect(chains.map(({ name }: { name: string }) => name)).toEqual([
			...['plain chain', "plain chain, n8n's Retry On Fail", 'template 01'],
		]);
		for (const chain of chains) {
			expect(chain).toMatchObject({ briefs: 2, runs: 16 });
			expect(chain.right + chain.stopped + chain.silentlyWrong).toBeCloseTo(1);
			expect(chain.rightToThe8th).toBeCloseTo(chain.right ** 8, 4);
		}
		// The faults are the same each time: two of these sixteen runs meet one that the chain does not survive.
		const [plain, , ours] = chains;
		expect(plain).toMatchObject({ right: 14 / 16, silentlyWrong: 0 });
		expect(ours).toMatchObject({ right: 1, pass8: 1 });
	}, 120_000);

	it('takes no number of briefs that is none', async () => {
		expect(await bench('pass8', '--briefs', '0')).toMatchObject({
			code: 1,
			last: expect.stringContaining('--briefs takes a number from 1.'),
		});
	});
});
