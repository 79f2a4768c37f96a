/** HTML is built by one tagged template, which escapes what is put into it. */
import {
	html,
	scriptElement,
	sourceHash,
	styleElement,
	type Html,
	type HtmlValue,
} from '../../nodes/shared/html';

describe('html', () => {
	it('escapes text between tags and in attributes', () => {
		const hostile = `<b a='1' c="2">&\``;

		expect(html`<p title="${hostile}">${hostile}</p>`.toString()).toBe(
			'<p title="&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;&#96;">&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;&#96;</p>',
		);
	});

	it('leaves out control characters, and keeps tabs and line breaks', () => {
		expect(html`<p title="${'a\u0000\u001b'}">${'\u0008a\t\r\n\u000b\u000c\u007fb'}</p>`.toString()).toBe(
			'<p title="a">a\t\r\nb</p>',
		);
	});

	it('takes finished markup as it is, and lists member by member', () => {
		const members = ['a', '<'].map((each) => html`<li>${each}</li>`);

		expect(html`<ul>${members}${html`<li>${1}</li>`}</ul>`.toString()).toBe(
			'<ul><li>a</li><li>&lt;</li><li>1</li></ul>',
		);
	});

	it.each<[HtmlValue]>([[false], [null], [undefined], ['']])('gives nothing for %p', (nothing) => {
		expect(html`<p${nothing}>${nothing}</p>`.toString()).toBe('<p></p>');
	});

	it('gives 0 for 0', () => {
		expect(html`<p>${0}</p>`.toString()).toBe('<p>0</p>');
	});

	it('does not take data for markup, whatever it looks like', () => {
		const lookalike = { toString: () => '<b>' } as unknown as Html;

		expect(html`<p>${lookalike}</p>`.toString()).toBe('<p>&lt;b&gt;</p>');
	});

	it('drops line breaks of the template with the tabs after them, and no other blanks', () => {
		expect(
			html`<p>one
			 two</p>
			<i>${'a\n\tb'}</i>`.toString(),
		).toBe('<p>one two</p><i>a\n\tb</i>');
	});

	it('refuses a value in a tag that is not in quotes', () => {
		const value = 'x onclick=alert(1)';

		expect(() => html`<p title=${value}></p>`).toThrow('double quotes');
		expect(() => html`<p ${value}></p>`).toThrow('double quotes');
	});

	it('lets finished markup into a tag but not into an attribute', () => {
		expect(html`<input${html` checked`}>`.toString()).toBe('<input checked>');
		expect(() => html`<p title="${html`<b>`}"></p>`).toThrow('takes text');
	});

	it('builds no script and no style', () => {
		expect(() => html`<script>${'x'}</script>`).toThrow('scriptElement');
		expect(() => html`<style>${'x'}</style>`).toThrow('styleElement');
	});
});

describe('styles and scripts', () => {
	it('are fixed text that their hash allows', () => {
		expect(styleElement('b{}').toString()).toBe('<style>b{}</style>');
		expect(scriptElement('1').toString()).toBe('<script>1</script>');
		expect(sourceHash('1')).toBe("'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='");
	});

	it('cannot end early', () => {
		expect(() => styleElement('</style>')).toThrow('must not contain');
		expect(() => scriptElement('<!--')).toThrow('must not contain');
	});
});
