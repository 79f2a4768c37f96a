import type { Hold, Run, StateStore } from '../../../nodes/shared/state';
import { CALL, START, type Stage } from '../stage';

/** What a run with a spend cap lets through. */
export function spendClauses(stage: Stage): void {
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	const startCapped = async (spendCapUsd: number | null): Promise<string> =>
		(await store.startRun({ ...START, spendCapUsd })).run.runId;
	const hold = (usd: number | null): Hold => ({ usd, model: 'gemini-x', by: 'Write' });
	const claim = (runId: string, key: string, usd: number | null) =>
		store.claimStep(runId, { ...CALL, key }, hold(usd));
	const settle = (runId: string, key: string, costUsd: number | null, holdUsd: number) =>
		store.recordStep(runId, { ...CALL, key, state: 'answered', costUsd, holdUsd });
	const money = async (runId: string): Promise<Pick<Run, 'costUsd' | 'heldUsd' | 'spendCapUsd'>> => {
		const { costUsd, heldUsd, spendCapUsd } = await store.getRun(runId);
		return { costUsd, heldUsd, spendCapUsd };
	};

	it('sets money aside with a claim and settles it with the record', async () => {
		const runId = await startCapped(1);
		expect(await claim(runId, 'a', 0.6)).toMatchObject({ claimed: true, heldUsd: 0.6 });
		expect(await money(runId)).toEqual({ costUsd: 0, heldUsd: 0.6, spendCapUsd: 1 });

		await settle(runId, 'a', 0.25, -0.6);
		expect(await money(runId)).toEqual({ costUsd: 0.25, heldUsd: 0, spendCapUsd: 1 });
		expect((await store.findStep(runId, 'a'))?.state).toBe('answered');
	});

	it('claims nothing that could pass the cap, and notes the refusal in the ledger', async () => {
		const runId = await startCapped(1);
		await claim(runId, 'a', 0.6);
		await expect(claim(runId, 'b', 0.5)).rejects.toMatchObject({
			code: 'budget_exhausted',
			message:
				'The run has spent $0.00 of its cap of $1.00 and holds $0.60 for calls that are under way or without a known outcome; the next call may cost up to $0.50.',
			details: { spentUsd: 0, heldUsd: 0.6, spendCapUsd: 1, neededUsd: 0.5 },
		});
		expect(await store.findStep(runId, 'b')).toBeUndefined();
		expect((await store.ledger(runId)).at(-1)).toMatchObject({
			layer: 'recovery',
			event: 'failure',
			by: 'Write',
			round: 0,
			failure: { code: 'budget_exhausted' },
		});
		expect(await claim(runId, 'b', 0.4)).toMatchObject({ claimed: true });
	});

	it('notes nothing of a trial that the cap refuses', async () => {
		const runId = await startCapped(1);
		await claim(runId, 'a', 0.6);
		const before = await store.ledger(runId);
		const trial = store.claimStep(runId, { ...CALL, key: 'b' }, { ...hold(0.5), isTrial: true });
		await expect(trial).rejects.toMatchObject({ code: 'budget_exhausted' });
		expect(await store.ledger(runId)).toEqual(before);
		expect(await store.findStep(runId, 'b')).toBeUndefined();
	});

	it('gives back what is recorded without asking for money', async () => {
		const runId = await startCapped(1);
		await claim(runId, 'a', 1);
		await settle(runId, 'a', 1, -1);
		expect(await claim(runId, 'a', 1)).toMatchObject({ claimed: false, step: { state: 'answered' } });
	});

	it('refuses an amount that nobody knows, and takes it where there is no cap', async () => {
		const runId = await startCapped(1);
		await expect(claim(runId, 'a', null)).rejects.toMatchObject({ code: 'price_unknown' });
		await stage.write(runId, { spendCapUsd: null });
		const claimed = await claim(runId, 'a', null);
		expect(claimed.claimed).toBe(true);
		expect(claimed).not.toHaveProperty('heldUsd');
		expect(await money(runId)).toEqual({ costUsd: 0, heldUsd: 0, spendCapUsd: null });
	});

	it('sets more aside for a claimed step, or refuses as a claim does', async () => {
		const runId = await startCapped(1);
		await claim(runId, 'a', 0.6);
		await store.hold(runId, hold(0.4));
		expect(await money(runId)).toMatchObject({ heldUsd: 1 });
		await expect(store.hold(runId, hold(0.01))).rejects.toMatchObject({ code: 'budget_exhausted' });
		await expect(store.hold(runId, hold(null))).rejects.toMatchObject({ code: 'price_unknown' });
		await store.hold(await anotherRun(), hold(0.5));
	});

	it('keeps aside what was never settled', async () => {
		const runId = await startCapped(1);
		await claim(runId, 'a', 0.6);
		await store.recordStep(runId, { ...CALL, key: 'a', state: 'failed', costUsd: null });
		expect(await claim(runId, 'a', 0.4)).toMatchObject({ claimed: true });
		await settle(runId, 'a', 0.1, -0.4);
		expect(await money(runId)).toMatchObject({ costUsd: 0.1, heldUsd: 0.6 });
	});

	it('never lets what is spent and set aside pass the cap, with many callers at once', async () => {
		const runId = await startCapped(0.35);
		const second = await stage.open();
		const seen: number[] = [];
		const call = async (at: StateStore, key: string): Promise<boolean> => {
			const claimed = await at.claimStep(runId, { ...CALL, key }, hold(0.1)).catch(() => undefined);
			if (claimed === undefined) return false;
			await at.recordStep(runId, { ...CALL, key, state: 'answered', costUsd: 0.03, holdUsd: -0.1 });
			const { costUsd, heldUsd } = await at.getRun(runId);
			seen.push(costUsd + heldUsd);
			return true;
		};
		const done = await Promise.all(
			Array.from({ length: 30 }, (_, index) => call(index % 2 === 0 ? store : second, `k${index}`)),
		);
		if (second !== store) await second.close();
		expect(Math.max(...seen)).toBeLessThanOrEqual(0.35 + 1e-9);
		expect(await money(runId)).toMatchObject({ heldUsd: 0 });
		expect((await store.getRun(runId)).costUsd).toBeCloseTo(0.03 * done.filter(Boolean).length, 9);
		expect(done.filter(Boolean).length).toBeGreaterThanOrEqual(3);
	});

	it('has one cap for a run: given at its start, changed by a write, and copied with it', async () => {
		const runId = await startCapped(1);
		await store.startRun({ ...START, spendCapUsd: 5 });
		expect(await money(runId)).toMatchObject({ spendCapUsd: 1 });
		await stage.write(runId, { spendCapUsd: 2, estimateUsd: 0.04 });
		await stage.write(runId, { title: 'Other' });
		expect(await store.getRun(runId)).toMatchObject({ spendCapUsd: 2, estimateUsd: 0.04, title: 'Other' });
		const { run } = await store.fork(runId, { runKey: 'copy', by: 'Test' });
		expect(run).toMatchObject({ spendCapUsd: 2, heldUsd: 0, costUsd: 0, estimateUsd: null });
	});

	it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %p as a cap', async (spendCapUsd) => {
		await expect(store.startRun({ ...START, spendCapUsd })).rejects.toMatchObject({ code: 'input_refused' });
		const runId = await stage.startRun();
		expect(await stage.write(runId, { spendCapUsd, title: 'No' })).toMatchObject({
			ok: false,
			failure: { code: 'input_refused' },
		});
		expect(await store.getRun(runId)).toMatchObject({ spendCapUsd: null, title: START.title });
	});

	it('goes along with an export, and an export from before there were caps has none', async () => {
		const runId = await startCapped(1);
		await claim(runId, 'a', 0.6);
		const lines = await store.exportRun(runId);
		await store.deleteRuns({ before: '2100-01-01' });
		expect(await store.importRun(lines)).toMatchObject({ spendCapUsd: 1, heldUsd: 0.6 });
		await store.deleteRuns({ before: '2100-01-01' });
		const old = lines.map((line) => line.replace(/,"(spend_cap_usd|held_usd|estimate_usd)":[^,}]+/g, ''));
		expect(old).not.toEqual(lines);
		expect(await store.importRun(old)).toMatchObject({
			spendCapUsd: null,
			heldUsd: 0,
			estimateUsd: null,
		});
	});

	async function anotherRun(): Promise<string> {
		return (await store.startRun({ ...START, runKey: 'uncapped' })).run.runId;
	}
}
