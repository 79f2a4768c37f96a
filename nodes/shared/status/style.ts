/** What the status page and the page after a form have beside the look of all pages. Fixed text, allowed by its hash. */
export const STATUS_STYLE = `
.top{width:100%;justify-content:flex-start;text-align:start}
a.main,a.other{display:inline-block;font-weight:600;line-height:1.6rem;padding:.5rem 1.1rem;border-radius:8px;text-decoration:none;margin:.5rem .5rem 0 0}
a.other{border:1px solid var(--edge);color:var(--ink)}
a.other:hover{border-color:var(--accent-text)}
.stand dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.35rem 1.5rem;margin-top:.5rem}
.stand dt{margin-top:.1rem}
.notes blockquote{max-height:16rem;overflow:auto}
.address{font-size:.9rem;user-select:all}
@media(max-width:40rem){.stand dl{display:block}.stand dt{margin-top:.6rem}a.main,a.other{display:block;text-align:center;margin-right:0}}
`;
