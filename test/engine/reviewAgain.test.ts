/** A finished run, reviewed once more: Run: Review Again before a Human Gate. */
import type { IDataObject } from 'n8n-workflow';
import { artefactsOf, type Artefact } from '../../nodes/shared/state';
import { runWorkflow, useEngine, type EngineOptions, type Ran } from '../support/engine';
import {
	banned,
	flow,
	gemini,
	humanGate,
	noOp,
	retryRouter,
	rules,
	start,
	stateStore,
	validator,
} from '../support/flow';
import { callGate, type GateResponse } from '../support/gate';
import { useGemini } from '../support/storyboard';

const [, APPROVED, , REDIRECTED] = [0, 1, 2, 3];

describe('Review Again', () => {
	const engine = useEngine();
	const model = useGemini();

	const read = async (runId: string): Promise<Artefact[]> =>
		artefactsOf(await (await engine.store()).read(runId));
	const statusOf = async (runId: string) => (await (await engine.store()).getRun(runId)).status;

	/** A finished run whose work a person has approved; the second piece is made from the first. */
	async function approved(count = 3): Promise<string> {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					gemini('Write', { resource: 'concept', operation: 'generate', brief: 'A chase', count }),
					humanGate('Gate'),
				],
				'Start > Write > Gate',
			),
			{ geminiUrl: model().url },
		);
		const runId = String(ran.out('Write')[0]?.runId);
		await post(
			ran,
			runId,
			Object.fromEntries(Array.from({ length: count }, (_, at) => [`d${at}`, 'approve'])),
		);
		const [first, second] = await read(runId);
		const store = await engine.store();
		if (second !== undefined) {
			const items = [{ id: second.id, madeFrom: [`${first?.id}@${first?.contentHash}`] }];
			await store.write(runId, [
				{
					by: 'Test',
					asRecordKeeper: true,
					commands: [
						{ op: 'unlock', artefactId: second.id },
						{ op: 'mergeById', field: 'artefacts', items },
						{ op: 'lock', artefactId: second.id },
					],
				},
			]);
		}
		await store.write(runId, [{ by: 'Test', commands: [], status: { status: 'finished' } }]);
		return runId;
	}

	async function post(ran: Ran, runId: string, choices: Record<string, string>): Promise<GateResponse> {
		const { fields } = await (await engine.store()).read(runId);
		const { nonce, pieces } = Object(fields).reviews.at(-1);
		const shown = Object.entries(pieces as Array<{ artefactId: string; contentHash: string }>).flatMap(
			([index, { artefactId, contentHash }]) => [
				[`i${index}`, artefactId],
				[`h${index}`, contentHash],
			],
		);
		const form = { ...Object.fromEntries(shown), nonce, reviewer: 'Maya', send: 'all', end: '1', ...choices };
		return callGate(ran, 'Gate', { form });
	}

	const again = (runId: string, options: EngineOptions = {}, more: IDataObject = {}): Promise<Ran> =>
		runWorkflow(
			flow(
				[
					start(),
					stateStore('Again', 'run', 'reviewAgain', { run: runId, ...more }),
					humanGate('Gate'),
					noOp('Kept'),
				],
				'Start > Again > Gate:1 > Kept',
			),
			options,
		);
	const leftBy = ({ resumed }: GateResponse, output: number): IDataObject[] =>
		(resumed?.outputs('Gate').at(-1)?.[output] ?? []).map(({ json }) => json);

	it('asks about all approved work in a new round, and opens the run again', async () => {
		const runId = await approved();
		const ran = await again(runId);

		expect(ran.error).toBeUndefined();
		expect(ran.out('Again')).toMatchObject([
			{ slot: 1, status: 'approved', round: 1, runId },
			{ slot: 2, round: 1 },
			{ slot: 3, round: 1 },
		]);
		expect(await statusOf(runId)).toBe('waiting');
		const page = await callGate(ran, 'Gate');
		expect(page.body).toContain('Keep approved');
		expect(page.body).toContain('Reopen');
		const ledger = await (await engine.store()).ledger(runId);
		expect(ledger.map(({ note }) => note)).toContain('3 approved pieces are reviewed again.');
	});

	it('unlocks what is reopened with a note, marks what was made from it, and keeps the rest approved', async () => {
		const runId = await approved();
		const ran = await again(runId);
		const answer = await post(ran, runId, {
			d0: 'reopen',
			n0: 'The client wants snow.',
			d1: 'keep',
			d2: 'keep',
		});

		expect(answer.status).toBe(200);
		expect(leftBy(answer, REDIRECTED)).toMatchObject([
			{ slot: 1, status: 'redirected', decision: { action: 'reopen', note: 'The client wants snow.' } },
		]);
		expect(leftBy(answer, APPROVED)).toMatchObject([
			{ slot: 2, status: 'approved' },
			{ slot: 3, status: 'approved' },
		]);
		expect(await read(runId)).toMatchObject([
			{ locked: false, status: 'redirected', stale: false },
			{ locked: true, status: 'approved', stale: true },
			{ locked: true, status: 'approved', stale: false },
		]);
		const { directives } = (await (await engine.store()).read(runId)).fields;
		expect(directives).toMatchObject([{ text: 'The client wants snow.' }]);
	});

	it('reopens a piece together with what was made from it', async () => {
		const runId = await approved();
		const ran = await again(runId);
		const answer = await post(ran, runId, {
			d0: 'reopen',
			n0: 'Snow.',
			d1: 'reopen',
			n1: 'Snow here too.',
			d2: 'keep',
		});

		expect(answer.status).toBe(200);
		expect(leftBy(answer, REDIRECTED)).toHaveLength(2);
		expect(await read(runId)).toMatchObject([
			{ locked: false, stale: false },
			{ locked: false, stale: true },
			{ locked: true, stale: false },
		]);
	});

	it('lets the router have what is reopened changed as the note says, and asks about it again', async () => {
		const runId = await approved(2);
		const ran = await runWorkflow(
			flow(
				[
					start(),
					stateStore('Again', 'run', 'reviewAgain', { run: runId }),
					humanGate('Gate'),
					retryRouter('Router'),
					gemini('Write', { resource: 'concept', operation: 'generate', brief: 'A chase', count: 2 }),
					validator('Check', rules(banned('spotless'))),
					noOp('Kept'),
				],
				'Start > Again > Gate:1 > Kept',
				'Gate:3 > Router:1 > Write > Check > Router:2 > Gate',
			),
			{ geminiUrl: model().url },
		);
		const answer = await post(ran, runId, { d0: 'reopen', n0: 'The client wants snow.', d1: 'keep' });

		expect(answer.resumed?.error).toBeUndefined();
		expect(answer.resumed?.out('Router', 1)).toMatchObject([
			{ slot: 1, next: 'revise', reasons: ['The client wants snow.'] },
		]);
		expect(model().asked.at(-1)?.prompt).toContain('The client wants snow.');
		expect(answer.resumed?.run.status).toBe('waiting');
	});

	it('does the same again when its execution is repeated, and begins another round in a new one', async () => {
		const runId = await approved(1);
		const first = await again(runId, { resumeToken: 'same' });
		const repeated = await again(runId, { resumeToken: 'same' });
		expect(repeated.error).toBeUndefined();
		expect(repeated.out('Again')).toMatchObject([{ round: first.out('Again')[0]?.round, replayed: true }]);

		await post(repeated, runId, { d0: 'keep' });
		const store = await engine.store();
		const { reviews } = Object((await store.read(runId)).fields);
		const items = [{ id: reviews.at(-1).id, continuedAt: new Date().toISOString() }];
		await store.write(runId, [
			{ by: 'Test', asRecordKeeper: true, commands: [{ op: 'mergeById', field: 'reviews', items }] },
		]);
		const second = await again(runId);
		expect(second.error).toBeUndefined();
		expect(second.out('Again')).toMatchObject([{ round: 2 }]);
		expect(second.run.status).toBe('waiting');
	});

	it('gives the work out once, however many items of the run come', async () => {
		const runId = await approved(3);
		const ran = await runWorkflow(
			flow(
				[
					start(),
					stateStore('List', 'artefact', 'getAll', { run: runId }),
					stateStore('Again', 'run', 'reviewAgain'),
				],
				'Start > List > Again',
			),
		);
		expect(ran.error).toBeUndefined();
		expect(ran.out('Again').map(({ slot }) => slot)).toEqual([1, 2, 3]);
	});

	it('says so when nothing is approved, and leaves the run as it is', async () => {
		const runId = await approved(1);
		const [only] = await read(runId);
		await (
			await engine.store()
		).write(runId, [
			{ by: 'Test', asRecordKeeper: true, commands: [{ op: 'unlock', artefactId: String(only?.id) }] },
		]);
		const ran = await again(runId);

		expect(String(Object(ran.error).message)).toMatch(/^Nothing of the run '.+' is approved\.$/);
		expect(await statusOf(runId)).toBe('finished');
	});

	it('says so when a person is being asked already, and when the run was stopped', async () => {
		const runId = await approved(1);
		await again(runId);
		expect(String(Object((await again(runId)).error).message)).toContain('waits for a review already');
		const store = await engine.store();
		await store.write(runId, [{ by: 'Test', commands: [], status: { status: 'stopped' } }]);
		expect(String(Object((await again(runId)).error).message)).toContain('was stopped');
	});
});
