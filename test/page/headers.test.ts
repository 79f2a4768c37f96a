/** What the browser is told about the page and about the files of a piece. */
import { mediaHeaders } from '../../nodes/HumanGate/page';
import { sourceHash } from '../../nodes/shared/html';
import { STATES } from './states';

const NAMES = Object.keys(STATES);

function policyOf(name: string): Map<string, string> {
	const policy = STATES[name]?.().headers['Content-Security-Policy'] ?? '';
	return new Map(
		policy.split('; ').map((rule) => {
			const [directive = '', ...values] = rule.split(' ');
			return [directive, values.join(' ')];
		}),
	);
}

it.each(NAMES)('the page "%s" may run and fetch nothing but its own', (name) => {
	const page = STATES[name]?.();
	const policy = policyOf(name);

	expect(Object.fromEntries(policy)).toMatchObject({
		'default-src': "'none'",
		'form-action': "'self'",
		'base-uri': "'none'",
		'frame-ancestors': "'none'",
		sandbox: 'allow-forms allow-scripts allow-downloads allow-modals',
	});
	expect([...policy.values()].join(' ')).not.toMatch(/unsafe|https?:|\*/);
	expect(page?.headers).toMatchObject({
		'Content-Type': 'text/html; charset=utf-8',
		'Cache-Control': 'no-store',
		'Referrer-Policy': 'no-referrer',
		'X-Content-Type-Options': 'nosniff',
		'X-Frame-Options': 'DENY',
		'Cross-Origin-Resource-Policy': 'same-origin',
	});
	expect(page?.headers).not.toHaveProperty('Cross-Origin-Opener-Policy');
});

it.each(NAMES)('the page "%s" allows exactly the styles and scripts that it has', (name) => {
	const { html = '' } = STATES[name]?.() ?? {};
	const hashesIn = (tag: string) =>
		[...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(([, text = '']) => sourceHash(text));

	expect(policyOf(name).get('style-src')).toBe(hashesIn('style').join(' '));
	expect(policyOf(name).get('script-src')).toBe(hashesIn('script').join(' ') || "'none'");
	expect(html).not.toMatch(/ style=| on\w+=/);
});

describe('a file of a piece', () => {
	it.each(['image/png', 'image/svg+xml', 'video/mp4', 'audio/wav'])('of type %s is shown', (mimeType) => {
		const headers = mediaHeaders({ mimeType, fileName: 'a.bin' });

		expect(headers['Content-Type']).toBe(mimeType);
		expect(headers['Content-Disposition']).toMatch(/^inline/);
	});

	it.each(['text/html', 'application/pdf', 'image/png\r\nX: y', 'image/x', ''])(
		'of type %p is only saved',
		(mimeType) => {
			const headers = mediaHeaders({ mimeType, fileName: 'a.bin' });

			expect(headers['Content-Type']).toBe('application/octet-stream');
			expect(headers['Content-Disposition']).toMatch(/^attachment/);
		},
	);

	it('can do nothing when it is opened by itself, and may be used by the page', () => {
		const headers = mediaHeaders({ mimeType: 'image/svg+xml', fileName: 'a.svg' });

		expect(headers['Content-Security-Policy']).toMatch(/^default-src 'none'.*sandbox$/);
		expect(headers['Cross-Origin-Resource-Policy']).toBe('cross-origin');
	});

	it('keeps its name, and the name cannot make a header', () => {
		const nameOf = (fileName: string) =>
			mediaHeaders({ mimeType: 'image/png', fileName })['Content-Disposition'];

		expect(nameOf('Märchen "1".png')).toBe(
			`inline; filename="M_rchen_1_.png"; filename*=UTF-8''M%C3%A4rchen%20%221%22.png`,
		);
		expect(nameOf('a\r\nSet-Cookie: b\ud800')).not.toMatch(/[\r\n]/);
		expect(nameOf('')).toContain('filename="file"');
	});
});
