import { dateOf, filePage, html, type Html } from '../html';
import type { ReliabilityReport } from './reliabilityReport';
import { REPORT_STYLE } from './reportStyle';
import { costSection, failuresSection, howToRead, peopleSection, retriesSection } from './sections';
import { stepsSection } from './stepsSection';
import { counted, dollars, duration, headOf, percent, rangeOf } from './words';

/** The report as one HTML file: opens from a mail, prints on paper, loads nothing and runs nothing. */
export function renderReport(report: ReliabilityReport): string {
	return filePage(
		{
			title: `${report.title}: reliability`,
			over: 'Reliability report',
			heading: report.title,
			under: underOf(report),
			css: REPORT_STYLE,
		},
		html`<p class="sum">${summaryOf(report)}</p>
		${headFigures(report)}
		${stepsSection(report)}
		${failuresSection(report)}
		${retriesSection(report)}
		${peopleSection(report)}
		${costSection(report)}
		${howToRead(report)}`,
	);
}

function underOf({ runs, scope, begunSince, asOf, entries }: ReliabilityReport): string {
	const which =
		scope === 'run'
			? 'One run'
			: `${counted(runs.total, 'run')} ${begunSince === null ? 'of all time' : `begun since ${dateOf(begunSince)}`}`;
	return `${which} · from ${counted(entries, 'entry', 'entries')} of the ledger · as of ${dateOf(asOf)}`;
}

/** What a hurried reader takes away. */
function summaryOf({ runs, retries, finished, scope }: ReliabilityReport): string {
	const ended = finished.measured.of;
	if (runs.total === 0) return 'No run of this time is on record, so there is nothing to report yet.';
	if (scope === 'run' && ended > 0) return `${STATUS_SENTENCES[statusOf(runs)]} ${piecesSentence(retries)}`;
	if (ended === 0) {
		return scope === 'run'
			? 'This run is still going on. What it comes to is counted when it has ended.'
			: `${counted(runs.goingOn, 'run')} still going on, and none has ended: there is nothing to measure yet.`;
	}
	const going = runs.goingOn === 0 ? '' : ` ${runs.goingOn} more still going on.`;
	const person = runs.escalated === 0 ? '' : `, ${runs.escalated} went to a person`;
	const broken = runs.stalled + runs.crashed + runs.stopped;
	const stopped = broken === 0 ? '' : `, ${broken} stopped on the way`;
	const saved =
		retries.runsSaved === 0
			? 'None of those that finished needed a second try.'
			: `${retries.runsSaved} of those that finished needed at least one more try or a person's change.`;
	return `Of ${counted(ended, 'run')} that ended, ${runs.finished} finished${person}${stopped}. ${saved}${going}`;
}

const STATUS_SENTENCES = {
	finished: 'This run finished.',
	escalated: 'This run went to a person.',
	stalled: 'This run stopped on the way: work did not arrive where it was to go.',
	crashed: 'This run broke off: n8n reported an error.',
	stopped: 'A person stopped this run.',
} as const;

function statusOf(runs: ReliabilityReport['runs']): keyof typeof STATUS_SENTENCES {
	const statuses = ['finished', 'escalated', 'stalled', 'crashed', 'stopped'] as const;
	return statuses.find((status) => runs[status] > 0) ?? 'finished';
}

function piecesSentence({ saved, notSaved }: ReliabilityReport['retries']): string {
	const right = saved.byStep + saved.byRouter + saved.byPerson;
	const all = right + notSaved;
	if (all === 0) return 'Nothing of it is known to have been wrong at the first try.';
	return `${counted(all, 'piece')} not right at the first try; ${right} of ${all} in the end.`;
}

function headFigures(report: ReliabilityReport): Html {
	const { finished, withoutChecks, cost, waiting } = report;
	const predicted =
		finished.predicted === null ? '' : ` The steps multiply to ${percent(finished.predicted)}.`;
	const without =
		withoutChecks.predicted === null ? '' : ` The steps multiply to ${percent(withoutChecks.predicted)}.`;
	const notKnown = withoutChecks.notKnown === 0 ? '' : ` Not known of ${withoutChecks.notKnown} more.`;
	return html`<dl class="heads">
		${figure('Runs that finished', headOf(finished.measured), `${rangeOf(finished.measured)}${predicted}`)}
		${figure('Without the checks it would be', headOf(withoutChecks.measured), `${rangeOf(withoutChecks.measured)}${without}${notKnown}`)}
		${figure(
			'Cost per approved piece',
			cost.perApprovedUsd === null ? 'None yet' : dollars(cost.perApprovedUsd),
			`${dollars(cost.totalUsd)} in all, ${counted(cost.approved, 'approved piece')}.${cost.unpricedCalls === 0 ? '' : ` Without ${counted(cost.unpricedCalls, 'call')} of unknown price.`}`,
		)}
		${figure(
			'Wait for a person',
			waiting.medianMs === null ? 'None yet' : duration(waiting.medianMs),
			waiting.medianMs === null
				? 'Nobody was asked.'
				: `The middle one of ${counted(waiting.timed, 'review')}; the longest ${duration(waiting.longestMs ?? 0)}.`,
		)}
	</dl>`;
}

function figure(label: string, big: string, of: string): Html {
	return html`<div><dt>${label}</dt><dd class="big">${big}</dd><dd class="of">${of}</dd></div>`;
}
