/**
 * Hostile concepts and briefs through the real nodes and real HTTP: what the model gets is recorded, and what was typed or
 * written by others stands only inside its own marked part of the prompt.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runWorkflow, useEngine } from '../support/engine';
import { flow, gemini, judged, rules, start, validator } from '../support/flow';
import { useGemini } from '../support/storyboard';
import hostile from '../style/sets/hostile.json';

/** Each attack on lines of its own, between two words that occur nowhere else. */
const ATTACKS = hostile.map(({ text }, index) => ({
	first: `qqfirst${index}x`,
	last: `qqlast${index}x`,
	// What cannot be kept as text is replaced on the way in, as in the state.
	text: `qqfirst${index}x\n${text.replaceAll('\u0000', ' ').toWellFormed()}\nqqlast${index}x`,
}));

interface Body {
	systemInstruction: unknown;
	contents: Array<{ role: string; parts: Array<{ text: string }> }>;
	generationConfig: unknown;
}

describe('hostile text on the wire', () => {
	useEngine();
	const model = useGemini();
	let recorder: Server;
	let url: string;
	let bodies: Body[];

	beforeEach(async () => {
		bodies = [];
		recorder = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				const body = Buffer.concat(chunks).toString('utf8');
				bodies.push(JSON.parse(body));
				void fetch(model().url + (request.url ?? ''), { method: 'POST', body })
					.then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
					.catch(() => response.destroy());
			});
		});
		await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
		url = `http://127.0.0.1:${(recorder.address() as AddressInfo).port}`;
	});
	afterEach(async () => {
		recorder.closeAllConnections();
		await new Promise((resolve) => recorder.close(resolve));
	});

	/** The marked parts of the prompt that begin at a line of their own, by the code in their markers. */
	function markedParts(prompt: string): string[] {
		const begins = [...prompt.matchAll(/^(?:BEGIN-(WORK-\w+)|\[\[BEGIN ([A-Z0-9 ]+ [\w-]{16})\]\])$/gm)];
		return begins.flatMap(([line = '', work, block]) => {
			const end = work === undefined ? `[[END ${block ?? ''}]]` : `END-${work}`;
			const from = prompt.indexOf(`${line}\n`) + line.length + 1;
			const to = prompt.indexOf(`\n${end}\n`, from);
			return to === -1 ? [] : [prompt.slice(from, to)];
		});
	}

	/** Every request has the shape of one question, and attacks stand in a marked part only. Gives back how many were seen. */
	function attacksSeen(): number {
		const seen = new Set<number>();
		for (const { systemInstruction, contents, generationConfig } of bodies) {
			expect(contents.map(({ role, parts }) => [role, parts.length])).toEqual([['user', 1]]);
			expect(JSON.stringify([systemInstruction, generationConfig])).not.toMatch(/qq(first|last)/);
			const prompt = contents[0]?.parts[0]?.text ?? '';
			const parts = markedParts(prompt);
			ATTACKS.forEach(({ first, last }, index) => {
				if (!prompt.includes(first)) return;
				seen.add(index);
				const holder = parts.find((part) => part.includes(first) && part.includes(last));
				expect([index, holder !== undefined]).toEqual([index, true]);
				const rest = holder === undefined ? prompt : prompt.replace(holder, () => '');
				expect([index, rest.includes(first), rest.includes(last)]).toEqual([index, false, false]);
			});
		}
		return seen.size;
	}

	it('stays in its part when the Style Validator asks about concepts, in both readings', async () => {
		const input = ATTACKS.map(({ text }, index) => ({
			id: `c${index}`,
			title: `Concept ${index}`,
			logline: text,
		}));
		const ran = await runWorkflow(
			flow([start(), validator('Check', rules(judged('It is gritty.')))], 'Start > Check'),
			{ geminiUrl: url, input },
		);
		expect(ran.out('Check').map(({ status }) => status)).toEqual(ATTACKS.map(() => 'passed'));
		expect(bodies).toHaveLength(2 * ATTACKS.length);
		expect(attacksSeen()).toBe(ATTACKS.length);
	}, 120_000);

	it('stays in its part when Gemini Concept captures a brief', async () => {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					gemini('Capture', { resource: 'intent', operation: 'capture', brief: '={{ $json.brief }}' }),
				],
				'Start > Capture',
			),
			{ geminiUrl: url, input: ATTACKS.map(({ text }) => ({ brief: text })) },
		);
		expect(ran.out('Capture')).toHaveLength(ATTACKS.length);
		expect(attacksSeen()).toBe(ATTACKS.length);
	}, 120_000);

	it('stays in its part when Gemini Concept writes from a brief and changes as a note says', async () => {
		// One attack as the brief of a run, another as the note on its concept.
		const pairs = ATTACKS.slice(0, 12).map(({ text }, index) => ({
			brief: text,
			note: ATTACKS.at(-1 - index)?.text,
		}));
		for (const input of pairs) {
			await runWorkflow(
				flow(
					[
						start(),
						gemini('Write', {
							resource: 'concept',
							operation: 'generate',
							count: 1,
							brief: '={{ $json.brief }}',
						}),
						gemini('Change', { resource: 'concept', operation: 'revise', note: input.note }),
					],
					'Start > Write > Change',
				),
				{ geminiUrl: url, input: [input] },
			);
		}
		expect(attacksSeen()).toBe(24);
	}, 120_000);
});
