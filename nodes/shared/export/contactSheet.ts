import { dateOf, filePage, html, type Html } from '../html';
import type { ApprovedSet, SetFile, SetPiece } from './approvedSet';
import { CONTACT_SHEET_STYLE } from './contactSheetStyle';
import { fieldList } from './values';

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

/**
 * One HTML file with everything in it: opens from a mail, prints on paper, loads nothing and runs nothing. `files` are the bytes by the
 * names that the set gives them.
 */
export function contactSheet(set: ApprovedSet, files: ReadonlyMap<string, Uint8Array>): string {
	const shown = chooseShown(set);
	return filePage(
		{
			title: `${set.title}: approved set`,
			over: 'Approved set',
			heading: set.title,
			under: summaryOf(set),
			css: CONTACT_SHEET_STYLE,
			hasPictures: true,
		},
		html`${set.artefacts.map((piece) => showPiece(piece, files, shown))}`,
	);
}

function summaryOf({ artefacts, asOf }: ApprovedSet): string {
	const approved = artefacts.filter(({ status }) => status === 'approved').length;
	const passed = artefacts.length - approved;
	const pieces = `${artefacts.length} ${artefacts.length === 1 ? 'piece' : 'pieces'}`;
	const counts =
		passed === 0 ? pieces : `${pieces}: ${approved} approved, ${passed} passed and not approved yet`;
	return `${counts} · as of ${dateOf(asOf)}`;
}

function showPiece(
	piece: SetPiece,
	files: ReadonlyMap<string, Uint8Array>,
	shown: ReadonlySet<string>,
): Html {
	const pictures = piece.media.flatMap(({ name, mimeType }) => {
		const bytes = shown.has(name) ? files.get(name) : undefined;
		if (bytes === undefined) return [];
		const data = Buffer.from(bytes).toString('base64');
		return [html`<img src="data:${mimeType};base64,${data}" alt="${piece.title}">`];
	});
	const others = piece.media.filter(({ name }) => !shown.has(name));
	const { title: _title, ...fields } = piece.content;
	return html`<article${pictures.length > 0 && html` class="pictured"`}>
		${pictures.length > 0 && html`<div class="pictures">${pictures}</div>`}
		<div>
			<p class="over">${piece.slot} <span class="${piece.status}">${piece.status === 'approved' ? 'Approved' : 'Passed'}</span></p>
			<h2 dir="auto">${piece.title}</h2>
			${fieldList(piece.content.title === piece.title ? fields : piece.content)}
			${others.length > 0 && html`<p class="files">In the ZIP: ${others.map(showFile)}</p>`}
			${showNotes(piece)}
		</div>
	</article>`;
}

/** What a client may want to know. What the check said is only in the data: it is about how the work was made. */
function showNotes({ approval }: SetPiece): Html | false {
	const notes = [
		approval && html`Approved by <bdi>${approval.by}</bdi>, ${dateOf(approval.at)}`,
		approval?.note !== undefined && html`Note: <bdi>${approval.note}</bdi>`,
	].filter(Boolean);
	return notes.length > 0 && html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
}

function showFile({ name, bytes }: SetFile, index: number): Html {
	const size = bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
	return html`${index > 0 && ', '}<span>${name} (${size})</span>`;
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
