/** A status link is not made, and no key is right, where n8n does not offer what they are made of. */
import { isStatusKey, statusLink } from '../../nodes/shared/host';

const signing = (signature: string, webhookBaseUrl?: unknown) => ({
	additionalData: { webhookBaseUrl },
	getNode: () => ({ id: 'n' }),
	getSignedResumeUrl: (parameters: Record<string, string>) =>
		`http://n8n.test/webhook-waiting/0/status?${String(new URLSearchParams({ ...parameters, signature }))}`,
});

it.each([undefined, '', 7, '/webhook'])('no link is made from the address %p', (address) => {
	expect(() => statusLink(signing('abc', address) as never, 'run-1')).toThrow(
		'does not say where its webhooks are',
	);
});

it('the link is below the address of webhooks, whatever its end', () => {
	for (const address of ['https://n8n.test/a/webhook', 'https://n8n.test/a/webhook/'])
		expect(statusLink(signing('abc', address) as never, 'run&1')).toBe(
			'https://n8n.test/a/webhook/greenlight-status?run=run%261&key=abc',
		);
});

it('no key is right where n8n signs nothing', () => {
	const context = signing('');
	expect(() => isStatusKey(context as never, 'run-1', '')).toThrow('does not sign addresses');
});

it('a key is right only as a whole', () => {
	const is = (key: string) => isStatusKey(signing('abc') as never, 'run-1', key);
	expect([is('abc'), is('abcd'), is('ab'), is('ABC'), is('')]).toEqual([true, false, false, false, false]);
});
