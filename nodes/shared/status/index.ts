/** What people see of a run who were given its status page. Other rooms and nodes import from here. */
export { renderEnding, type Ending } from './renderEnding';
export { renderStatus, renderStatusNotice, type StatusFrame, type StatusNotice } from './renderStatus';
export { areByStandIn } from './standIn';
export { LATEST, statusOf, type RunState, type StatusReview } from './statusOf';
