/** A gate that is asked twice, asked by several at once, or given what it cannot ask about. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine, type EngineOptions, type Ran } from '../support/engine';
import { flow, gemini, humanGate, keepIf, noOp, other, start, typesOf } from '../support/flow';
import { callGate, fillForm, timeOut } from '../support/gate';
import { APPROVED, BRIEF, NO_DECISION, gateTests } from '../support/parked';
import { useGemini } from '../support/storyboard';

describe('the human gate, once more', () => {
	const engine = useEngine();
	const model = useGemini();
	const { park, post, formOf, fieldsOf, decisionsOf, runIdOf, leftBy } = gateTests(engine, model);

	const again = (gate: IDataObject, options: EngineOptions = {}): Promise<Ran> =>
		runWorkflow(
			flow(
				[
					start(),
					gemini('Write', { ...BRIEF, count: 2, options: { runKey: String(gate.title) } }),
					humanGate('Gate', gate),
					noOp('Kept'),
				],
				'Start > Write > Gate:1 > Kept',
			),
			{ geminiUrl: model().url, ...options },
		);

	it('tells the reviewer the new link when another execution asks the same', async () => {
		const told: IDataObject[] = [];
		const gate = { title: 'Told again', tellWorkflow: 'tell' };
		const called: EngineOptions['called'] = (_, items) => told.push(...items.map(({ json }) => json));
		for (let count = 0; count < 2; count++) await again(gate, { called });

		expect(told).toHaveLength(2);
		expect(new Set(told.map(({ link }) => link)).size).toBe(2);
	});

	it('tells the reviewer when n8n tries the step again, after telling had failed', async () => {
		let calls = 0;
		const called = (): void => {
			if (++calls === 1) throw new Error('The workflow is not there.');
		};
		const json = flow(
			[
				start(),
				gemini('Write', { ...BRIEF, count: 1 }),
				humanGate('Gate', { tellWorkflow: 'tell' }, { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 }),
			],
			'Start > Write > Gate',
		);
		const ran = await runWorkflow(json, { geminiUrl: model().url, called });

		expect(ran.run.status).toBe('waiting');
		expect(calls).toBe(2);
	});

	it('waits without an end when it is asked so, although it had one the first time', async () => {
		const first = await again({ title: 'No hurry', waitHours: 1 });
		await timeOut(first);
		const second = await again({ title: 'No hurry', waitHours: 0 });
		const now = Date.now();
		jest.spyOn(Date, 'now').mockImplementation(() => now + 2 * 3_600_000);
		try {
			expect((await callGate(second, 'Gate')).status).toBe(200);
			const form = await fillForm(second, 'Gate', { d0: 'approve', d1: 'approve' });
			expect((await callGate(second, 'Gate', { form })).resumed).toBeDefined();
		} finally {
			jest.restoreAllMocks();
		}
	});

	it('opens the page although what came first names a run that is not there', async () => {
		const types = typesOf({
			Spoil: (items) => [
				[
					{ json: { title: 'Pinned', runId: 'gone', timedOut: true } },
					...(keepIf(() => true)(items)[0] ?? []),
				],
			],
		});
		const json = flow(
			[start(), gemini('Write', { ...BRIEF, count: 2 }), other('Spoil'), humanGate('Gate'), noOp('Kept')],
			'Start > Write > Spoil > Gate:1 > Kept',
		);
		const ran = await runWorkflow(json, { geminiUrl: model().url, types });
		const page = await callGate(ran, 'Gate');

		expect(page.status).toBe(200);
		expect(page.body).toContain(String(ran.out('Write')[0]?.title));
		const { resumed } = await post(ran, { d0: 'approve', d1: 'approve' });
		expect(leftBy(resumed, APPROVED)).toHaveLength(2);
		expect(leftBy(resumed, NO_DECISION)).toMatchObject([
			{ title: 'Pinned', failure: { code: 'run_not_found' } },
		]);
	});

	async function write(ran: Ran, item: IDataObject): Promise<void> {
		const store = await engine.store();
		const items = [item] as never;
		const commands = [{ op: 'mergeById' as const, field: 'artefacts', items }];
		await store.write(runIdOf(ran), [{ by: 'Somebody', asRecordKeeper: true, commands }]);
	}
	const workOf = async (ran: Ran) => Object((await fieldsOf(ran)).artefacts)[0];

	it('does not send the rest on when a choice was about what is not there any more', async () => {
		const ran = await park(2);
		const form = await formOf(ran, { d0: 'approve', send: 'decided' });
		const { id, content } = await workOf(ran);
		await write(ran, { id, content: { ...content, logline: 'Quite another story.' } });
		const refused = await callGate(ran, 'Gate', { form });

		expect(refused).toMatchObject({ status: 409, resumed: undefined });
		expect(refused.body).toContain('Quite another story.');
		expect(await decisionsOf(ran)).toEqual([]);
		const sent = await post(ran, { d0: 'approve', send: 'decided' });
		expect(leftBy(sent.resumed, APPROVED)).toHaveLength(1);
	});

	it.each(['reject', 'redirect'])(
		'does not %s work that was approved elsewhere since it was shown',
		async (d0) => {
			const ran = await park(1);
			const form = await formOf(ran, { d0, n0: 'Too clean.' });
			await write(ran, { id: (await workOf(ran)).id, status: 'approved', locked: true });
			const refused = await callGate(ran, 'Gate', { form });

			expect(refused).toMatchObject({ status: 409, resumed: undefined });
			expect(await workOf(ran)).toMatchObject({ status: 'approved', locked: true });
		},
	);

	it('takes two decisions about different pieces that come at once, and tells neither that it was late', async () => {
		const ran = await park(2);
		const forms = [
			await formOf(ran, { d0: 'approve', send: 'save' }),
			await formOf(ran, { d1: 'reject', send: 'save', reviewer: 'Jo' }),
		];
		const answers = await Promise.all(forms.map((form) => callGate(ran, 'Gate', { form })));

		expect(answers.map(({ status }) => status)).toEqual([200, 200]);
		expect(answers.filter(({ resumed }) => resumed !== undefined)).toHaveLength(1);
		expect(await decisionsOf(ran)).toHaveLength(2);
	});

	it('thanks a reviewer who presses the button twice, and goes on once', async () => {
		const ran = await park(2);
		const form = await formOf(ran, { d0: 'approve', d1: 'redirect', n1: 'More rain.' });
		const [first, second] = [await callGate(ran, 'Gate', { form }), await callGate(ran, 'Gate', { form })];
		const other = await callGate(ran, 'Gate', { form: { ...form, reviewer: 'Jo' } });

		expect([first.status, second.status, other.status]).toEqual([200, 200, 409]);
		expect([second.resumed, other.resumed]).toEqual([undefined, undefined]);
		expect(await decisionsOf(ran)).toHaveLength(2);
	});

	it.each(['accent', 'logo', 'reviewer'])(
		'opens the page although the expression in %s fails',
		async (name) => {
			const ran = await park(1, { options: { [name]: "={{ $('Not there').first().json.x }}" } });
			expect((await callGate(ran, 'Gate')).status).toBe(200);
			expect((await post(ran, { d0: 'approve' })).resumed).toBeDefined();
		},
	);

	it('reads each version once to say what changed, whatever a form claims to have seen', async () => {
		const ran = await park(3);
		const { id, content } = await workOf(ran);
		for (const logline of ['One', 'Two', 'Three']) await write(ran, { id, content: { ...content, logline } });
		const store = await engine.store();
		const form = await formOf(ran, { d0: 'approve', h0: 'made up', h1: 'made up', h2: 'made up' });
		const read = jest.spyOn(store, 'read');
		expect((await callGate(ran, 'Gate', { form })).status).toBe(409);
		const versions = read.mock.calls.flatMap(([, version]) => (version === undefined ? [] : [version]));
		read.mockRestore();

		expect(versions.length).toBeGreaterThan(3);
		expect(new Set(versions).size).toBe(versions.length);
	});
});
