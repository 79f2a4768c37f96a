/** A Gemini on this machine that writes parts of a treatment and judges them, with the faults of the gap bench. */
import { createServer } from 'node:http';
import { faultOf, isSeen } from './gapFaults.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {{ run: number, recall: number, kill: () => void, tries: number[], generateCalls: number, judgeCalls: number }} Place */

const GRITTY = 'Wet brick, sodium light, a gritty chase over the roofs.';
const OFF_STYLE = 'Spotless glass, bright daylight, everybody smiles.';

/** Whether a piece holds what it should, by what it says and not by what was injected. @param {Json} piece */
export const isRight = (piece) => piece.text === GRITTY;

/** @param {Json} body What a server of Gemini says. @param {number} [status] */
const reply = (body, status = 200) => ({ status, body });

/** @param {string} text @param {string} [finishReason] */
const answer = (text, finishReason = 'STOP') =>
	reply({
		candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason, index: 0 }],
		usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 500, totalTokenCount: 1500 },
		modelVersion: 'gemini-3.8-flash',
	});

/** @param {Place} place @param {string} prompt */
function generated(place, prompt) {
	const step = Number(/Write part (\d) of/.exec(prompt)?.[1]);
	const tryNumber = (place.tries[step] = (place.tries[step] ?? 0) + 1);
	const fault = faultOf(place.run, step, tryNumber);
	place.generateCalls += 1;
	const title = `Part ${step}`;
	const mark = `piece-${step}-${tryNumber}`;
	const text = JSON.stringify({ title, text: fault === 'offStyle' ? OFF_STYLE : GRITTY, mark });
	switch (fault) {
		case 'refused': {
			const isBusy = (step + tryNumber) % 2 === 0;
			const [code, status] = isBusy ? [429, 'RESOURCE_EXHAUSTED'] : [503, 'UNAVAILABLE'];
			return reply({ error: { code, message: 'Try again later.', status } }, Number(code));
		}
		case 'notJson':
			return answer(`Here is part ${step}: ${text.replace('"title"', 'title')}`);
		case 'missingField':
			return answer(JSON.stringify({ title, mark }));
		case 'truncated':
			return answer(text.slice(0, text.length / 2), 'MAX_TOKENS');
		case 'killed':
			place.kill();
			return undefined;
		default:
			return answer(text);
	}
}

/** @param {Place} place @param {string} prompt */
function judged(place, prompt) {
	place.judgeCalls += 1;
	const [, step, tryNumber] = /piece-(\d)-(\d+)/.exec(prompt) ?? [];
	const isOff =
		prompt.includes(OFF_STYLE) && isSeen(place.recall, place.run, Number(step), Number(tryNumber));
	const rulings = [...prompt.matchAll(/"ruleId":"([^"]+)"/g)].map(([, ruleId]) => ({
		ruleId,
		evidence: isOff ? 'Spotless glass' : 'Wet brick',
		fix: isOff ? 'Make it gritty' : '',
		holds: !isOff,
		confidence: 0.9,
	}));
	return answer(JSON.stringify({ rulings }));
}

export async function startGapModel() {
	/** @type {Map<string, Place>} */
	const places = new Map();
	const server = createServer(async (request, response) => {
		/** @type {Buffer[]} */
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const place = places.get(request.url?.split('/')[1] ?? '');
		if (place === undefined) return void response.writeHead(404).end('{}');
		const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
		const prompt = JSON.stringify(body.contents).replaceAll('\\"', '"').replaceAll('\\"', '"');
		const isJudge = 'rulings' in (body.generationConfig?.responseJsonSchema?.properties ?? {});
		const said = isJudge ? judged(place, prompt) : generated(place, prompt);
		if (said === undefined) return;
		response.writeHead(said.status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(said.body));
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
	const address = /** @type {import('node:net').AddressInfo} */ (server.address());
	return {
		/** Where one run asks. @param {string} name @param {{ run: number, recall: number, kill: () => void }} about */
		open(name, about) {
			/** @type {Place} */
			const place = { ...about, tries: [], generateCalls: 0, judgeCalls: 0 };
			places.set(name, place);
			return { url: `http://127.0.0.1:${address.port}/${name}`, place, close: () => places.delete(name) };
		},
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
