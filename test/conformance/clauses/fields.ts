import {
	BUILT_IN_FIELDS,
	MAX_VALUE_BYTES,
	type Command,
	type FieldType,
	type Json,
	type StateStore,
} from '../../../nodes/shared/state';
import { START, field, type Stage } from '../stage';

export function fieldsClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	it('knows the built-in fields first, and says so when a field is declared in two ways', async () => {
		const runId = await startRun();
		await write(runId, { declare: [field('notes', 'append')] });

		expect((await store.declaredFields(runId)).map(({ name }) => name)).toEqual([
			...BUILT_IN_FIELDS.map(({ name }) => name),
			'notes',
		]);
		expect(await write(runId, { declare: [field('notes', 'set')] })).toMatchObject({
			ok: false,
			failure: { code: 'rule_mismatch' },
		});
		await expect(store.startRun({ ...START, fields: [field('notes', 'set')] })).rejects.toMatchObject({
			code: 'rule_mismatch',
		});
	});

	it('refuses a way of writing that the field was not declared with, and says which it has', async () => {
		const runId = await startRun();

		expect(await write(runId, { commands: [{ op: 'append', field: 'brief', values: ['x'] }] })).toMatchObject(
			{
				ok: false,
				failure: { code: 'rule_mismatch' },
				details: { field: 'brief', expected: 'set', came: 'append' },
			},
		);
	});

	it('declares no field under a name that databases would change', async () => {
		const runId = await startRun();

		for (const name of ['', 'a\u0000', '\ud800']) {
			expect(await write(runId, { declare: [field(name, 'set')] })).toMatchObject({
				ok: false,
				failure: { code: 'input_refused' },
			});
		}
	});

	it('refuses a field that nobody declared', async () => {
		const runId = await startRun();

		expect(await write(runId, { commands: [{ op: 'set', field: 'none', value: 1 }] })).toMatchObject({
			ok: false,
			failure: { code: 'input_refused', message: expect.stringContaining("'none'") },
		});
	});

	it('accepts everything that JSON can carry in a field of type {}', async () => {
		const runId = await startRun();
		const value = ['', 0, -1.5, true, null, [[]], { a: { b: [null, { c: '' }] } }];
		await write(runId, { declare: [field('any', 'set')], commands: [{ op: 'set', field: 'any', value }] });

		expect((await store.read(runId)).fields.any).toEqual(value);
	});

	it.each<[FieldType, good: Json, bad: Json, path: string, expected: string, came: string]>([
		[{ type: 'string' }, 'x', 5, 'f', 'text', 'the number 5'],
		[{ type: 'string', maxLength: 3 }, 'abc', 'abcd', 'f', 'at most 3 characters', "the text 'abcd'"],
		[{ type: 'number' }, 1.5, '1.5', 'f', 'a number', "the text '1.5'"],
		[{ type: 'number', minimum: 1 }, 1, 0, 'f', 'at least 1', 'the number 0'],
		[{ type: 'number', maximum: 2 }, 2, 3, 'f', 'at most 2', 'the number 3'],
		[{ type: 'integer' }, 2, 2.5, 'f', 'a whole number', 'the number 2.5'],
		[{ type: 'boolean' }, false, 'no', 'f', 'yes or no', "the text 'no'"],
		[{ type: 'object' }, {}, [], 'f', 'an object', 'a list'],
		[{ type: 'array' }, [], {}, 'f', 'a list', 'an object'],
		[{ type: 'array', items: { type: 'string' } }, ['x'], ['x', null], 'f.1', 'text', 'nothing'],
		[{ enum: ['a', 2] }, 2, 'b', 'f', "one of 'a', '2'", "the text 'b'"],
		[
			{ type: 'object', required: ['a'], properties: { a: { type: 'string' } } },
			{ a: 'x', more: 1 },
			{},
			'f.a',
			'text',
			'nothing',
		],
		[
			{ type: 'object', required: ['a'] },
			{ a: null },
			{ b: 1 },
			'f.a',
			'a value that fits the field',
			'nothing',
		],
	])('checks values against %j', async (type, good, bad, path, expected, came) => {
		const runId = await startRun();
		const set = (value: Json) =>
			write(runId, { declare: [field('f', 'set', type)], commands: [{ op: 'set', field: 'f', value }] });

		expect(await set(good)).toMatchObject({ ok: true });
		expect(await set(bad)).toMatchObject({
			ok: false,
			failure: { code: 'type_mismatch', message: `'${path}' should be ${expected}, but ${came} came.` },
			details: { path, expected, came },
		});
	});

	const cast: FieldType = {
		type: 'object',
		properties: {
			cast: { type: 'array', items: { type: 'object', properties: { age: { type: 'integer' } } } },
		},
	};
	const aged = (age: Json) => ({ cast: [{ age: 40 }, { age }] });
	it.each<[rule: Command['op'], FieldType, Command, path: string, expected: string, came: string]>([
		[
			'set',
			cast,
			{ op: 'set', field: 'f', value: aged('old') },
			'f.cast.1.age',
			'a number',
			"the text 'old'",
		],
		[
			'append',
			cast,
			{ op: 'append', field: 'f', values: [aged(1), aged(null)] },
			'f.1.cast.1.age',
			'a number',
			'nothing',
		],
		[
			'mergeById',
			cast,
			{ op: 'mergeById', field: 'f', items: [{ id: 'a' }, { id: 'b', ...aged(1.5) }] },
			'f.b.cast.1.age',
			'a whole number',
			'the number 1.5',
		],
		[
			'increment',
			{ type: 'integer' },
			{ op: 'increment', field: 'f', by: 0.5 },
			'f',
			'a whole number',
			'the number 0.5',
		],
		[
			'writeOnce',
			cast,
			{ op: 'writeOnce', field: 'f', value: aged([]) },
			'f.cast.1.age',
			'a number',
			'a list',
		],
	])('names path, expected and actual when a value does not fit: %s', async (rule, type, ...rest) => {
		const [command, path, expected, came] = rest;
		const runId = await startRun();
		if (rule === 'lock' || rule === 'unlock') throw new Error('lock has no value');

		expect(await write(runId, { declare: [field('f', rule, type)], commands: [command] })).toMatchObject({
			ok: false,
			failure: { code: 'type_mismatch', message: `'${path}' should be ${expected}, but ${came} came.` },
			details: { path, expected, came },
		});
		expect(await store.getRun(runId)).toMatchObject({ version: 0 });
	});

	it('checks what an entry looks like with what it had, and what a count comes to', async () => {
		const runId = await startRun();
		const shot: FieldType = { type: 'object', required: ['id', 'lens'] };
		await write(runId, {
			declare: [
				field('shots', 'mergeById', shot),
				field('count', 'increment', { type: 'number', maximum: 3 }),
			],
			commands: [
				{ op: 'mergeById', field: 'shots', items: [{ id: 's', lens: '35 mm' }] },
				{ op: 'increment', field: 'count', by: 2 },
			],
		});

		expect(
			await write(runId, {
				commands: [{ op: 'mergeById', field: 'shots', items: [{ id: 's', light: 'x' }] }],
			}),
		).toMatchObject({ ok: true });
		expect(await write(runId, { commands: [{ op: 'increment', field: 'count', by: 2 }] })).toMatchObject({
			ok: false,
			failure: { message: "'count' should be at most 3, but the number 4 came." },
		});
	});

	it('refuses a count that is no number and an entry that has no id, whatever the field accepts', async () => {
		const runId = await startRun();
		const declare = [field('count', 'increment'), field('shots', 'mergeById')];
		for (const by of ['2', null, Number.NaN, Number.POSITIVE_INFINITY]) {
			const command = { op: 'increment', field: 'count', by } as Command;
			expect(await write(runId, { declare, commands: [command] })).toMatchObject({
				ok: false,
				failure: { code: 'type_mismatch' },
				details: { path: 'count', expected: 'a number' },
			});
		}
		for (const item of [{ lens: '35 mm' }, { id: 7 }, null, 'text']) {
			const command = { op: 'mergeById', field: 'shots', items: [{ id: 'a' }, item] } as Command;
			expect(await write(runId, { declare, commands: [command] })).toMatchObject({
				ok: false,
				failure: { code: 'type_mismatch', message: expect.stringContaining("'shots.1") },
			});
		}
		expect(await store.getRun(runId)).toMatchObject({ version: 0 });
	});

	const fits = 'x'.repeat(MAX_VALUE_BYTES - 2);
	const inEntry = (text: string) => ({ id: 'a', text: text.slice('{"id":"a","text":}'.length) });
	it.each<[rule: Command['op'], (value: string) => Command]>([
		['set', (value) => ({ op: 'set', field: 'f', value })],
		['append', (value) => ({ op: 'append', field: 'f', values: ['small', value] })],
		['mergeById', (value) => ({ op: 'mergeById', field: 'f', items: [inEntry(value)] })],
		['writeOnce', (value) => ({ op: 'writeOnce', field: 'f', value })],
	])(
		'refuses a value over the stated size and says to keep it in a file and its name or link here: %s',
		async (rule, command) => {
			const runId = await startRun();
			if (rule === 'lock' || rule === 'unlock') throw new Error('lock has no value');
			const declare = [field('f', rule)];

			expect(await write(runId, { declare, commands: [command(`${fits}x`)] })).toMatchObject({
				ok: false,
				failure: {
					code: 'value_too_large',
					message: "'f' got 2001 KB; one value may have at most 2000 KB.",
					hint: expect.stringMatching(/in a file .* save only its name or link/),
				},
				details: { field: 'f', bytes: MAX_VALUE_BYTES + 1, maxBytes: MAX_VALUE_BYTES },
			});
			expect(await store.getRun(runId)).toMatchObject({ version: 0 });
			expect(await write(runId, { declare, commands: [command(fits)] })).toMatchObject({ ok: true });
		},
	);

	it('counts the size in bytes, and of an entry with all that it has', async () => {
		const runId = await startRun();
		const half = 'x'.repeat(MAX_VALUE_BYTES / 2);
		const shots = (item: { id: string; a?: string; b?: string }) =>
			write(runId, {
				declare: [field('shots', 'mergeById')],
				commands: [{ op: 'mergeById', field: 'shots', items: [item] }],
			});

		const emoji = '🎬'.repeat(MAX_VALUE_BYTES / 4);
		expect(await write(runId, { commands: [{ op: 'set', field: 'brief', value: emoji }] })).toMatchObject({
			failure: { code: 'value_too_large' },
		});
		expect(await shots({ id: 's', a: half })).toMatchObject({ ok: true });
		expect(await shots({ id: 's', b: half })).toMatchObject({ failure: { code: 'value_too_large' } });
	});
}
