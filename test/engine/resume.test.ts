/** Start again with the same run key: nothing that is on record is asked, paid, decided or shown to a person again. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { artefactsOf } from '../../nodes/shared/state';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import {
	banned,
	flow,
	gemini,
	humanGate,
	noOp,
	other,
	retryRouter,
	rules,
	same,
	start,
	stateStore,
	typesOf,
	validator,
} from '../support/flow';
import { callGate, fillForm } from '../support/gate';
import { concept } from '../support/scriptedGemini';
import { DONE, ESCALATE, RETRY, spotless, timesWritten, useGemini } from '../support/storyboard';

const APPROVED = 1;
const BUSY = {
	status: 429,
	body: {
		error: {
			code: 429,
			message: 'Slow down',
			status: 'RESOURCE_EXHAUSTED',
			details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '90s' }],
		},
	},
};

describe('start again with the same run key', () => {
	const engine = useEngine();
	const model = useGemini();
	const store = () => engine.store();
	let breaks = false;
	const types = typesOf({
		Break(this: IExecuteFunctions, items: INodeExecutionData[]) {
			if (breaks) throw new Error('boom');
			return [same(items)];
		},
	});
	beforeEach(() => {
		breaks = false;
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
	});

	const line = (runKey: string, begin: IDataObject = {}, gate = false) =>
		flow(
			[
				start(),
				stateStore('Begin', 'run', 'start', { brief: 'A rooftop chase', runKey, ...begin }),
				gemini('Capture', { resource: 'intent', operation: 'capture', brief: '={{ $json.brief }}' }),
				gemini('Write', { resource: 'concept', operation: 'generate', count: 3 }),
				validator('Check', rules(banned('spotless'))),
				other('Break'),
				retryRouter('Router', { options: { initialWait: 0 } }),
				gate ? humanGate('Gate') : noOp('Gate'),
				noOp('Kept'),
			],
			'Start > Begin > Capture > Write > Check > Break > Router:1 > Write',
			'Router:2 > Gate',
			gate ? 'Gate:1 > Kept' : 'Gate > Kept',
		);
	const go = (json: ReturnType<typeof line>): Promise<Ran> =>
		runWorkflow(json, { geminiUrl: model().url, types });
	const runOf = async (runKey: string) => {
		const found = (await (await store()).listRuns({ search: runKey })).find((run) => run.runKey === runKey);
		if (found === undefined) throw new Error(`There is no run '${runKey}'.`);
		return found;
	};

	it('goes on with a run that broke off, up to the step in flight from the record', async () => {
		breaks = true;
		const first = await go(line('open-1'));
		expect(first.run.status).toBe('error');
		expect(await runOf('open-1')).toMatchObject({ status: 'open' });
		const asked = model().asked.length;

		breaks = false;
		const second = await go(line('open-1'));

		expect(second.error).toBeUndefined();
		expect(second.out('Capture')).toMatchObject([{ replayed: true }]);
		expect(second.outputs('Write')[0]?.[0]?.map(({ json }) => json.replayed)).toEqual([true, true, true]);
		expect(second.outputs('Check')[0]?.[0]?.map(({ json }) => json.replayed)).toEqual([true, true, true]);
		// What had not been reached is new.
		expect(second.out('Router', RETRY)[0]).not.toHaveProperty('replayed');
		expect(second.out('Router', DONE)).toHaveLength(3);
		expect(model().asked.length - asked).toBe(1);
		expect(await runOf('open-1')).toMatchObject({ status: 'finished' });
	});

	it('hands on the recorded items of a finished run, each with its key, and asks and changes nothing', async () => {
		const first = await go(line('finished-1'));
		const asked = model().asked.length;
		const before = await runOf('finished-1');

		const second = await go(line('finished-1'));

		expect(model().asked).toHaveLength(asked);
		expect(second.out('Router', DONE).map(({ replayed }) => replayed)).toEqual([true, true, true]);
		expect(second.out('Kept').map(({ artefactId }) => artefactId)).toEqual(
			first.out('Kept').map(({ artefactId }) => artefactId),
		);
		const keys = (ran: Ran) => ran.out('Kept').map(({ key }) => key);
		expect(keys(second)).toEqual(keys(first));
		expect(new Set(keys(first)).size).toBe(3);
		expect(first.out('Router', DONE)[0]).not.toHaveProperty('replayed');
		expect(await runOf('finished-1')).toMatchObject({
			status: 'finished',
			version: before.version,
			costUsd: before.costUsd,
		});
		const hints = second.run.data.resultData.runData.Router?.flatMap(({ hints: shown = [] }) => shown);
		expect(hints?.map(({ message }) => message).join()).toContain('This is on record');
	});

	it('gives what went to a person out again with the same key, marked as recorded', async () => {
		model().script.concept = spotless;
		const first = await go(line('escalated-1'));
		const asked = model().asked.length;
		const second = await go(line('escalated-1'));

		expect(model().asked).toHaveLength(asked);
		const escalated = (ran: Ran) => ran.out('Router', ESCALATE).map(({ key, slot }) => [slot, key]);
		expect(escalated(second)).toEqual(escalated(first));
		expect(second.out('Router', ESCALATE).every(({ replayed }) => replayed === true)).toBe(true);
	});

	it.each(['concepts', 'intent'])(
		'goes on where a call for %s had failed and a person has mended the reason',
		async (what) => {
			const runKey = `mended ${what}`;
			const refused = {
				status: 403,
				body: { error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } },
			};
			model().script.fail = (asked) => (asked.what === what ? refused : undefined);
			const first = await go(line(runKey));
			expect(first.out('Router', DONE)).toEqual([]);
			expect(await runOf(runKey)).toMatchObject({ status: 'escalated' });

			model().script.fail = () => undefined;
			const second = await go(line(runKey));

			expect(second.out('Router', RETRY)).toHaveLength(1);
			expect(second.out('Router', DONE).map(({ title }) => title)).toEqual([
				'Concept 0',
				'Concept 3',
				'Concept 2',
			]);
			expect(second.out('Router', ESCALATE)).toEqual([]);
			expect(await runOf(runKey)).toMatchObject({ status: 'finished' });
		},
	);

	it('gives a failure from before any work was asked for to a person: Retry does not lead there', async () => {
		let isBusy = true;
		model().script.fail = ({ what }) => (what === 'intent' && isBusy ? BUSY : undefined);
		const first = await go(line('early'));

		expect(timesWritten(model())).toBe(0);
		expect(first.out('Router', ESCALATE)).toMatchObject([
			{ failure: { code: 'rate_limited', hint: expect.stringContaining('Start again') } },
		]);

		isBusy = false;
		const second = await go(line('early'));
		expect(second.out('Capture')).toMatchObject([{ title: 'Rooftop chase' }]);
		expect(second.out('Router', DONE)).toHaveLength(3);
	});

	it('opens no review that was answered', async () => {
		const waiting = await go(line('reviewed-1', {}, true));
		expect(waiting.run.status).toBe('waiting');
		const form = await fillForm(waiting, 'Gate', { d0: 'approve', d1: 'approve', d2: 'approve' });
		const { resumed } = await callGate(waiting, 'Gate', { form });
		expect(resumed?.out('Kept')).toHaveLength(3);
		const asked = model().asked.length;
		const reviews = async () =>
			(await (await store()).read((await runOf('reviewed-1')).runId)).fields.reviews;
		const before = await reviews();

		const again = await go(line('reviewed-1', {}, true));

		expect(again.run.status).toBe('success');
		expect(again.out('Gate', APPROVED).map(({ status }) => status)).toEqual([
			'approved',
			'approved',
			'approved',
		]);
		expect(model().asked).toHaveLength(asked);
		expect(await reviews()).toEqual(before);
		expect(await runOf('reviewed-1')).toMatchObject({ status: 'finished' });
	});

	it('opens no review of work that was sent back and made anew', async () => {
		const json = line('redirected-1', {}, true);
		json.connections.Gate = {
			main: [
				[],
				...[0, 1, 2].map((way) => [{ node: way === 0 ? 'Kept' : 'Router', type: 'main' as const, index: 0 }]),
			],
		};
		const waiting = await go(json);
		const form = await fillForm(waiting, 'Gate', {
			d0: 'approve',
			d1: 'redirect',
			n1: 'More rain',
			d2: 'reject',
		});
		const { resumed } = await callGate(waiting, 'Gate', { form });
		if (resumed === undefined) throw new Error('It did not go on.');
		const last = await fillForm(resumed, 'Gate', { d0: 'approve', d1: 'approve', d2: 'approve' });
		const done = await callGate(resumed, 'Gate', { form: last });
		const { runId, version } = await runOf('redirected-1');
		const kept = async () =>
			artefactsOf(await (await store()).read(runId)).filter(({ status }) => status === 'approved');
		expect(done.resumed?.run.status).toBe('success');
		expect(await kept()).toHaveLength(3);
		const asked = model().asked.length;

		const again = await go(json);

		expect(again.run.status).toBe('success');
		expect(model().asked).toHaveLength(asked);
		expect(await kept()).toHaveLength(3);
		expect(await runOf('redirected-1')).toMatchObject({ status: 'finished', version });
	});

	describe('and another brief', () => {
		const changed = (runKey: string, ifBriefChanged: string) =>
			line(runKey, { brief: 'A quiet garden', ifBriefChanged });

		it('stops and shows both', async () => {
			await go(line('other-stop'));
			const asked = model().asked.length;
			const second = await go(changed('other-stop', 'stop'));

			expect(Object(second.error).message).toMatch(/A rooftop chase.*A quiet garden/);
			expect(second.outputs('Capture')).toEqual([]);
			expect(model().asked).toHaveLength(asked);
			expect(await runOf('other-stop')).toMatchObject({ status: 'finished' });
		});

		it('keeps the old one and asks nothing where that is set', async () => {
			await go(line('other-keep'));
			const asked = model().asked.length;
			const second = await go(changed('other-keep', 'keep'));

			expect(second.out('Begin')).toMatchObject([{ brief: 'A rooftop chase' }]);
			expect(second.out('Kept').every(({ replayed }) => replayed === true)).toBe(true);
			expect(model().asked).toHaveLength(asked);
		});

		it('makes everything anew for a new version of it, marks the old work stale and keeps what was approved', async () => {
			const waiting = await go(line('other-new', {}, true));
			const form = await fillForm(waiting, 'Gate', { d0: 'approve', d1: 'reject', d2: 'reject' });
			await callGate(waiting, 'Gate', { form });
			const [approved] = waiting.out('Write');

			const second = await go(changed('other-new', 'newVersion'));

			const { runId } = await runOf('other-new');
			expect(second.out('Begin')).toMatchObject([{ runId, brief: 'A quiet garden' }]);
			expect(second.out('Capture')[0]).not.toHaveProperty('replayed');
			const work = artefactsOf(await (await store()).read(runId));
			expect(work.find(({ id }) => id === approved?.artefactId)).toMatchObject({
				locked: true,
				stale: true,
				status: 'approved',
			});
			const made = work.filter(({ stale, status }) => !stale && status !== 'replaced');
			expect(made.length).toBeGreaterThan(0);
			expect(timesWritten(model())).toBeGreaterThan(2);
		});

		it('starts another run beside it where that is set, and the same one the next time', async () => {
			const first = await go(line('other-another'));
			const second = await go(changed('other-another', 'startAnother'));
			const third = await go(changed('other-another', 'startAnother'));

			expect(second.out('Begin')).toMatchObject([{ runKey: 'other-another (2)', brief: 'A quiet garden' }]);
			expect(second.out('Begin')[0]?.runId).not.toBe(first.out('Begin')[0]?.runId);
			expect(third.out('Kept').map(({ key }) => key)).toEqual(second.out('Kept').map(({ key }) => key));
			expect(await runOf('other-another')).toMatchObject({ status: 'finished' });
		});
	});
});

describe('Run: Stop', () => {
	const engine = useEngine();
	const model = useGemini();

	it('closes the run and its reviews: the link says so, and nothing that is sent is written', async () => {
		const waiting = await runWorkflow(
			flow(
				[
					start(),
					gemini('Write', { resource: 'concept', operation: 'generate', brief: 'A chase', count: 2 }),
					humanGate('Gate'),
					noOp('Kept'),
				],
				'Start > Write > Gate:1 > Kept',
			),
			{ geminiUrl: model().url },
		);
		const form = await fillForm(waiting, 'Gate', { d0: 'approve', d1: 'approve' });
		const runId = String(waiting.out('Write')[0]?.runId);
		const stop = await runWorkflow(
			flow([start(), stateStore('Stop', 'run', 'stop', { reason: 'The client cancelled' })], 'Start > Stop'),
			{ input: [{ runId }] },
		);
		expect(stop.out('Stop')).toMatchObject([{ status: 'stopped', why: 'The client cancelled' }]);
		const store = await engine.store();
		const before = await store.read(runId);

		const posted = await callGate(waiting, 'Gate', { form });
		const looked = await callGate(waiting, 'Gate');

		expect([posted.status, looked.status]).toEqual([410, 410]);
		expect(posted.body).toContain('This run was stopped');
		expect(posted.resumed).toBeUndefined();
		expect(await store.read(runId)).toEqual(before);
		expect(await store.getRun(runId)).toMatchObject({ status: 'stopped' });
	});
});
