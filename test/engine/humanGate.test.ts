/** A person decides: what waits, what the page takes. */
import { useEngine, type Ran } from '../support/engine';
import { callGate, timeOut } from '../support/gate';
import { APPROVED, NO_DECISION, REDIRECTED, REJECTED, gateTests } from '../support/parked';
import { useGemini } from '../support/storyboard';

describe('the human gate', () => {
	const engine = useEngine();
	const model = useGemini();
	const { park, runIdOf, runOf, fieldsOf, decisionsOf, leftBy, formOf, post } = gateTests(engine, model);

	it('puts the run to wait and shows each piece on one page', async () => {
		const ran = await park();

		expect(ran.error).toBeUndefined();
		expect(ran.run.status).toBe('waiting');
		expect(await runOf(ran)).toMatchObject({
			status: 'waiting',
			statusNote: "3 pieces wait for a decision at 'Gate'.",
		});
		const page = await callGate(ran, 'Gate');
		expect(page.status).toBe(200);
		for (const { title } of ran.out('Write')) expect(page.body).toContain(String(title));
		expect(page.headers['content-security-policy']).toContain("default-src 'none'");
		expect(page.headers['referrer-policy']).toBe('no-referrer');
	});

	it('sends each piece where it was decided to go, and locks what was approved', async () => {
		const ran = await park();
		const { status, resumed } = await post(ran, {
			d0: 'approve',
			d1: 'reject',
			d2: 'redirect',
			n2: 'More rain.',
		});

		expect(status).toBe(200);
		expect(leftBy(resumed, NO_DECISION)).toEqual([]);
		expect(leftBy(resumed, APPROVED)).toMatchObject([
			{ slot: 1, status: 'approved', why: 'It was approved by Maya.', decision: { reviewer: 'Maya' } },
		]);
		expect(leftBy(resumed, REJECTED)).toMatchObject([{ slot: 2, status: 'rejected' }]);
		expect(leftBy(resumed, REDIRECTED)).toMatchObject([{ slot: 3, decision: { note: 'More rain.' } }]);
		const { artefacts, directives } = await fieldsOf(ran);
		expect(artefacts).toMatchObject([{ locked: true }, { locked: false }, { locked: false }]);
		expect(directives).toMatchObject([{ text: 'More rain.', scope: 'artefact' }]);
		expect(resumed?.out('Kept')).toHaveLength(1);
	});

	it('changes nothing when the page is only looked at', async () => {
		const ran = await park();
		const before = await fieldsOf(ran);
		for (let visit = 0; visit < 3; visit++) await callGate(ran, 'Gate');

		expect(await fieldsOf(ran)).toEqual(before);
	});

	it('says that the run has just gone on where n8n hands over what a later step was given, and takes nothing', async () => {
		const ran = await park();
		const form = await formOf(ran, { d0: 'approve', d1: 'approve', d2: 'approve' });
		const [entry] = ran.run.data.executionData?.nodeExecutionStack ?? [];
		for (const item of (entry?.data.main ?? []).flat()) delete item?.json.timedOut;

		for (const answer of [await callGate(ran, 'Gate'), await callGate(ran, 'Gate', { form })]) {
			expect(answer).toMatchObject({ status: 409, resumed: undefined });
			expect(answer.body).toContain('The run has just gone on');
		}
		expect(await decisionsOf(ran)).toEqual([]);
	});

	it('keeps what is saved, and goes on once when the rest is decided', async () => {
		const ran = await park();
		const saved = await post(ran, { d0: 'approve', send: 'save' });
		expect(saved).toMatchObject({ status: 200, resumed: undefined });
		expect(await decisionsOf(ran)).toHaveLength(1);
		expect((await runOf(ran)).status).toBe('waiting');

		const sent = await post(ran, { d1: 'reject', d2: 'approve', reviewer: 'Jo' });
		expect(leftBy(sent.resumed, APPROVED).map(({ slot }) => slot)).toEqual([1, 3]);
		expect(leftBy(sent.resumed, REJECTED)).toHaveLength(1);
		expect(await decisionsOf(ran)).toMatchObject([
			{ reviewer: 'Maya' },
			{ reviewer: 'Jo' },
			{ reviewer: 'Jo' },
		]);
	});

	it('sends what is decided when asked to, the rest by No Decision', async () => {
		const ran = await park();
		const { resumed } = await post(ran, { d0: 'approve', send: 'decided' });

		expect(leftBy(resumed, APPROVED)).toHaveLength(1);
		expect(leftBy(resumed, NO_DECISION)).toMatchObject([
			{ slot: 2, why: 'The reviewer left this one without a decision.' },
			{ slot: 3 },
		]);
		expect(leftBy(resumed, NO_DECISION)[0]).not.toHaveProperty('timedOut');
	});

	it('does not go on before everything is decided, and keeps what was typed', async () => {
		const ran = await park();
		const refused = await post(ran, { d0: 'approve', d1: 'redirect', n1: '', send: 'all' });

		expect(refused.resumed).toBeUndefined();
		expect(refused.status).toBe(422);
		expect(await decisionsOf(ran)).toEqual([]);
	});

	it('takes the first of two decisions, and tells the other who decided what', async () => {
		const ran = await park(1);
		const forms = [await formOf(ran, { d0: 'approve' }), await formOf(ran, { d0: 'reject', reviewer: 'Jo' })];
		const [first, second] = [
			await callGate(ran, 'Gate', { form: forms[0] ?? {} }),
			await callGate(ran, 'Gate', { form: forms[1] ?? {} }),
		];

		expect(leftBy(first.resumed, APPROVED)).toHaveLength(1);
		expect(second.resumed).toBeUndefined();
		expect(second.status).toBe(409);
		expect(second.body).toContain('Maya');
		expect(await decisionsOf(ran)).toMatchObject([{ action: 'approve', reviewer: 'Maya' }]);
	});

	it('lets one of many that decide at once through, and goes on once', async () => {
		const ran = await park(2);
		const forms = await Promise.all(
			Array.from({ length: 20 }, (_, number) =>
				formOf(ran, { d0: number % 2 ? 'approve' : 'reject', d1: 'approve', reviewer: `R${number}` }),
			),
		);
		const answers = await Promise.all(forms.map((form) => callGate(ran, 'Gate', { form })));

		expect(answers.filter(({ resumed }) => resumed !== undefined)).toHaveLength(1);
		expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
		expect(await decisionsOf(ran)).toHaveLength(2);
	});

	async function changeWork(ran: Ran, logline: string): Promise<void> {
		const [work] = Object((await fieldsOf(ran)).artefacts);
		await (
			await engine.store()
		).write(runIdOf(ran), [
			{
				by: 'Somebody',
				commands: [
					{
						op: 'mergeById',
						field: 'artefacts',
						items: [{ id: work.id, content: { ...work.content, logline } }],
					},
				],
			},
		]);
	}

	it('refuses a decision about work that changed since it was shown, with what changed', async () => {
		const ran = await park(1);
		const form = await formOf(ran, { d0: 'approve' });
		await changeWork(ran, 'Quite another story.');
		const refused = await callGate(ran, 'Gate', { form });

		expect(refused.status).toBe(409);
		expect(refused.body).toContain('Quite another story.');
		expect(refused.resumed).toBeUndefined();
		expect(await decisionsOf(ran)).toEqual([]);
	});

	it('keeps an edit as a new version by the reviewer, approved as it is', async () => {
		const ran = await park(1);
		const { resumed } = await post(ran, { d0: 'approve', 'e0.logline': 'She runs, and it rains.' });

		expect(leftBy(resumed, APPROVED)).toMatchObject([
			{ logline: 'She runs, and it rains.', status: 'approved' },
		]);
		expect((await fieldsOf(ran)).artefacts).toMatchObject([
			{ content: { logline: 'She runs, and it rains.' }, locked: true },
		]);
		const history = await (await engine.store()).history(runIdOf(ran));
		expect(history.some(({ by }) => by.startsWith('Maya'))).toBe(true);
	});

	it('shows the page again to edit a text, with what was typed, and saves nothing', async () => {
		const ran = await park();
		const before = await fieldsOf(ran);
		const { status, body, resumed } = await post(ran, {
			edit: '1',
			d0: 'reject',
			n0: 'Too clean.',
			reviewer: '',
		});

		expect([status, resumed]).toEqual([200, undefined]);
		expect(body).toMatch(/<textarea name="e1\.\w+" id="e1">/);
		expect(body).toMatch(/name="d0" value="reject" checked/);
		expect(body).toContain('>Too clean.</textarea>');
		expect(await fieldsOf(ran)).toEqual(before);
	});

	it.each([
		['to edit a text', { edit: '0' }],
		['to approve all that pass', { send: 'approvePassing' }],
		['with a name missing', { reviewer: '' }],
	])('says what changed when the page is shown again %s', async (_, how) => {
		const ran = await park(1);
		const form = await formOf(ran, { d0: 'approve', ...how });
		await changeWork(ran, 'Quite another story.');
		const { status, body } = await callGate(ran, 'Gate', { form });

		expect(status).toBe(409);
		expect(body).toContain('This piece changed after you opened the page.');
		expect(body).toMatch(/name="d0" value="" checked/);
	});

	it('asks for the passcode, counts the tries and stops at ten', async () => {
		const ran = await park(1, { passcode: 'open sesame' });
		const wrong = await post(ran, { d0: 'approve', passcode: 'sesame' });
		expect(wrong.status).toBe(403);
		expect(wrong.body).toContain('9');
		const forms = await Promise.all(
			Array.from({ length: 15 }, (_, number) => formOf(ran, { d0: 'approve', passcode: `${number}` })),
		);
		await Promise.all(forms.map((form) => callGate(ran, 'Gate', { form })));
		const right = await post(ran, { d0: 'approve', passcode: 'open sesame' });

		expect(right.resumed).toBeUndefined();
		expect(await decisionsOf(ran)).toEqual([]);
		expect(JSON.stringify(await fieldsOf(ran))).not.toContain('sesame');
	});

	it('takes the right passcode and says that the reviewer was verified by it', async () => {
		const ran = await park(1, { passcode: 'open sesame' });
		const { resumed } = await post(ran, { d0: 'approve', passcode: 'open sesame' });

		expect(leftBy(resumed, APPROVED)).toMatchObject([{ decision: { reviewerVerified: 'passcode' } }]);
	});

	it('asks for no passcode and no name to continue a run in which everything is decided', async () => {
		const ran = await park(1, { passcode: 'open sesame' });
		const early = await post(ran, { send: 'continue', reviewer: '' });
		expect(early.resumed).toBeUndefined();
		expect(await decisionsOf(ran)).toEqual([]);
		await post(ran, { d0: 'approve', passcode: 'open sesame' });
		const now = Date.now();
		jest.spyOn(Date, 'now').mockImplementation(() => now + 31_000);
		try {
			const { status, resumed, headers } = await post(ran, { send: 'continue', reviewer: '' });
			expect([status, headers['x-greenlight-notice']]).toEqual([200, 'thanks']);
			expect(leftBy(resumed, APPROVED)).toHaveLength(1);
		} finally {
			jest.restoreAllMocks();
		}
	});

	it('gives everything out by No Decision when time is up, marked, and keeps what was decided', async () => {
		const ran = await park(3, { waitHours: 1 });
		await post(ran, { d0: 'approve', send: 'save' });
		const late = await timeOut(ran);

		expect(leftBy(late, NO_DECISION)).toMatchObject([
			{ slot: 1, timedOut: true },
			{ slot: 2, timedOut: true },
			{ slot: 3, timedOut: true },
		]);
		expect(late.out('Kept')).toEqual([]);
		expect(await decisionsOf(ran)).toHaveLength(1);
	});

	it('refuses a wait that n8n cannot keep, and says which it can', async () => {
		const ran = await park(1, { waitHours: 0.01 });
		expect(String(Object(ran.error).message)).toContain("'Wait at Most'");
	});

	it('knows a link of another review and a tampered one, and decides nothing', async () => {
		const ran = await park(1);
		const strange = await callGate(ran, 'Gate', { query: { nonce: 'elsewhere' } });
		expect(strange.status).toBe(404);
		const posted = await callGate(ran, 'Gate', {
			query: { nonce: 'elsewhere' },
			form: await formOf(ran, { d0: 'approve' }),
		});
		expect(posted).toMatchObject({ status: 404, resumed: undefined });
		expect(await decisionsOf(ran)).toEqual([]);
	});
});
