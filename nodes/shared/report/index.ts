/** How reliable runs were, from what their ledgers say. Other rooms import from here only. */
export { PAGE, readReport, report } from './readReport';
export type { ReliabilityReport, Share, StepReport } from './reliabilityReport';
export { renderReport } from './renderReport';
export type { ReportScope } from './tally';
