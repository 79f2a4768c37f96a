/** What the contact sheet has beyond other pages that are sent as a file. */
export const CONTACT_SHEET_STYLE = `
.pictured { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 1.75rem; align-items: start; }
.pictures { display: grid; gap: 0.75rem; }
img { display: block; max-width: 100%; height: auto; max-height: 80vh; border-radius: 0.3rem; }
dl { display: grid; gap: 0.6rem; }
dl > div { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 1rem; }
dt { color: var(--soft); font-size: 0.9rem; line-height: 1.667; }
dd { white-space: pre-line; }
dd dl { gap: 0.1rem; }
dd dl > div { grid-template-columns: 7rem minmax(0, 1fr); }
ol { padding-inline-start: 1.3rem; }
li { margin-bottom: 0.2rem; }
li:has(> dl) { margin-bottom: 0.7rem; }
.words { display: flex; flex-wrap: wrap; gap: 0.4rem; padding: 0; list-style: none; }
.words li { margin: 0; padding: 0 0.55rem; border: 1px solid var(--line); border-radius: 0.3rem; }
svg { width: 1.15em; height: 1.15em; margin-inline-start: 0.4em; vertical-align: -0.2em; border-radius: 0.2em; box-shadow: 0 0 0 1px var(--line); }
rect { width: 100%; height: 100%; }
.approved, .passed { margin-inline-start: 0.5rem; font-weight: 600; }
.approved { color: var(--good); }
.passed { color: var(--open); }
.files, .notes { margin-top: 1rem; padding: 0.75rem 0 0; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.9rem; }
.notes { list-style: none; }
@media screen and (max-width: 44rem) {
	.pictured, dl > div, dd dl > div { grid-template-columns: minmax(0, 1fr); gap: 0.1rem; }
	.pictured { gap: 1.1rem; }
}
@media print {
	img { max-height: 120mm; }
}
`;
