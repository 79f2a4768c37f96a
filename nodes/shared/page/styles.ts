/** The look of every page. Fixed text, allowed by its hash; the accent's colours come from a second, small style (`document.ts`). */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--paper:#f6f4ef;--card:#fff;--tint:#eeebe4;--ink:#1c1b19;--hush:#5c5850;--line:#d9d4c9;--edge:#8a8478;
--pass:#175f36;--pass-tint:#e2f0e6;--fail:#9c2018;--fail-tint:#fbe6e3;--unsure:#6f4a00;--unsure-tint:#f9edd2}
@media(prefers-color-scheme:dark){:root{--paper:#121214;--card:#1c1c1f;--tint:#2a2a2e;--ink:#edebe6;--hush:#b3afa7;--line:#38383d;--edge:#7d7d85;
--pass:#8edcae;--pass-tint:#17301f;--fail:#ffa79e;--fail-tint:#3d1a17;--unsure:#f2c871;--unsure-tint:#33280e}}
*{box-sizing:border-box}
html{scroll-padding:1rem 0 6.5rem;-webkit-text-size-adjust:100%}
body{margin:0;border-top:5px solid var(--accent);background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1,h2,h3,p,ul,ol,dl,dd,figure,blockquote{margin:0;padding:0}
ul,ol{list-style:none}
h1,h2,.work>dl>dd:first-of-type{font-family:"Iowan Old Style","Palatino Linotype",Palatino,Georgia,"Liberation Serif",serif}
h1{font-size:clamp(1.7rem,4vw,2.5rem);line-height:1.15;font-weight:600}
h2{font-size:1.4rem;line-height:1.25;font-weight:600}
h3{font-size:1rem;font-weight:650}
h1,h2,h3,p,dd,li,blockquote,q,legend{unicode-bidi:plaintext}
a,summary{color:var(--accent-text)}
summary{cursor:pointer;padding:.35rem 0}
:focus-visible{outline:3px solid var(--accent-text);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;padding:.6rem 1rem;background:var(--card);z-index:3}
.top,main{max-width:78rem;margin:0 auto;padding:1.75rem clamp(1rem,3vw,2.5rem) 0}
.top{display:flex;flex-wrap:wrap;gap:1rem 1.5rem;align-items:center}
.logo{max-width:9rem;max-height:4rem}
.eyebrow{font-size:.85rem;letter-spacing:.04em;color:var(--accent-text);font-weight:650}
.run,.facts,small{color:var(--hush)}
.facts{margin-left:auto;font-size:.9rem}
.facts b{color:var(--ink)}
main{padding-top:.25rem}
main>*,form>*{margin-top:1.25rem}
.summary,.guide,.signing,.notes,.problem,.asked{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem}
.summary{border-left:5px solid var(--accent-text)}
.summary[role=alert],.problem{border-left:5px solid var(--fail)}
.summary h2{margin-bottom:.25rem}
.summary p+p,.summary p+ul,.summary ul+p,.summary li{margin-top:.4rem}
.summary .go{margin:.9rem 0}.next{list-style:disc;padding-left:1.2rem}
.problem{padding:.6rem .9rem}
.guide dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));grid-auto-flow:dense;gap:0 1.5rem}
.guide dt{grid-row:1;margin:0;font-size:1rem;font-weight:650;color:var(--ink)}.guide dd{grid-row:2;color:var(--hush)}
.known{display:flex;flex-wrap:wrap;gap:0 2rem;padding-block:.5rem}.known .keys{margin:0}.known details[open]{flex-basis:100%}
.keys{margin-top:.5rem;font-size:.95rem}
html:not(.js) .keys{display:none}
@media(pointer:coarse),(hover:none),(max-width:40rem){.keys{display:none}}
.asked{padding-block:.5rem}
.asked summary{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.asked summary span{color:var(--hush);margin-left:.3em}.asked[open] summary span{display:none}
.asked p{white-space:pre-line;max-width:48rem;margin:.4rem 0}
.stand-in{border-radius:10px;padding:.6rem 1.25rem;background:var(--unsure-tint);color:var(--unsure)}
kbd{font:inherit;font-weight:650;border:1px solid var(--edge);border-radius:4px;padding:0 .4em;margin-left:.3em;background:var(--tint)}
.line{display:flex;flex-wrap:wrap;gap:.75rem;justify-content:space-between;align-items:center}
.overview>p{color:var(--hush);margin:.35rem 0 .75rem}
.overview ol{display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:.6rem}
.overview a{display:block;height:100%;padding:.55rem .7rem;border:1px solid var(--line);border-radius:8px;background:var(--card);color:inherit;text-decoration:none;line-height:1.35;font-size:.95rem}
.overview a:hover{border-color:var(--accent-text)}
.overview img{display:block;width:calc(100% + 1.4rem);max-width:none;aspect-ratio:16/9;object-fit:cover;margin:-.55rem -.7rem .5rem;border-radius:7px 7px 0 0;background:var(--tint)}
.overview b{color:var(--accent-text)}
i:where([data-is]){font-style:normal;font-size:.85rem;font-weight:600;white-space:nowrap;border-radius:4px;padding:.05rem .4rem;background:var(--tint)}
.overview i{display:table;margin-top:.3rem}
[data-choice]::after{content:"\\2713 " attr(data-choice);display:table;margin-top:.3rem;font-size:.85rem;font-weight:650;border-radius:4px;padding:.05rem .4rem;background:var(--accent);color:var(--on-accent)}
[data-is=pass],[data-is=approve]{color:var(--pass);background:var(--pass-tint)}
[data-is=fail],[data-is=reject]{color:var(--fail);background:var(--fail-tint)}
[data-is=unsure],[data-is=redirect],[data-is=reopen]{color:var(--unsure);background:var(--unsure-tint)}
.piece{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,23rem);background:var(--card);border:1px solid var(--line);border-radius:12px;margin-top:1.25rem}
.piece:focus{outline:3px solid var(--accent-text);outline-offset:2px}
.work,.judge{padding:1.4rem 1.5rem}
.judge{border-left:1px solid var(--line);display:flex;flex-direction:column;gap:1rem}
.work header{display:flex;gap:.9rem;align-items:flex-start}
.work header p{color:var(--hush);font-size:.9rem}
.number{flex:none;min-width:2.1rem;height:2.1rem;padding:0 .35rem;border-radius:99px;background:var(--accent);color:var(--on-accent);font-weight:700;text-align:center;line-height:2.1rem}
.media{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(15rem,100%),1fr));gap:.75rem;margin-top:1rem}
.media img,.media video{display:block;width:100%;min-height:8rem;max-height:70vh;object-fit:contain;background:var(--tint);border-radius:8px}
.media audio{width:100%}
dt{font-size:.85rem;font-weight:600;color:var(--hush);margin-top:.9rem}
dd{white-space:pre-line}
.work>dl>dd:first-of-type{font-size:1.15rem;line-height:1.45}
dd dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:0 .9rem;border-left:2px solid var(--line);padding-left:.8rem}
dd dl dl{border:0;padding:0}
dd dt,dd dd dt{margin-top:.15rem}
ol ol,dd ol{list-style:decimal;padding-left:1.4rem}
dd ol>li+li{margin-top:.25rem}
.chips{display:flex;flex-wrap:wrap;gap:.4rem}
.chips li{background:var(--tint);border-radius:6px;padding:.15rem .55rem;font-size:.95rem;font-family:system-ui,sans-serif}
rect{width:100%;height:100%}
svg{width:1.15em;height:1.15em;vertical-align:-.2em;margin-left:.4em;border-radius:3px;box-shadow:0 0 0 1px var(--edge)}
details label,.edit label{display:block;margin-top:.6rem}
.edit{margin-top:1rem}
.edit textarea{scroll-margin-top:6rem}
label,legend{font-weight:600}
label small,.hush{font-weight:400}
textarea,input:not([type=radio]):not([type=checkbox]){font:inherit;font-weight:400;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:6px;padding:.45rem .6rem;max-width:100%}
textarea,.fields input{display:block;width:100%;margin-top:.2rem}
.fields small{display:block;margin-top:.3rem;line-height:1.35}
textarea{resize:vertical;line-height:1.4;min-height:4.2rem;max-height:60vh;field-sizing:content}
input[type=radio],input[type=checkbox]{width:1.15rem;height:1.15rem;flex:none;margin:0 .55rem 0 0;accent-color:var(--accent-text);vertical-align:-.15rem}
.verdict,.decided{border-radius:8px;padding:.75rem .9rem;background:var(--tint)}
.verdict p,.verdict li,.decided p,.decided blockquote{color:var(--ink)}
.verdict b:first-child,.decided b{color:inherit}
.verdict[data-is=pass] p:first-child b,.decided[data-is=approve] b{color:var(--pass)}
.verdict[data-is=fail] b,.decided[data-is=reject] b{color:var(--fail)}
.verdict[data-is=unsure] b,.decided:not([data-is=approve]):not([data-is=reject]) b{color:var(--unsure)}
.verdict[data-is=pass],.verdict[data-is=fail],.verdict[data-is=unsure]{background:var(--card);border:1px solid var(--line);border-left:5px solid}
.verdict p:first-child{display:flex;justify-content:space-between;gap:.5rem}
.verdict ul{margin-top:.4rem}.verdict li+li{margin-top:.4rem}
.verdict span{color:var(--hush);font-size:.9rem;white-space:nowrap}
q{font-style:italic}
blockquote{border-left:3px solid var(--line);padding-left:.7rem;margin-top:.4rem;white-space:pre-line}
.notes ul p{white-space:pre-line}
.notes b{font-weight:600;color:var(--hush)}
.new b{color:var(--unsure)}
.judge .notes{padding:0;border:0}
ins{background:var(--pass-tint);color:var(--pass);text-decoration:none;border-radius:3px}
del{background:var(--fail-tint);color:var(--fail);border-radius:3px}
.was,.is{margin-top:.25rem}
fieldset{border:0;margin:0;padding:0;min-width:0}
legend{padding:0;margin-bottom:.5rem}
.choices{display:grid;grid-template-columns:1fr 1fr;gap:.5rem;margin-bottom:.8rem}
.choices label{display:flex;align-items:center;font-weight:500;border:1px solid var(--edge);border-radius:8px;padding:.6rem .7rem;cursor:pointer;line-height:1.3}
.choices label:hover{border-color:var(--accent-text)}
.choices label:has(:checked){background:var(--tint)}
.choices label:has(:checked:not([value=""],[value=keep])){border-color:var(--accent-text);box-shadow:inset 0 0 0 1px var(--accent-text)}
.scope{display:block;margin-top:.7rem;font-weight:500}
@supports selector(:has(a)){fieldset:not(:has([value=redirect]:checked)) .scope{display:none}}
button,.button{font:inherit;font-weight:600;min-height:2.75rem;padding:.4rem 1rem;border-radius:8px;border:1px solid var(--edge);background:var(--card);color:var(--ink);cursor:pointer}
.button{display:inline-block;text-decoration:none;line-height:1.8rem}
button:hover,.button:hover{border-color:var(--accent-text)}
.main,a.main{background:var(--accent);color:var(--on-accent);border:2px solid var(--accent-text)}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(16rem,100%),1fr));gap:1rem;margin:.75rem 0;max-width:44rem}
[aria-invalid]{border:2px solid var(--fail)!important}
.ways{display:grid;gap:.6rem;color:var(--hush)}
.ways button{margin-right:.6rem}
.bar{position:sticky;bottom:0;z-index:2;display:flex;gap:1rem;align-items:center;margin:1.5rem -.5rem 0;padding:.75rem 1rem calc(.75rem + env(safe-area-inset-bottom));background:var(--card);border:1px solid var(--line);border-bottom:0;overflow:hidden;justify-content:space-between;border-radius:12px 12px 0 0;box-shadow:0 -6px 24px #0002}
.bar p{font-weight:600;white-space:nowrap}
progress{position:absolute;inset:0 0 auto;width:100%;height:5px;appearance:none;border:0;background:var(--line)}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--accent-text)}
progress::-moz-progress-bar{background:var(--accent-text)}
.done li{display:flex;gap:.9rem;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.9rem 1.1rem;margin-top:.6rem}
main:not(:has(.bar)){padding-bottom:3rem}
@media(max-width:56rem){
.piece{grid-template-columns:minmax(0,1fr)}
.judge{border-left:0;border-top:1px solid var(--line)}
.facts{margin-left:0}
}
@media(max-width:40rem){
.top{padding-top:1rem;gap:.25rem .75rem}
.top h1{font-size:1.45rem}.top div{flex:1 1 60%}.run{font-size:.9rem;line-height:1.35}
.logo{max-width:4.5rem;max-height:2.5rem}
.facts{font-size:.9rem}
.opened{display:none}
main>*,form>*{margin-top:.8rem}
.summary,.guide,.signing,.notes{padding:.75rem 1rem}
.asked,.known{padding:.25rem 1rem}.stand-in{padding:.4rem 1rem;font-size:.9rem}
.work,.judge{padding:1.1rem 1rem}
.guide dl{display:block;font-size:.9rem;line-height:1.4}.guide dt,.guide dd{display:inline;font-size:inherit}.guide dd{margin-left:.4em}.guide dt::before{content:"";display:block}
.overview ol{grid-auto-flow:column;grid-template-columns:none;grid-auto-columns:8rem;overflow-x:auto;padding:.2rem;margin:-.2rem}
.overview a{padding:.4rem .55rem;font-size:.9rem}.overview img{width:calc(100% + 1.1rem);margin:-.4rem -.55rem .4rem}
.overview h2{font-size:1.15rem}.overview button{font-size:.875rem;padding:.3rem .6rem}.overview>p{font-size:.9rem;margin:.2rem 0 .5rem}
.ways button{display:block;width:100%;margin-bottom:.25rem}
}
@media(min-width:56.01rem){.judge fieldset,.judge .decided{position:sticky;top:1rem}}
@media(prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{.bar,.signing,.skip,.keys{display:none}.piece{break-inside:avoid}}
`;
