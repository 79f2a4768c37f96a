/** The look of the contact sheet: on screens of any width, light and dark, and on A4. */
export const CONTACT_SHEET_STYLE = `
html { color-scheme: light dark; }
:root { --ground: #f6f5f2; --card: #fff; --ink: #1c1b19; --soft: #63605a; --line: #dcd9d2; --good: #17663a; --open: #8a5a00; }
@media screen and (prefers-color-scheme: dark) {
	:root { --ground: #141413; --card: #1e1d1c; --ink: #ecebe8; --soft: #a3a09a; --line: #383633; --good: #6fce97; --open: #e3b35c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2.5rem 1.5rem 4rem; background: var(--ground); color: var(--ink);
	font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1, h2, p, dl, dd, ul, ol { margin: 0; }
h1 { font-size: 2.2rem; line-height: 1.15; letter-spacing: -0.01em; }
h2 { margin-bottom: 1rem; font-size: 1.35rem; line-height: 1.25; }
.over { margin-bottom: 0.35rem; color: var(--soft); font-size: 0.8rem; letter-spacing: 0.04em; }
.under { margin-top: 0.5rem; color: var(--soft); }
header { margin-bottom: 2rem; }
article { margin-bottom: 1.5rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; }
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
	body { padding: 1.5rem 1rem 3rem; }
	h1 { font-size: 1.7rem; }
	article { padding: 1.1rem; }
	.pictured, dl > div, dd dl > div { grid-template-columns: minmax(0, 1fr); gap: 0.1rem; }
	.pictured { gap: 1.1rem; }
}
@media print {
	@page { size: A4; margin: 14mm; }
	html { color-scheme: light; font-size: 9.5pt; }
	body { max-width: none; padding: 0; background: #fff; }
	article { break-inside: avoid; }
	img { max-height: 120mm; }
	h2, .over { break-after: avoid; }
}
`;
