/** HTML without injection. Imports nothing of the house, so that every room may use it. */
export { dateOf } from './dateOf';
export { filePage } from './filePage';
export { html, scriptElement, styleElement, type Html, type HtmlValue } from './html';
export { isTagList } from './isTagList';
export { labelOf } from './labelOf';
export { swatches } from './swatches';
export { sourceHash } from './sourceHash';
