/** What the browser is told about the page and its media. The page holds words of models and strangers: it may do very little. */

/** Response headers by name. */
export type Headers = Readonly<Record<string, string>>;

const ALWAYS: Headers = {
	'Referrer-Policy': 'no-referrer',
	'X-Content-Type-Options': 'nosniff',
	'X-Robots-Tag': 'noindex, nofollow',
	'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()',
};

/**
 * Headers of a page whose only styles and script are those with the given hashes (`sourceHash`).
 *
 * `sandbox` without allow-same-origin gives the page an origin of its own, so that it cannot act as the n8n editor it comes
 * from. `'self'` still means the address of the page. allow-modals is for the browser's "leave this page?" question, which
 * a sandbox suppresses. There is no Cross-Origin-Opener-Policy: a sandboxed window
 * that meets one may be refused, and an opaque origin has nothing left to protect with it.
 */
export function pageHeaders(styleHashes: readonly string[], scriptHash?: string): Headers {
	const policy = [
		"default-src 'none'",
		`style-src ${styleHashes.join(' ')}`,
		`script-src ${scriptHash ?? "'none'"}`,
		"img-src 'self' data:",
		"media-src 'self' data:",
		"form-action 'self'",
		"base-uri 'none'",
		"frame-ancestors 'none'",
		'sandbox allow-forms allow-scripts allow-downloads allow-modals',
	];
	return {
		...ALWAYS,
		'Content-Type': 'text/html; charset=utf-8',
		'Content-Security-Policy': policy.join('; '),
		'Cache-Control': 'no-store',
		'X-Frame-Options': 'DENY',
		'Cross-Origin-Resource-Policy': 'same-origin',
	};
}

/** Types that browsers show in a page without running anything of them. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif|svg\+xml)|video\/[\w.+-]+|audio\/[\w.+-]+)$/;

/** Whether the page shows such a file; others are links to download. */
export function isShown(mimeType: string): boolean {
	return SHOWN.test(mimeType);
}

/**
 * Headers of one file of a piece. Opened by itself it is sandboxed, as a picture may be SVG with a script in it; what is not
 * shown in the page is offered for saving. The page's origin is opaque, so to the browser the file comes from elsewhere:
 * Cross-Origin-Resource-Policy has to allow it, and the signed link is what protects it.
 */
export function mediaHeaders(file: { mimeType: string; fileName: string }): Headers {
	const isInline = isShown(file.mimeType);
	return {
		...ALWAYS,
		'Content-Type': isInline ? file.mimeType : 'application/octet-stream',
		'Content-Disposition': `${isInline ? 'inline' : 'attachment'}; ${fileNameParameter(file.fileName)}`,
		'Content-Security-Policy':
			"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
		'Cache-Control': 'private, max-age=3600',
		'Cross-Origin-Resource-Policy': 'cross-origin',
	};
}

/** Headers of a file that is made when it is asked for, and saved by the browser. */
export function downloadHeaders(fileName: string): Headers {
	return { ...mediaHeaders({ mimeType: '', fileName }), 'Cache-Control': 'no-store' };
}

function fileNameParameter(fileName: string): string {
	const plain = fileName.replace(/[^\w.-]+/g, '_').slice(0, 100) || 'file';
	const whole = fileName
		.toWellFormed()
		.replace(/[\r\n]/g, ' ')
		.slice(0, 200)
		.toWellFormed();
	const encoded = encodeURIComponent(whole).replace(
		/['()*]/g,
		(each) => `%${each.charCodeAt(0).toString(16)}`,
	);
	return `filename="${plain}"; filename*=UTF-8''${encoded}`;
}
