/**
 * The one error family. Every promise that can be broken has a code here; a code fixes its layer, whether trying
 * again can ever help, and the sentence that tells a person what to do. `docs/troubleshooting.md` has one anchor
 * for each code.
 */

/** Where a failure belongs: the model, what the system remembers, how work is passed on, or how it recovers. */
export const LAYERS = ['capability', 'state', 'handoff', 'recovery'] as const;
export type Layer = (typeof LAYERS)[number];

interface FailureKind {
	layer: Layer;
	retryable: boolean;
	hint: string;
}

/** Every failure code, with what it means for the run. Texts are for people who do not code. */
export const FAILURE_KINDS = {
	blocked_prompt: {
		layer: 'capability',
		retryable: false,
		hint: "Gemini's safety rules refused the brief itself. Reword the brief, then run again.",
	},
	blocked_output: {
		layer: 'capability',
		retryable: false,
		hint: "Gemini's safety rules refused its own answer. Reword the brief or the note, then run again.",
	},
	recitation: {
		layer: 'capability',
		retryable: true,
		hint: 'Gemini stopped because its answer came too close to existing text. Another try usually helps.',
	},
	unsupported_language: {
		layer: 'capability',
		retryable: false,
		hint: 'Gemini does not support the language of this text. Write the brief in another language.',
	},
	truncated: {
		layer: 'capability',
		retryable: true,
		hint: "The answer was cut off before its end. Raise 'Maximum Output Tokens' or ask for fewer concepts.",
	},
	model_malformed: {
		layer: 'capability',
		retryable: true,
		hint: 'Gemini reported that its own answer was malformed. Another try usually helps.',
	},
	model_other: {
		layer: 'capability',
		retryable: true,
		hint: 'Gemini stopped without a reason that it names. Another try usually helps.',
	},
	empty_response: {
		layer: 'capability',
		retryable: true,
		hint: 'Gemini answered with nothing. Another try usually helps.',
	},
	invalid_json: {
		layer: 'handoff',
		retryable: true,
		hint: 'The answer was not in the agreed form, also after one repair round. Try again or pick a stronger model.',
	},
	schema_mismatch: {
		layer: 'handoff',
		retryable: true,
		hint: 'The answer missed fields that the next step needs, also after one repair round. Try again or pick a stronger model.',
	},
	bad_request: {
		layer: 'capability',
		retryable: false,
		hint: "Gemini did not accept the request. Check the model and the values under 'Options'.",
	},
	auth: {
		layer: 'capability',
		retryable: false,
		hint: 'Open the Gemini credential of this step, paste a key that works, and press Test.',
	},
	model_not_found: {
		layer: 'capability',
		retryable: false,
		hint: "Pick another model from the list in 'Model'. Older names are switched off from time to time.",
	},
	rate_limited: {
		layer: 'capability',
		retryable: true,
		hint: 'Too many requests in a short time. The next try waits as long as Gemini asks for.',
	},
	quota_exhausted: {
		layer: 'capability',
		retryable: false,
		hint: 'The daily allowance of this key is used up. Wait for the next day or use a key with billing switched on.',
	},
	service_unavailable: {
		layer: 'capability',
		retryable: true,
		hint: 'Gemini is overloaded or down for the moment. The next try waits a little.',
	},
	timeout: {
		layer: 'capability',
		retryable: true,
		hint: "No answer came in time. Try again, or raise 'Timeout' under 'Options'.",
	},
	network: {
		layer: 'capability',
		retryable: true,
		hint: "Gemini could not be reached. Check this machine's internet connection and the credential's 'Base URL'.",
	},
	bad_gateway_body: {
		layer: 'capability',
		retryable: true,
		hint: 'Something between this machine and Gemini answered in its place. Check proxies, then try again.',
	},
	cancelled: {
		layer: 'recovery',
		retryable: false,
		hint: 'Somebody stopped this execution. Start it again to go on from what is recorded.',
	},
	outcome_unknown: {
		layer: 'recovery',
		retryable: true,
		hint: 'n8n stopped between sending a request and recording its answer. It may have been paid; another try may pay again.',
	},
	human_rounds_spent: {
		layer: 'recovery',
		retryable: false,
		hint: "It was sent back as often as 'Human Rounds' allows. Raise the number, or change the brief, then run again.",
	},
	budget_exhausted: {
		layer: 'recovery',
		retryable: false,
		hint: "Raise 'Spend Cap' in the step that begins the run, then run it again: what is answered is not paid for again. Or go on with what passed.",
	},
	price_unknown: {
		layer: 'recovery',
		retryable: false,
		hint: "Fill in 'Price' under 'Options', pick a model whose price is known, or take the spend cap off.",
	},
	spend_cap_reached: {
		layer: 'recovery',
		retryable: false,
		hint: "The run has spent as much as the Retry Router allows. Raise 'Stop When Spent' there, then run again.",
	},
	input_missing: {
		layer: 'handoff',
		retryable: false,
		hint: 'Fill in the named field, then run again.',
	},
	input_refused: {
		layer: 'handoff',
		retryable: false,
		hint: 'Correct the named field, then run again.',
	},
	run_not_found: {
		layer: 'state',
		retryable: false,
		hint: 'These items belong to a run that is not in this store (pinned or copied data). Unpin the step, or run from the start.',
	},
	run_missing: {
		layer: 'handoff',
		retryable: false,
		hint: "Put a 'Gemini Concept' step or 'Run: Start' of the Shared State Store before this step.",
	},
	run_ambiguous: {
		layer: 'handoff',
		retryable: false,
		hint: "Choose the run in this step's 'Run' field, or give each brief an execution of its own.",
	},
	brief_changed: {
		layer: 'state',
		retryable: false,
		hint: "Choose in 'If the Brief Changed' what to do: keep the old brief, save the new one as a new version, or start another run.",
	},
	run_closed: {
		layer: 'state',
		retryable: false,
		hint: 'Start a new run. What this one had is kept and can still be read.',
	},
	conflict: {
		layer: 'state',
		retryable: true,
		hint: 'Read the state again and repeat the write on what is there now.',
	},
	locked: {
		layer: 'state',
		retryable: false,
		hint: 'Approved work is not changed by a step. Only a person can reopen it, at a Human Gate.',
	},
	record_protected: {
		layer: 'state',
		retryable: false,
		hint: 'Records are kept by their own step. Write to a field of your own instead.',
	},
	type_mismatch: {
		layer: 'state',
		retryable: false,
		hint: 'Send a value of the type that this field was declared with, or use another field.',
	},
	rule_mismatch: {
		layer: 'state',
		retryable: false,
		hint: 'Use the way of writing that this field was declared with, or use another field.',
	},
	value_too_large: {
		layer: 'state',
		retryable: false,
		hint: 'Keep large content in a file or as binary data, and save only its name or link in the state.',
	},
	checkpoint_not_found: {
		layer: 'state',
		retryable: false,
		hint: "Use 'History: Get Many' to see the versions and checkpoints that this run has.",
	},
	store_unavailable: {
		layer: 'state',
		retryable: true,
		hint: "Check that n8n's folder exists, has free space and may be written to.",
	},
	store_refused: {
		layer: 'state',
		retryable: false,
		hint: 'See "One state for several n8n processes" in the documentation.',
	},
	near_duplicate: {
		layer: 'handoff',
		retryable: true,
		hint: 'The concept nearly repeats one that is already there. The next try is told to do something else.',
	},
	rolled_back: {
		layer: 'state',
		retryable: true,
		hint: 'A rollback took this work back. Another try makes it anew.',
	},
	came_back_unchanged: {
		layer: 'recovery',
		retryable: false,
		hint: 'The step that should make it anew gave out the same work again. Unpin it, or connect Retry to a Gemini Concept step.',
	},
	going_in_circles: {
		layer: 'recovery',
		retryable: false,
		hint: 'Follow the wires from this Retry Router: Done or Escalate leads back to it, or Retry begins a new run each time. For a list of things use Loop Over Items.',
	},
	wait_not_kept: {
		layer: 'recovery',
		retryable: false,
		hint: "Put n8n's Wait step on the Retry wire: Amount {{ $json.retryAfterMs / 1000 }}, Unit Seconds. Then run again.",
	},
	lost_on_the_way: {
		layer: 'handoff',
		retryable: true,
		hint: 'A step between Gemini Concept and Retry Router dropped this item. Look for a filter, a limit or a switched-off branch.',
	},
	not_sure: {
		layer: 'handoff',
		retryable: false,
		hint: 'Read the reasons in the verdict and decide. If nobody judged the rules for Gemini, choose a credential in the Style Validator.',
	},
	not_checked: {
		layer: 'handoff',
		retryable: false,
		hint: 'Connect a Style Validator before this step and make sure that it is switched on.',
	},
	attempts_spent: {
		layer: 'recovery',
		retryable: false,
		hint: 'A person should look at the reasons, then change the brief, the rules or the number of attempts.',
	},
	deadline_passed: {
		layer: 'recovery',
		retryable: false,
		hint: "Raise 'Deadline' in the Retry Router, or go on with what passed.",
	},
	upstream_failed: {
		layer: 'handoff',
		retryable: false,
		hint: 'Open the step before this one to see what stopped it.',
	},
	upstream_unavailable: {
		layer: 'capability',
		retryable: true,
		hint: 'The service behind the step before this one was busy or could not be reached. Another try usually helps.',
	},
	unsupported_n8n: {
		layer: 'recovery',
		retryable: false,
		hint: 'Update n8n to 2.39 or newer, on Node.js 24.',
	},
	internal: {
		layer: 'recovery',
		retryable: false,
		hint: 'This should not happen. Please report it with the name of the step and what was done before.',
	},
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURE_KINDS;

/** What went wrong, as data: travels on the item as `failure` and stands in the ledger. */
export interface Failure {
	code: FailureCode;
	layer: Layer;
	/** What happened, one sentence. */
	message: string;
	/** What to do now, one or two sentences. */
	hint: string;
	/** Whether the same request may succeed later. */
	retryable: boolean;
	/** How long the other side asks to wait, in ms. */
	retryAfterMs?: number;
	/** The work is good as it is: what failed is what a step was to add to it. Another try keeps it. */
	keepsWork?: boolean | undefined;
}

export interface PipelineErrorOptions {
	hint?: string;
	retryable?: boolean;
	retryAfterMs?: number;
	keepsWork?: boolean | undefined;
	cause?: unknown;
	/** Facts for code that reacts to the failure (a conflict's versions, a refusal's path). Never secrets. */
	details?: Readonly<Record<string, unknown>>;
}

/** The only error that Greenlight throws on purpose. `message` says what happened, `hint` what to do. */
export class PipelineError extends Error {
	readonly code: FailureCode;
	readonly layer: Layer;
	readonly hint: string;
	readonly retryable: boolean;
	readonly retryAfterMs: number | undefined;
	readonly keepsWork: boolean;
	readonly details: Readonly<Record<string, unknown>>;

	constructor(code: FailureCode, message: string, options: PipelineErrorOptions = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		const kind: FailureKind = FAILURE_KINDS[code];
		this.name = 'PipelineError';
		this.code = code;
		this.layer = kind.layer;
		this.hint = options.hint ?? kind.hint;
		this.retryable = options.retryable ?? kind.retryable;
		this.retryAfterMs = options.retryAfterMs;
		this.keepsWork = options.keepsWork ?? false;
		this.details = options.details ?? {};
	}

	toFailure(): Failure {
		return {
			code: this.code,
			layer: this.layer,
			message: this.message,
			hint: this.hint,
			retryable: this.retryable,
			...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
			...(this.keepsWork ? { keepsWork: true } : {}),
		};
	}
}

/** Whether `error` is ours, also when it comes from another copy of this package. */
export function isPipelineError(error: unknown): error is PipelineError {
	return error instanceof Error && error.name === 'PipelineError' && 'code' in error;
}
