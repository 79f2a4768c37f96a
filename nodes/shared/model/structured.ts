/** Asks for JSON of a known shape and gives back nothing else: checked, repaired once, tried again when that can help. */
import type { z } from 'zod/v4';
import { PipelineError } from '../errors';
import { startConversation, type AskDeps, type Spent } from './conversation';
import { toGeminiRequest, type StructuredRequest } from './request';

/** A checked answer with what it cost, summed over all answers, also one that had to be repaired. */
export interface StructuredAnswer<T> extends Spent {
	value: T;
}

const MAX_ISSUES_SENT = 20;
/** Of an answer that could not be used, for the failure's details. */
const KEPT_ANSWER_LENGTH = 2000;

/**
 * Sends `request` and gives back its checked answer. How the answer ended is checked before it is parsed. An answer in
 * the wrong form is sent back once with the exact issues. Failures that another try may mend are tried again at once or
 * after a growing wait, at least as long as Gemini asks for, while tries, deadline and `MAX_WAIT_MS` allow.
 *
 * Rejects with a `PipelineError` whose details hold what was billed: `usage`, `costUsd`, `calls`, `maybeBilledCalls`; for
 * `invalid_json` and `schema_mismatch` also `issues` and the beginning of `answer`.
 */
export async function askForJson<T>(
	request: StructuredRequest<T>,
	deps: AskDeps,
): Promise<StructuredAnswer<T>> {
	const conversation = startConversation(request.model, request.options?.tier ?? 'standard', deps);
	const sent = toGeminiRequest(request);
	const first = await conversation.send(sent);
	const read = readValue(first.text, request.schema);
	if (read.ok) return { value: read.value, ...conversation.spent() };

	const followUp = { answer: first.text, prompt: repairPrompt(read.issues) };
	const second = await conversation.send({ ...sent, followUp });
	const repaired = readValue(second.text, request.schema);
	if (repaired.ok) return { value: repaired.value, ...conversation.spent() };
	throw conversation.fail(formFailure(repaired, second.text));
}

interface FormIssue {
	/** Where in the answer, as in `concepts[0].title`; empty for the whole. */
	path: string;
	message: string;
}

type ReadValue<T> =
	{ ok: true; value: T } | { ok: false; code: 'invalid_json' | 'schema_mismatch'; issues: FormIssue[] };

function readValue<T>(text: string, schema: z.ZodType<T>): ReadValue<T> {
	let json: unknown;
	try {
		json = JSON.parse(withoutFence(text));
	} catch (error) {
		const message = `The answer is not JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}`;
		return { ok: false, code: 'invalid_json', issues: [{ path: '', message }] };
	}
	const checked = schema.safeParse(json);
	if (checked.success) return { ok: true, value: checked.data };
	const issues = checked.error.issues.map(({ path, message }) => ({ path: formatPath(path), message }));
	return { ok: false, code: 'schema_mismatch', issues };
}

/**
 * Some models put JSON between Markdown fences even when asked for JSON alone. Not one expression for both fences: on an
 * answer of blank lines, which models give when they lose their way, it would run for minutes.
 */
function withoutFence(text: string): string {
	const trimmed = text.trim();
	const opening = /^```(?:json)?\s*\n/.exec(trimmed)?.[0];
	if (opening === undefined || !trimmed.slice(opening.length).endsWith('```')) return text;
	return trimmed.slice(opening.length, -3);
}

function formatPath(path: readonly PropertyKey[]): string {
	return path
		.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
		.join('');
}

function repairPrompt(issues: readonly FormIssue[]): string {
	const lines = issues.slice(0, MAX_ISSUES_SENT).map(describeIssue);
	const more = issues.length - lines.length;
	return [
		'Your answer is not in the agreed form. What is wrong with it:',
		...lines.map((line) => `- ${line}`),
		...(more > 0 ? [`- and ${more} more of the same kind`] : []),
		'Send the whole answer again as JSON of the agreed schema. Correct these points and keep everything else as it is.',
	].join('\n');
}

function describeIssue({ path, message }: FormIssue): string {
	return path === '' ? message : `${path}: ${message}`;
}

function formFailure(
	read: { code: 'invalid_json' | 'schema_mismatch'; issues: FormIssue[] },
	answer: string,
) {
	const { code, issues } = read;
	const message =
		code === 'invalid_json'
			? 'The answer is not JSON, also after one repair round.'
			: `The answer does not fit the agreed form, also after one repair round (${issues.length === 1 ? 'one issue' : `${issues.length} issues`}).`;
	return new PipelineError(code, message, {
		details: { issues, answer: answer.slice(0, KEPT_ANSWER_LENGTH) },
	});
}
