import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processFacts, webAddress } from '../../nodes/shared/host/processFacts';

describe('what a process says of itself', () => {
	const folder = mkdtempSync(join(tmpdir(), 'greenlight-process-'));
	afterAll(() => rmSync(folder, { recursive: true }));

	it('is how n8n was started: which version, and as what', () => {
		const bin = join(folder, 'n8n', 'bin');
		mkdirSync(bin, { recursive: true });
		writeFileSync(join(folder, 'n8n', 'package.json'), '{"name":"n8n","version":"2.41.1"}');
		writeFileSync(join(bin, 'n8n'), '');
		// As npm and n8n's Docker image put it on the path.
		symlinkSync(join(bin, 'n8n'), join(folder, 'command'));
		const as = (command: string) => processFacts('x', {}, ['node', join(folder, 'command'), command]);
		expect(as('worker')).toMatchObject({ n8n: '2.41.1', role: 'worker' });
		expect(as('webhook').role).toBe('webhook');
		expect(as('start').role).toBe('main');
	});

	it('is nothing that it does not know', () => {
		expect(processFacts('x', {}, ['node', join(folder, 'gone'), 'start'])).toMatchObject({
			n8n: null,
			unverifiedPackages: null,
			address: '',
			queueMode: false,
		});
	});

	it.each([
		['true', true],
		['false', false],
		['False', false],
		['', null],
	])('reads the setting for unverified packages: %s', (value, expected) => {
		expect(processFacts('x', { N8N_UNVERIFIED_PACKAGES_ENABLED: value }).unverifiedPackages).toBe(expected);
	});

	it('has the web address that n8n takes', () => {
		expect(webAddress({ WEBHOOK_URL: '"https://a.example/"' })).toBe('https://a.example/');
		expect(webAddress({ WEBHOOK_URL: 'https://a.example/', N8N_WEBHOOK_URL: 'https://b.example/' })).toBe(
			'https://b.example/',
		);
		expect(webAddress({ WEBHOOK_URL: 'https://a.example' })).toBe('https://a.example/');
		expect(webAddress({ WEBHOOK_URL: ' ' })).toBe('');
	});
});
