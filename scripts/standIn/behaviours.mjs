/** Ways in which the stand-in can be told to misbehave, each as Gemini does it on the wire. */

/**
 * @typedef {object} Behaviour
 * @property {string} name One of `BEHAVIOURS`.
 * @property {number} [times] For how many requests; for all when absent.
 * @property {string} [match] Only for requests whose path or body has this text.
 * @property {number} [ms] For `slow`: how long it takes.
 */

/**
 * What comes back in place of the scripted answer.
 * @typedef {{ status: number, body: unknown } | { text: string, finishReason: string } | 'hang' | 'drop' | { delayMs: number } | 'alwaysFail' | 'halfPicture'} Reply
 */

/** @param {number} code @param {string} status @param {string} message @param {object[]} [details] */
export function errorReply(code, status, message, details = []) {
	return {
		status: code,
		body: { error: { code, message, status, ...(details.length > 0 ? { details } : {}) } },
	};
}

/** @type {Record<string, (answer: string, behaviour: Behaviour) => Reply>} */
export const BEHAVIOURS = {
	'rate-limit': () =>
		errorReply(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota. Please retry in 2s.', [
			{
				'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
				violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel' }],
			},
			{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2s' },
		]),
	'daily-quota': () =>
		errorReply(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', [
			{
				'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
				violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel', quotaValue: '250' }],
			},
		]),
	recitation: () => ({ text: '', finishReason: 'RECITATION' }),
	language: () => ({ text: '', finishReason: 'LANGUAGE' }),
	malformed: (answer) => ({ text: answer, finishReason: 'MALFORMED_RESPONSE' }),
	overloaded: () => errorReply(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
	'blocked-prompt': () => ({
		status: 200,
		body: {
			promptFeedback: {
				blockReason: 'PROHIBITED_CONTENT',
				safetyRatings: [{ category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true }],
			},
			usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 },
		},
	}),
	safety: () => ({ text: '', finishReason: 'SAFETY' }),
	truncated: (answer) => ({
		text: answer.slice(0, Math.ceil(answer.length / 2)),
		finishReason: 'MAX_TOKENS',
	}),
	empty: () => ({ text: '', finishReason: 'STOP' }),
	'invalid-json': (answer) => ({
		text: `Sure! Here is what you asked for:\n${answer.slice(1, -1)}`,
		finishReason: 'STOP',
	}),
	'wrong-shape': () => ({ text: '{"answer":{"unexpected":true}}', finishReason: 'STOP' }),
	'words-for-picture': () => ({ text: 'I would draw a roof at night.', finishReason: 'STOP' }),
	'no-picture': () => ({ text: '', finishReason: 'NO_IMAGE' }),
	'picture-safety': () => ({ text: '', finishReason: 'IMAGE_SAFETY' }),
	'picture-recitation': () => ({ text: '', finishReason: 'IMAGE_RECITATION' }),
	'half-picture': () => 'halfPicture',
	slow: (_answer, { ms = 1_000 }) => ({ delayMs: ms }),
	hang: () => 'hang',
	drop: () => 'drop',
	'bad-key': () => badKeyReply('bad'),
	'always-fail-verdict': () => 'alwaysFail',
};

/**
 * Keys that begin with `bad` are refused, as Google refuses them: `bad-403` as blocked, `bad-400` as unknown, any other as
 * not a key.
 * @param {string} key
 */
export function badKeyReply(key) {
	if (key === 'bad-403')
		return errorReply(403, 'PERMISSION_DENIED', 'This API key was blocked. Please use another key.');
	if (key === 'bad-400') {
		return errorReply(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
			{
				'@type': 'type.googleapis.com/google.rpc.ErrorInfo',
				reason: 'API_KEY_INVALID',
				domain: 'googleapis.com',
			},
		]);
	}
	return errorReply(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
}

/**
 * The list of orders, oldest first; the first that fits a request is used up by it.
 * @returns {{ add: (behaviour: Behaviour) => void, clear: () => void, take: (request: { path: string, body: string, isVerdict: boolean }) => Behaviour | undefined }}
 */
export function createOrders() {
	/** @type {Array<Behaviour & { left: number }>} */
	let orders = [];
	return {
		add(behaviour) {
			if (!(behaviour.name in BEHAVIOURS)) {
				throw new Error(
					`Unknown behaviour "${behaviour.name}". Known: normal, ${Object.keys(BEHAVIOURS).join(', ')}.`,
				);
			}
			orders.push({ ...behaviour, left: behaviour.times ?? Infinity });
		},
		clear() {
			orders = [];
		},
		take({ path, body, isVerdict }) {
			const order = orders.find(
				({ name, match, left }) =>
					left > 0 &&
					(match === undefined || path.includes(match) || body.includes(match)) &&
					(name !== 'always-fail-verdict' || isVerdict),
			);
			if (order) order.left -= 1;
			return order;
		},
	};
}
