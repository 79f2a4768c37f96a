/** What a link to a review opens, and what it does not, in real n8n. */
import {
	GATE,
	GATE_ID,
	choose,
	ended,
	isGuarded,
	kindOf,
	linkOf,
	park,
	piecesOf,
	send,
	stateOf,
	visit,
	type Parked,
} from './support/gate';
import {
	CHECK,
	DONE,
	ROUTER,
	addNode,
	connect,
	errorOf,
	importFlow,
	timesRun,
	type Flow,
} from './support/flow';
import { until, world, type Json } from './support/world';

const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);
/** Long enough to be compressed. */
const SVG = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script>${'<g/>'.repeat(1000)}</svg>`;

/** Six pieces: two with files, the others with what an attacker would put there. */
function pieces(): Json[] {
	const hostile = [
		{ image: '/etc/passwd', file: undefined, path: 'file:///etc/passwd' },
		{ url: 'http://127.0.0.1:1/secret.png', imageUrl: 'http://169.254.169.254/latest/meta-data' },
		{
			binary: {
				still: { id: 'filesystem-v2:workflows/x/executions/1/binary_data/y', mimeType: 'image/png' },
			},
		},
		{
			media: [{ hash: 'a'.repeat(64), mimeType: 'image/png', bytes: 1 }],
			text: '<img src=x onerror=alert(1)>',
		},
	];
	return piecesOf(6, (piece, index) => {
		if (index === 0)
			return {
				...piece,
				file: { base64: PNG.toString('base64'), fileName: 'a "still".png', mimeType: 'image/png' },
			};
		if (index === 1)
			return {
				...piece,
				file: {
					base64: Buffer.from(SVG).toString('base64'),
					fileName: 'drawn.svg',
					mimeType: 'image/svg+xml',
				},
			};
		return { ...piece, ...hostile[index - 2] };
	});
}

function changed(link: string, change: (url: URL) => void): string {
	const url = new URL(link);
	change(url);
	return url.toString();
}

describe('the link to a review', () => {
	let parked: Parked;
	/** As n8n gives it to any step: `$execution.resumeUrl`, with the step's id behind it. */
	let tokenLink: string;
	let before: Json;

	beforeAll(async () => {
		parked = await park({ name: 'links', pieces: pieces() });
		const execution = await parked.n8n.api.getExecution(parked.executionId);
		const base = `${parked.n8n.baseUrl}/webhook-waiting/${parked.executionId}`;
		tokenLink = `${base}?signature=${execution.data.resumeToken}/${GATE_ID}`;
		before = await stateOf(parked);
	});
	afterAll(async () => {
		// Whatever was tried, nothing was decided.
		const { version, fields } = await stateOf(parked);
		expect([version, fields.decisions ?? []]).toEqual([before.version, []]);
		await send(parked.link, choose([], { send: 'decided' }));
		expect((await ended(parked)).status).toBe('success');
	});

	const expectNothing = async (link: string, status: number): Promise<void> => {
		const form = choose(['approve'], { reviewer: 'Eve', nonce: 'x', end: '1', send: 'decided' });
		for (const request of [{}, { form }]) {
			const answer = await visit(link, request);
			expect(answer.status).toBe(status);
			expect(answer.body).not.toContain('Still 0');
		}
	};

	it('opens the page, which may do little', async () => {
		const page = await visit(parked.link);

		expect(page.status).toBe(200);
		expect(isGuarded(page)).toBe(true);
		expect(page.headers).toMatchObject({
			'cache-control': 'no-store',
			'x-frame-options': 'DENY',
			'content-type': 'text/html; charset=utf-8',
		});
		expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
		expect(page.headers).not.toHaveProperty('set-cookie');
	});

	it('is what the editor shows while the step waits', async () => {
		const execution = await parked.n8n.api.getExecution(parked.executionId);
		expect(linkOf(execution)).toBe(parked.link);
	});

	it("also opens as n8n's own address of the waiting step, pictures and form too", async () => {
		const page = await visit(tokenLink);
		expect(page.status).toBe(200);
		expect(page.body).toContain('Still 0');
		expect(isGuarded(page)).toBe(true);
		expect((await visit(new URL(pictures(page.body)[0] ?? '', tokenLink).toString())).bytes).toEqual(PNG);

		const refused = await send(tokenLink, choose(['redirect'], { n0: '' }));
		expect(refused.status).toBe(422);
		expect(isGuarded(refused)).toBe(true);
	});

	it.each([
		['without a signature', (url: URL) => url.searchParams.delete('signature'), 401],
		['with another signature', (url: URL) => url.searchParams.set('signature', 'a'.repeat(64)), 401],
		['with another nonce', (url: URL) => url.searchParams.set('nonce', 'another'), 401],
		['with something added', (url: URL) => url.searchParams.set('media', '0-0'), 401],
		[
			'with an id that no execution has',
			(url: URL) => (url.pathname = url.pathname.replace(/\/\d+\//, '/999999/')),
			404,
		],
		['of another step', (url: URL) => (url.pathname = url.pathname.replace(GATE_ID, 'Begin')), 401],
	])('%s shows and decides nothing', async (_what, change, status) => {
		await expectNothing(changed(parked.link, change), status);
	});

	it('holds for no other execution, nor does its token', async () => {
		const other = await park({ name: 'links-other', pieces: pieces() });
		const elsewhere = (link: string): string =>
			link.replace(`waiting/${parked.executionId}`, `waiting/${other.executionId}`);

		await expectNothing(elsewhere(parked.link), 401);
		await expectNothing(elsewhere(tokenLink), 401);
		expect((await stateOf(other)).fields.decisions ?? []).toEqual([]);
	});

	it.each([
		['of no review', '&nonce=elsewhere'],
		['of no piece', '&media=99-0'],
		['of no file', '&media=0-1'],
		['of a piece that only names files', '&media=2-0'],
		['of a piece that only names an address', '&media=3-0'],
		['of a piece that only names a file of n8n', '&media=4-0'],
		['of a piece that only names a file of the store', '&media=5-0'],
		['that is a path', '&media=../../etc/passwd'],
		['that is an address', '&media=http://127.0.0.1/x'],
	])('with a place %s gives our page and no file', async (_what, query) => {
		const answer = await visit(`${tokenLink}${query}`);

		expect(kindOf(answer)).toBe('refused 404');
		expect(isGuarded(answer)).toBe(true);
	});

	it('serves the files of the pieces and no others', async () => {
		const { body } = await visit(parked.link);
		const links = pictures(body).map((each) => new URL(each, parked.link).toString());
		expect(links).toHaveLength(2);
		expect(body).not.toMatch(/<img[^>]+(etc|169\.254|127\.0\.0\.1:1|filesystem)/);

		const [still = '', drawn = ''] = links;
		const whole = await visit(still);
		expect([whole.status, whole.bytes.equals(PNG)]).toEqual([200, true]);
		expect(isGuarded(whole)).toBe(true);
		expect(whole.headers).toMatchObject({ 'content-type': 'image/png', 'accept-ranges': 'bytes' });
		const drawing = await visit(drawn);
		expect(drawing.headers['content-type']).toMatch(/^image\/svg\+xml/);
		expect(isGuarded(drawing)).toBe(true);
		const headers = { range: 'bytes=0-1999', 'accept-encoding': 'gzip' };
		expect((await visit(drawn, { headers })).bytes.toString()).toBe(SVG.slice(0, 2000));
		for (const link of links) {
			for (const other of ['0-1', '1-1', '2-0']) {
				await expectNothing(
					changed(link, (url) => url.searchParams.set('media', other)),
					401,
				);
			}
		}
	});

	it.each([
		['bytes=0-7', 206, [0, 8]],
		['bytes=-4', 206, [-4, undefined]],
		['bytes=60-', 206, [60, undefined]],
		['bytes=99999-', 416, [0, 0]],
		['bytes=0-1,4-5', 200, [0, undefined]],
		['lines=1-2', 200, [0, undefined]],
	])('answers the range %s with %i', async (range, status, [from, to]) => {
		const [still = ''] = pictures((await visit(parked.link)).body);
		const part = await visit(new URL(still, parked.link).toString(), { headers: { range } });

		expect(part.status).toBe(status);
		expect(isGuarded(part)).toBe(true);
		expect(part.bytes).toEqual(PNG.subarray(from, to));
		if (status !== 416) expect(part.headers['content-length']).toBe(String(part.bytes.length));
	});

	it.each(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'])('decides nothing by %s', async (method) => {
		const answer = await visit(parked.link, { method });
		expect(answer.status).toBeLessThan(500);
		expect((await parked.n8n.api.getExecution(parked.executionId)).status).toBe('waiting');
	});
});

describe('a link whose review is over', () => {
	it('says so when the time to decide has passed and n8n has not gone on yet', async () => {
		const parked = await park({ name: 'expired', pieces: piecesOf(1), gate: { waitHours: 1 } });
		const form = choose(['approve'], { end: '1', send: 'all', reviewer: 'Maya' });
		await letTimePass(parked);

		for (const request of [{}, { form }]) {
			const answer = await visit(parked.link, request);
			expect([answer.status, answer.body.includes('The time to decide is over')]).toEqual([410, true]);
			expect(isGuarded(answer)).toBe(true);
		}
		expect((await stateOf(parked)).fields.decisions ?? []).toEqual([]);
		await parked.n8n.api.call('POST', `/executions/${parked.executionId}/stop`);
		expect((await visit(parked.link)).status).toBeLessThan(500);
	});

	it('says who decided to whoever sends the same form again, or leaves it to n8n', async () => {
		const parked = await park({ name: 'again', pieces: piecesOf(1) });
		expect(kindOf(await send(parked.link, choose(['approve'])))).toBe('sent');
		await ended(parked);

		for (const request of [{}, { form: { send: 'continue' } }]) {
			expect(kindOf(await visit(parked.link, request))).toBe("n8n's no-action page");
		}
	});

	it('of an earlier review leads to the one that waits now, and decides nothing', async () => {
		const flow = await importFlow('rounds', { change: letPersonDecide });
		const executionId = await flow.start();
		await world.scripts.gate.waits(flow.n8n.api, executionId);
		const first = await linkNow(flow, executionId);
		expect(kindOf(await send(first, choose(['approve', 'redirect', 'approve'])))).toBe('sent');
		const second = await until('the next round waits', async () => {
			const { status } = await flow.n8n.api.getExecution(executionId);
			const link = status === 'waiting' ? await linkNow(flow, executionId) : first;
			return link === first ? undefined : link;
		});

		const old = await visit(first);
		expect([old.status, isGuarded(old)]).toEqual([410, true]);
		expect(old.body).toContain('Review the work as it is now');
		const [, ahead = ''] = /href="(\?[^"]+)">Review the work as it is now/.exec(old.body) ?? [];
		expect(new URL(ahead.replaceAll('&amp;', '&'), first).toString()).toBe(second);
		const stale = await visit(first, {
			form: choose(['approve'], { reviewer: 'Eve', end: '1', send: 'decided' }),
		});
		expect(stale.status).toBe(410);
		const page = await visit(second);
		expect(page.body).toContain('More rain.');
		expect(kindOf(await send(second, choose(['approve', 'approve', 'approve'])))).toBe('sent');
		const execution = await flow.n8n.api.waitForExecution(executionId);
		expect(errorOf(execution)).toBe('');
		expect(timesRun(execution, CHECK)).toBeGreaterThan(1);
		expect(await flow.run()).toMatchObject({ status: 'finished' });
	});
});

/** The addresses of the pictures on a page. */
function pictures(page: string): string[] {
	const found = [...page.matchAll(/<img[^>]*? src="?([^" >]*media=[^" >]*)/g)].map(([, src = '']) =>
		src.replaceAll('&amp;', '&'),
	);
	// Each is in the overview and at its piece.
	return [...new Set(found)];
}

/** The review in the state of the run, as if it had been opened long ago. */
async function letTimePass(parked: Parked): Promise<void> {
	const { runId, fields } = await stateOf(parked);
	const store = await world.openStore(parked.n8n.stateFile);
	const items = [{ id: fields.reviews[0].id, deadline: new Date(Date.now() - 1000).toISOString() }];
	const [result] = await store.write(runId, [
		{ by: 'A test', asRecordKeeper: true, commands: [{ op: 'mergeById', field: 'reviews', items }] },
	]);
	await store.close();
	expect(result?.ok).toBe(true);
}

/** What passed goes to a person; what the person sends back goes to the router. */
function letPersonDecide(workflow: Json): void {
	workflow.connections[ROUTER].main[DONE] = [];
	addNode(workflow, { name: GATE, id: GATE_ID, type: 'n8n-nodes-greenlight.humanGate' }, [[ROUTER, DONE]]);
	addNode(workflow, { name: 'Approved work', type: 'n8n-nodes-base.noOp' }, [[GATE, 1]]);
	connect(workflow, GATE, 2, ROUTER);
	connect(workflow, GATE, 3, ROUTER);
}

async function linkNow(flow: Flow, executionId: string): Promise<string> {
	return linkOf(await flow.n8n.api.getExecution(executionId));
}
