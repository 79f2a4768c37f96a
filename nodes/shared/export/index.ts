/** What leaves the house: a run's accepted work as files for people outside. Other rooms import from here only. */
export { selectSet, type ApprovedSet, type Include, type SetPiece } from './approvedSet';
export { contactSheet } from './contactSheet';
export { slugOf } from './fileNames';
export { dataOf, readSet, zipOfAll } from './readSet';
export { zipOf } from './zip';
