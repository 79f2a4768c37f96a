/** A Gemini on this machine for the storyboard of template 01: an intent, numbered concepts, rulings. A script says what holds and what goes wrong. */
import { createServer } from 'node:http';

/** @typedef {Record<string, any>} Json */
/** @typedef {'intent' | 'concepts' | 'rulings'} What */
/**
 * `holds` says of the text of a question for rulings whether the work in it is right; `faultOf` which fault a call meets, its
 * number among the calls of its kind counted from 1.
 * @typedef {{ holds: (text: string) => boolean, faultOf?: (what: What, number: number) => import('./gapFaults.mjs').Kind | undefined, kill?: () => void }} Script
 * @typedef {Script & { calls: Record<What, number>, written: number }} Place
 */

export const OFF_STYLE = 'Spotless glass, bright daylight.';
const GRITTY = 'Sodium light, worn brick.';
export const INTENT = {
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

/** Words that no other concept has, so that none nearly repeats another. @param {number} number From 1. */
function concept(number) {
	const own = ['a', 'b', 'c', 'd'].map((letter) => `w${number}${letter}`).join(' ');
	return {
		title: `Concept ${number}`,
		logline: `${own} gritty`,
		visualApproach: GRITTY,
		keyFrames: ['A', 'B'],
		palette: ['#000000'],
		tone: ['tense'],
	};
}

/** Whether a concept is whole and on style, by what it says and not by what was injected. @param {Json} given */
export function isRightConcept(given) {
	const number = Number(/^Concept (\d+)$/.exec(given.title)?.[1]);
	return Object.entries(concept(number)).every(
		([name, value]) => JSON.stringify(given[name]) === JSON.stringify(value),
	);
}

/** @param {Json | undefined} given */
export function isRightIntent(given) {
	return Object.entries(INTENT).every(
		([name, value]) => JSON.stringify(given?.[name]) === JSON.stringify(value),
	);
}

/** @param {What} what @param {Json} schema @param {string} text @param {Place} place @returns {Json} */
function answerOf(what, schema, text, place) {
	if (what === 'intent') return { ...INTENT };
	if (what === 'rulings') {
		const holds = place.holds(text);
		return {
			rulings: [...text.matchAll(/"ruleId":"([^"]+)"/g)].map(([, ruleId]) => ({
				ruleId,
				evidence: holds ? 'as the rule asks' : 'too clean, not gritty',
				fix: holds ? '' : 'Make it gritty',
				holds,
				confidence: 0.9,
			})),
		};
	}
	const count = Number(schema.properties.concepts.minItems);
	return { concepts: Array.from({ length: count }, () => concept(++place.written)) };
}

/** The answer without something that it should have: the field that is missed most. @param {What} what @param {Json} answer */
function withoutField(what, answer) {
	if (what === 'intent') delete answer.sceneGoals;
	else if (what === 'rulings') for (const ruling of answer.rulings) delete ruling.holds;
	else delete answer.concepts.at(-1).visualApproach;
	return answer;
}

/** @param {Place} place @param {Json} body @returns {{ status: number, body: Json } | undefined} Nothing, where the asker was killed. */
function reply(place, body) {
	const schema = body.generationConfig?.responseJsonSchema ?? {};
	const members = schema.properties ?? {};
	const what = 'sceneGoals' in members ? 'intent' : 'concepts' in members ? 'concepts' : 'rulings';
	const text = JSON.stringify(body.contents).replaceAll('\\"', '"').replaceAll('\\"', '"');
	const number = (place.calls[what] += 1);
	const fault = place.faultOf?.(what, number);
	if (fault === 'killed') return void place.kill?.();
	if (fault === 'refused') {
		const [code, status] = number % 2 === 0 ? [429, 'RESOURCE_EXHAUSTED'] : [503, 'UNAVAILABLE'];
		return { status: Number(code), body: { error: { code, message: 'Try again later.', status } } };
	}
	let answer = answerOf(what, schema, text, place);
	if (fault === 'offStyle') answer.concepts.at(-1).visualApproach = OFF_STYLE;
	if (fault === 'missingField') answer = withoutField(what, answer);
	const json = JSON.stringify(answer);
	const said =
		fault === 'notJson'
			? `Here it is: ${json.replace('"', '')}`
			: fault === 'truncated'
				? json.slice(0, json.length / 2)
				: json;
	return {
		status: 200,
		body: {
			candidates: [
				{
					content: { parts: [{ text: said }], role: 'model' },
					finishReason: fault === 'truncated' ? 'MAX_TOKENS' : 'STOP',
					index: 0,
				},
			],
			usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 500, totalTokenCount: 1500 },
			modelVersion: 'gemini-3.8-flash',
		},
	};
}

export async function startStoryboardModel() {
	/** @type {Map<string, Place>} */
	const places = new Map();
	const server = createServer(async (request, response) => {
		/** @type {Buffer[]} */
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const place = places.get(request.url?.split('/')[1] ?? '');
		if (place === undefined) return void response.writeHead(404).end('{}');
		const said = reply(place, JSON.parse(Buffer.concat(chunks).toString('utf8')));
		if (said === undefined) return;
		response.writeHead(said.status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(said.body));
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
	const address = /** @type {import('node:net').AddressInfo} */ (server.address());
	return {
		/** Where one run asks. @param {string} name @param {Script} script */
		open(name, script) {
			/** @type {Place} */
			const place = { ...script, calls: { intent: 0, concepts: 0, rulings: 0 }, written: 0 };
			places.set(name, place);
			return { url: `http://127.0.0.1:${address.port}/${name}`, place, close: () => places.delete(name) };
		},
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
