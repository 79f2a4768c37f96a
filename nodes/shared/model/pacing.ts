/** How many calls of one credential go out at once, and how fast: one queue for each credential in this process. */
import { isPipelineError, PipelineError } from '../errors';
import { hashOf } from '../state/json';
import type { CallOptions, GeminiClient } from './client';
import type { GeminiConnection, PacingLimits } from './connection';
import { FIRST_BACKOFF_MS, MAX_WAIT_MS } from './conversation';
import { cancelledFailure } from './failures';

export interface PacingDeps {
	/** Ms since 1970. */
	clock: () => number;
	/** Ends after `ms`, or at once (resolved or rejected) when the signal says stop. */
	sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface Pacer {
	/**
	 * Waits for the turn of a call of `model`, first come first served but for those whose model pauses, and gives back how to
	 * end it. Rejects with `cancelled`; with `timeout` when `timeoutMs` is over before; with `rate_limited` when a pause lasts
	 * longer than that, or than is waited for here.
	 */
	turn(model: string, options: CallOptions): Promise<() => void>;
	/** No call of `model` begins for this long: Gemini counts each model by itself. */
	pause(model: string, ms: number): void;
}

const NO_LIMITS: PacingLimits = { atOnce: 0, perMinute: 0 };
const MINUTE_MS = 60_000;

interface Waiter {
	model: string;
	begin: () => void;
}

/** A queue with these limits. */
export function createPacer({ atOnce, perMinute }: PacingLimits, { clock, sleep }: PacingDeps): Pacer {
	const queue: Waiter[] = [];
	/** When calls of the last minute began, oldest first. */
	const begun: number[] = [];
	let running = 0;
	/** By model. Those whose pause is over leave when the next one begins. */
	const pausedUntil = new Map<string, number>();
	let alarm: AbortController | undefined;

	const pauseMs = (model: string, now: number): number => Math.max(0, (pausedUntil.get(model) ?? 0) - now);

	const minuteMs = (now: number): number => {
		while (begun[0] !== undefined && begun[0] <= now - MINUTE_MS) begun.shift();
		const oldest = perMinute > 0 && begun.length >= perMinute ? begun[begun.length - perMinute] : undefined;
		return oldest === undefined ? 0 : oldest + MINUTE_MS - now;
	};

	/** Lets begin whoever may, and sets an alarm for when the next one may. */
	function pump(): void {
		alarm?.abort();
		alarm = undefined;
		while (queue.length > 0 && (atOnce <= 0 || running < atOnce)) {
			const now = clock();
			const place = queue.findIndex(({ model }) => pauseMs(model, now) === 0);
			const ms = Math.max(
				minuteMs(now),
				place < 0 ? Math.min(...queue.map(({ model }) => pauseMs(model, now))) : 0,
			);
			if (ms > 0) {
				const set = new AbortController();
				alarm = set;
				const ring = (): void => {
					if (!set.signal.aborted) pump();
				};
				sleep(ms, set.signal).then(ring, ring);
				return;
			}
			running++;
			if (perMinute > 0) begun.push(now);
			queue.splice(place, 1)[0]?.begin();
		}
	}

	function end(): void {
		running--;
		pump();
	}

	return {
		pause(model, ms) {
			const now = clock();
			for (const other of pausedUntil.keys()) if (pauseMs(other, now) === 0) pausedUntil.delete(other);
			pausedUntil.set(model, now + Math.max(pauseMs(model, now), ms));
			pump();
		},
		async turn(model, { signal, timeoutMs }) {
			if (signal?.aborted) throw notSent(cancelledFailure());
			const ms = pauseMs(model, clock());
			if (ms > Math.min(MAX_WAIT_MS, timeoutMs)) throw pausedFailure(ms);
			const waiter: Waiter = { model, begin: () => undefined };
			queue.push(waiter);
			pump();
			if (queue.includes(waiter)) await wait(waiter, { signal, timeoutMs });
			return once(end);
		},
	};

	/** Ends when the waiter may begin. One that gives up leaves the queue, or its place to the next one. */
	async function wait(waiter: Waiter, { signal, timeoutMs }: CallOptions): Promise<void> {
		const over = new AbortController();
		const stop = (): void => over.abort();
		signal?.addEventListener('abort', stop);
		const began = new Promise<void>((resolve) => (waiter.begin = resolve));
		const timeIsUp = sleep(timeoutMs, over.signal).catch(() => undefined);
		await Promise.race([began, timeIsUp]);
		signal?.removeEventListener('abort', stop);
		over.abort();
		const place = queue.indexOf(waiter);
		if (place < 0 && signal?.aborted !== true) return;
		if (place < 0) running--;
		else queue.splice(place, 1);
		pump();
		throw signal?.aborted ? notSent(cancelledFailure()) : tooLate(timeoutMs);
	}
}

function once(work: () => void): () => void {
	let isDone = false;
	return () => {
		if (isDone) return;
		isDone = true;
		work();
	};
}

/** A client whose calls wait for their turn. The wait counts to the time of the call. What a server asks for, all calls of the model heed. */
export function pacedClient<T extends Pick<GeminiClient, 'generate'>>(
	client: T,
	pacer: Pacer,
	clock: () => number,
): T {
	const generate: GeminiClient['generate'] = async (request, options) => {
		const arrivedAt = clock();
		const end = await pacer.turn(request.model, options);
		try {
			const timeoutMs = Math.max(1, options.timeoutMs - (clock() - arrivedAt));
			return await client.generate(request, { ...options, timeoutMs });
		} catch (error) {
			const pauseMs = isPipelineError(error) ? pauseAfter(error) : undefined;
			if (pauseMs !== undefined) pacer.pause(request.model, pauseMs);
			throw error;
		} finally {
			end();
		}
	};
	return { ...client, generate };
}

/** Others of the credential and model would only be refused as well. */
function pauseAfter({ code, retryAfterMs }: PipelineError): number | undefined {
	return code === 'rate_limited' ? (retryAfterMs ?? FIRST_BACKOFF_MS) : retryAfterMs;
}

function notSent(error: PipelineError): PipelineError {
	return new PipelineError(error.code, error.message, { details: { ...error.details, neverSent: true } });
}

function tooLate(timeoutMs: number): PipelineError {
	const seconds = Math.ceil(timeoutMs / 1000);
	return new PipelineError('timeout', `The call did not get its turn within ${seconds} s.`, {
		hint: "Too many calls share one Gemini credential. Raise 'Calls at Once' or 'Calls per Minute' in the credential, or 'Timeout' under 'Options'.",
		details: { neverSent: true },
	});
}

function pausedFailure(retryAfterMs: number): PipelineError {
	return new PipelineError('rate_limited', 'Gemini asked all calls of this credential and model to wait.', {
		retryAfterMs,
		details: { neverSent: true },
	});
}

const pacers = new Map<string, Pacer>();

/** The pacer of a credential: the same for the same connection, wherever in this process it is asked for. */
export function pacerOf(connection: GeminiConnection, deps: PacingDeps): Pacer {
	// By hash: keys are nothing to keep around.
	const name = hashOf(JSON.parse(JSON.stringify(connection)));
	const pacer = pacers.get(name) ?? createPacer(connection.pacing ?? NO_LIMITS, deps);
	pacers.set(name, pacer);
	return pacer;
}
