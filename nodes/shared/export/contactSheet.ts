import { createHash } from 'node:crypto';
import type { ApprovedSet, SetFile, SetPiece } from './approvedSet';
import { CONTACT_SHEET_STYLE } from './contactSheetStyle';
import { escapeHtml, fieldsHtml } from './html';

/** Pictures that every browser shows, and that cannot do anything when shown as pictures. */
const PICTURES = new Set([
	'image/avif',
	'image/gif',
	'image/jpeg',
	'image/png',
	'image/svg+xml',
	'image/webp',
]);
/** So much is put into the page itself; what goes beyond is only in the ZIP. */
const MAX_INLINE_BYTES = 64 * 1024 * 1024;

const MONTHS = 'January February March April May June July August September October November December'.split(
	' ',
);

/**
 * One HTML file with everything in it: opens from a mail, prints on paper, loads nothing and runs nothing. `files` are the bytes by the
 * names that the set gives them.
 */
export function contactSheet(set: ApprovedSet, files: ReadonlyMap<string, Uint8Array>): string {
	const shown = chooseShown(set);
	const style = createHash('sha256').update(CONTACT_SHEET_STYLE).digest('base64');
	const policy = `default-src 'none'; img-src data:; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(set.title)}: approved set</title>
<style>${CONTACT_SHEET_STYLE}</style>
</head>
<body>
<header>
<p class="over">Approved set</p>
<h1 dir="auto">${escapeHtml(set.title)}</h1>
<p class="under">${escapeHtml(summaryOf(set))}</p>
</header>
<main>
${set.artefacts.map((piece) => pieceHtml(piece, files, shown)).join('\n')}
</main>
</body>
</html>
`;
}

function summaryOf({ artefacts, asOf }: ApprovedSet): string {
	const approved = artefacts.filter(({ status }) => status === 'approved').length;
	const passed = artefacts.length - approved;
	const pieces = `${artefacts.length} ${artefacts.length === 1 ? 'piece' : 'pieces'}`;
	const counts =
		passed === 0 ? pieces : `${pieces}: ${approved} approved, ${passed} passed and not approved yet`;
	return `${counts} · as of ${dateOf(asOf)}`;
}

function pieceHtml(
	piece: SetPiece,
	files: ReadonlyMap<string, Uint8Array>,
	shown: ReadonlySet<string>,
): string {
	const pictures = piece.media.flatMap(({ name, mimeType }) => {
		const bytes = shown.has(name) ? files.get(name) : undefined;
		if (bytes === undefined) return [];
		const data = Buffer.from(bytes).toString('base64');
		return [`<img src="data:${mimeType};base64,${data}" alt="${escapeHtml(piece.title)}">`];
	});
	const others = piece.media.filter(({ name }) => !shown.has(name));
	const { title: _title, ...fields } = piece.content;
	return `<article${pictures.length === 0 ? '' : ' class="pictured"'}>
${pictures.length === 0 ? '' : `<div class="pictures">${pictures.join('')}</div>`}
<div>
<p class="over">${piece.slot} <span class="${piece.status}">${piece.status === 'approved' ? 'Approved' : 'Passed'}</span></p>
<h2 dir="auto">${escapeHtml(piece.title)}</h2>
${fieldsHtml(piece.content.title === piece.title ? fields : piece.content)}
${others.length === 0 ? '' : `<p class="files">In the ZIP: ${others.map(fileText).join(', ')}</p>`}
${notesHtml(piece)}
</div>
</article>`;
}

function notesHtml({ approval, verdict }: SetPiece): string {
	const approved =
		approval === undefined
			? []
			: [
					`Approved by <bdi>${escapeHtml(approval.by)}</bdi>, ${escapeHtml(dateOf(approval.at))}`,
					...(approval.note === undefined ? [] : [`Note: <bdi>${escapeHtml(approval.note)}</bdi>`]),
				];
	const checked =
		verdict === undefined || verdict.note === '' ? [] : [`Check: <bdi>${escapeHtml(verdict.note)}</bdi>`];
	const notes = [...approved, ...checked].map((note) => `<li>${note}</li>`);
	return notes.length === 0 ? '' : `<ul class="notes">${notes.join('')}</ul>`;
}

function fileText({ name, bytes }: SetFile): string {
	const size = bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
	return `<span>${escapeHtml(name)} (${size})</span>`;
}

/** Names of the pictures that stand in the page, as long as they are not too much for it. */
function chooseShown({ artefacts }: ApprovedSet): ReadonlySet<string> {
	let total = 0;
	const shown = new Set<string>();
	for (const { name, mimeType, bytes } of artefacts.flatMap(({ media }) => media)) {
		if (!PICTURES.has(mimeType) || total + bytes > MAX_INLINE_BYTES) continue;
		total += bytes;
		shown.add(name);
	}
	return shown;
}

/** "22 November 2026, 12:04 UTC". */
function dateOf(iso: string): string {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) return iso;
	const time = date.toISOString().slice(11, 16);
	return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${time} UTC`;
}
