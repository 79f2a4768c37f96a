/** The Human Gate's pages as pure functions of data: no n8n, no clock, no input or output. */
export type { RenderedPage } from './document';
export { mediaHeaders, type Headers } from '../../shared/page';
export { renderNotice } from './renderNotice';
export { renderReview } from './renderReview';
