/** The document of a review page: with its script, and a first link that leads to the pieces. */
import { html } from '../../shared/html';
import { renderDocument as render, type DocumentParts, type RenderedPage } from '../../shared/page';
import { REVIEW_SCRIPT } from './script';

export type { RenderedPage };

export function renderDocument({
	hasScript,
	...parts
}: Omit<DocumentParts, 'skip' | 'script' | 'style'> & { hasScript: boolean }): RenderedPage {
	if (!hasScript) return render(parts);
	return render({
		...parts,
		skip: html`<a class=skip href="#pieces">Skip to the pieces</a>`,
		script: REVIEW_SCRIPT,
	});
}
