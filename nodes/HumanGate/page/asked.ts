/** What the work was made for, folded away on top of the page. */
import { html, type Html } from '../../shared/html';
import { isStandIn } from '../../shared/page';
import type { ReviewPage } from '../../shared/review';
import { fieldList } from './values';

export function renderAsked({ askedFor, models }: ReviewPage): Html {
	return html`${
		askedFor &&
		html`<details class=asked><summary><b>The brief</b> <span>${askedFor.brief.slice(0, 160).toWellFormed()}</span></summary>
			<p>${askedFor.brief}</p>
			${askedFor.intent.length > 0 && html`<p class=hush>What was read from it:</p>${fieldList(askedFor.intent)}`}</details>`
	}
		${models.some(isStandIn) && standIn()}`;
}

function standIn(): Html {
	return html`<p class=stand-in>Written by the offline stand-in, a script that does not understand your brief. Gemini does, once a key is set.</p>`;
}
