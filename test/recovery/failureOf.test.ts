import { failureOf } from '../../nodes/shared/recovery';
import { failure } from './support';

const OWN = failure('rate_limited', 90_000);

it.each([
	['our own on the item', { failure: OWN, title: 'x' }, 'rate_limited'],
	["our own on n8n's error output", { error: 'Slow down', details: { failure: OWN } }, 'rate_limited'],
	['our own before an error that stands beside it', { failure: OWN, error: { status: 404 } }, 'rate_limited'],
	['a busy service, by status', { error: { status: 503 } }, 'upstream_unavailable'],
	[
		"a busy service, by n8n's httpCode, which is text",
		{ error: { httpCode: '429' } },
		'upstream_unavailable',
	],
	['a busy service, by statusCode', { error: { statusCode: 500 } }, 'upstream_unavailable'],
	['a lost connection, by code', { error: { code: 'ECONNRESET' } }, 'upstream_unavailable'],
	['a refusal, by status', { error: { status: 403 } }, 'upstream_failed'],
	['an error without any code', { error: { message: 'boom' } }, 'upstream_failed'],
	['an error that is only text', { error: 'boom' }, 'upstream_failed'],
	['an error with its status beside it', { error: 'boom', status: 503 }, 'upstream_unavailable'],
	[
		'an unknown failure of ours beside an error',
		{ failure: { code: 'not_ours' }, error: 'boom' },
		'upstream_failed',
	],
])('failureOf knows %s', (_name, json, code) => {
	expect(failureOf(json)?.code).toBe(code);
});

it.each([
	['nothing', {}],
	['an empty error', { error: null }],
	['a field that says there is no error', { error: false }],
	['a status that is not of a failure', { status: 'passed' }],
	['a failure that is not ours and no error', { failure: 'once' }],
])('failureOf sees no failure in %s', (_name, json) => {
	expect(failureOf(json)).toBeUndefined();
});

it('never reads text: a message that speaks of 503 or a timeout is still only a failed step', () => {
	for (const message of ['503 Service Unavailable', 'ETIMEDOUT', 'rate limit exceeded, retry in 5s']) {
		expect(failureOf({ error: message, message, description: message })?.code).toBe('upstream_failed');
		expect(failureOf({ error: { message, description: message } })?.code).toBe('upstream_failed');
	}
});

it("passes on nothing of another step's text, which may hold a secret", () => {
	expect(JSON.stringify(failureOf({ error: { message: 'key sk-123 refused', status: 401 } }))).not.toContain(
		'sk-123',
	);
});

it('keeps how long the service asked to wait', () => {
	expect(failureOf({ failure: OWN })).toEqual(OWN);
});
