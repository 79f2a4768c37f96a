/** How requests leave: the SDK's own way, with an eye on what it does not hand over. */

/** Node's fetch finds the sender of requests under this name; so does the SDK. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

interface Dispatcher {
	dispatch: (options: object, handler: object) => boolean;
}

/** Node ends a request after 300 s without headers; at half price an answer may take 15 minutes. Our own deadline ends it. */
const withoutTimeout: Dispatcher = {
	dispatch(options, handler) {
		const dispatcher: Dispatcher = Object(globalThis)[GLOBAL_DISPATCHER];
		return dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler);
	},
};

/** Node's own, as it is at the time of the call. */
export const plainFetch: typeof fetch = (input, init) => fetch(input, init);

/** Notes how long the server asks to wait: the SDK's errors do not carry headers. */
export function noticingFetch(note: (retryAfterMs: number) => void): typeof fetch {
	return async (input, init) => {
		// Node sets up its sender when it is first needed, and the SDK's way of sending does not need it.
		new Headers();
		const response = await fetch(input, Object.assign({}, init, { dispatcher: withoutTimeout }));
		const ms = response.ok ? undefined : readRetryAfter(response.headers);
		if (ms !== undefined) note(ms);
		return response;
	};
}

/** `Retry-After` in seconds or as a date, in ms; a date is counted from the server's own. */
export function readRetryAfter(headers: Pick<Headers, 'get'>): number | undefined {
	const text = headers.get('retry-after')?.trim() ?? '';
	if (/^\d{1,12}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
	const until = Date.parse(text) - Date.parse(headers.get('date') ?? '');
	return Number.isFinite(until) && until >= 0 ? until : undefined;
}
