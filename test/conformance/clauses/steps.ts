import { PipelineError } from '../../../nodes/shared/errors';
import type { LedgerEntry, LedgerRow, StateStore, Step } from '../../../nodes/shared/state';
import { CALL, START, only, type Stage } from '../stage';

export function stepsClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	const step = CALL;

	it('lets exactly one of twenty callers at once claim a step', async () => {
		const runId = await startRun();
		const claims = await Promise.all(Array.from({ length: 20 }, () => store.claimStep(runId, step)));

		expect(claims.filter(({ claimed }) => claimed)).toHaveLength(1);
	});

	it('gives back what is recorded, and lets a failed step be claimed again', async () => {
		const runId = await startRun();
		await store.claimStep(runId, step);
		await store.recordStep(runId, { ...step, state: 'failed', costUsd: 0.01 });
		expect(await store.claimStep(runId, step)).toMatchObject({ claimed: true });

		await store.recordStep(runId, { ...step, state: 'answered', answer: { text: 'hi' }, costUsd: 0.02 });
		expect(await store.claimStep(runId, step)).toMatchObject({
			claimed: false,
			step: { state: 'answered', answer: { text: 'hi' } },
		});
	});

	it('sums what the calls cost and counts those of unknown price', async () => {
		const runId = await startRun();
		await store.recordStep(runId, { ...step, state: 'failed', costUsd: 0.25 });
		await store.recordStep(runId, { ...step, state: 'answered', costUsd: 0.5 });
		await store.recordStep(runId, { ...step, key: 'g1:other', state: 'answered', costUsd: null });

		expect(await store.getRun(runId)).toMatchObject({ costUsd: 0.75, unpricedCalls: 1 });
	});

	it('makes no version of the document', async () => {
		const runId = await startRun('noir');
		await store.recordStep(runId, step, [{ layer: 'capability', event: 'call', note: 'asked', by: 'Write' }]);

		expect((await store.getRun(runId)).version).toBe(1);
	});

	it('lists steps in the order in which they were recorded first, by kind, node and round', async () => {
		const runId = await startRun();
		await store.recordStep(runId, { ...step, key: 'b' });
		await store.recordStep(runId, { ...step, key: 'a', kind: 'arrival', round: 1 });
		await store.recordStep(runId, { ...step, key: 'b', state: 'answered' });

		expect((await store.listSteps(runId)).map(({ key }) => key)).toEqual(['b', 'a']);
		expect(await store.listSteps(runId, { kind: 'arrival', round: 1, node: 'w1/Write' })).toHaveLength(1);
		expect(await store.listSteps(runId, { round: 7 })).toEqual([]);
		expect((await store.listSteps(runId, { last: 1 })).map(({ key }) => key)).toEqual(['a']);
		expect((await store.listSteps(runId, { kind: 'call', last: 5 })).map(({ key }) => key)).toEqual(['b']);
	});

	it('saves steps, ledger and status of a write only together with it', async () => {
		const runId = await startRun();
		const extras = {
			steps: [step],
			ledger: [{ layer: 'recovery', event: 'attempt', note: 'again', by: 'Router' }] as const,
			status: { status: 'escalated', note: 'Ana' } as const,
		};

		await write(runId, { ...extras, commands: [{ op: 'set', field: 'none', value: 1 }] });
		expect(await store.findStep(runId, step.key)).toBeUndefined();
		expect((await store.getRun(runId)).status).toBe('open');

		await write(runId, extras);
		expect(await store.findStep(runId, step.key)).toMatchObject({ node: 'w1/Write', slot: '1' });
		expect(await store.getRun(runId)).toMatchObject({ status: 'escalated', statusNote: 'Ana' });
		expect((await store.ledger(runId)).at(-1)).toMatchObject({ seq: 2, event: 'attempt', note: 'again' });
	});

	it('writes a claimed step as started, and gives it back as it is recorded', async () => {
		const runId = await startRun();
		await store.recordStep(runId, { ...CALL, state: 'failed', costUsd: 0.01 });

		const { claimed, step } = await store.claimStep(runId, { ...CALL, state: 'answered', owner: 'p2' });

		expect(claimed).toBe(true);
		expect(step).toMatchObject({ state: 'started', owner: 'p2', costUsd: 0.01 });
		expect(step).toEqual(await store.findStep(runId, CALL.key));
	});

	it('keeps answer, failure, owner and price of a step as they were given', async () => {
		const runId = await startRun();
		const failure = new PipelineError('timeout', 'No answer came.', { retryAfterMs: 5 }).toFailure();
		const steps: Step[] = [
			{ ...CALL, key: 'a', state: 'answered', answer: { text: '🎬 \u0000', list: [null, 0, ''] } },
			{ ...CALL, key: 'b', state: 'failed', failure, costUsd: null },
			{ ...CALL, key: 'c', kind: 'decision', state: 'answered', answer: null, costUsd: 0 },
		];
		for (const step of steps) await store.recordStep(runId, step);

		const recorded = await store.listSteps(runId);
		expect(recorded).toEqual(
			steps.map((step) => ({ ...step, startedAt: expect.any(String), updatedAt: expect.any(String) })),
		);
		for (const { startedAt } of recorded) expect(startedAt).toBe(new Date(startedAt).toISOString());
		expect(await store.findStep(runId, 'a')).toEqual(recorded[0]);
		expect(await store.findStep(runId, 'none')).toBeUndefined();
	});

	it('keeps the time at which a step was recorded first', async () => {
		const runId = await startRun();
		await store.claimStep(runId, CALL);
		const first = await store.findStep(runId, CALL.key);
		await store.recordStep(runId, { ...CALL, state: 'answered' });
		const last = await store.findStep(runId, CALL.key);

		expect(last?.startedAt).toBe(first?.startedAt);
		expect(String(last?.updatedAt) > String(first?.updatedAt)).toBe(true);
	});

	it('lists what happened oldest first, numbered without gaps, and never takes anything back', async () => {
		const runId = await startRun('noir');
		const entry = (note: string): LedgerEntry => ({
			layer: 'capability',
			event: 'failure',
			note,
			by: 'Write',
			artefactId: 'a',
			round: 1,
			failure: new PipelineError('timeout', 'No answer came.').toFailure(),
			costUsd: null,
			durationMs: 12,
		});
		await store.recordStep(runId, CALL, [entry('1'), entry('2')]);
		await write(runId, { ledger: [entry('3')], commands: [{ op: 'set', field: 'brief', value: 'x' }] });
		const before = await store.ledger(runId);
		await store.rollBack(runId, 1, { by: 'Test' });

		const ledger = await store.ledger(runId);
		expect(ledger.slice(0, before.length)).toEqual(before);
		expect(before.slice(1)).toMatchObject([entry('1'), entry('2'), entry('3')]);
		expect(ledger.map(({ seq }) => seq)).toEqual(ledger.map((_, index) => index + 1));
		expect(ledger.map(({ at }) => at)).toEqual(ledger.map(({ at }) => at).sort());
		expect(ledger.at(-1)).toMatchObject({ event: 'rollback', by: 'Test' });
		expect(await store.ledger(runId, 2)).toEqual(ledger.slice(-2));
	});

	it('gives the ledger a page at a time, run after run and oldest first, and nothing twice', async () => {
		const entry = (note: string): LedgerEntry => ({ layer: 'state', event: 'status', note, by: 'Test' });
		for (const runKey of ['one', 'two', 'three']) {
			const { runId } = (await store.startRun({ ...START, runKey, title: runKey })).run;
			await write(runId, { ledger: [entry('1'), entry('2'), entry('3')] });
		}
		const all = await store.ledgerPage({ limit: 100 });
		const read: LedgerRow[] = [];
		for (let page = await store.ledgerPage({ limit: 5 }); page.length > 0;) {
			read.push(...page);
			page = await store.ledgerPage({ limit: 5, after: only(page.slice(-1)) });
		}

		expect(read).toEqual(all);
		expect(all).toHaveLength(12);
		const runIds = [...new Set(all.map(({ run }) => run.runId))];
		expect(runIds).toHaveLength(3);
		for (const runId of runIds) {
			const rows = all.filter(({ run }) => run.runId === runId);
			expect(rows.map(({ entry: { seq } }) => seq)).toEqual([1, 2, 3, 4]);
			expect(rows.map(({ entry: each }) => each)).toEqual(await store.ledger(runId));
			expect(rows[0]?.run).toEqual(await store.getRun(runId));
			expect(await store.ledgerPage({ runId, limit: 100 })).toEqual(rows);
		}
		// Together: the rows of one run come one after the other.
		expect(all.map(({ run }) => run.runId)).toEqual(runIds.flatMap((id) => [id, id, id, id]));
	});

	it('gives only the ledgers of runs that began since a time', async () => {
		const first = (await store.startRun({ ...START, runKey: 'first' })).run;
		const second = (await store.startRun({ ...START, runKey: 'second' })).run;
		const since = async (begunSince: string) =>
			(await store.ledgerPage({ begunSince, limit: 10 })).map(({ run }) => run.runId);

		expect(await since(second.createdAt)).toEqual([second.runId]);
		expect((await since(first.createdAt)).sort()).toEqual([first.runId, second.runId].sort());
		expect(await since('2999-01-01T00:00:00.000Z')).toEqual([]);
	});
}
