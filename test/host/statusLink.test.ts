/** A status link is not made, and no key is right, where n8n does not offer what they are made of. */
import { isStatusKey, resultLink, statusLink } from '../../nodes/shared/host';

const signing = (signature: string, webhookBaseUrl?: unknown) => ({
	additionalData: { webhookBaseUrl },
	getNode: () => ({ id: 'n' }),
	getSignedResumeUrl: (parameters: Record<string, string>) =>
		`http://n8n.test/webhook-waiting/0/status?${String(new URLSearchParams({ ...parameters, signature }))}`,
});

it.each([undefined, '', 7, '/webhook'])('no link is made from the address %p', (address) => {
	expect(() => statusLink(signing('abc', address) as never, { run: 'run-1' })).toThrow(
		'does not say where its webhooks are',
	);
});

it('the link is below the address of webhooks, whatever its end', () => {
	for (const address of ['https://n8n.test/a/webhook', 'https://n8n.test/a/webhook/'])
		expect(statusLink(signing('abc', address) as never, { run: 'run&1' })).toBe(
			'https://n8n.test/a/webhook/greenlight-status?run=run%261&key=abc',
		);
});

it('the way to the result is left out where it cannot be made, as the decision must not depend on it', () => {
	expect(resultLink(signing('abc') as never, 'run-1', 7)).toBe('');
	expect(resultLink(signing('', 'https://n8n.test/webhook') as never, 'run-1', 7)).toBe('');
	expect(resultLink(signing('abc', 'https://n8n.test/webhook') as never, 'run-1', 7)).toBe(
		'https://n8n.test/webhook/greenlight-status?run=run-1&until=7&key=abc',
	);
});

it('no key is right where n8n signs nothing', () => {
	const context = signing('');
	expect(() => isStatusKey(context as never, { run: 'run-1' }, '')).toThrow('does not sign addresses');
});

it('a key is right only as a whole', () => {
	const is = (key: string) => isStatusKey(signing('abc') as never, { run: 'run-1' }, key);
	expect([is('abc'), is('abcd'), is('ab'), is('ABC'), is('')]).toEqual([true, false, false, false, false]);
});
