import { FAILURE_KINDS } from '../errors';
import { html, type Html } from '../html';
import { bar } from './chart';
import type { FailureCount, ReliabilityReport } from './reliabilityReport';
import { LAYER_NAMES, counted, dollars, duration, failureName, headOf, rangeOf } from './words';

export function failuresSection({ failures, escalations }: ReliabilityReport): Html {
	return html`<article class="long"><h2>What went wrong</h2>
		${
			failures.length === 0
				? html`<p class="none">No failure is on record.</p>`
				: html`<p class="lead">Failures that steps met, by where they belong. Most were tried again: they are no lost work.</p>${countTable(failures, 'Times')}`
		}
		${
			escalations.length > 0 && html`<h3>Why pieces went to a person</h3>${countTable(escalations, 'Pieces')}`
		}</article>`;
}

function countTable(counts: readonly FailureCount[], unit: string): Html {
	const most = Math.max(...counts.map(({ count }) => count));
	return html`<table><thead><tr><th scope="col">What</th><th scope="col">Where</th><th scope="col" class="number">${unit}</th><th scope="col" class="number">Runs</th><td class="bars"></td></tr></thead>
		<tbody>${counts.map(
			({ code, layer, count, runs }) =>
				html`<tr><th scope="row">${failureName(code)}<small>${FAILURE_KINDS[code]?.hint}</small></th><td>${LAYER_NAMES[layer]}</td><td class="number">${count}</td><td class="number">${runs}</td><td class="bars">${bar(count, most)}</td></tr>`,
		)}</tbody></table>`;
}

export function retriesSection({ retries }: ReliabilityReport): Html {
	const { saved, notSaved } = retries;
	const all = saved.byStep + saved.byRouter + saved.byPerson;
	return html`<article><h2>Second tries, and what they saved</h2>${rows([
		['Calls that a step repeated by itself', String(retries.callsRepeated)],
		['Pieces that the router sent back', String(retries.sentBackByRouter)],
		['Pieces that a person sent back', String(retries.sentBackByPerson)],
		[
			'Pieces that were not right at first, and were in the end',
			`${all} of ${all + notSaved}: ${saved.byStep} by repeating the call, ${saved.byRouter} by another round, ${saved.byPerson} after a person’s note or change`,
		],
		['Runs that finished thanks to that', String(retries.runsSaved)],
		['What later rounds cost', dollars(retries.laterRoundsUsd)],
	])}</article>`;
}

export function peopleSection({ waiting, agreement }: ReliabilityReport): Html {
	const { reviews, sent, open, unanswered, timed, medianMs, longestMs, totalMs } = waiting;
	const { same, falsePasses, falseAlarms, approvedWithChanges } = agreement;
	return html`<article><h2>People</h2>${
		reviews === 0
			? html`<p class="none">No person was asked by a Human Gate.</p>`
			: rows([
					[
						'Reviews',
						`${reviews}: ${sent} sent, ${unanswered} without an answer in time, ${open} still open`,
					],
					[
						'Time waiting for people',
						medianMs === null
							? 'Not on record'
							: `Half within ${duration(medianMs)}, the longest ${duration(longestMs ?? 0)}, together ${duration(totalMs)}, of ${counted(timed, 'review')}`,
					],
					['Person and check say the same', share(same)],
					['False passes: passed by the check, turned down by a person', share(falsePasses)],
					['False alarms: failed by the check, approved by a person', share(falseAlarms)],
					['Approved after the reviewer changed something', String(approvedWithChanges)],
				])
	}</article>`;
}

function share(of: Parameters<typeof headOf>[0]): string {
	return of.of === 0 ? headOf(of) : `${headOf(of)}${of.share === null ? '.' : ':'} ${rangeOf(of)}`;
}

export function costSection({ cost }: ReliabilityReport): Html {
	return html`<article><h2>Cost</h2>${rows([
		['All calls of these runs, an estimate', dollars(cost.totalUsd)],
		['Calls of unknown price, not in it', String(cost.unpricedCalls)],
		['Approved pieces', String(cost.approved)],
		[
			'Cost per approved piece',
			cost.perApprovedUsd === null ? 'None is approved yet' : dollars(cost.perApprovedUsd),
		],
	])}</article>`;
}

export function howToRead({ runs }: ReliabilityReport): Html {
	return html`<article class="how"><h2>How to read this</h2><ul>
		<li>Shares are of runs that have ended, and of their pieces.${runs.goingOn > 0 && ` ${counted(runs.goingOn, 'run')} still going on: not in them.`}</li>
		<li>Right at the first try: made with one call, passed by every check on the spot, and not turned down or changed by a person. What nobody checked counts as right, and is counted beside it.</li>
		<li>Without the checks it would be: the share of runs in which everything was right at the first try. A plain chain of the same steps would have handed the rest on, wrong, or broken off.</li>
		<li>Finished does not mean faultless. What a check passed by mistake and no person looked at is in no figure here; the false passes say how often that happens.</li>
		<li>Between: the 95% interval after Wilson. Pieces of one run come from one call and are not independent, so the true range of pieces is wider than the one shown.</li>
	</ul></article>`;
}

function rows(pairs: ReadonlyArray<readonly [label: string, value: string]>): Html {
	return html`<dl class="rows">${pairs.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}
