/** A person decides in real n8n: where the work goes, also over restarts and when time is up. */
import { join } from 'node:path';
import {
	AFTER,
	APPROVED,
	BRIEF,
	GATE,
	NO_DECISION,
	REDIRECTED,
	REJECTED,
	choose,
	ended,
	isGuarded,
	outOf,
	park,
	piecesOf,
	send,
	stateOf,
	timesRun,
	visit,
	type Parked,
} from './support/gate';
import { errorOf } from './support/flow';
import { until, world, type Execution, type Json, type N8n } from './support/world';

const ACTIONS =
	'approve reject approve redirect approve reject approve approve reject approve redirect approve'.split(' ');
/** A picture of one pixel. */
const PIXEL =
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
/** The shortest wait that the gate takes. */
const SHORTEST_WAIT_HOURS = 0.04;

const withStill = (piece: Json): Json => ({
	...piece,
	file: { base64: PIXEL, fileName: `${piece.id}.png`, mimeType: 'image/png' },
});
/** The ids of the pieces that left by an output. */
const idsBy = (execution: Execution, output: number): unknown[] =>
	outOf(execution, String(AFTER[output])).map(({ json }) => json.id);
const idsOf = (action: string): string[] =>
	ACTIONS.flatMap((each, index) => (each === action ? [`p${index}`] : []));

describe('the human gate', () => {
	/** Killed while two executions wait in it; comes back in the last tests. */
	const userFolder = join(world.folder, 'gate');
	let n8n: N8n;
	let kept: Parked;
	let late: Parked;
	let deadline: number;

	beforeAll(async () => {
		n8n = await world.scripts.startN8n({ userFolder, packageTarball: world.tarball });
		await n8n.api.enter(world.owner);
		kept = await park({ n8n, name: 'kept', pieces: piecesOf(2, withStill) });
		await send(kept.link, choose(['approve'], { send: 'save' }));
		late = await park({
			n8n,
			name: 'late',
			gate: { waitHours: SHORTEST_WAIT_HOURS },
			pieces: piecesOf(5, (piece, index) => ({ ...piece, wire: index % 3 })),
			change: splitOverThreeWires,
		});
		deadline = Date.parse(String(late.told.deadline));
		await send(late.link, choose(['', 'approve'], { send: 'save' }));
		n8n.kill();
		await n8n.exited;
	}, 240_000);
	afterAll(() => n8n?.stop());

	it('tells the reviewer once, before the execution waits', async () => {
		const parked = await park({ name: 'told', pieces: piecesOf(3) });

		expect(parked.told).toMatchObject({ title: 'Which stills?', pieces: 3, deadline: '' });
		expect(parked.link).toContain(`/webhook-waiting/${parked.executionId}/`);
		expect((await stateOf(parked)).run).toMatchObject({
			status: 'waiting',
			statusNote: "3 pieces wait for a decision at 'Gate'.",
		});
	});

	it('splits twelve pieces in mixed order, each with its own id, file and brief', async () => {
		const parked = await park({ name: 'twelve', pieces: piecesOf(12, withStill) });
		const answer = await send(parked.link, choose(ACTIONS));

		expect(answer.status).toBe(200);
		expect(answer.body).toContain('the run goes on');
		expect(isGuarded(answer)).toBe(true);
		const execution = await ended(parked);
		expect(errorOf(execution)).toBe('');
		expect(execution.status).toBe('success');
		expect(idsBy(execution, APPROVED)).toEqual(idsOf('approve'));
		expect(idsBy(execution, REJECTED)).toEqual(idsOf('reject'));
		expect(idsBy(execution, REDIRECTED)).toEqual(idsOf('redirect'));
		expect(idsBy(execution, NO_DECISION)).toEqual([]);
		for (const after of AFTER) {
			for (const { json, binary } of outOf(execution, after)) {
				expect(json.own).toBe(`Brief of ${json.id}`);
				expect(binary.still.fileName).toBe(`${json.id}.png`);
			}
			expect(timesRun(execution, after)).toBe(after === AFTER[NO_DECISION] ? 0 : 1);
		}
		expect(outOf(execution, String(AFTER[REDIRECTED]))[0]?.json.decision).toMatchObject({
			reviewer: 'Maya',
			note: 'More rain.',
		});
		expect((await stateOf(parked)).run.status).toBe('finished');
	});

	it('asks once about what came over three wires, and keeps the lineage of each', async () => {
		const parked = await park({
			name: 'three',
			pieces: piecesOf(5, (piece, index) => ({ ...piece, wire: index % 3 })),
			change: splitOverThreeWires,
		});
		expect(parked.told.pieces).toBe(5);
		await send(parked.link, choose(['approve', 'redirect', 'approve', 'reject'], { send: 'decided' }));
		const execution = await ended(parked);

		const left = AFTER.flatMap((after) => outOf(execution, after)).map(({ json }) => json);
		expect(left.map(({ id }) => id).sort()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
		for (const { id, own } of left) expect(own).toBe(`Brief of ${id}`);
		expect(idsBy(execution, APPROVED)).toHaveLength(2);
		expect(idsBy(execution, NO_DECISION)).toHaveLength(1);
	});

	it('keeps what is saved and goes on when the rest is decided', async () => {
		const parked = await park({ name: 'partly', pieces: piecesOf(3) });
		const saved = await send(parked.link, choose(['approve'], { send: 'save' }));
		expect(saved).toMatchObject({ status: 200, body: expect.stringContaining('are saved') });
		expect(isGuarded(saved)).toBe(true);
		expect((await parked.n8n.api.getExecution(parked.executionId)).status).toBe('waiting');

		await send(parked.link, choose(['', 'reject', 'approve'], { reviewer: 'Jo' }));
		const execution = await ended(parked);

		expect(idsBy(execution, APPROVED)).toEqual(['p0', 'p2']);
		expect(idsBy(execution, REJECTED)).toEqual(['p1']);
		expect((await stateOf(parked)).fields.decisions).toMatchObject([
			{ reviewer: 'Maya' },
			{ reviewer: 'Jo' },
			{ reviewer: 'Jo' },
		]);
	});

	it('sends what is decided, and the rest by No Decision with its own lineage', async () => {
		const parked = await park({ name: 'sent-open', pieces: piecesOf(3) });
		await send(parked.link, choose(['', '', 'approve'], { send: 'decided' }));
		const execution = await ended(parked);

		expect(idsBy(execution, APPROVED)).toEqual(['p2']);
		const open = outOf(execution, String(AFTER[NO_DECISION])).map(({ json }) => json);
		expect(open.map(({ id, own }) => [id, own])).toEqual([
			['p0', 'Brief of p0'],
			['p1', 'Brief of p1'],
		]);
		for (const json of open) expect(json).not.toHaveProperty('timedOut');
	});

	it('keeps reviews over kill -9: the same link shows what was saved and takes the rest', async () => {
		n8n = await world.scripts.startN8n({ userFolder, port: portOf(kept.link) });
		await n8n.api.enter(world.owner);
		const parked = { ...kept, n8n };
		const page = await visit(parked.link);
		expect(page.status).toBe(200);
		expect(page.body).toContain('1 piece is decided already');

		expect((await send(parked.link, choose(['', 'redirect']))).body).toContain('the run goes on');
		const execution = await ended(parked);
		expect(execution.status).toBe('success');
		expect(idsBy(execution, APPROVED)).toEqual(['p0']);
		expect(idsBy(execution, REDIRECTED)).toEqual(['p1']);
		for (const output of [APPROVED, REDIRECTED]) {
			const [item] = outOf(execution, String(AFTER[output]));
			expect(item?.json.own).toBe(`Brief of ${item?.json.id}`);
			expect(item?.binary.still.fileName).toBe(`${item?.json.id}.png`);
		}
	});

	it('gives everything out by No Decision when time is up, also what came over three wires', async () => {
		const parked = { ...late, n8n };
		const execution = await until(
			'n8n ends the wait',
			async () => {
				const now = await n8n.api.getExecution(late.executionId);
				return now.status === 'waiting' ? undefined : now;
			},
			{ timeoutMs: Math.max(0, deadline - Date.now()) + 90_000, everyMs: 1000 },
		);
		expect(Date.now()).toBeGreaterThan(deadline);

		const done = execution.status === 'success' ? execution : await ended(parked);
		expect(errorOf(done)).toBe('');
		// Two passes that only held their items, and the one that waited.
		expect(timesRun(done, GATE)).toBe(3);
		const out = outOf(done, String(AFTER[NO_DECISION])).map(({ json }) => json);
		expect(out.map(({ id }) => id).sort()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
		for (const json of out) expect(json).toMatchObject({ timedOut: true, own: `Brief of ${json.id}` });
		for (const output of [APPROVED, REJECTED, REDIRECTED]) expect(idsBy(done, output)).toEqual([]);
		expect((await stateOf(parked)).fields.decisions).toHaveLength(1);
		const after = await visit(late.link);
		expect(after.body).toMatch(/no action required/i);

		// Nobody told the run. Deliver Due finds out.
		expect((await stateOf(parked)).run.status).toBe('waiting');
		await deliverDue();
		expect((await stateOf(parked)).run).toMatchObject({
			status: 'stalled',
			statusNote: `Time was up before everything was decided at '${GATE}'.`,
		});
	}, 240_000);

	async function deliverDue(): Promise<void> {
		const step = (name: string, type: string, parameters: Json): Json => ({
			id: name,
			name,
			type,
			parameters,
			typeVersion: 1,
			position: [0, 0],
		});
		const workflow = await n8n.api.importWorkflow({
			name: 'deliver-due',
			nodes: [
				step('Button', 'n8n-nodes-base.manualTrigger', {}),
				step('Send on', 'n8n-nodes-greenlight.sharedStateStore', {
					resource: 'review',
					operation: 'deliverDue',
				}),
			],
			connections: { Button: { main: [[{ node: 'Send on', type: 'main', index: 0 }]] } },
		});
		const id = await n8n.api.runManually({ workflowId: String(workflow.id), triggerName: 'Button' });
		expect((await n8n.api.waitForExecution(id)).status).toBe('success');
	}
});

/** n8n's Filter on three wires into the gate, one with a step more. */
function splitOverThreeWires(workflow: Json): void {
	workflow.connections[BRIEF].main[0] = [];
	for (const wire of [0, 1, 2]) {
		const name = `Wire ${wire}`;
		const condition = {
			id: name,
			leftValue: '={{ $json.wire }}',
			rightValue: wire,
			operator: { type: 'number', operation: 'equals' },
		};
		const options = { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 };
		workflow.nodes.push({
			id: name,
			name,
			type: 'n8n-nodes-base.filter',
			typeVersion: 2.2,
			position: [900, 600 + 150 * wire],
			parameters: { conditions: { options, conditions: [condition], combinator: 'and' }, options: {} },
		});
		workflow.connections[BRIEF].main[0].push({ node: name, type: 'main', index: 0 });
		workflow.connections[name] = { main: [[{ node: GATE, type: 'main', index: 0 }]] };
	}
}

function portOf(link: string): number {
	return Number(new URL(link).port);
}
