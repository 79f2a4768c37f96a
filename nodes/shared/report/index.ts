/** How reliable runs were, from what their ledgers say. Other rooms import from here only. */
export { PAGE, readReport, report } from './readReport';
export type { ReliabilityReport, Share } from './reliabilityReport';
export { renderReport } from './renderReport';
