/** Puts beside the compiled code what the compiler leaves out. `encoding: false` keeps every byte as it is. */
const { dest, parallel, src } = require('gulp');

function copyIcons() {
	return src('{nodes,credentials}/**/*.{svg,png}', { encoding: false, base: '.' }).pipe(dest('dist'));
}

function copyJson() {
	return src('nodes/**/*.json', { encoding: false, base: '.' }).pipe(dest('dist'));
}

exports.default = parallel(copyIcons, copyJson);
