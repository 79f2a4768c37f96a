/** What the report has beyond other pages that are sent as a file. */
export const REPORT_STYLE = `
.sum { margin-bottom: 1.5rem; font-size: 1.15rem; max-width: 46rem; }
.heads { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; margin-bottom: 1.5rem; }
.heads > div { padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; }
.heads dt { color: var(--soft); font-size: 0.9rem; }
.heads .big { font-size: 2rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.heads .of, .of { color: var(--soft); font-size: 0.85rem; }
h3 { margin: 1.25rem 0 0.5rem; font-size: 1rem; }
.lead { margin-bottom: 1rem; color: var(--soft); max-width: 46rem; }
table { width: 100%; border-collapse: collapse; overflow-wrap: break-word; font-variant-numeric: tabular-nums; }
th, td { padding: 0.5rem 0.75rem 0.5rem 0; border-top: 1px solid var(--line); text-align: start; vertical-align: top; }
thead th, thead td { border-top: 0; }
thead th { color: var(--soft); font-size: 0.85rem; font-weight: 400; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
th:first-child { min-width: 8rem; }
th.number { text-align: end; }
tbody th small, td small { display: block; color: var(--soft); font-weight: 400; font-size: 0.85rem; }
td.plotted { width: 38%; padding-inline-end: 1.5rem; }
.axis td { border-top: 0; padding-block: 0; }
td.number { text-align: end; white-space: nowrap; }
td.bars { width: 30%; vertical-align: middle; }
svg { display: block; width: 100%; overflow: visible; }
.grid { stroke: var(--line); stroke-width: 1; }
.first { stroke: var(--open); stroke-width: 2; }
.end { stroke: var(--good); stroke-width: 2; }
circle.first { fill: var(--card); }
circle.end { fill: var(--good); }
.tick { fill: var(--soft); font-size: 11px; }
.bar rect { fill: var(--soft); }
.key { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin-bottom: 0.75rem; font-size: 0.9rem; }
.key span::before { content: ""; display: inline-block; width: 0.7rem; height: 0.7rem; margin-inline-end: 0.45rem; border-radius: 50%;
	border: 2px solid var(--open); }
.key .ended::before { border-color: var(--good); background: var(--good); print-color-adjust: exact; }
.key .range::before { width: 1.4rem; height: 0; border-width: 1px; border-radius: 0; border-color: var(--soft); vertical-align: 0.25rem; }
.rows { display: grid; gap: 0.6rem; }
.rows > div { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 1rem; }
.rows dt { color: var(--soft); }
.sumline { margin-top: 0.75rem; padding-inline-start: 0.9rem; border-inline-start: 3px solid var(--line); }
.how li { margin-bottom: 0.4rem; }
.how ul { padding-inline-start: 1.2rem; }
.none { color: var(--soft); }
@media screen and (max-width: 44rem) {
	.heads { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.6rem; }
	.heads > div { padding: 0.8rem 0.9rem; }
	.heads .big { font-size: 1.5rem; }
	.rows > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
	.steps thead { display: none; }
	.steps, .steps tbody, .steps tr, .steps th, .steps td { display: block; width: auto; }
	.steps th { padding-block: 0.9rem 0; }
	.steps td { border-top: 0; padding: 0.2rem 0; }
	.steps td[data-label]::before { content: attr(data-label); color: var(--soft); font-size: 0.85rem; margin-inline-end: 0.4rem; }
	.steps td small { display: inline; }
	td.bars { display: none; }
	th:first-child { min-width: 0; }
	th, td { padding-inline-end: 0.5rem; }
}
@media print {
	.sum { font-size: 1.1em; }
	.heads { grid-template-columns: repeat(4, minmax(0, 1fr)); break-inside: avoid; }
	tr { break-inside: avoid; }
	article.long { break-inside: auto; }
	svg * { print-color-adjust: exact; }
}
`;
