/** A Gemini on this machine whose answers depend only on the question, so that a run that was killed can be held against one that was not. */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {Record<string, any>} Json */

/** In the order in which they are given; the second one breaks the guide. */
const TITLES = ['Alder', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Gorse', 'Hazel'];
const SPOTLESS = 'Birch';
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

/** @param {string} title */
function concept(title) {
	const own = title.toLowerCase();
	return {
		title,
		logline: `${own}one ${own}two ${own}three ${own}four gritty`,
		visualApproach: title === SPOTLESS ? 'Spotless glass.' : 'Sodium light, worn brick.',
		keyFrames: ['A', 'B'],
		palette: ['#000000'],
		tone: ['tense'],
	};
}

/** @param {Json} members @param {string} prompt */
function answer(members, prompt) {
	if ('sceneGoals' in members) return INTENT;
	if ('concepts' in members) {
		const fresh = TITLES.filter((title) => !prompt.includes(title));
		return { concepts: fresh.slice(0, Number(members.concepts.minItems)).map(concept) };
	}
	return {
		rulings: [...prompt.matchAll(/"ruleId":"([^"]+)"/g)].map(([, ruleId]) => ({
			ruleId,
			evidence: 'as the rule asks',
			fix: '',
			holds: true,
			confidence: 0.9,
		})),
	};
}

/** Each answer takes as long as a call over a network, so that a kill can meet one. @param {number} latencyMs */
export async function startModel(latencyMs) {
	/** @type {{ place: string, text: string }[]} */
	const asked = [];
	const server = createServer(async (request, response) => {
		/** @type {Buffer[]} */
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const text = Buffer.concat(chunks).toString('utf8');
		asked.push({ place: request.url?.split('/')[1] ?? '', text });
		const body = JSON.parse(text);
		const { properties = {} } = body.generationConfig?.responseJsonSchema ?? {};
		const prompt = JSON.stringify(body.contents).replaceAll('\\"', '"');
		await sleep(latencyMs);
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(
			JSON.stringify({
				candidates: [
					{
						content: { parts: [{ text: JSON.stringify(answer(properties, prompt)) }], role: 'model' },
						finishReason: 'STOP',
						index: 0,
					},
				],
				usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 500, totalTokenCount: 1500 },
				modelVersion: 'gemini-3.8-flash',
			}),
		);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
	const address = /** @type {import('node:net').AddressInfo} */ (server.address());
	return {
		url: `http://127.0.0.1:${address.port}`,
		/** Every request, in order: the first part of its path, and its text. */
		asked,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
