/** One stand-in for all: who asks is told by the API key, so that tests do not see each other's requests. */
import { world, type Behaviour, type GeminiRequest } from './world';

export type Kind = 'intent' | 'concepts' | 'picture' | 'verdict';
type Decide = (request: GeminiRequest, kind: Kind) => Behaviour | undefined;

const decisions = new Map<string, Decide>();
/** Requests that were ordered to get no answer, or none that is an answer. */
const unanswered = new Set<GeminiRequest>();
let isListening = false;

export interface Gemini {
	key: string;
	/** All requests for content, oldest first. */
	requests(kind?: Kind): GeminiRequest[];
	/** Those that got their answer. */
	answered(): GeminiRequest[];
	/** Says what becomes of each further request; nothing: all is normal. */
	behave(decide?: Decide): void;
}

export function geminiFor(key: string): Gemini {
	listen();
	const requests = (kind?: Kind): GeminiRequest[] =>
		world.standIn.requests.filter(
			(request) =>
				request.key === key &&
				request.path.endsWith(':generateContent') &&
				(kind === undefined || kindOf(request) === kind),
		);
	return {
		key,
		requests,
		answered: () => requests().filter((request) => !unanswered.has(request)),
		behave(decide) {
			if (decide === undefined) decisions.delete(key);
			else decisions.set(key, decide);
		},
	};
}

function listen(): void {
	if (isListening) return;
	isListening = true;
	world.standIn.setBehaviour((request) => {
		const behaviour = decisions.get(request.key)?.(request, kindOf(request));
		if (behaviour !== undefined && !['slow', 'always-fail-verdict'].includes(behaviour.name))
			unanswered.add(request);
		return behaviour;
	});
}

export function kindOf(request: GeminiRequest): Kind {
	const schema = JSON.stringify(request.body?.generationConfig ?? {});
	if (schema.includes('"imageConfig"')) return 'picture';
	if (schema.includes('"ruleId"')) return 'verdict';
	return schema.includes('"sceneGoals"') ? 'intent' : 'concepts';
}

/** The whole request as text, to compare with another. */
export function textOf(request: GeminiRequest): string {
	return JSON.stringify([request.path, request.body]);
}

/** Behaves so for the nth request of a kind (from 1) and normally for all others. */
export function onNth(kind: Kind, nth: number, behaviour: Behaviour): Decide {
	let seen = 0;
	return (_request, asked) => (asked === kind && ++seen === nth ? behaviour : undefined);
}
