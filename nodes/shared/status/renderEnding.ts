/** What a person sees who has sent the form: the run's name, what it may cost, and where to follow it. */
import { html } from '../html';
import { DEFAULT_ACCENT, renderDocument, type RenderedPage } from '../page';
import { money } from './money';
import { STATUS_STYLE } from './style';

export interface Ending {
	/** The run's name; empty where there is no run. */
	title: string;
	/** Of the run's status page; empty where there is no run. */
	statusUrl: string;
	/** US dollars. */
	estimateUsd?: number;
	/** The offline stand-in answers, which charges nothing. */
	isStandIn?: boolean;
	/** Why the run could not go on. */
	failure?: { message: string; hint: string } | undefined;
}

/**
 * Who sent it without a browser gets the page as it is. n8n's form puts it into the page that it has open, so it has no script and
 * does not rely on its headers.
 */
export function renderEnding({
	title,
	statusUrl,
	estimateUsd,
	isStandIn = false,
	failure,
}: Ending): RenderedPage {
	const heading =
		failure === undefined
			? 'Thank you, the run has started'
			: 'Your brief arrived, but the run could not go on';
	return renderDocument({
		status: 200,
		frame: { title: title || 'Your brief', runTitle: '', accent: DEFAULT_ACCENT },
		eyebrow: 'Your brief',
		main: html`<section class=summary><h2>${heading}</h2>
			${failure && html`<p>${failure.message} ${failure.hint}</p>`}
			${!failure && html`<p>It goes on by itself. You can close this page.</p>`}
			${!failure && isStandIn && html`<p>It costs nothing: the offline stand-in answers in place of Gemini.</p>`}
			${!failure && !isStandIn && estimateUsd !== undefined && html`<p>It will cost about ${money(estimateUsd)}.</p>`}
			${statusUrl && html`<p><a class=main href="${statusUrl}">See how the run stands</a></p>`}</section>
			${
				statusUrl &&
				html`<section class=notes><h2>Keep this address</h2><p class=address>${statusUrl}</p>
				<p><small>It shows where the run stands and for whom it waits, and has the approved work to download. Whoever has it can see
				 that.</small></p></section>`
			}`,
		style: STATUS_STYLE,
	});
}
