/** A Gemini on 127.0.0.1 for tests of whole flows: answers to the schema of each request, as the test's script says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { png } from './pictures';

export interface Asked {
	what: 'intent' | 'concepts' | 'concept' | 'rulings' | 'picture' | 'other';
	prompt: string;
	schema: Record<string, unknown>;
	/** What came with the prompt. */
	files: Array<{ mimeType: string; data: string }>;
	/** How the picture should be, where one is asked for. */
	picture: unknown;
	/** How long the server is given, seconds. */
	seconds: number;
}

export interface Script {
	/** The nth concept that is asked for, from 0, over the whole test. */
	concept: (number: number) => Record<string, unknown>;
	/** Whether the work holds against the rule. `text` is the whole prompt. */
	holds: (text: string, ruleId: string) => boolean | 'unsure';
	/** An error in place of an answer, for the nth request of all, from 0. */
	fail: (asked: Asked, number: number) => { status: number; body: unknown } | undefined;
	/** The picture of a concept, by the concept's number and how often it was drawn before. */
	picture: (number: number, times: number) => Buffer;
	/** Other answers. */
	other: (asked: Asked) => unknown;
}

export interface ScriptedGemini {
	url: string;
	asked: Asked[];
	script: Script;
	close(): Promise<void>;
}

const INTENT = {
	title: 'Rooftop chase',
	logline: 'A witness flees over the roofs.',
	genre: 'noir',
	tone: ['tense'],
	sceneGoals: ['Show the height'],
	audience: 'Adults',
	mustHave: [],
	mustAvoid: [],
	palette: [],
	format: 'open',
};

/** A concept whose words nobody else's has, so that it is no near duplicate. */
export function concept(number: number, more: Record<string, unknown> = {}): Record<string, unknown> {
	const own = `w${number}a w${number}b w${number}c w${number}d`;
	return {
		title: `Concept ${number}`,
		logline: `${own} gritty`,
		visualApproach: 'Sodium light, worn brick.',
		keyFrames: ['A', 'B'],
		palette: ['#000000'],
		tone: ['tense'],
		...more,
	};
}

/** Everything passes; concepts are numbered. */
export const OBEDIENT: Script = {
	concept: (number) => concept(number),
	holds: () => true,
	fail: () => undefined,
	picture: (number, times) => png(number + 10 * times),
	other: () => ({}),
};

export async function startScriptedGemini(changes: Partial<Script> = {}): Promise<ScriptedGemini> {
	const asked: Asked[] = [];
	const script = { ...OBEDIENT, ...changes };
	let concepts = 0;
	const drawn = new Map<number, number>();

	function partsFor(request: Asked): unknown[] {
		if (request.what !== 'picture') return [{ text: JSON.stringify(answer(request)) }];
		const number = Number(/"title": "Concept (\d+)"/.exec(request.prompt)?.[1] ?? 0);
		const times = drawn.get(number) ?? 0;
		drawn.set(number, times + 1);
		const data = script.picture(number, times).toString('base64');
		return [{ text: 'Here it is.' }, { inlineData: { mimeType: 'image/png', data } }];
	}

	function answer(request: Asked): unknown {
		switch (request.what) {
			case 'intent':
				return INTENT;
			case 'concepts': {
				const { minItems } = Object(Object(request.schema.properties).concepts);
				return { concepts: Array.from({ length: Number(minItems) }, () => script.concept(concepts++)) };
			}
			case 'concept':
				return script.concept(concepts++);
			case 'rulings':
				return {
					rulings: [...request.prompt.matchAll(/"ruleId":"([^"]+)"/g)].map(([, ruleId = '']) => {
						const holds = script.holds(request.prompt, ruleId);
						return {
							ruleId,
							evidence: holds === true ? 'as the rule asks' : 'too clean, not gritty',
							fix: holds === true ? '' : 'Make it gritty',
							holds: holds === true,
							confidence: holds === 'unsure' ? 0.1 : 0.9,
						};
					}),
				};
			default:
				return script.other(request);
		}
	}

	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
			const schema = body.generationConfig?.responseJsonSchema ?? {};
			const prompt = JSON.stringify(body.contents?.[0]?.parts?.[0]?.text ?? '');
			const parts: Array<{ inlineData?: Asked['files'][number] }> = body.contents?.[0]?.parts ?? [];
			const picture = body.generationConfig?.imageConfig;
			const item: Asked = {
				what: picture === undefined ? kindOf(schema) : 'picture',
				prompt: JSON.parse(prompt),
				schema,
				files: parts.flatMap(({ inlineData }) => inlineData ?? []),
				picture,
				seconds: Number(request.headers['x-server-timeout']),
			};
			const failure = script.fail(item, asked.length);
			asked.push(item);
			const reply = failure ?? {
				status: 200,
				body: {
					candidates: [
						{
							content: { parts: partsFor(item), role: 'model' },
							finishReason: 'STOP',
							index: 0,
						},
					],
					usageMetadata: usageOf(item),
					modelVersion: item.what === 'picture' ? 'gemini-nano-banana-2.1' : 'gemini-3.8-flash',
				},
			};
			response.writeHead(reply.status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(reply.body));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		asked,
		script,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function usageOf({ what }: Asked) {
	const counts = { promptTokenCount: 1000, candidatesTokenCount: 500, totalTokenCount: 1500 };
	if (what !== 'picture') return counts;
	const candidatesTokensDetails = [{ modality: 'IMAGE', tokenCount: 1120 }];
	return { ...counts, candidatesTokenCount: 1120, totalTokenCount: 2120, candidatesTokensDetails };
}

function kindOf(schema: Record<string, unknown>): Asked['what'] {
	const members = Object(schema.properties);
	if ('sceneGoals' in members) return 'intent';
	if ('concepts' in members) return 'concepts';
	if ('rulings' in members) return 'rulings';
	if ('visualApproach' in members) return 'concept';
	return 'other';
}
