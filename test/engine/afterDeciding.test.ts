/** What a reviewer is told after sending: where the result is, and what of it was not used. */
import { useEngine, type Ran } from '../support/engine';
import { callGate } from '../support/gate';
import { gateTests } from '../support/parked';
import { openStatus } from '../support/statusPage';
import { useGemini } from '../support/storyboard';

const DAY_MS = 86_400_000;

describe('after deciding', () => {
	const engine = useEngine();
	const model = useGemini();
	const { park, post, formOf, decisionsOf } = gateTests(engine, model);
	afterEach(() => jest.restoreAllMocks());

	const later = (ms: number): void => {
		const now = Date.now();
		jest.spyOn(Date, 'now').mockImplementation(() => now + ms);
	};
	const resultIn = (body: string): string =>
		(/<a class=button href="(http[^"]+)">See what comes of it<\/a>/.exec(body)?.[1] ?? '').replaceAll(
			'&amp;',
			'&',
		);
	const approved = async (gate = {}): Promise<{ ran: Ran; body: string; result: string }> => {
		const ran = await park(1, gate);
		const { body } = await post(ran, { d0: 'approve' });
		return { ran, body, result: resultIn(body) };
	};

	it('a link shows the run and has the approved work, without money and without a way to decide', async () => {
		const { ran, result } = await approved();
		const page = await openStatus(result);

		expect(page.status).toBe(200);
		expect(page.body).toContain(String(ran.out('Write')[0]?.title));
		expect(page.body).not.toMatch(/\$\d|Estimate|Review the work/);
		const sheet = /href="([^"]+)">Download the contact sheet/.exec(page.body)?.[1] ?? '';
		const file = await openStatus(new URL(sheet.replaceAll('&amp;', '&'), result).toString());
		expect(file.headers['content-disposition']).toContain('attachment');
	});

	it('that link leads to no review that waits, now and later', async () => {
		const [first, other] = [await approved(), await park(1)];
		const store = await engine.store();
		const { run } = Object.fromEntries(new URL(first.result).searchParams);
		const fields = Object((await store.read(String(other.out('Write')[0]?.runId))).fields);
		const items = [{ ...fields.reviews[0], id: 'again', pieces: [{ artefactId: 'x', contentHash: 'y' }] }];
		await store.write(String(run), [
			{ by: 'Test', asRecordKeeper: true, commands: [{ op: 'mergeById', field: 'reviews', items }] },
		]);
		const page = await openStatus(first.result);

		expect(page.body).toContain('1 piece to decide');
		expect(page.body).not.toContain('signature=');
	});

	it('is good for 30 days, and says then that it has run out', async () => {
		const { result } = await approved();
		later(29 * DAY_MS);
		expect((await openStatus(result)).status).toBe(200);
		later(2 * DAY_MS);
		const over = await openStatus(result);

		expect([over.status, over.body.includes('This link has run out')]).toEqual([410, true]);
	});

	it.each<[string, (url: URL) => void]>([
		['a later end', ({ searchParams: own }) => own.set('until', String(Number(own.get('until')) + 1))],
		['no end', ({ searchParams }) => searchParams.delete('until')],
		['two ends', ({ searchParams: own }) => own.append('until', String(own.get('until')))],
	])('with %s it is no link', async (_what, change) => {
		const url = new URL((await approved()).result);
		change(url);

		expect((await openStatus(url.toString())).status).toBe(404);
	});

	it('is good for as long as links to the review are, where those end earlier', async () => {
		const { result } = await approved({ options: { linkDays: 1 } });
		later(2 * DAY_MS);

		expect((await openStatus(result)).status).toBe(410);
	});

	it.each([{ showResult: false }, { showResult: '={{ $json.no.such }}' }])(
		'%p shows no link, and says in words where the result is',
		async (options) => {
			const { body, result } = await approved({ options });

			expect(result).toBe('');
			expect(body).toContain('finds what comes of it on the run’s status page');
		},
	);

	it('who came too late for some pieces is told for which', async () => {
		const ran = await park(2);
		const [maya, jo] = [
			await formOf(ran, { d0: 'approve', send: 'save' }),
			await formOf(ran, { d0: 'reject', d1: 'approve', reviewer: 'Jo' }),
		];
		await callGate(ran, 'Gate', { form: maya });
		const { resumed, body } = await callGate(ran, 'Gate', { form: jo });

		expect(resumed).toBeDefined();
		const [first, second] = ran.out('Write').map(({ title }) => String(title));
		expect(body).toContain(`Not used: what you sent for 1 “${first}”.`);
		expect(body).not.toContain(`2 “${second}”`);
		expect(resultIn(body)).not.toBe('');
	});

	it('who is told nothing of the kind was first with all', async () => {
		expect((await approved()).body).not.toContain('Not used');
	});

	it('a form that comes in time, and is read when time is up, decides nothing and is told so', async () => {
		const ran = await park(1, { waitHours: 1 });
		const form = await formOf(ran, { d0: 'approve' });
		const query = {
			// Read after the gate has looked at its clock.
			get until(): undefined {
				later(3_600_000);
				return undefined;
			},
		};
		const answer = await callGate(ran, 'Gate', { form, query: query as never });

		expect([answer.status, answer.resumed]).toEqual([410, undefined]);
		expect(answer.body).toContain('What you sent just now came too late and was not used.');
		expect(await decisionsOf(ran)).toEqual([]);
	});
});
