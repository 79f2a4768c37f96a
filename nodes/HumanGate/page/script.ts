/**
 * The page's script: comfort only, everything works without it. Shortcuts, counter, marks on the overview, "approve all
 * that pass" without a round trip, and a question before unsent decisions are left. Fixed text, allowed by its hash; it
 * writes text only, never markup.
 */
export const REVIEW_SCRIPT = `(() => {
'use strict';
const form = document.querySelector('form.review');
const count = document.getElementById('count');
if (!form || !count) return;
document.documentElement.classList.add('js');
const pieces = [...document.querySelectorAll('.piece')];
const laters = [...form.querySelectorAll('.choices input[value=""]')];
const progress = form.querySelector('progress');
const keys = document.getElementById('keys');
const keysOn = document.getElementById('keysOn');
let isDirty = 'typed' in form.dataset;
let isSending = false;

function choiceOf(piece) {
	return piece.querySelector('.choices input:checked');
}

function refresh() {
	const saved = Number(count.dataset.saved);
	const done = saved + laters.filter((later) => !later.checked).length;
	const text = done + ' of ' + (saved + laters.length) + ' decided';
	if (count.textContent !== text) count.textContent = text;
	progress.value = done;
	for (const piece of pieces) mark(piece);
}

function mark(piece) {
	const choice = choiceOf(piece);
	if (!choice) return;
	const isNoteNeeded = choice.value === 'redirect' || choice.value === 'reopen';
	const note = piece.querySelector('fieldset textarea');
	note.required = isNoteNeeded;
	const tile = form.querySelector('.overview a[href="#' + piece.id + '"]');
	if (!tile) return;
	const isChosen = choice.value !== '' && choice.value !== 'keep';
	if (isChosen) tile.dataset.choice = choice.parentElement.textContent;
	else delete tile.dataset.choice;
}

function choose(piece, value) {
	const input = piece.querySelector('.choices input[value="' + value + '"]');
	if (!input) return false;
	input.checked = true;
	isDirty = true;
	refresh();
	return true;
}

function go(step) {
	const at = pieces.indexOf(document.activeElement.closest('.piece'));
	const next = pieces[at < 0 ? (step > 0 ? 0 : pieces.length - 1) : at + step];
	if (!next) return;
	next.focus({ preventScroll: true });
	next.scrollIntoView({ block: 'start' });
}

function decide(value) {
	const piece = document.activeElement.closest('.piece');
	if (piece && choose(piece, value) && value === 'redirect') piece.querySelector('fieldset textarea').focus();
}

function showKeys() {
	keys.open = !keys.open;
	if (keys.open) keys.querySelector('summary').focus();
}

const SHORTCUTS = {
	j: () => go(1),
	k: () => go(-1),
	a: () => decide('approve'),
	r: () => decide('reject'),
	d: () => decide('redirect'),
	l: () => decide(''),
	'?': showKeys,
};

function isTyping(element) {
	return element.matches('textarea, select, input:not([type=radio]):not([type=checkbox])');
}

document.addEventListener('keydown', (event) => {
	const shortcut = Object.hasOwn(SHORTCUTS, event.key) ? SHORTCUTS[event.key] : undefined;
	if (!shortcut || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
	if (keysOn && !keysOn.checked) return;
	event.preventDefault();
	shortcut();
});

form.addEventListener('input', (event) => {
	if (event.target === keysOn) return;
	isDirty = true;
	refresh();
});

form.querySelector('[value=approvePassing]')?.addEventListener('click', (event) => {
	event.preventDefault();
	for (const piece of pieces) {
		if ('passes' in piece.dataset && choiceOf(piece)?.value === '') choose(piece, 'approve');
	}
});

form.addEventListener('submit', () => { isSending = true; });
addEventListener('pageshow', () => { isSending = false; refresh(); });
addEventListener('beforeunload', (event) => {
	if (isDirty && !isSending) event.preventDefault();
});
refresh();
})();
`;
