/** What all of Greenlight's pages have in common: document, headers, colours, styles. Imports only `html`, so that every room may use it. */
export { DEFAULT_ACCENT } from './colours';
export { renderDocument, type DocumentParts, type RenderedPage } from './document';
export { downloadHeaders, isShown, mediaHeaders, type Headers } from './headers';
export { countOf, isStandIn, moment } from './words';
