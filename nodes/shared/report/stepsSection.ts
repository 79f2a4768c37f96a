import { html, type Html } from '../html';
import { axis, dotPlot, scaleOf, type Scale } from './chart';
import type { PipelineReport, ReliabilityReport, Share, StepReport } from './reliabilityReport';
import { counted, dollars, headOf, percent, rangeOf } from './words';

/** How reliable each step is, and what they come to together; a table for each workflow. */
export function stepsSection({ pipelines }: ReliabilityReport): Html {
	const ended = pipelines.filter(({ steps }) => steps.length > 0);
	return html`<article class="long"><h2>Step by step</h2>
		${
			ended.length === 0
				? html`<p class="none">No step of a run that has ended is on record.</p>`
				: html`<p class="lead">How many pieces each step got right, at the first try and in the end, after repeats and decisions.</p>
					${ended.map((pipeline) => pipelineTable(pipeline, ended.length > 1))}`
		}</article>`;
}

function pipelineTable(pipeline: PipelineReport, isOneOfMany: boolean): Html {
	const { workflowId, runs, steps, finished, withoutChecks } = pipeline;
	const shares = steps.flatMap(({ pieces }) => [pieces.first, pieces.inTheEnd]);
	// With too few of each there is nothing to draw.
	const scale = shares.some(({ share }) => share !== null) ? scaleOf(shares) : undefined;
	const makers = steps.filter(({ kind }) => kind !== 'checks');
	const sums = [
		chain(
			'In the end',
			makers.map((step) => ({ step, share: step.runs.inTheEnd })),
			finished.predicted,
			`measured: ${measuredOf(finished.measured)} finished`,
		),
		chain(
			'At the first try',
			makers.map((step) => ({ step, share: step.runs.first })),
			withoutChecks.predicted,
			`measured: ${measuredOf(withoutChecks.measured)}`,
		),
	];
	return html`${isOneOfMany && html`<h3>Workflow <bdi>${workflowId}</bdi>, ${counted(runs, 'run')} ended</h3>`}
		${scale && html`<p class="key"><span>Right at the first try</span><span class="ended">Right in the end</span><span class="range">Where the true share probably lies</span></p>`}
		<table class="steps"><thead><tr><th scope="col">Step</th>${scale && html`<th scope="col">Between ${percent(scale.from)} and 100%</th>`}<th scope="col">First try</th><th scope="col">In the end</th></tr></thead>
		<tbody>${steps.map((step) => stepRow(step, scale))}
		${scale && html`<tr class="axis"><td></td><td class="plotted">${axis(scale)}</td><td></td><td></td></tr>`}</tbody></table>
		${sums}`;
}

function stepRow(step: StepReport, scale: Scale | undefined): Html {
	const { pieces } = step;
	const left = pieces.notKnown === 0 ? '' : ` Not known of ${pieces.notKnown} more.`;
	const unchecked = pieces.unchecked === 0 ? '' : ` ${pieces.unchecked} checked by nobody.`;
	return html`<tr><th scope="row"><bdi>${step.step}</bdi><small>${describe(step)}</small></th>
		${scale && html`<td class="plotted">${dotPlot(pieces.first, pieces.inTheEnd, scale)}</td>`}
		${cell('First try', pieces.first, `${unchecked}${left}`)}${cell('In the end', pieces.inTheEnd, '')}</tr>`;
}

function cell(label: string, share: Share, more: string): Html {
	return html`<td data-label="${label}:">${headOf(share)} <small>${rangeOf(share)}${more}</small></td>`;
}

function describe({ kind, calls, failedCalls, costUsd, unpriced }: StepReport): string {
	const what = {
		makes: 'Makes work.',
		checks: 'Checks work: right is a clear pass or fail.',
		others: 'Meets work of steps that are not Greenlight’s.',
	}[kind];
	if (calls === 0) return what;
	const failed = failedCalls === 0 ? '' : `, ${failedCalls} without an answer in the end`;
	return `${what} ${counted(calls, 'call')}${failed}, ${dollars(costUsd)}${unpriced === 0 ? '' : ' and some of unknown price'}.`;
}

/** "94% of 117 runs", "4 of 6 runs". */
function measuredOf({ count, of, share }: Share): string {
	const runs = counted(of, 'run');
	return share === null ? `${count} of ${runs}` : `${percent(share)} of ${runs}`;
}

/** "0.98 × 0.97 = 0.95": each factor is the share of runs in which all of the step was right. */
function chain(
	label: string,
	factors: ReadonlyArray<{ step: StepReport; share: Share }>,
	product: number | null,
	measured: string,
): Html {
	const sum =
		product === null
			? 'too few runs to multiply the steps'
			: `${factors.map(({ share }) => percent(share.share ?? 0)).join(' × ')} = ${percent(product)}`;
	return html`<p class="sumline">${label}, the steps that make work multiplied, by runs: ${sum}; ${measured}.</p>`;
}
